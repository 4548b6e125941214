"""Every door that tells something of groups says the same before and after one home is deleted."""

import re
from pathlib import Path

import pytest
from tests.signed_people import Clock, Signed, make_service, text_of
from tests.town import Town
from tests.unit.services.test_scoreboard_groups import measure

from ahorraluz.security.roles import Role
from ahorraluz.services.outlets import OUTLETS
from ahorraluz.web import page as web_page
from ahorraluz.web.forged import FIELD

DOORS = sorted({door for outlet in OUTLETS for door in outlet.doors})
READERS = {
    "/agregados": Role.AGENCY,
    "/politicas": Role.AGENCY,
    "/ofertas": Role.PROVIDER,
    "/administracion": Role.ADMINISTRATOR,
}
OF_THE_READER = re.compile(rf'(name="{FIELD}" value=)"[^"]*"')
POLICY: dict[str, object] = {
    "limite": "130",
    "bloque": "",
    "descuento": "",
    "recargo": "",
    "igv": "",
    "energia": "",
}


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    clock = Clock()
    monkeypatch.setattr(web_page, "datetime", clock)
    return Town(make_service(tmp_path, clock))


def said(reader: Signed, door: str) -> str:
    """Return what a door says, but for what it says of its reader."""
    if door == "/politicas":
        response = reader.post(door, POLICY)
        status, text = response.status_code, text_of(response)
    else:
        status, text = reader.get(door)
    assert status in (200, 422), door
    return OF_THE_READER.sub(r"\1", text)


def readers_of(town: Town) -> dict[str, Signed]:
    """Return somebody who may read each door, but for the one that takes a key."""
    people = {role: town.service.signed(role, organisation="Todos") for role in READERS.values()}
    resident = town.service.signed(Role.RESIDENT)
    found = {}
    for door in DOORS:
        roles = [role for path, role in READERS.items() if door.startswith(path)]
        if door != "/api/v1/aggregates":
            found[door] = people[roles[0]] if roles else resident
    return found


@pytest.mark.parametrize("change", ["deleted", "joined"])
def test_no_door_says_anything_new_when_one_home_left_or_came(town: Town, change: str) -> None:
    homes = town.settle(24, wants=("rooftop-pv", "battery"))
    town.settle(19, district="150101", wants=("solar-water-heater",))
    for home in homes[:15]:
        measure(town, home)
    town.publish()
    readers = readers_of(town)
    before = {door: said(reader, door) for door, reader in readers.items()}

    if change == "deleted":
        town.service.tools.store.forget(homes[3])
    else:
        measure(town, town.settle(1, kwh=900, wants=("biodigester", "rooftop-pv"))[0], soles=90)
    town.publish()

    after = {door: said(reader, door) for door, reader in readers.items()}
    assert [door for door in readers if after[door] != before[door]] == []


def test_what_the_doors_say_is_of_the_homes(town: Town) -> None:
    """Else the comparison above would compare nothing."""
    empty = {door: said(reader, door) for door, reader in readers_of(town).items()}
    for home in town.settle(24, wants=("rooftop-pv",)):
        measure(town, home)
    town.publish()

    full = {door: said(reader, door) for door, reader in readers_of(town).items()}

    assert [door for door in empty if empty[door] == full[door]] == []
