"""Two writers on one home at once: what comes out is what one after the other would give.

Each pair of acts is done in both orders on homes of their own, which tells what may come out.
Then two stores with connections of their own do both at once, a few times over; answers and
home must be those of one of the two orders, and everything that is kept can be read.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from sqlalchemy import Connection
from tests.programs import PASSWORD, make_world

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.security.roles import Reach, Role
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.database import Store
from ahorraluz.store.promise_records import PromiseTerms
from ahorraluz.store.records import Description

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
LATER = AS_OF
"""Of what is done second: the chain of promises takes none that is older than its last."""
HOUR_S = 3_600
TIMES = 3
"""How often two acts are tried at once."""
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.integration))

Act = Callable[[Store, str], object]


@dataclass(frozen=True, kw_only=True)
class Town:
    """Two stores on one database, as two processes have them."""

    tools: tuple[Toolbox, Toolbox]
    account: str
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def stores(self) -> tuple[Store, Store]:
        """The store of each."""
        return self.tools[0].store, self.tools[1].store

    def home(self) -> str:
        """Return a new home with a file, some of it put aside, a promise, and what was said."""
        store, home = self.stores[0], f"casa-{next(self.numbers)}"
        keep_file(store, home, name="first.csv", hours=range(6))
        store.quarantine(home, "kWh", 0, HOUR_S, "test", AS_OF)
        store.promises.make(home, terms("line-drying"), nonce=f"n{home}", as_of=AS_OF)
        store.people.households.keep(
            home, {"k": "100"}, account=self.account, reach=Reach.OWNER, as_of=AS_OF
        )
        return home


def keep_file(store: Store, home: str, *, name: str, hours: range, kwh: float = 1.0) -> object:
    start = np.array(hours, dtype=np.int64) * HOUR_S
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + HOUR_S,
        value=np.full(len(start), kwh),
        line=np.arange(len(start), dtype=np.int64) + 2,
        flags=np.zeros(len(start), dtype=np.uint8),
    )
    file = MeterFile(format="csv", channels=(channel,), rows=len(start), zone="America/Lima")
    return store.add_import(home, file, sha256=name, file_name=name, as_of=AS_OF).added


def terms(step: str, cents: int = 950) -> PromiseTerms:
    return PromiseTerms(
        step=step, distributor="seal", region="arequipa", wh_month=12_000, cents_month=cents
    )


def first_import(store: Store, home: str) -> int:
    return store.imports(home)[0].id


def undo(store: Store, home: str) -> None:
    store.undo_import(home, first_import(store, home), LATER)


def redo(store: Store, home: str) -> None:
    store.redo_import(home, first_import(store, home), LATER)


def set_aside(store: Store, home: str) -> None:
    store.quarantine(home, "kWh", 2 * HOUR_S, 4 * HOUR_S, "two", LATER)


def release(store: Store, home: str) -> None:
    store.release(home, store.quarantined(home)[0].id, LATER)


def promise(store: Store, home: str, *, step: str = "shorter-showers", cents: int = 950) -> None:
    store.promises.make(home, terms(step, cents), nonce=f"{home}{step}{cents}", as_of=LATER)


def let_go(store: Store, home: str) -> None:
    store.promises.let_go(home, "line-drying")


def done(store: Store, home: str, *, day: int) -> None:
    store.promises.mark_done(home, "line-drying", day=date(2026, 11, day), as_of=LATER)


def not_done(store: Store, home: str) -> None:
    store.promises.take_back(home, "line-drying", as_of=LATER)


def describe(store: Store, home: str, *, people: int) -> None:
    about = Description(
        department="lima", people=people, altitude_m=0.0, end_uses=frozenset(), kwh_month=9.0
    )
    store.describe(home, about, LATER)


def withdraw(store: Store, home: str) -> None:
    store.withdraw(home)


def say(store: Store, home: str, *, kwh: str) -> int:
    """Keep what is said over the first version: what was read before both began."""
    said = {"k": kwh, "choice": f"what if {kwh}"}
    return store.people.households.say(home, said, version=1, as_of=LATER).version


def forget(store: Store, home: str) -> None:
    store.forget(home)


def overlap(store: Store, home: str, *, name: str, kwh: float) -> object:
    return keep_file(store, home, name=name, hours=range(3, 9), kwh=kwh)


ONE_FILE = partial(overlap, name="b.csv", kwh=2.0)
OTHER_FILE = partial(overlap, name="c.csv", kwh=3.0)
PAIRS: dict[str, tuple[Act, Act]] = {
    "two imports of the same hours": (ONE_FILE, OTHER_FILE),
    "one file twice": (ONE_FILE, ONE_FILE),
    "an import, and the one before undone": (ONE_FILE, undo),
    "an import undone twice": (undo, undo),
    "an import undone and done again": (undo, redo),
    "set aside and import undone": (set_aside, undo),
    "set aside twice": (set_aside, set_aside),
    "set aside and released": (set_aside, release),
    "released twice": (release, release),
    "set aside and an import": (set_aside, ONE_FILE),
    "two promises of a step": (promise, partial(promise, cents=100)),
    "promises of two steps": (promise, partial(promise, step="led-lamps")),
    "a promise let go and made again": (let_go, partial(promise, step="line-drying")),
    "a step done on two days": (partial(done, day=2), partial(done, day=3)),
    "a step done and not done": (partial(done, day=2), not_done),
    "two what-ifs kept": (partial(say, kwh="110"), partial(say, kwh="120")),
    "an edit and a deletion": (partial(say, kwh="110"), forget),
    "an import and a deletion": (ONE_FILE, forget),
    "a promise and a deletion": (promise, forget),
    "set aside and a deletion": (set_aside, forget),
    "a deletion twice": (forget, forget),
    "described twice": (partial(describe, people=2), partial(describe, people=3)),
    "described and withdrawn": (partial(describe, people=2), withdraw),
}


def outcome(act: Act, store: Store, home: str) -> str:
    """Return what an act says."""
    try:
        return f"done {act(store, home)}"
    except AhorraLuzError as error:
        return error.issue.code


def told(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except AhorraLuzError as error:
        return error.issue.code


def state(store: Store, home: str) -> tuple[object, ...]:
    """Return everything that is kept of a home, by what people see: numbers of rows left out."""
    aside = [
        (one.start_s, one.end_s, one.released_at is not None)
        for one in (store.quarantined(home) if any(h.id == home for h in store.homes()) else ())
    ]
    steps = ("line-drying", "shorter-showers", "led-lamps")
    promised = [told(lambda step=step: terms_of(store, home, step)) for step in steps]  # type: ignore[misc]
    return (
        told(lambda: [(one.file_name, one.state.value, one.rows) for one in store.imports(home)]),
        told(lambda: [c.value.tolist() for c in store.channels(home)]),
        sorted(aside),
        promised,
        told(lambda: [(note.step, note.day) for note in store.promises.notes(home)]),
        told(lambda: store.people.households.answers(home).said),
        told(lambda: store.people.households.answers(home).version),
        store.descriptions().get(home),
    )


def terms_of(store: Store, home: str, step: str) -> object:
    found = store.promises.of_home(home, step)
    return None if found is None else found.terms


def in_turn(town: Town, first: Act, second: Act, *, swapped: bool) -> tuple[object, ...]:
    home, store = town.home(), town.stores[0]
    if swapped:
        last = outcome(second, store, home)
        return outcome(first, store, home), last, state(store, home)
    return outcome(first, store, home), outcome(second, store, home), state(store, home)


def at_once(town: Town, first: Act, second: Act) -> tuple[object, ...]:
    home, together = town.home(), Barrier(2)

    def do(act: Act, store: Store) -> str:
        together.wait()
        return outcome(act, store, home)

    with ThreadPoolExecutor(2) as both:
        one = both.submit(do, first, town.stores[0])
        other = both.submit(do, second, town.stores[1])
        said = one.result(), other.result()
    seen = [state(store, home) for store in town.stores]
    assert seen[0] == seen[1]
    return (*said, seen[0])


@pytest.fixture(params=DATABASES, scope="module")
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("writers")
    settings = Settings(data_dir=folder)
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        settings = Settings(data_dir=folder, database_url=server.make_database("two_writers"))
    both = open_toolbox(settings), open_toolbox(settings)
    joining = Joining(name="ana@example.pe", password=PASSWORD, language="es", role=Role.RESIDENT)
    made = Town(tools=both, account=join(joining, tools=both[0], as_of=AS_OF).id)
    made.home()
    yield made
    for tools in made.tools:
        tools.store.close()


@pytest.mark.parametrize("pair", PAIRS)
def test_two_writers_leave_what_one_after_the_other_would(town: Town, pair: str) -> None:
    first, second = PAIRS[pair]
    orders = [in_turn(town, first, second, swapped=swapped) for swapped in (False, True)]

    found = [at_once(town, first, second) for _ in range(TIMES)]

    for one in found:
        assert one in orders
    town.stores[0].promises.everything()


def test_a_file_that_comes_while_its_home_is_deleted_lies_under_a_key_that_is_there(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, (store, other) = town.home(), town.stores
    begin = store._writing

    def deleted_before(*, create: bool = False) -> AbstractContextManager[Connection]:
        monkeypatch.undo()
        other.forget(home)
        return begin(create=create)

    monkeypatch.setattr(store, "_writing", deleted_before)
    keep_file(store, home, name="b.csv", hours=range(3))

    for one in town.stores:
        assert [found.file_name for found in one.imports(home)] == ["b.csv"]
        assert [channel.value.tolist() for channel in one.channels(home)] == [[1.0] * 3]


# --- over the API --------------------------------------------------------------------------


def test_of_two_programs_that_read_the_same_version_one_is_told_to_read_again(
    tmp_path: Path,
) -> None:
    world = make_world(tmp_path)
    key = world.key(world.join())
    home = world.program(key).home()
    for turn in range(3):
        tag = world.program(key).get(f"/homes/{home}").headers["ETag"]
        together = Barrier(2)

        def put(kwh: int, tag: str = tag, together: Barrier = together) -> int:
            program = world.program(key)
            answers = program.get(f"/homes/{home}").json["answers"] | {"kwh": kwh}  # type: ignore[index]
            together.wait()
            said = {"answers": answers, "label": "Casa"}
            return program.ask(
                "PUT", f"/homes/{home}", json=said, headers={"If-Match": tag}
            ).status_code

        with ThreadPoolExecutor(2) as both:
            told = {kwh: both.submit(put, kwh) for kwh in (200 + turn, 300 + turn)}
        codes = {kwh: one.result() for kwh, one in told.items()}

        assert sorted(codes.values()) in ([200, 412], [200, 409])
        kept = world.program(key).get(f"/homes/{home}").json
        assert [kwh for kwh, code in codes.items() if code == 200] == [kept["answers"]["kwh"]]  # type: ignore[index]


def test_one_key_of_two_requests_at_once_makes_one_home(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    key = world.key(world.join())
    answers = {"distributor": "luz-del-sur", "system": "lima-sur", "kwh": 180}
    together = Barrier(2)

    def post(_: int) -> int:
        together.wait()
        program = world.program(key)
        return program.post(
            "/homes", json={"answers": answers}, headers={"Idempotency-Key": "una-vez"}
        ).status_code

    with ThreadPoolExecutor(2) as both:
        codes = sorted(both.map(post, range(2)))

    assert codes[0] == 201
    assert codes[1] in (201, 409)
    assert len(world.program(key).get("/homes").json["homes"]) == 1  # type: ignore[index]
