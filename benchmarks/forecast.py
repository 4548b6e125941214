"""What a forecast costs, engine by engine: import, memory, milliseconds a home, training.

    python -m venv peer && peer/bin/pip install 'statsforecast>=2.1'
    python benchmarks/forecast.py --peer peer/bin/python --train train/bin/python \
        [--saved FOLDER] [--boosting FOLDER]

Every engine runs in a process of its own, one thread each, on the same invented homes of 28
days with a fixed seed, and tells the 168 hours after them. statsforecast wants an older pandas
than this project and lives in an environment of its own; so may TensorFlow (``--train``).
``--saved`` is a folder that ``ahorraluz train`` has written, with ``saved-model/1`` and
``model.keras``; ``--boosting`` one with a boosting model. Without them a network of the shipped
size, for two rounds, and trees are fitted first on invented homes, and how long that took is
printed. What is not installed or not there is left out with a note. Prints a table; asserts
nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HOMES = 1000
PEER_HOMES = 20
DAYS = 28
SEED = 20_261_126
SECONDS = 1800
ONE_CORE = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)

COMMON = """
import json, sys, time, resource, warnings
warnings.filterwarnings("ignore")
import numpy as np
homes = np.load(sys.argv[1])["kwh"]
place = sys.argv[2]
def memory():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
base = memory()
def timed(call, runs):
    call()
    times = []
    for _ in range(runs):
        began = time.perf_counter(); call(); times.append(time.perf_counter() - began)
    return 1000 * float(np.median(times))
def windows(rows):
    from ahorraluz.core.forecast.forecaster import Windows
    return Windows(kwh=rows, origin=np.full(len(rows), np.datetime64("2026-06-01")),
                   bill_kwh_day=np.full(len(rows), np.nan))
def said(load, one, many, count, **more):
    print(json.dumps({"import_s": load, "memory_mb": memory() - base, "one_ms": one,
                      "many_ms": many / count, **more}))
began = time.perf_counter()
"""
ENGINE = """
one, many = windows(homes[:1]), windows(homes)
load = time.perf_counter() - began
said(load, timed(lambda: model.predict(one), 30), timed(lambda: model.predict(many), 3), len(homes))
"""
LITERT = (
    COMMON + "from ahorraluz.learning.litert import load_default\nmodel = load_default()" + ENGINE
)
BOOSTING = (
    COMMON
    + """from pathlib import Path
from ahorraluz.learning.boosting import load_boosting
model = load_boosting(Path(place))"""
    + ENGINE
)
INPUTS = """
load = time.perf_counter() - began
from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.holidays import peru_free
from ahorraluz.learning.day_tokens import tokens
def inputs(rows):
    given = windows(rows)
    return tokens(given, climatology(given), free=peru_free).inputs
def tell(rows):
    return call(inputs(rows))
"""
TENSORFLOW = """
said(load, timed(lambda: tell(homes[:1]), 20), timed(lambda: tell(homes), 3), len(homes))
"""
SAVED = (
    COMMON
    + """import tensorflow as tf
saved = tf.saved_model.load(place)
serve = saved.signatures["forecast" if "forecast" in saved.signatures else "serving_default"]
def call(given):
    return serve(**{name: tf.constant(values) for name, values in given.items()})"""
    + INPUTS
    + TENSORFLOW
)
KERAS = (
    COMMON
    + """import keras
from ahorraluz.learning.neural import register_layers
register_layers()
model = keras.models.load_model(place)
def call(given):
    return model.predict(given, batch_size=512, verbose=0)"""
    + INPUTS
    + TENSORFLOW
)
PEER = (
    COMMON
    + """from statsforecast.models import AutoETS, AutoTheta
load = time.perf_counter() - began
model = {"AutoETS": AutoETS, "AutoTheta": AutoTheta}[place](season_length=24)
def tell(rows):
    for kwh in rows:
        model.forecast(kwh.reshape(-1), h=168, level=[80])
few = homes[:int(sys.argv[3])]
said(load, timed(lambda: tell(few[:1]), 3), timed(lambda: tell(few), 1), len(few))
"""
)
FIT = """
import json, sys, time
from pathlib import Path
import numpy as np
from ahorraluz.core.forecast.panel import HomeHours, cut_windows
from ahorraluz.learning.boosting import save, train_boosting
kwh = np.load(sys.argv[1])["years"]
days = np.datetime64("2025-01-01") + np.arange(kwh.shape[1])
cut = cut_windows([HomeHours(id=str(n), days=days, kwh=each) for n, each in enumerate(kwh)],
                  step_days=2)
began = time.perf_counter()
model = train_boosting(cut)
print(json.dumps({"train_s": time.perf_counter() - began, "windows": len(cut.home)}))
save(model, Path(sys.argv[2]), card={})
"""
FIT_NETWORK = """
import json, sys, time
from pathlib import Path
import numpy as np
from ahorraluz.core.forecast.forecaster import FACTS
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.forecast.population import fit_population
from ahorraluz.learning.export import export
from ahorraluz.learning.neural import joined
from ahorraluz.learning.sampling import cut_of
from ahorraluz.learning.training import Recipe, fit, tokens_of
from ahorraluz.learning.training_data import TrainingHome
kwh = np.load(sys.argv[1])["years"]
days = np.datetime64("2025-01-01") + np.arange(kwh.shape[1])
homes = [
    TrainingHome(hours=HomeHours(id=str(n), days=days, kwh=each), place="invented", country="PE",
                 held_out=False, facts=np.full(len(FACTS), np.nan),
                 temp_c=np.full(len(days), np.nan), learn_until=days[-40], judge_from=days[-20])
    for n, each in enumerate(kwh)
]
population = fit_population([home.hours for home in homes])
recipe = Recipe(epochs=2)
began = time.perf_counter()
member = fit(homes, population=population, recipe=recipe, seed=0, progress=lambda *_: None)
took = time.perf_counter() - began
print(json.dumps({"train_s": took, "rounds": recipe.epochs, "windows": recipe.windows,
                  "shipped_rounds": Recipe().epochs}))
sample = tokens_of(cut_of(homes, "check"), population).inputs
export(joined([member]), Path(sys.argv[2]), sample={k: v[:16] for k, v in sample.items()})
"""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Something that tells hours ahead, and how to run it."""

    name: str
    python: str
    code: str
    place: str = ""
    """File or folder of its model, or which model it is."""
    needs: Path | None = None
    """What must be there."""


def invented(homes: int, days: int) -> np.ndarray:
    """Return hours of homes with evenings and chance, shape (homes, days, 24). [kWh]"""
    rng = np.random.default_rng(SEED)
    clock = np.arange(24)
    shape = 0.15 + np.exp(-((clock - 20) ** 2) / 6.0)
    level = rng.gamma(2.0, 0.2, (homes, 1, 1))
    return np.asarray(level * shape * rng.gamma(2.0, 0.5, (homes, days, 24)))


def run(engine: Engine, data: Path) -> dict[str, float] | str:
    """Return what an engine said of itself, or why it did not."""
    if engine.needs is not None and not engine.needs.exists():
        return f"not there: {engine.needs.name}"
    if not engine.python:
        return "no environment named"
    settings = os.environ | dict.fromkeys(ONE_CORE, "1") | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [engine.python, "-c", engine.code, data, engine.place, str(PEER_HOMES)],
        capture_output=True,
        text=True,
        env=settings,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or ["failed"])[-1][:100]
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def fitted(name: str, code: str, python: str | None, scratch: Path, data: Path) -> Path:
    """Return the folder of a model fitted on invented homes, and print what that took."""
    folder = scratch / name
    fitter = Engine(name=name, python=python or sys.executable, code=code, place=str(folder))
    print(f"{name}, fitted on 6 invented homes of 200 days: {run(fitter, data)}\n", flush=True)
    return folder


def engines(asked: argparse.Namespace, *, saved: Path, boosting: Path) -> list[Engine]:
    """Return every engine, there or not."""
    peer, train = asked.peer or "", asked.train or sys.executable
    return [
        Engine(name="LiteRT (day mixer)", python=sys.executable, code=LITERT),
        Engine(
            name="SavedModel (day mixer)",
            python=train,
            code=SAVED,
            place=str(saved / "saved-model" / "1"),
            needs=saved / "saved-model" / "1",
        ),
        Engine(
            name="Keras (day mixer)",
            python=train,
            code=KERAS,
            place=str(saved / "model.keras"),
            needs=saved / "model.keras",
        ),
        Engine(
            name="boosting (LightGBM)",
            python=sys.executable,
            code=BOOSTING,
            place=str(boosting),
            needs=boosting,
        ),
        Engine(name="statsforecast AutoETS", python=peer, code=PEER, place="AutoETS"),
        Engine(name="statsforecast AutoTheta", python=peer, code=PEER, place="AutoTheta"),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peer", help="Python of an environment with statsforecast")
    parser.add_argument("--train", help="Python of an environment with TensorFlow")
    parser.add_argument("--saved", type=Path, help="folder written by ahorraluz train")
    parser.add_argument("--boosting", type=Path, help="folder of a boosting model")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "homes.npz"
        np.savez(data, kwh=invented(HOMES, DAYS), years=invented(6, 200))
        saved = asked.saved or fitted("network", FIT_NETWORK, asked.train, Path(scratch), data)
        boosting = asked.boosting or fitted("boosting", FIT, None, Path(scratch), data)
        print("| engine | import, s | memory, MB | one home, ms | in a batch, ms a home |")
        print("| --- | --- | --- | --- | --- |")
        notes = []
        for engine in engines(asked, saved=saved, boosting=boosting):
            said = run(engine, data)
            if isinstance(said, str):
                notes.append(f"{engine.name}: left out ({said})")
                continue
            cells = (
                f"{said['import_s']:.2f}",
                f"{said['memory_mb']:.0f}",
                f"{said['one_ms']:.2f}",
                f"{said['many_ms']:.3f}",
            )
            print(f"| {engine.name} | {' | '.join(cells)} |", flush=True)
    print("", *notes, sep="\n")


if __name__ == "__main__":
    main()
