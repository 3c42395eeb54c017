"""What tests of uploads share."""

from pathlib import Path

import pytest

from backend.settings import Settings
from tests.api import Api, Person


@pytest.fixture
def person(api: Api) -> Person:
    return api.log_in()


@pytest.fixture(autouse=True)
def empty_store(settings: Settings) -> None:
    for path in private_files(settings):
        path.unlink()


def private_files(settings: Settings) -> list[Path]:
    """Everything in the private part of the store."""
    return sorted(path for path in settings.private_files.rglob("*") if path.is_file())
