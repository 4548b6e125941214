"""Agencies see groups of homes that agreed, and a home that goes leaves nothing to compare."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.signed_people import Clock, make_service
from tests.town import Town

from ahorraluz.services import publish_aggregates as services
from ahorraluz.services.accounts.consents import (
    PAGES,
    Asked,
    Purpose,
    give_consent,
    holding,
    withdraw_consent,
)
from ahorraluz.services.publish_aggregates import latest_aggregates
from ahorraluz.texts import open_texts


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(make_service(tmp_path, Clock()))


def test_groups_of_homes_that_agreed_are_told(town: Town) -> None:
    town.settle(12)
    town.settle(9, district="150101")

    told = town.publish()

    assert [code for code, _, _ in told] == ["", "15", "1501", "150140"]
    assert [homes for _, homes, _ in told] == [12, 12, 12, 12]
    found = latest_aggregates(tools=town.service.tools)
    assert found is not None
    assert found.places[0].forecast_kwh == Decimal("128.5")
    assert found.places[0].potential_pen == Decimal("251.00")
    assert found.places[0].fose_share == Decimal("0.85")


def test_nothing_is_told_of_homes_that_did_not_agree(town: Town) -> None:
    homes = town.settle(10)
    owner = town.service.tools.store.people.households.reached_by(homes[0])[0].account
    tools, now = town.service.tools, town.service.clock.at
    consent = holding(owner, tools=tools, as_of=now)[0].id
    withdraw_consent(owner, consent, tools=tools, as_of=now)

    assert town.publish() == []


def test_a_home_deleted_or_added_between_two_publications_changes_nothing(town: Town) -> None:
    homes = town.settle(15)
    before = town.publish()

    town.service.tools.store.forget(homes[3])
    after_one_left = town.publish()
    town.settle(1, kwh=700)
    after_one_came = town.publish()

    assert before == after_one_left == after_one_came


def test_ten_who_left_are_told_without(town: Town) -> None:
    homes = town.settle(30)
    town.publish()

    for home in homes[:10]:
        town.service.tools.store.forget(home)
    told = town.publish()

    assert {count for _, count, _ in told} == {20}


def test_a_deleted_home_is_in_no_byte_of_what_is_kept_to_compare(town: Town) -> None:
    homes = town.settle(12)
    town.publish()
    tools = town.service.tools

    tools.store.forget(homes[0])
    town.publish()
    tools.store.close()

    assert homes[0].encode() not in town.bytes_of_store()
    assert homes[1].encode() in town.bytes_of_store()


def test_who_withdraws_and_agrees_again_is_counted_as_before(town: Town) -> None:
    homes = town.settle(12)
    before = town.publish()
    tools, now = town.service.tools, town.service.clock.at
    owner = tools.store.people.households.reached_by(homes[0])[0].account
    withdraw_consent(owner, holding(owner, tools=tools, as_of=now)[0].id, tools=tools, as_of=now)
    without = town.publish()
    asked = Asked(account=owner, home=homes[0], purpose=Purpose.AGGREGATES)
    give_consent(asked, texts=open_texts("es"), channel=PAGES, tools=tools, as_of=now)

    assert before == without == town.publish()


def test_nothing_was_told_before_the_first_publication(town: Town) -> None:
    assert latest_aggregates(tools=town.service.tools) is None


def test_measured_savings_are_told_of_homes_that_have_them(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = {home: 100 + 10 * at for at, home in enumerate(town.settle(14)[:11])}
    monkeypatch.setattr(services, "_verified", lambda home, **_: measured.get(home), raising=True)

    town.publish()

    found = latest_aggregates(tools=town.service.tools)
    assert found is not None
    assert {(p.homes, p.verified_homes, p.verified_kwh) for p in found.places} == {
        (14, 11, Decimal("15.0"))
    }


def test_savings_measured_in_fewer_than_ten_homes_are_not_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = dict.fromkeys(town.settle(14)[:9], 100)
    monkeypatch.setattr(services, "_verified", lambda home, **_: measured.get(home))

    town.publish()

    found = latest_aggregates(tools=town.service.tools)
    assert found is not None
    assert {(p.homes, p.verified_homes, p.verified_kwh) for p in found.places} == {(14, 0, None)}


def test_a_home_deleted_while_others_are_counted_counts_no_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = town.settle(12)
    counted = services._values

    def slow(home: str, *rest: object, **more: object) -> object:
        if home == homes[0]:
            town.service.tools.store.forget(homes[5])
        return counted(home, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "_values", slow)

    assert {count for _, count, _ in town.publish()} == {11}
