"""The canary: a challenger told the last nights beside the champion, and what came of both.

Nobody is shown what it says. For each home that is kept here and each of the last nights, both are
given what was known that evening, and their errors are those of the days that followed, summed as
the nightly watch sums them. Homes of a training set say whether a network learnt; these say whether
it suits the homes it is going to be asked about.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from ahorraluz.core.forecast.backtest import Ratio, home_draws, ratio
from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.drift_errors import (
    LEAST_HOURS,
    SCORES,
    day_of,
    score_days,
    week_before,
)
from ahorraluz.core.forecast.forecaster import HOURS_DAY, Floats, Windows
from ahorraluz.core.forecast.panel import HomeHours, home_hours
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue
from ahorraluz.core.readings.grid import day_grid
from ahorraluz.core.readings.schema import Step
from ahorraluz.learning.litert import DayMixer
from ahorraluz.learning.registry import CHALLENGER, CHAMPION
from ahorraluz.services.drift.watching import AHEAD, days_before
from ahorraluz.services.forecast_models import holidays_of
from ahorraluz.services.models.folder import ModelFolder
from ahorraluz.services.models.opening import Numbered, opened, said_in
from ahorraluz.services.models.verdicts import CHANCE, LEAST_HOMES
from ahorraluz.services.month_scores import SEED
from ahorraluz.services.outlets import PERU_TIME
from ahorraluz.services.quiet_runtime import quiet_runtime
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.services.toolbox import Toolbox

CANARY = "canary"
"""Tag of a version that holds what its last canary said."""
NIGHTS = 14
"""Nights that are told again, unless another number is asked for: every weekday twice."""
FEWEST_NIGHTS = 7
"""Nights of a home that counts: of fewer some weekday would be missing."""
COVERED = (0.70, 0.90)
"""Part of the hours that the challenger's 80 % band has to hold; training asks 0.75 to 0.85 of
hundreds of homes, and fewer homes and nights move it further."""
KWH, LOSS, HOURS, INSIDE = (SCORES.index(n) for n in ("kwh", "loss_kwh", "hours", "inside"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """What came of a canary."""

    challenger: int
    champion: int
    homes: int
    """Homes with enough of these nights; others did not count."""
    nights: int
    ratios: Mapping[int, Ratio]
    """Weighted quantile loss of the challenger over the champion's, by hours ahead."""
    coverage: Mapping[int, float]
    """Part of the hours inside the challenger's 80 % band, by hours ahead."""
    failed: tuple[str, ...]
    """``error <hours>`` or ``coverage <hours>``."""
    verdict: str
    """``passed``, ``failed`` or ``cannot-tell``."""
    issues: tuple[Issue, ...] = field(default=())


def run_canary(
    wanted: str | None, *, nights: int = NIGHTS, tools: Toolbox, as_of: datetime
) -> Canary:
    """Tell the last nights again by a version and by the champion, and keep what came of it.

    Parameters
    ----------
    wanted
        Number, hash or alias of a version; ``None``: the challenger.
    nights
        How many of the last nights are told again, 7 to 60.
    tools
        Settings and the store.
    as_of
        The moment.

    Raises
    ------
    InvalidInputError
        ``models-version-unknown``, ``models-no-alias``,
        ``models-version-unclear``; ``models-same``: it is the champion.
    BookError, RegistryError
        As of :func:`~ahorraluz.services.models.opening.opened`.
    """
    with opened(tools=tools, as_of=as_of) as found:
        one, champion = found.find(wanted or CHALLENGER), found.find(CHAMPION)
        if one.number == champion.number:
            raise InvalidInputError("models-same", number=champion.number)
        with found.files(one) as ours, found.files(champion) as theirs:
            sums = told_again((ours, theirs), nights=nights, tools=tools, as_of=as_of)
        ratios, coverage, failed, verdict = judged(sums)
        said = {
            "verdict": verdict,
            "champion": champion.kept.content,
            "homes": len(sums),
            "nights": nights,
            "at": as_of.isoformat(),
        }
        found.registry.note(found.name, one.kept.registered, CANARY, json.dumps(said))
        issues = tuple(found.issues)
    return Canary(
        challenger=one.number,
        champion=champion.number,
        homes=len(sums),
        nights=nights,
        ratios=ratios,
        coverage=coverage,
        failed=failed,
        verdict=verdict,
        issues=issues,
    )


def canary_of(one: Numbered, champion: Numbered) -> str:
    """Return what the last canary of a version beside this very champion said; empty: none."""
    said = said_in(one.kept.tags.get(CANARY, ""))
    return str(said.get("verdict", "")) if said.get("champion") == champion.kept.content else ""


def told_again(
    both: tuple[ModelFolder, ModelFolder], *, nights: int, tools: Toolbox, as_of: datetime
) -> Floats:
    """Return sums of realised errors, shape (homes, models, days ahead, 8).

    Parameters
    ----------
    both
        The challenger and the champion.
    nights
        How many days before today count.
    tools
        The store of the kept homes.
    as_of
        The moment; today is not over.
    """
    today = as_of.astimezone(PERU_TIME).date()
    models: dict[str, tuple[DayMixer, ...]] = {}
    rows = []
    for home in tools.store.homes():
        try:
            _, cleaned = readings_of(home.id, tools=tools)
        except AhorraLuzError:
            # No readings, or somebody deleted the home meanwhile.
            continue
        readings = cleaned.readings
        if readings.step is not Step.FIXED:
            continue
        if readings.zone not in models:
            free = holidays_of(readings.zone)
            with quiet_runtime():
                models[readings.zone] = tuple(
                    DayMixer((folder.path / "model.tflite").read_bytes(), folder.card, free=free)
                    for folder in both
                )
        hours = home_hours(home.id, day_grid(readings))
        found = _home_sums(hours, models[readings.zone], _days(today, nights))
        if found is not None:
            rows.append(found)
    return np.array(rows).reshape(-1, len(both), len(AHEAD), len(SCORES))


def _days(today: date, nights: int) -> Sequence[np.datetime64]:
    return [np.datetime64(today - timedelta(days=back)) for back in range(nights, 0, -1)]


def _home_sums(
    hours: HomeHours, models: Sequence[DayMixer], days: Sequence[np.datetime64]
) -> Floats | None:
    """Return the sums of one home, shape (models, days ahead, 8); ``None``: too few nights."""
    place = {day: number for number, day in enumerate(hours.days)}
    sums = np.zeros((len(models), len(AHEAD), len(SCORES)))
    for number, ahead in enumerate(AHEAD):
        origins, actual = [], []
        for day in days:
            origin = day - np.timedelta64(ahead - 1, "D")
            came = hours.kwh[place[day]] if day in place else np.full(HOURS_DAY, np.nan)
            known = bool((~np.isnan(days_before(hours, origin))).any())
            if known and int((~np.isnan(came)).sum()) >= LEAST_HOURS:
                origins.append(origin)
                actual.append(came)
        if len(origins) < FEWEST_NIGHTS:
            return None
        windows = Windows(
            kwh=np.array([days_before(hours, origin) for origin in origins]),
            origin=np.array(origins),
            bill_kwh_day=np.full(len(origins), np.nan),
        )
        usual, naive = day_of(climatology(windows), ahead), week_before(windows, ahead)
        for place_of, model in enumerate(models):
            told = day_of(model.predict(windows), ahead)
            scored = score_days(told, usual, naive, np.array(actual))
            sums[place_of, number] = np.nansum(scored, axis=0)
    return sums


def judged(
    sums: Floats,
) -> tuple[dict[int, Ratio], dict[int, float], tuple[str, ...], str]:
    """Return ratios and coverage by hours ahead, what was failed, and the verdict.

    Parameters
    ----------
    sums
        Of :func:`told_again`; the challenger comes first.
    """
    if len(sums) == 0:
        return {}, {}, (), "cannot-tell"
    draws = home_draws(len(sums), chance=np.random.default_rng(SEED))
    ratios: dict[int, Ratio] = {}
    coverage: dict[int, float] = {}
    for number, ahead in enumerate(AHEAD):
        with np.errstate(divide="ignore", invalid="ignore"):
            ours, theirs = (sums[:, n, number, LOSS] / sums[:, n, number, KWH] for n in (0, 1))
        finite = np.isfinite(ours) & np.isfinite(theirs)
        over = ratio(np.where(finite, ours, np.nan), np.where(finite, theirs, np.nan), draws)
        if over is not None:
            ratios[ahead * HOURS_DAY] = over
        own = sums[:, 0, number]
        coverage[ahead * HOURS_DAY] = float(own[:, INSIDE].sum() / own[:, HOURS].sum())
    failed = tuple(_failed(ratios, coverage))
    if len(sums) < LEAST_HOMES or len(ratios) < len(AHEAD):
        return ratios, coverage, failed, "cannot-tell"
    return ratios, coverage, failed, "failed" if failed else "passed"


def _failed(ratios: Mapping[int, Ratio], coverage: Mapping[int, float]) -> Iterator[str]:
    for hours, over in ratios.items():
        if over.low is not None and over.low > 1 and over.value > 1 + CHANCE:
            yield f"error {hours}"
    for hours, part in coverage.items():
        if not COVERED[0] <= part <= COVERED[1]:
            yield f"coverage {hours}"
