"""What serving costs: one by one, gathered, in batches, over REST, and by a server of models.

    OMP_NUM_THREADS=1 python -m benchmarks.serving [--saved FOLDER]

Every figure stands beside that of the plain ``DayMixer.predict``, call by call, of the same run on
the same invented homes. ``--saved`` is a folder that ``ahorraluz train`` has written: with
TensorFlow installed its SavedModel is then served by the stand-in of the tests, which is no
TensorFlow Serving and says nothing of its speed; without it the stand-in computes with LiteRT.
Times of a call are of the wall, requests a second of processor time are the ones to compare on a
machine that does other things too. Prints tables; asserts nothing.
"""

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree

import numpy as np
from tests.programs import Program, make_world
from tests.serving_stand_in import Loader, StandIn, standing_in, with_tensorflow
from tests.unit.learning.invented_homes import windows_of
from tests.unit.learning.test_serving import with_litert

from ahorraluz.core.forecast.forecaster import Hours, Windows
from ahorraluz.core.forecast.holidays import FreeDays, peru_free
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.learning import shelf
from ahorraluz.learning.gathering import Gathering, Told
from ahorraluz.learning.litert import BATCH, DayMixer, shipped
from ahorraluz.learning.served import ServedModel, Serving
from ahorraluz.learning.serving import TensorFlowServing
from ahorraluz.services.predict_hours import About, hours_asked_of
from ahorraluz.telemetry import ModelMeters

HOMES = 256
CALLS = 1_600
THREADS = (1, 4, 16, 32)
WAITS_MS = (0.0, 0.5, 1.0, 2.0)
SERIES = (1, 10, 100)
SWAPS = 20

Call = Callable[[Windows], Hours]


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How a way of asking did."""

    a_second: float
    """Homes a second of processor time."""
    wall: float
    """Homes a second of the wall."""
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, homes: int, times: Sequence[float], cpu_s: float, wall_s: float) -> "Rate":
        """Return the rate of some calls by their times. [s]"""
        p50, p95, p99 = (1_000 * float(np.quantile(times, q)) for q in (0.5, 0.95, 0.99))
        return cls(a_second=homes / cpu_s, wall=homes / wall_s, p50_ms=p50, p95_ms=p95, p99_ms=p99)

    def told(self, name: str, plain: "Rate", more: str = "") -> str:
        """Return a row of a table, with the ratio to the plain call."""
        return (
            f"{name:44} {self.a_second:9.0f} {self.wall:9.0f} {self.p50_ms:8.2f} "
            f"{self.p95_ms:8.2f} {self.p99_ms:8.2f} {self.a_second / plain.a_second:7.2f} {more}"
        )


HEAD = (
    f"{'':44} {'homes/cpu-s':>9} {'homes/s':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} "
    f"{'ratio':>6}"
)


def measured(call: Callable[[int], int], *, calls: int, threads: int = 1) -> Rate:
    """Return how fast calls are, made by some threads; each says how many homes it told."""
    times: list[float] = []
    homes: list[int] = []

    def work(first: int) -> None:
        for number in range(first, calls, threads):
            began = time.perf_counter()
            homes.append(call(number))
            times.append(time.perf_counter() - began)

    call(0)
    workers = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
    cpu, wall = time.process_time(), time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return Rate.of(sum(homes), times, time.process_time() - cpu, time.perf_counter() - wall)


def of_rows(call: Call, windows: Windows, rows: int = 1) -> Callable[[int], int]:
    """Return a call for the next rows of some homes."""

    def ask(number: int) -> int:
        start = number * rows % (len(windows) - rows + 1)
        call(windows.rows(slice(start, start + rows)))
        return rows

    return ask


def gathered(windows: Windows, plain: Rate) -> None:
    """Compare gathering with calls of their own, by threads and by how long others have to come."""
    model, card = shipped()
    mixer = DayMixer(model, card)
    for threads in THREADS:
        rate = measured(of_rows(mixer.predict, windows), calls=CALLS, threads=threads)
        print(rate.told(f"one by one, {threads} threads", plain))
        for wait_ms in WAITS_MS:
            sizes: list[int] = []

            def ask(asked: Windows, free: FreeDays) -> Told:
                return mixer.told(asked, run=mixer.run, free=free), ""

            def noted(homes: int, _: float, sizes: list[int] = sizes) -> None:
                sizes.append(homes)

            gathering = Gathering(ask=ask, noted=noted, wait_s=wait_ms / 1_000)

            def single(asked: Windows, gathering: Gathering = gathering) -> Hours:
                return gathering(asked, peru_free)[0]

            rate = measured(of_rows(single, windows), calls=CALLS, threads=threads)
            name = f"  gathered, waiting {wait_ms:g} ms"
            print(rate.told(name, plain, f"{np.mean(sizes):.1f} homes a call"))


def batches(windows: Windows, plain: Rate) -> None:
    """Show what more homes in one call save."""
    model, card = shipped()
    mixer = DayMixer(model, card)
    for rows in (4, BATCH, 64, HOMES):
        calls = max(4, CALLS // rows // 2)
        rate = measured(of_rows(mixer.predict, windows, rows), calls=calls)
        print(rate.told(f"one call of {rows} homes", plain))


def over_rest(windows: Windows, plain: Rate) -> None:
    """Show what the endpoint costs, from the JSON of a request to the JSON of its answer."""
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder))
        program = world.program(world.key(world.join()))
        for count in SERIES:
            bodies = [_body(windows, count, first) for first in range(4)]

            def ask(
                number: int,
                count: int = count,
                bodies: list[str] = bodies,
                program: Program = program,
            ) -> int:
                body = bodies[number % len(bodies)]
                response = program.post("/forecasts", data=body, content_type="application/json")
                assert response.status_code == 200
                return count

            rate = measured(ask, calls=max(10, 400 // count))
            # Each with the windows of its past that it is calibrated on.
            name = f"POST /api/v1/forecasts, {count} series"
            print(rate.told(name, plain, f"{windows_a_series(windows)} windows a series"))


def windows_a_series(windows: Windows) -> int:
    """Return how many windows a series of 28 days is told from: its own, and those of its past."""
    home = HomeHours(
        id="", days=np.arange("2026-05-04", "2026-06-01", dtype="datetime64[D]"), kwh=windows.kwh[0]
    )
    asked = hours_asked_of(home, place=len(home.days), about=About(zone="America/Lima", hours=24))
    return 1 + (0 if asked.past is None else len(asked.past.windows))


def _body(windows: Windows, count: int, first: int) -> str:
    rows = [windows.kwh[(first + place) % len(windows)].ravel() for place in range(count)]
    return json.dumps({"series": [{"kwh": np.round(row, 3).tolist()} for row in rows]})


def by_a_server(windows: Windows, plain: Rate, saved: Path | None) -> None:
    """Show what a server beside the process costs; it is a stand-in."""
    load: Loader = with_litert
    if saved is not None and find_spec("tensorflow") is not None:
        load = with_tensorflow
    with tempfile.TemporaryDirectory() as folder:
        models, source = Path(folder) / "models", Path(folder) / "trained"
        card = _source(saved, source)
        shelf.publish(source, models, name="day-mixer", version=str(card["version"]))
        base = models / "day-mixer" / shelf.SERVING
        with standing_in(StandIn(name="day-mixer", base=base, load=load)) as server:
            meters = ModelMeters()
            remote = TensorFlowServing(url=server.url, meters=meters, timeout_s=10)
            model = Serving(shelf=models, server=remote, meters=meters).model()
            for rows in (1, BATCH, 128):

                def ask(asked: Windows, model: ServedModel = model) -> Hours:
                    return model.ask(asked, peru_free)[0]

                rate = measured(of_rows(ask, windows, rows), calls=max(8, 200 // rows))
                name = f"stand-in ({load.__name__}), {rows} homes"
                print(rate.told(name, plain, "server and client in one process"))


def _source(saved: Path | None, source: Path) -> Mapping[str, object]:
    if saved is not None:
        copytree(saved, source)
    else:
        place = files("ahorraluz") / "data" / "models" / "day-mixer"
        network = source / "saved-model" / "1"
        (network / "variables").mkdir(parents=True)
        for name in ("card.json", "model.tflite"):
            (source / name).write_bytes((place / name).read_bytes())
        for name in (
            "fingerprint.pb",
            "saved_model.pb",
            "variables/variables.index",
            "variables/variables.data-00000-of-00001",
        ):
            (network / name).write_bytes(b"LiteRT answers in its place")
    found: Mapping[str, object] = json.loads((source / "card.json").read_text(encoding="utf-8"))
    return found


def swaps(windows: Windows) -> None:
    """Show that a swap costs nobody an answer, and how long one takes to load."""
    with tempfile.TemporaryDirectory() as folder:
        models, source = Path(folder) / "models", Path(folder) / "trained"
        card = _source(None, source)
        shelf.publish(source, models, name="day-mixer", version=str(card["version"]))
        serving = Serving(shelf=models, look_s=0)
        serving.model()
        stop, answered, failed = threading.Event(), [0], [0]

        def ask() -> None:
            while not stop.is_set():
                try:
                    serving.forecaster().predict(windows.rows(slice(0, 1)))
                    answered[0] += 1
                except Exception:  # noqa: BLE001 - whatever it is, it is counted
                    failed[0] += 1

        askers = [threading.Thread(target=ask) for _ in range(8)]
        for asker in askers:
            asker.start()
        took = []
        for number in range(SWAPS):
            shelf.point_to(models, name="day-mixer", number=(number + 1) % 2)
            began = time.perf_counter()
            while serving.model().number != (number + 1) % 2:
                time.sleep(0.001)
            took.append(time.perf_counter() - began)
        stop.set()
        for asker in askers:
            asker.join()
    print(
        f"\n{SWAPS} swaps under 8 threads: {answered[0]} answers, {failed[0]} failed; "
        f"in use after {1_000 * float(np.median(took)):.0f} ms (median)"
    )


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--saved", type=Path)
    given = parser.parse_args()
    windows = windows_of(HOMES)
    model, card = shipped()
    plain = measured(of_rows(DayMixer(model, card).predict, windows), calls=CALLS)
    print(HEAD)
    print(plain.told("DayMixer.predict, one call a home", plain))
    batches(windows, plain)
    gathered(windows, plain)
    over_rest(windows, plain)
    by_a_server(windows, plain, given.saved)
    swaps(windows)


if __name__ == "__main__":
    main()
