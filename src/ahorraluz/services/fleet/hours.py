"""The hours ahead of many homes: one tensor for all of them and for the past they are judged by."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ahorraluz.core.forecast.baselines import Climatology
from ahorraluz.core.forecast.forecaster import Forecaster, ForecastError
from ahorraluz.learning.litert import CARD_FILE, MODEL_FILE, NAME, DayMixer, load_default
from ahorraluz.learning.shelf import FOLDER, champion, versions
from ahorraluz.learning.shelved import SHIPPED_NUMBER
from ahorraluz.services.forecast_models import holidays_of, population_known
from ahorraluz.services.predict_hours import HoursAhead, HoursAsked, tell_hours
from ahorraluz.services.quiet_runtime import quiet_runtime
from ahorraluz.services.toolbox import Toolbox

AT_ONCE = 24
"""Homes in one call of the model: with two months of past each some 1,600 windows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursModel:
    """Which model tells hours; one run asks one model, whatever is promoted meanwhile."""

    number: int
    """On the shelf; 0: the one that came with the program."""
    version: str

    @property
    def text(self) -> str:
        """How it is written beside a home."""
        return f"{NAME} {self.number} {self.version}"


def model_in_use(tools: Toolbox) -> HoursModel:
    """Return the champion of the shelf, or the model that came with the program."""
    found = champion(tools.user_folder / FOLDER, name=NAME)
    if found is not None:
        return HoursModel(number=found.number, version=found.version)
    return HoursModel(number=SHIPPED_NUMBER, version=_shipped().version)


def hours_of(
    asked: Mapping[str, HoursAsked], *, tools: Toolbox, model: HoursModel
) -> Mapping[str, HoursAhead]:
    """Return the hours ahead of each home, those of one zone together."""
    zones: dict[str, list[str]] = {}
    for home, one in asked.items():
        zones.setdefault(one.zone, []).append(home)
    found: dict[str, HoursAhead] = {}
    for zone, homes in zones.items():
        network = _open(tools.user_folder / FOLDER, model.number, zone)
        for some in _groups(homes):
            told = tell_hours([asked[home] for home in some], network)
            found |= dict(zip(some, told, strict=True))
    return found


def _groups(homes: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(homes), AT_ONCE):
        yield homes[first : first + AT_ONCE]


@lru_cache(maxsize=16)
def _open(shelf: Path, number: int, zone: str) -> Forecaster:
    free = holidays_of(zone)
    try:
        with quiet_runtime():
            if number == SHIPPED_NUMBER:
                return load_default(free=free)
            found = next(one for one in versions(shelf, name=NAME) if one.number == number)
            return DayMixer(found.read(MODEL_FILE), json.loads(found.read(CARD_FILE)), free=free)
    except ForecastError:
        # This system cannot run it: what needs no runtime answers, as it does in the app.
        return Climatology(population_known())


@lru_cache(maxsize=1)
def _shipped() -> Forecaster:
    return _open(Path(), SHIPPED_NUMBER, "America/Lima")
