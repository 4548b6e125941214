"""A home with a device that speaks, in a store of either database."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.live_homes import NOW, SECRET, add_channel, add_device, add_home

from ahorraluz.core.live.readings import LiveChannel, Quantity
from ahorraluz.security.keyring import open_keyring
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.live.records import (
    Device,
)
from ahorraluz.store.vault import Vault

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.integration))
NUMBERS = count()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'ahorraluz.db'}"
    server = request.getfixturevalue("postgres_server")
    return str(server.make_database(f"live_store_{next(NUMBERS)}"))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    ring = open_keyring(tmp_path / "keys" / "ring")
    return Vault(f"sqlite:///{tmp_path / 'keys' / 'vault.db'}", keyring=lambda: ring)


@pytest.fixture
def store(url: str, vault: Vault) -> Iterator[Store]:
    opened = open_store(url, vault=vault)
    vault.make("home:casa")
    add_home(opened, "casa")
    yield opened
    opened.close()


@pytest.fixture
def device(store: Store) -> Device:
    return add_device(store, "casa", as_of=NOW, name=SECRET)


@pytest.fixture
def plug(store: Store, device: Device) -> LiveChannel:
    return add_channel(store, device, Quantity.POWER, as_of=NOW)
