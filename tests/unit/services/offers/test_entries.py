"""A provider speaks for its own organisation, where and about what was published."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Role
from ahorraluz.services.offers import entries
from ahorraluz.services.offers.entries import own_entries, propose_own, serving
from ahorraluz.services.renewables.proposals import publish, reject
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.account_records import Account
from ahorraluz.store.accounts import NewAccount

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
SAID: dict[str, Any] = {
    "name": "Paneles",
    "kind": "provider",
    "technologies": ["rooftop-pv"],
    "source": "Lista de precios",
    "source_date": date(2026, 11, 20),
}


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path))


def account(tools: Toolbox, organisation: str = "Sol Norte") -> Account:
    new = NewAccount(
        id=f"a-{organisation}",
        name=f"{len(organisation)}@ejemplo.pe",
        password="-",
        role=Role.PROVIDER,
        language="es",
        organisation=organisation,
    )
    return tools.store.people.accounts.add(new, as_of=NOW)


def proposed(tools: Toolbox, who: Account, **changes: object) -> int:
    kept = propose_own({**SAID, **changes}, account=who, tools=tools, as_of=NOW)
    return kept.proposal.id


def test_an_entry_is_its_own_organisations_whatever_is_said(tools: Toolbox) -> None:
    proposed(tools, account(tools), provider="Ministerio de Energía")

    (kept,) = tools.store.proposals.all()

    assert '"provider": "Sol Norte"' in kept.entry


def test_nobody_proposes_for_no_organisation(tools: Toolbox) -> None:
    with pytest.raises(AhorraLuzError) as refused:
        proposed(tools, account(tools, ""))

    assert refused.value.issue.code == "offer-no-organisation"


def test_there_is_an_end_of_entries(tools: Toolbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MOST_ENTRIES", 1)
    who = account(tools)
    proposed(tools, who)

    with pytest.raises(AhorraLuzError) as refused:
        proposed(tools, who, name="Otros")

    assert refused.value.issue.code == "offers-too-many"


def test_a_record_of_proposals_names_no_account(tools: Toolbox) -> None:
    who = account(tools)
    proposed(tools, who)

    (kept,) = tools.store.proposals.all()

    assert who.id not in kept.proposed_by
    assert who.name not in kept.proposed_by
    assert len(own_entries(who.id, tools=tools)) == 1


def test_only_what_was_published_and_not_taken_down_is_served(tools: Toolbox) -> None:
    who = account(tools)
    number = proposed(tools, who, departments=["lima"])
    waiting = serving(who.id, tools=tools)
    publish(number, actor="jefa", tools=tools, as_of=NOW)
    shown = serving(who.id, tools=tools)
    reject(number, actor="jefa", reason="ya no", tools=tools, as_of=NOW)

    assert not waiting.serves("rooftop-pv", "lima")
    assert shown.serves("rooftop-pv", "lima")
    assert not shown.serves("rooftop-pv", "puno")
    assert not shown.serves("battery", "lima")
    assert not serving(who.id, tools=tools).serves("rooftop-pv", "lima")


def test_an_entry_for_the_whole_country_is_more_than_one_for_a_part(tools: Toolbox) -> None:
    who = account(tools)
    for number in (proposed(tools, who), proposed(tools, who, departments=["lima"])):
        publish(number, actor="jefa", tools=tools, as_of=NOW)

    assert serving(who.id, tools=tools).serves("rooftop-pv", "puno")


def test_parts_of_the_country_add_up(tools: Toolbox) -> None:
    who = account(tools)
    for place in ("lima", "puno"):
        publish(proposed(tools, who, departments=[place]), actor="jefa", tools=tools, as_of=NOW)

    found = serving(who.id, tools=tools)

    assert found.serves("rooftop-pv", "lima")
    assert found.serves("rooftop-pv", "puno")
    assert not found.serves("rooftop-pv", "cusco")
