"""What is counted by several processes and threads at once: attempts, and what may be asked for."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from argon2 import PasswordHasher
from flask import Flask
from tests.redis_server import redis_address
from tests.signed_people import Clock

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security import passwords
from ahorraluz.security.roles import Role
from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app
from ahorraluz.services.accounts import entering
from ahorraluz.services.accounts.attempts import FREE_FAILURES, begin_attempt, take_back
from ahorraluz.services.accounts.entering import Joining, join, sign_in
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.limits import Budget, Counter, share
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.account_records import Account
from ahorraluz.web.page import EXTENSION

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAME, PASSWORD = "rosa@ejemplo.pe", "tres gatos verdes"
BUDGET = Budget(name="test", burst=7, a_second=0.5)
THREADS = 24
NUMBERS = count()
WRITES = ("INSERT", "UPDATE", "DELETE")
T = TypeVar("T")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path)
    server = request.getfixturevalue("postgres_server")
    database, keys = (str(server.make_database(f"counted_{next(NUMBERS)}")) for _ in range(2))
    return Settings(data_dir=tmp_path, database_url=database, keys_url=keys)


@pytest.fixture
def tools(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toolbox]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    tools = open_toolbox(settings)
    yield tools
    tools.store.close()


@pytest.fixture
def rosa(tools: Toolbox) -> Account:
    return join(Joining(name=NAME, password=PASSWORD, language="es"), tools=tools, as_of=NOW)


def at_once(work: Callable[[int], T], threads: int = THREADS) -> list[T]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(threads)))


def test_of_many_guesses_at_once_no_more_are_made_than_one_after_the_other(
    tools: Toolbox, rosa: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def noted(hash_: str | None, password: str) -> bool:
        if hash_ is not None:
            tried.append(password)
        return passwords.verify_password(hash_, password)

    monkeypatch.setattr(entering, "verify_password", noted)

    def guess(number: int) -> str:
        try:
            sign_in(NAME, f"otra cosa larga {number}", tools=tools, as_of=NOW)
        except AhorraLuzError as error:
            return error.issue.code
        return "in"

    codes = at_once(guess)

    assert set(codes) == {"sign-in-refused"}
    # Four that cost nothing, and the one after which the wait begins.
    assert len(tried) == FREE_FAILURES + 1
    assert tools.store.people.accounts.secrets(rosa.id).failures == FREE_FAILURES + 1


def test_every_attempt_at_once_is_counted(tools: Toolbox, rosa: Account) -> None:
    begun = at_once(lambda _: begin_attempt(rosa, tools=tools, as_of=NOW))

    made = [attempt for attempt in begun if attempt is not None]
    kept = tools.store.people.accounts.secrets(rosa.id)
    assert len(made) == kept.failures == FREE_FAILURES + 1
    assert kept.locked_until == NOW + timedelta(seconds=30)


def test_a_right_password_takes_back_its_own_count_alone(tools: Toolbox, rosa: Account) -> None:
    for _ in range(FREE_FAILURES):
        begin_attempt(rosa, tools=tools, as_of=NOW)
    right = begin_attempt(rosa, tools=tools, as_of=NOW)
    assert right is not None

    take_back(right, tools=tools)

    kept = tools.store.people.accounts.secrets(rosa.id)
    assert (kept.failures, kept.locked_until) == (FREE_FAILURES, None)


def test_a_count_taken_back_does_not_open_a_lock_of_others(tools: Toolbox, rosa: Account) -> None:
    first = begin_attempt(rosa, tools=tools, as_of=NOW)
    for _ in range(FREE_FAILURES):
        begin_attempt(rosa, tools=tools, as_of=NOW)
    assert first is not None

    take_back(first, tools=tools)

    kept = tools.store.people.accounts.secrets(rosa.id)
    assert (kept.failures, kept.locked_until) == (FREE_FAILURES, NOW + timedelta(seconds=30))


def test_what_may_be_asked_for_is_counted_once_for_all(tools: Toolbox, rosa: Account) -> None:
    counters = [Counter(tools, wall=lambda: 1_000.0) for _ in range(3)]

    told = at_once(lambda number: counters[number % 3].spend(BUDGET, "192.0.2.1"))

    let_in = [one for one in told if one is not None and one.wait_s == 0]
    assert len(let_in) == BUDGET.burst
    assert all(one is not None for one in told)


def test_it_comes_again_as_time_goes_on(tools: Toolbox, rosa: Account) -> None:
    clock = [1_000.0]
    counter = Counter(tools, wall=lambda: clock[0])
    for _ in range(7):
        counter.spend(BUDGET, "192.0.2.1")
    refused = counter.spend(BUDGET, "192.0.2.1")
    clock[0] += 2.0

    again = [counter.spend(BUDGET, "192.0.2.1") for _ in range(2)]
    other = counter.spend(BUDGET, "192.0.2.2")

    assert refused is not None
    assert (refused.wait_s, refused.left) == (2.0, 0)
    assert [one.wait_s for one in again if one is not None] == [0.0, 2.0]
    assert other is not None
    assert other.left == 6


def test_a_clock_that_was_ahead_for_a_while_locks_nobody_out(tools: Toolbox, rosa: Account) -> None:
    clock = [1_000_000.0]
    counter = Counter(tools, wall=lambda: clock[0])
    for _ in range(7):
        counter.spend(BUDGET, "192.0.2.1")

    clock[0] -= 86_400
    looked = counter.spend(BUDGET, "192.0.2.1", 0)
    spent = [counter.spend(BUDGET, "192.0.2.1") for _ in range(8)]

    assert looked is not None
    assert (looked.left, looked.full_s) == (7, 0)
    assert [one is not None and one.wait_s == 0 for one in spent] == [True] * 7 + [False]


def test_a_clock_a_little_behind_that_of_others_gives_nothing_away(
    tools: Toolbox, rosa: Account
) -> None:
    clock = [1_000_000.0]
    counter = Counter(tools, wall=lambda: clock[0])
    for _ in range(7):
        counter.spend(BUDGET, "192.0.2.1")

    clock[0] -= 60
    again = counter.spend(BUDGET, "192.0.2.1")

    assert again is not None
    assert (again.left, again.wait_s) == (0, 62)


def test_the_count_names_nobody_and_goes_when_it_says_nothing_any_more(
    tools: Toolbox, rosa: Account
) -> None:
    from ahorraluz.store.account_tables import ALLOWANCES

    Counter(tools, wall=lambda: 1_000.0).spend(BUDGET, "192.0.2.1")
    with tools.store.people.reading() as connection:
        [row] = connection.execute(ALLOWANCES.select()).all()

    gone = tools.store.people.allowances.tidy(now_ms=1_002_000)

    assert "192" not in row.key
    assert len(row.key) == 64
    assert gone == 1


def test_without_a_database_each_process_counts_for_itself_and_makes_none(tmp_path: Path) -> None:
    told = Counter(open_toolbox(Settings(data_dir=tmp_path))).spend(BUDGET, "192.0.2.1")

    assert told is None
    assert list(tmp_path.iterdir()) == []


def application(settings: Settings) -> Flask:
    return create_app(
        settings, today=lambda: date(2026, 11, 26), throttle=Throttle(burst=60, pages_a_second=2)
    )


def test_two_servers_let_an_address_try_no_more_than_one_would(
    settings: Settings, tools: Toolbox, rosa: Account
) -> None:
    servers = [application(settings), application(settings)]

    statuses = [servers[n % 2].test_client().post("/entrar").status_code for n in range(16)]

    assert statuses[:10].count(429) == 0
    assert statuses[10:] == [429] * 6
    for server in servers:
        server.extensions[EXTENSION].tools.store.close()


def test_programs_are_counted_together_in_portions(tools: Toolbox, rosa: Account) -> None:
    asked: list[int] = []
    throttles = [Throttle(burst=25, pages_a_second=0.001) for _ in range(2)]
    for throttle in throttles:
        share(throttle, name="portions", tools=tools, lease=10)
        spend = throttle.shared
        assert spend is not None

        def counted(key: str, many: int, spend: Callable[..., object] = spend) -> object:
            asked.append(many)
            return spend(key, many)

        throttle.shared = counted  # type: ignore[assignment]

    waits = [throttles[n % 2].take("token 1", now=0.0).wait_s for n in range(40)]

    assert sum(wait == 0 for wait in waits) == 25
    assert asked.count(10) < 40


def test_redis_counts_where_the_queue_lies_there(
    tools: Toolbox, rosa: Account, tmp_path: Path
) -> None:
    from dataclasses import replace

    with redis_address(tmp_path / "redis") as address:
        tools.settings = replace(tools.settings, queue_url=address)
        counters = [Counter(tools, wall=lambda: 1_000.0) for _ in range(3)]
        told = at_once(lambda number: counters[number % 3].spend(BUDGET, "192.0.2.1"))
        looked = counters[0].spend(BUDGET, "192.0.2.2", 0)
    away = counters[0].spend(BUDGET, "192.0.2.1")

    assert sum(one is not None and one.wait_s == 0 for one in told) == BUDGET.burst
    assert looked is not None
    assert looked.left == BUDGET.burst
    assert away is None


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.CONSULTANT])
def test_the_right_password_is_let_in_after_wrong_ones(tools: Toolbox, role: Role) -> None:
    join(Joining(name=NAME, password=PASSWORD, language="es", role=role), tools=tools, as_of=NOW)
    for _ in range(FREE_FAILURES):
        with pytest.raises(AhorraLuzError):
            sign_in(NAME, "otra cosa larga", tools=tools, as_of=NOW)

    account = sign_in(NAME, PASSWORD, tools=tools, as_of=NOW)

    assert tools.store.people.accounts.secrets(account.id).failures == 0


def test_reading_pages_asks_nothing_of_the_count(
    settings: Settings, tools: Toolbox, rosa: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import event

    monkeypatch.setattr("ahorraluz.web.page.datetime", Clock(at=NOW))
    app = application(settings)
    store = app.extensions[EXTENSION].tools.store
    opened = open_session(rosa, device="x", complete=True, tools=tools, as_of=NOW)
    client = app.test_client()
    client.set_cookie("ahorraluz", opened.token)
    client.get("/cuenta")
    said: list[str] = []
    event.listen(
        store._engine(create=False),
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: said.append(statement),
    )

    status = client.get("/cuenta").status_code
    store.close()

    assert status == 200
    assert len(said) > 0
    assert [one for one in said if "allowances" in one or one.startswith(WRITES)] == []
