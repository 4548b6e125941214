"""Gradient-boosted trees with LightGBM: one set of trees for each quantile, one for the mean.

Every hour of the seven days ahead is told directly from what is known at the origin, in
parts of the home's mean hour; nothing is fed back. LightGBM is imported where trees are
fitted or read, and nowhere else in the program.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.calibration import NO_OFFSETS, Offsets, apply, fit_offsets
from ahorraluz.core.forecast.features import NAMES, HourFeatures, hour_features, window_scale
from ahorraluz.core.forecast.forecaster import (
    HORIZON_DAYS,
    QUANTILES,
    Floats,
    ForecastError,
    Hours,
    Windows,
    tidy,
)
from ahorraluz.core.forecast.holidays import FreeDays, no_free, peru_free
from ahorraluz.core.forecast.panel import Cut
from ahorraluz.core.issues import AhorraLuzError

if TYPE_CHECKING:
    from lightgbm import Booster

NAME = "boosting"
HEADS = (*(f"q{round(100 * quantile)}" for quantile in QUANTILES), "mean")
CARD_FILE = "card.json"
LEAST_HOURS = 5_000
"""Hours to learn from below which trees would only repeat them. [h]"""
WEIGHTS = (0.05, 4.0)
"""Least and greatest weight of a window, its level over its home's: errors count in kWh of
the home, but a week away must not count a thousand times."""
BATCH = 256
"""Windows told at once: their features take some ten megabytes."""

MOST_CARD, MOST_TREES = 4 << 20, 256 << 20
"""Largest card, and largest text of one set of trees, that are read. [byte]"""
GZIP_WINDOW = 31
_BROKEN = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, zlib.error,
           RecursionError)  # fmt: skip
"""What reading files that are no model raises."""

Progress = Callable[[int, int], None]
"""Told after every set of trees: sets done, sets in all."""


class BoostingError(AhorraLuzError):
    """Trees that cannot be fitted or read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How trees are fitted."""

    rounds: int = 80
    """Trees of each set."""
    leaves: int = 12
    rate: float = 0.12
    """How much each tree adds."""
    least_rows: int = 300
    """Hours that a leaf rests on at least."""
    hours: int = 300_000
    """Hours drawn to learn from; all where there are fewer. [h]"""
    threads: int = 1
    """Processor cores. More than are idle is far slower than one: they wait for each other."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boosting:
    """Fitted trees behind the protocol of all forecasters."""

    trees: Mapping[str, "Booster"]
    """By the names of ``HEADS``."""
    version: str
    """Hash of the trees."""
    free: FreeDays
    """Holidays where the homes are."""
    offsets: Offsets = NO_OFFSETS
    """How far the quantiles of each day ahead are moved."""
    threads: int = 1
    name: str = NAME

    def predict(self, windows: Windows, *, days: int = HORIZON_DAYS) -> Hours:
        """Return the hours of the first ``days`` days ahead.

        Raises
        ------
        ForecastError
            ``forecast-nothing-known``: a window has neither a reading nor a recibo.
        """
        level = window_scale(windows)
        if bool(np.isnan(level).any()):
            raise ForecastError("forecast-nothing-known", windows=int(np.isnan(level).sum()))
        features = hour_features(windows, days=days, free=self.free)
        told = _told(self.trees, features, threads=self.threads)
        return apply(told, self.offsets, features.scale)


def train_boosting(
    cut: Cut,
    *,
    free: FreeDays = no_free,
    recipe: Recipe | None = None,
    seed: int = 0,
    progress: Progress = lambda _done, _all: None,
) -> Boosting:
    """Return trees fitted on some windows and what came after them.

    The same windows, recipe and seed give the same trees.

    Parameters
    ----------
    cut
        Windows to learn from; those that show few days, or a recibo alone, teach the trees
        homes of which little is known.
    free
        Holidays where the homes of ``cut`` are; the fitted model takes Peru's.
    recipe
        How.
    seed
        Of everything that is drawn.
    progress
        Told after every set of trees.

    Raises
    ------
    BoostingError
        ``extra-missing``: LightGBM is not installed. ``boosting-too-few-hours``: fewer than
        5000 known hours.
    """
    lightgbm = require_lightgbm()
    recipe = Recipe() if recipe is None else recipe
    features = hour_features(cut.windows, free=free)
    target = np.maximum(cut.actual.reshape(len(cut.home), -1), 0.0) / features.scale[:, None]
    known = np.flatnonzero(~np.isnan(target.reshape(-1)))
    if len(known) < LEAST_HOURS:
        raise BoostingError("boosting-too-few-hours", hours=len(known), least=LEAST_HOURS)
    chance = np.random.default_rng(seed)
    rows = np.sort(chance.choice(known, min(recipe.hours, len(known)), replace=False))
    matrix = np.ascontiguousarray(features.matrix.reshape(-1, len(NAMES))[rows])
    weight = np.repeat(_weights(cut, features), target.shape[1])[rows]
    trees = {}
    for place, head in enumerate(HEADS):
        aim = {"objective": "l2"} if head == "mean" else _quantile_aim(place)
        data = lightgbm.Dataset(
            matrix,
            target.reshape(-1)[rows],
            # Squared errors in kWh of the home weigh with the square.
            weight=weight**2 if head == "mean" else weight,
            feature_name=list(NAMES),
            free_raw_data=False,
        )
        trees[head] = lightgbm.train(_options(recipe, seed) | aim, data, recipe.rounds)
        progress(place + 1, len(HEADS))
    return Boosting(trees=trees, version=_version(trees), free=peru_free, threads=recipe.threads)


def calibrated(model: Boosting, check: Cut, *, free: FreeDays = no_free) -> Boosting:
    """Return the model with the offsets that windows it did not learn from ask for.

    Parameters
    ----------
    model
        Fitted trees.
    check
        Windows after those that were learnt from; none: nothing is moved.
    free
        Holidays where the homes of ``check`` are.
    """
    if len(check.home) == 0:
        return replace(model, offsets=NO_OFFSETS)
    bare = replace(model, offsets=NO_OFFSETS, free=free)
    hours = bare.predict(check.windows)
    offsets = fit_offsets(hours, check.actual, window_scale(check.windows))
    return replace(model, offsets=offsets)


def save(model: Boosting, folder: Path, *, card: Mapping[str, Any]) -> None:
    """Write a model: one file of trees as text for each head, and its card.

    Parameters
    ----------
    model
        What to keep.
    folder
        Made where it is not there; files of an earlier model in it are replaced.
    card
        What else the card shall say, such as data and scores; plain JSON values.
    """
    import lightgbm

    folder.mkdir(parents=True, exist_ok=True)
    for head, trees in model.trees.items():
        # Without a time in it, the same trees are the same file.
        packed = gzip.compress(trees.model_to_string().encode("utf-8"), mtime=0)
        (folder / _file(head)).write_bytes(packed)
    own = {
        "name": model.name,
        "version": model.version,
        "features": NAMES,
        "lightgbm": lightgbm.__version__,
        "offsets": asdict(model.offsets) | {"shift": model.offsets.shift.round(5).tolist()},
    }
    text = json.dumps({**card, **own}, indent=1, ensure_ascii=False)
    (folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


def load_boosting(folder: Path, *, free: FreeDays = peru_free, threads: int = 1) -> Boosting:
    """Return a model that ``save`` wrote.

    Parameters
    ----------
    folder
        Where it is.
    free
        Holidays where the homes are.
    threads
        Processor cores that a prediction may take.

    Raises
    ------
    BoostingError
        ``extra-missing``: LightGBM is not installed. ``boosting-no-model``: no model there.
        ``boosting-model-broken``: files that do not belong together, or to this version.
    """
    lightgbm = require_lightgbm()
    if not (folder / CARD_FILE).is_file():
        raise BoostingError("boosting-no-model", folder=folder.name)
    try:
        card = json.loads(_content(folder / CARD_FILE, most=MOST_CARD))
        texts = {head: _unpacked(folder / _file(head)) for head in HEADS}
        trees = {
            head: lightgbm.Booster(model_str=text.decode("utf-8")) for head, text in texts.items()
        }
        offsets = Offsets(
            shift=np.array(card["offsets"]["shift"], dtype=np.float64),
            days=int(card["offsets"]["days"]),
        )
        version, names = card["version"], tuple(card["features"])
    except (*_BROKEN, lightgbm.basic.LightGBMError) as e:
        raise BoostingError("boosting-model-broken", folder=folder.name) from e
    shaped = offsets.shift.shape == NO_OFFSETS.shift.shape
    if names != NAMES or version != _version(trees) or not shaped:
        raise BoostingError("boosting-model-broken", folder=folder.name)
    return Boosting(trees=trees, version=version, free=free, offsets=offsets, threads=threads)


def _content(path: Path, *, most: int) -> bytes:
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError("too large")
    return content


def _unpacked(path: Path) -> bytes:
    """Return the text of trees; raises ``ValueError`` where it is larger than any are."""
    packed = _content(path, most=MOST_TREES)
    unpacker = zlib.decompressobj(wbits=GZIP_WINDOW)
    # Bounded: a few bytes can stand for gigabytes.
    text = unpacker.decompress(packed, MOST_TREES)
    if not unpacker.eof:
        raise ValueError("cut off, or too large")
    return text


def load_default(*, free: FreeDays = peru_free) -> Boosting:
    """Return the model that comes with the program; raises as ``load_boosting``."""
    shipped = files("ahorraluz") / "data" / "models" / NAME
    return load_boosting(Path(str(shipped)), free=free)


def require_lightgbm() -> Any:  # noqa: ANN401 - a module
    """Return LightGBM; raises ``BoostingError`` ``extra-missing`` where it is not installed."""
    try:
        import lightgbm
    except ImportError as error:
        raise BoostingError("extra-missing", extra="boosting") from error
    return lightgbm


def _told(trees: Mapping[str, "Booster"], features: HourFeatures, *, threads: int) -> Hours:
    windows, hours = features.matrix.shape[:2]
    told = np.empty((windows, hours, len(HEADS)))
    for rows in _batches(windows):
        matrix = features.matrix[rows].reshape(-1, len(NAMES))
        for place, head in enumerate(HEADS):
            answer = trees[head].predict(matrix, num_threads=threads)
            told[rows, :, place] = np.asarray(answer).reshape(-1, hours)
    told *= features.scale[:, None, None]
    return tidy(told[..., :-1], told[..., -1])


def _batches(count: int) -> Iterator[slice]:
    for start in range(0, count, BATCH):
        yield slice(start, start + BATCH)


def _weights(cut: Cut, features: HourFeatures) -> Floats:
    """Return the level of each window over the mean level of its home."""
    home: NDArray[np.int64] = cut.home
    sums = np.bincount(home, weights=features.scale)
    usual = sums / np.maximum(np.bincount(home), 1)
    return np.clip(features.scale / usual[home], *WEIGHTS)


def _quantile_aim(place: int) -> dict[str, Any]:
    return {"objective": "quantile", "alpha": QUANTILES[place]}


def _options(recipe: Recipe, seed: int) -> dict[str, Any]:
    return {
        "num_leaves": recipe.leaves,
        "learning_rate": recipe.rate,
        "min_data_in_leaf": recipe.least_rows,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "num_threads": recipe.threads,
        "seed": seed,
        "deterministic": True,
        # Which way is quicker depends on the machine, and changes the last digits.
        "force_row_wise": True,
        "verbosity": -1,
    }


def _version(trees: Mapping[str, "Booster"]) -> str:
    digest = hashlib.sha256()
    for head in HEADS:
        # How they were fitted comes after them, with the number of threads: not what they are.
        text, _, _ = trees[head].model_to_string().partition("\nparameters:")
        digest.update(text.encode("utf-8"))
    return digest.hexdigest()[:12]


def _file(head: str) -> str:
    return f"{head}.txt.gz"
