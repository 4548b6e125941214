"""Stamps of pages: another one after everything that a page could show, the same after the rest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import BigInteger, Column, Double, Integer, LargeBinary, Table, delete, insert
from sqlalchemy import update as update_of

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.security.keyring import open_keyring
from ahorraluz.security.roles import Reach, Role
from ahorraluz.store.account_records import Session
from ahorraluz.store.account_tables import CONSENTS
from ahorraluz.store.accounts import NewAccount
from ahorraluz.store.client_homes import ClientBook
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.live_tables import METADATA
from ahorraluz.store.promise_records import MonthResult, PromiseTerms
from ahorraluz.store.records import Description
from ahorraluz.store.stamps import NOT_SHOWN, OF_ROWS
from ahorraluz.store.tables import STEP_RESULTS
from ahorraluz.store.vault import Vault, account_owner, home_owner

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
HOME, OTHER = "h-0123456789abcdef0123456789abcdef", "h-fedcba9876543210fedcba9876543210"
TOKEN = "0" * 64
NUMBERS = count(1)
NEVER_CHANGED = ("promise_homes", "done_steps")
"""Tables of which triggers refuse it."""
CHECKED = {
    "state": ("waiting", "failed"),
    "reach": ("consultant", "viewer"),
    "quantity": ("power", "register"),
}
"""Two values each of columns that may hold no others."""
TABLES = [t for t in METADATA.sorted_tables if "home" in t.c and t.name not in NOT_SHOWN]


@dataclass
class Kept:
    """A store with an account that is signed in and has a home, and another one."""

    store: Store
    vault: Vault

    def home(self, *, at: datetime = NOW) -> bytes:
        """Return the stamp of the home."""
        return self.store.people.stamps.home(HOME, at=at)

    def page(self, home: str | None = HOME) -> bytes | None:
        """Return the digest of a page of the session."""
        stamp = self.store.people.stamps.page(TOKEN, home, at=NOW)
        return None if stamp is None else stamp.digest

    def both(self) -> set[bytes | None]:
        """Return the stamps of the home and of its page."""
        return {self.home(), self.page()}

    def put(self, statement: Any) -> None:
        """Run a statement as it is, whatever rows it refers to."""
        engine = self.store._engine(create=False)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            else:
                connection.exec_driver_sql("SET session_replication_role = replica")
            connection.execute(statement)
            connection.invalidate()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    url = f"sqlite:///{tmp_path / 'ahorraluz.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = str(server.make_database(f"stamps_{next(NUMBERS)}"))
    ring = open_keyring(tmp_path / "keyring.json")
    vault = Vault(f"sqlite:///{tmp_path / 'keys.db'}", keyring=lambda: ring)
    store = open_store(url, vault=vault)
    people = store.people
    for id_, home, hash_ in (("a-1", HOME, TOKEN), ("a-2", OTHER, "1" * 64)):
        new = NewAccount(
            id=id_, name=f"{id_}@ejemplo.pe", password="hash", role=Role.RESIDENT, language="es"
        )
        people.accounts.add(new, as_of=NOW)
        people.households.keep(home, {"label": "a"}, account=id_, reach=Reach.OWNER, as_of=NOW)
        session = Session(
            hash=hash_,
            account=id_,
            device="test",
            complete=True,
            created_at=NOW,
            seen_at=NOW,
            expires_at=NOW + timedelta(days=60),
        )
        people.sessions.open(session)
    yield Kept(store, vault)
    store.close()


def value_of(column: Column[Any], *, other: bool = False) -> object:
    """Return a value that a column may have."""
    if column.name in CHECKED:
        return CHECKED[column.name][other]
    if isinstance(column.type, LargeBinary):
        # Sealed anew: another nonce, whatever is sealed.
        return (b"\x01" if other else b"\x00") * 60
    if isinstance(column.type, Integer | BigInteger | Double):
        return 71 if other else 70
    return "x" if other else "y"


def row_of(table: Table, **given: object) -> Mapping[str, object]:
    """Return a row of a table."""
    made = {column.name: value_of(column) for column in table.c}
    return {**made, **{name: value for name, value in given.items() if name in table.c}}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_every_value_of_every_row_about_a_home_is_in_its_stamp(kept: Kept, table: Table) -> None:
    if table.name == "answers":
        kept.put(delete(table))
    stamps = [kept.both()]

    kept.put(insert(table).values(row_of(table, home=HOME, account="a-2", end_s=90)))
    stamps.append(kept.both())
    for column in table.c:
        told = column.name in OF_ROWS.get(table.name, table.c.keys())
        if column.primary_key or column.name == "home" or table.name in NEVER_CHANGED or not told:
            continue
        value = "a-1" if column.name == "account" else value_of(column, other=True)
        value = 99 if column.name == "end_s" else value
        kept.put(update_of(table).where(table.c.home == HOME).values({column.name: value}))
        stamps.append(kept.both())

    assert len(set().union(*stamps)) == 2 * len(stamps)


def test_texts_that_look_alike_are_told_apart(kept: Kept) -> None:
    stamps = set()
    for purpose, subject in (("a", "b','c"), ("a','b", "c"), ("a", "b"), ("a", "b;")):
        kept.put(delete(CONSENTS))
        told = row_of(CONSENTS, home=HOME, account="a-1", purpose=purpose, subject=subject)
        kept.put(insert(CONSENTS).values(told))
        stamps.add(kept.home())

    assert len(stamps) == 4


# --- what people do ---------------------------------------------------------------------------


def _day_of_readings() -> MeterFile:
    start = np.arange(24, dtype=np.int64) * 3_600
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + 3_600,
        value=np.linspace(0.1, 0.9, 24),
        line=np.arange(24, dtype=np.int64) + 2,
        flags=np.zeros(24, dtype=np.uint8),
    )
    return MeterFile(format="csv", channels=(channel,), rows=24, zone="America/Lima")


def _keep_figures(store: Store) -> None:
    people = store.people
    book = ClientBook(reading=people.reading, writing=people.writing, vault=people.vault)
    assert book.keep_beside(HOME, "figures", {}, version=2)


def _import(store: Store) -> None:
    store.add_import(HOME, _day_of_readings(), sha256="0" * 64, file_name="a.csv", as_of=NOW)


def _promise(store: Store) -> None:
    terms = PromiseTerms(
        step="led-lamp", distributor="seal", region="", wh_month=1_000, cents_month=70
    )
    store.promises.make(HOME, terms, nonce="n", as_of=NOW)


def _measure(store: Store) -> None:
    month = MonthResult(
        month="2026-10",
        days=30,
        kwh=1,
        error_kwh=0.1,
        cents=70,
        cents_low=60,
        cents_high=80,
        measured_s=1,
    )
    promise = store.promises.of_home(HOME, "led-lamp")
    assert promise is not None
    store.promises.keep_results(promise.id, [month])


DESCRIBED = Description(
    department="lima", people=4, altitude_m=10, end_uses=frozenset({"light"}), kwh_month=150
)
ACTS: tuple[tuple[str, Callable[[Store], object]], ...] = (
    ("say", lambda s: s.people.households.say(HOME, {"label": "b"}, version=1, as_of=LATER)),
    ("keep figures", _keep_figures),
    ("import", _import),
    ("put aside", lambda s: s.quarantine(HOME, "kWh", 0, 3_600, "odd", LATER)),
    ("release", lambda s: s.release(HOME, 1, LATER)),
    ("undo", lambda s: s.undo_import(HOME, 1, LATER)),
    ("redo", lambda s: s.redo_import(HOME, 1, LATER)),
    ("drop fine readings", lambda s: s.drop_fine_readings(before=LATER)),
    ("describe", lambda s: s.describe(HOME, DESCRIBED, LATER)),
    ("withdraw", lambda s: s.withdraw(HOME)),
    ("promise", _promise),
    ("measure", _measure),
    (
        "mark done",
        lambda s: s.promises.mark_done(HOME, "led-lamp", day=date(2026, 11, 1), as_of=LATER),
    ),
    ("grant", lambda s: s.people.households.grant(HOME, "a-2", Reach.VIEWER, as_of=LATER)),
    ("grant more", lambda s: s.people.households.grant(HOME, "a-2", Reach.CONSULTANT, as_of=LATER)),
    ("end reach", lambda s: s.people.households.end_reach(HOME, "a-2")),
    (
        "share",
        lambda s: s.people.households.share(
            HOME, "hash", as_of=NOW, expires_at=NOW + timedelta(days=1)
        ),
    ),
    ("revoke share", lambda s: s.people.households.revoke_share(HOME, 1)),
    ("note", lambda s: s.people.households.add_note(HOME, "hola", account="a-2", as_of=NOW)),
)


def test_everything_that_is_done_with_a_home_makes_another_stamp(kept: Kept) -> None:
    stamps = [kept.both()]

    for _, act in ACTS:
        act(kept.store)
        stamps.append(kept.both())

    same = [name for (name, _), a, b in zip(ACTS, stamps, stamps[1:], strict=False) if a & b]
    assert same == []


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.people.accounts.set_role("a-1", Role.PROVIDER),
        lambda s: s.people.accounts.set_language("a-1", "en"),
        lambda s: s.people.accounts.suspend("a-1", at=NOW),
        lambda s: s.people.accounts.set_second_factor("a-1", "JBSWY3DPEHPK3PXP"),
        lambda s: s.people.accounts.set_profile("a-1", name="otra@ejemplo.pe", organisation=""),
        lambda s: s.people.sessions.end(TOKEN),
        lambda s: s.people.accounts.remove("a-1"),
        lambda s: s._vault.destroy(account_owner("a-1")),
        lambda s: s._vault.destroy(home_owner(HOME)),
        lambda s: s.forget(HOME),
    ],
    ids=(
        *("role", "language", "suspended", "second factor", "name", "session"),
        *("account", "key of the account", "key of the home", "home"),
    ),
)
def test_a_page_hangs_on_who_asks_and_on_keys(kept: Kept, act: Callable[[Store], object]) -> None:
    before = kept.page()

    act(kept.store)

    assert before is not None
    assert kept.page() != before


def test_a_link_that_ends_by_itself_makes_another_stamp(kept: Kept) -> None:
    households = kept.store.people.households
    households.share(HOME, "hash", as_of=NOW, expires_at=NOW + timedelta(days=1))

    ends = NOW + timedelta(days=1)

    assert kept.home(at=NOW) == kept.home(at=ends - timedelta(seconds=1))
    assert kept.home(at=ends) != kept.home(at=NOW)


def test_what_others_do_and_that_a_session_is_used_leave_a_stamp_as_it_is(kept: Kept) -> None:
    people = kept.store.people
    before = (kept.home(), kept.page(), kept.page(None))

    people.households.say(OTHER, {"label": "b"}, version=1, as_of=LATER)
    people.sessions.see(TOKEN, at=LATER)
    people.sessions.end("1" * 64)
    people.accounts.set_language("a-2", "en")

    assert (kept.home(), kept.page(), kept.page(None)) == before
    assert len(set(before)) == 3


def test_results_are_told_by_the_promises_of_the_home(kept: Kept) -> None:
    _promise(kept.store)
    before = kept.home()

    kept.put(insert(STEP_RESULTS).values(row_of(STEP_RESULTS, promise_id=999)))

    assert kept.home() == before
