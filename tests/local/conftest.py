"""A directory of one's own outside pytest's, which only root can enter; PostgreSQL is not root."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="stack-") as directory:
        yield Path(directory)
