"""Passwords are hashed with less effort here: these tests try many of them."""

import pytest
from argon2 import PasswordHasher

from backend.accounts import staff


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(staff, "_hasher", hasher)
    monkeypatch.setattr(staff, "_NOBODY", hasher.hash("nobody has this password"))
