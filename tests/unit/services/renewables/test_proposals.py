"""Proposals: nothing is shown before somebody publishes it, and every step is kept."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.services.renewables.conftest import PROPOSAL

from ahorraluz.core.history import Grade
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.core.renewables.technologies import Need, Standing
from ahorraluz.services.renewables.entries import Filters, find_entries, find_entry
from ahorraluz.services.renewables.proposals import (
    proposals,
    propose,
    publish,
    published_entries,
    reject,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.errors import StoreError
from ahorraluz.store.proposal_records import ProposalState
from ahorraluz.texts import Texts

NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def test_what_is_proposed_is_seen_only_once_it_is_published(
    tools: Toolbox, texts: Texts, proposal: Path
) -> None:
    made = propose(proposal, tools=tools, as_of=NOW)
    wanted = Filters(text="terma de prueba")

    before = find_entries(wanted, tools=tools, texts=texts)
    publish(made.proposal.id, actor="admin", tools=tools, as_of=LATER)
    after = find_entries(wanted, tools=tools, texts=texts)

    assert before == ()
    (entry,) = after
    assert entry.standing is Standing.PUBLISHED
    assert entry.departments == ("puno",)
    assert Need.HOT_WATER in entry.needs
    assert str(entry.central) == "1890.50"
    assert entry.source.grade is Grade.VENDOR
    assert entry.source.published == date(2026, 11, 1)


def test_one_that_was_published_can_be_taken_down_with_a_reason(
    tools: Toolbox, proposal: Path
) -> None:
    number = propose(proposal, tools=tools, as_of=NOW).proposal.id
    publish(number, actor="admin", tools=tools, as_of=NOW)

    reject(number, actor="admin", reason="ya no existe", tools=tools, as_of=LATER)

    assert published_entries(tools) == ()
    with pytest.raises(InvalidInputError):
        find_entry(f"proposal-{number}", tools=tools)
    events = tools.store.proposals.events(number)
    assert [(event.state, event.actor, event.note) for event in events] == [
        (ProposalState.PROPOSED, "Calor Altiplano", None),
        (ProposalState.PUBLISHED, "admin", None),
        (ProposalState.REJECTED, "admin", "ya no existe"),
    ]
    assert events[-1].at == LATER


def test_without_a_database_there_are_no_proposals(tools: Toolbox) -> None:
    assert proposals(tools=tools) == ()
    assert published_entries(tools) == ()


def test_the_same_proposal_twice_is_one(tools: Toolbox, proposal: Path) -> None:
    propose(proposal, tools=tools, as_of=NOW)

    with pytest.raises(StoreError) as refused:
        propose(proposal, tools=tools, as_of=LATER)

    assert refused.value.issue.code == "proposal-there-already"
    assert len(proposals(tools=tools)) == 1


def test_a_decision_that_changes_nothing_is_refused(tools: Toolbox, proposal: Path) -> None:
    number = propose(proposal, tools=tools, as_of=NOW).proposal.id
    publish(number, actor="admin", tools=tools, as_of=NOW)

    with pytest.raises(StoreError) as again:
        publish(number, actor="admin", tools=tools, as_of=LATER)
    with pytest.raises(StoreError) as unknown:
        publish(99, actor="admin", tools=tools, as_of=LATER)

    assert again.value.issue.code == "proposal-state"
    assert unknown.value.issue.code == "proposal-unknown"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('name = "Terma de prueba 150 L"', "", "proposal-key-missing"),
        ('name = "Terma de prueba 150 L"', 'name = ""', "proposal-text"),
        ('kind = "product"', 'kind = "technology"', "proposal-choice"),
        ('["solar-water-heater"]', '["fusion"]', "proposal-choice"),
        ('["solar-water-heater"]', "[]", "proposal-key-missing"),
        ('["puno"]', '["atlantis"]', "proposal-choice"),
        ("https://example.org/terma", "javascript:alert(1)", "proposal-address"),
        ("price = 1890.50", "price = -1", "proposal-number"),
        ("price = 1890.50", "price = inf", "proposal-number"),
        ("price = 1890.50", "price = true", "proposal-number"),
        ("source_date = 2026-11-01", "source_date = 2027-11-01", "proposal-day"),
        ("source_date = 2026-11-01", 'source_date = "ayer"', "proposal-day"),
        ("price = 1890.50", "precio = 1890.50", "proposal-key-unknown"),
        ("price = 1890.50", "price = ", "proposal-not-toml"),
    ],
)
def test_a_proposal_that_cannot_be_used_is_refused_whole(
    old: str, new: str, code: str, tools: Toolbox, proposal: Path
) -> None:
    proposal.write_text(PROPOSAL.replace(old, new), encoding="utf-8")

    with pytest.raises(AhorraLuzError) as refused:
        propose(proposal, tools=tools, as_of=NOW)

    assert code in [issue.code for issue in refused.value.issues]
    assert proposals(tools=tools) == ()
