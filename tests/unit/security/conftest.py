"""Passwords are hashed here as in service."""

from collections.abc import Iterator

import pytest
from tests.made_once import REAL_HASHER, hash_with

from ahorraluz.security import passwords


@pytest.fixture(autouse=True)
def real_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with what the program hashes with."""
    hash_with(REAL_HASHER, monkeypatch)
    yield
    passwords._decoy.cache_clear()
