"""Two networks on the same homes that neither learnt from, home by home."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.backtest import (
    Trial,
    joined_scores,
    judge,
    make_trial,
    predict_all,
    terciles,
)
from ahorraluz.core.forecast.baselines import SeasonalNaive
from ahorraluz.core.forecast.cold_start import cold_trial
from ahorraluz.core.forecast.forecaster import HOURS_DAY, Forecaster
from ahorraluz.core.forecast.holidays import FreeDays
from ahorraluz.core.forecast.metrics import HomeScores
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.learning import boosting
from ahorraluz.learning.judging import HORIZONS_DAYS
from ahorraluz.learning.litert import DayMixer
from ahorraluz.learning.sampling import free_days
from ahorraluz.learning.training_data import TrainingHome
from ahorraluz.services.models.folder import ModelFolder
from ahorraluz.services.quiet_runtime import quiet_runtime

CHALLENGER, CHAMPION = "challenger", "champion"
NAIVE = "seasonal-naive-24"
WARM = "all"
"""Every home with all its readings."""
COLD_DAYS = (0, 7)
"""Days of readings that are also shown alone: most homes have a recibo and nothing else. [day]"""
THIRDS = ("low-use", "middle-use", "high-use")
LEAST_FOR_THIRDS = 15
"""Homes of which a third still holds the five that a group needs."""

Scored = Mapping[tuple[str, str, int], HomeScores]
"""Scores by home, by group of readings, model and hours ahead."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """What was found of every model on homes that were held out."""

    homes: int
    windows: int
    scores: Scored
    models: tuple[str, ...]
    """Those that were judged on all readings."""
    cohorts: Mapping[str, NDArray[np.bool_]]
    """Which homes are of each group, shape (homes,): all, by place, and by thirds of use."""


def judge_both(
    challenger: ModelFolder, champion: ModelFolder, homes: Sequence[TrainingHome]
) -> HeldOut:
    """Return how two networks did on homes, beside the naive rule and the shipped trees.

    Parameters
    ----------
    challenger, champion
        Models whose files are whole.
    homes
        Homes that were held out, of any place.

    Raises
    ------
    InvalidInputError
        ``models-no-held-out``: none of them has a window to judge on.
    """
    parts: dict[tuple[str, str, int], list[HomeScores]] = {}
    places: list[str] = []
    levels: list[NDArray[np.float64]] = []
    for place in sorted({home.place for home in homes}):
        here = [home for home in homes if home.place == place]
        trial = make_trial([home.hours for home in here], first=here[0].judge_from)
        if len(trial.cut.home) == 0:
            continue
        places += [place] * len(here)
        levels.append(trial.level)
        free = partial(free_days, here[0].country)
        both = {CHALLENGER: challenger, CHAMPION: champion}
        with quiet_runtime():
            models: dict[str, Forecaster] = {
                name: DayMixer(_network(folder), folder.card, free=free)
                for name, folder in both.items()
            }
        for group, shown in _groups(trial):
            others = _others(free) if group == WARM else {}
            for name, model in {**models, **others}.items():
                hours = predict_all(model, shown.cut.windows)
                for days in HORIZONS_DAYS:
                    found = judge(hours, shown, days=days)
                    parts.setdefault((group, name, days * HOURS_DAY), []).append(found)
    if not places:
        raise InvalidInputError("models-no-held-out", homes=len(homes))
    scores = {key: joined_scores(found) for key, found in parts.items()}
    warm = scores[WARM, CHALLENGER, HORIZONS_DAYS[0] * HOURS_DAY]
    judged = warm.windows > 0
    return HeldOut(
        homes=int(judged.sum()),
        windows=int(warm.windows.sum()),
        scores=scores,
        models=tuple(dict.fromkeys(name for group, name, _ in scores if group == WARM)),
        cohorts=_cohorts(np.array(places), np.concatenate(levels), judged),
    )


def _network(folder: ModelFolder) -> bytes:
    return (folder.path / "model.tflite").read_bytes()


def _groups(trial: Trial) -> Iterator[tuple[str, Trial]]:
    yield WARM, trial
    cold = cold_trial(trial)
    for days in COLD_DAYS if len(cold.cut.home) else ():
        shown = replace(cold.cut, windows=cold.cut.windows.seen(days))
        yield f"cold_start_{days}", replace(cold, cut=shown)


def _others(free: FreeDays) -> dict[str, Forecaster]:
    others: dict[str, Forecaster] = {NAIVE: SeasonalNaive(24)}
    try:
        others[boosting.NAME] = boosting.load_default(free=free)
    except (ImportError, OSError, boosting.BoostingError):
        # Without LightGBM there is one less to be held against.
        return others
    return others


def _cohorts(
    place: NDArray[np.str_], level: NDArray[np.float64], judged: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    found = {WARM: judged}
    names = np.unique(place)
    for name in names if len(names) > 1 else ():
        found[f"place {name}"] = judged & (place == name)
    if int(judged.sum()) >= LEAST_FOR_THIRDS:
        third = terciles(np.where(judged, level, np.nan))
        found |= {name: third == number for number, name in enumerate(THIRDS)}
    return found
