"""What is done with kept homes, without pages: told, decided, measured, and shared."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.meter_samples import write_meter, write_months

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.security.roles import Role
from ahorraluz.services.households.asking import ask_home, changed_pairs
from ahorraluz.services.households.choosing import Choice, Doing, choose, take_step, unwanted
from ahorraluz.services.households.keeping import KeptHome, homes_of, keep_home, kept_home
from ahorraluz.services.households.results import step_results
from ahorraluz.services.households.sharing import end_share, links_of, share_report, shared_home
from ahorraluz.services.households.telling import Told, differing, tell_home
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.receive_readings import check_file, keep_file
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.accounts import NewAccount
from ahorraluz.store.errors import StoreError

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
TODAY = date(2026, 11, 24)
ROSA = "a-000000000000000000000001"
PAIRS = (("d", "luz-del-sur"), ("s", "lima-sur"), ("k", "152"), ("t", "130"))


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    """Return a store with one account."""
    tools = open_toolbox(Settings(data_dir=tmp_path / "data"))
    account = NewAccount(
        id=ROSA,
        name="rosa@ejemplo.pe",
        password="no hash",
        role=Role.RESIDENT,
        language="es",
        organisation="",
    )
    tools.store.people.accounts.add(account, as_of=NOW)
    return tools


@pytest.fixture
def home(tools: Toolbox) -> KeptHome:
    """Return a home of the account."""
    return keep_home(PAIRS, account=ROSA, tools=tools, as_of=NOW)


def meter(tools: Toolbox, home: KeptHome, path: Path) -> None:
    """Give a home the readings of a file."""
    keep_file(check_file(path), home=home.id, tools=tools, as_of=NOW)


def told(**answers: str) -> Told:
    """Return answers to the step of the dwelling."""
    query = read_query({name: [value] for name, value in answers.items()})
    return Told(fields=("ph", "te"), answers=query, actor=ROSA, step="casa")


def test_answers_take_the_place_of_the_former_ones_and_of_no_others(
    tools: Toolbox, home: KeptHome
) -> None:
    tell_home(home, told(ph="4", te="owner"), tools=tools, as_of=NOW)
    changed = tell_home(
        kept_home(home.id, tools=tools), told(ph="5", k="999"), tools=tools, as_of=NOW
    )

    assert dict(changed.pairs) == {**dict(PAIRS), "ph": "5"}


def test_what_cannot_be_is_not_kept(tools: Toolbox, home: KeptHome) -> None:
    with pytest.raises(InvalidInputError):
        tell_home(home, told(ph="-3"), tools=tools, as_of=NOW)

    assert kept_home(home.id, tools=tools) == home


def test_a_wrong_answer_to_another_step_does_not_stand_in_the_way(
    tools: Toolbox, home: KeptHome
) -> None:
    changed = tell_home(home, told(ph="4", k="no number"), tools=tools, as_of=NOW)

    assert dict(changed.pairs)["ph"] == "4"


def test_who_read_an_older_version_replaces_nothing(tools: Toolbox, home: KeptHome) -> None:
    tell_home(home, told(ph="4"), tools=tools, as_of=NOW)

    with pytest.raises(StoreError, match="home-changed-meanwhile"):
        tell_home(home, told(ph="5"), tools=tools, as_of=NOW)


def test_versions_that_differ_are_told_field_by_field() -> None:
    assert list(differing((("a", "x"), ("k", "1")), (("k", "2"), ("a", "x"), ("a", "y")))) == [
        "a",
        "k",
    ]


def test_changes_replace_all_values_of_a_field() -> None:
    assert changed_pairs((("a", "x"), ("a", "y"), ("k", "1")), (("a", "z"),)) == {
        "a": ["z"],
        "k": ["1"],
    }


def test_the_list_of_homes_is_of_those_that_are_owned(tools: Toolbox, home: KeptHome) -> None:
    assert homes_of(ROSA, tools=tools) == (home,)
    assert homes_of("a-nobody", tools=tools) == ()


def test_a_home_without_recibos_takes_the_months_of_its_meter(
    tools: Toolbox, tmp_path: Path
) -> None:
    home = keep_home(PAIRS[:2], account=ROSA, tools=tools, as_of=NOW)
    before = ask_home(home, tools=tools, as_of=TODAY)
    meter(tools, home, write_meter(tmp_path / "m.csv", days=300))

    asked = ask_home(home, tools=tools, as_of=TODAY)

    assert before.inquiry is None
    assert set(before.query.errors) == {"k"}
    assert asked.inquiry is not None
    assert len(asked.inquiry.home.history) == 9
    assert asked.inquiry.home.history[-1].period.start == date(2026, 9, 1)


def test_recibos_that_were_typed_come_before_the_meter(
    tools: Toolbox, home: KeptHome, tmp_path: Path
) -> None:
    meter(tools, home, write_months(tmp_path / "m.csv"))

    asked = ask_home(home, tools=tools, as_of=TODAY)

    assert asked.inquiry is not None
    assert asked.inquiry.kwh == 152


def test_what_is_refused_or_done_is_left_out_of_the_plan(tools: Toolbox, home: KeptHome) -> None:
    home = choose(home, "leak-check", Choice.NO, actor=ROSA, tools=tools, as_of=NOW)
    home = choose(home, "full-loads", Choice.LATER, actor=ROSA, tools=tools, as_of=NOW)
    doing = Doing(home=home.id, step="standby-off", day=TODAY, actor=ROSA)
    take_step(doing, None, tools=tools, today=TODAY, as_of=NOW)

    assert unwanted(home, tools=tools) == {"leak-check", "standby-off"}
    asked = ask_home(home, tools=tools, as_of=TODAY)
    assert asked.inquiry is not None
    assert asked.inquiry.wishes.without == {"leak-check", "standby-off"}


def test_a_choice_is_taken_back(tools: Toolbox, home: KeptHome) -> None:
    home = choose(home, "leak-check", Choice.NO, actor=ROSA, tools=tools, as_of=NOW)
    home = choose(home, "leak-check", None, actor=ROSA, tools=tools, as_of=NOW)

    assert home.choices == {}


def test_a_step_of_the_plan_is_promised_before_it_is_done(tools: Toolbox, home: KeptHome) -> None:
    inquiry = ask_home(home, tools=tools, as_of=TODAY).inquiry
    assert inquiry is not None
    doing = Doing(home=home.id, step="standby-off", day=TODAY, actor=ROSA)

    marked = take_step(doing, inquiry.known, tools=tools, today=TODAY, as_of=NOW)
    again = take_step(doing, inquiry.known, tools=tools, today=TODAY, as_of=NOW)

    assert marked.promise is not None
    assert marked.in_time
    assert again.promise == marked.promise


def test_a_day_to_come_promises_nothing(tools: Toolbox, home: KeptHome) -> None:
    inquiry = ask_home(home, tools=tools, as_of=TODAY).inquiry
    assert inquiry is not None
    doing = Doing(home=home.id, step="standby-off", day=TODAY + timedelta(days=1), actor=ROSA)

    with pytest.raises(InvalidInputError, match="verify-since-future"):
        take_step(doing, inquiry.known, tools=tools, today=TODAY, as_of=NOW)

    assert tools.store.promises.of_home(home.id, "standby-off") is None


def test_a_step_is_measured_as_far_as_its_meter_tells(
    tools: Toolbox, home: KeptHome, tmp_path: Path
) -> None:
    for step, day in (("standby-off", date(2026, 8, 3)), ("leak-check", TODAY)):
        doing = Doing(home=home.id, step=step, day=day, actor=ROSA)
        take_step(doing, None, tools=tools, today=TODAY, as_of=NOW)
    connection = ask_home(home, tools=tools, as_of=TODAY).connection
    unread = step_results(home.id, connection=connection, tools=tools, today=TODAY)
    meter(tools, home, write_meter(tmp_path / "m.csv", days=320))

    results = step_results(home.id, connection=connection, tools=tools, today=TODAY)

    assert [result.step for result in results] == ["leak-check", "standby-off"]
    assert [issue.code for r in unread for issue in r.issues] == ["home-without-readings"] * 2
    assert results[0].verified is None
    assert results[1].verified is not None


def test_of_a_step_noted_twice_the_latest_day_counts(tools: Toolbox, home: KeptHome) -> None:
    for day in (date(2026, 8, 3), date(2026, 9, 1)):
        doing = Doing(home=home.id, step="standby-off", day=day, actor=ROSA)
        take_step(doing, None, tools=tools, today=TODAY, as_of=NOW)

    results = step_results(home.id, connection=None, tools=tools, today=TODAY)

    assert [result.day for result in results] == [date(2026, 9, 1)]


def test_a_link_is_kept_as_a_hash_only(tools: Toolbox, home: KeptHome, tmp_path: Path) -> None:
    made = share_report(home.id, actor=ROSA, tools=tools, as_of=NOW)
    tools.store.close()

    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())

    assert made.token.encode() not in kept
    assert shared_home(made.token, tools=tools, as_of=NOW) == home.id


def test_a_link_of_another_home_is_not_taken_back(tools: Toolbox, home: KeptHome) -> None:
    other = keep_home(PAIRS, account=ROSA, tools=tools, as_of=NOW)
    made = share_report(home.id, actor=ROSA, tools=tools, as_of=NOW)

    with pytest.raises(AhorraLuzError, match="share-unknown"):
        end_share(other.id, made.share.id, actor=ROSA, tools=tools, as_of=NOW)

    assert links_of(home.id, tools=tools, as_of=NOW) == (made.share,)


def test_no_link_opens_anything_before_there_is_a_database(tmp_path: Path) -> None:
    empty = open_toolbox(Settings(data_dir=tmp_path / "none"))

    assert shared_home("c_x", tools=empty, as_of=NOW) is None


def test_a_name_is_cut_to_what_fits(tools: Toolbox, home: KeptHome) -> None:
    changed = tell_home(replace(home, label="ñ" * 500), told(), tools=tools, as_of=NOW)

    assert changed.label == "ñ" * 60
