"""The hours ahead of many homes: one tensor for all of them and for the past they are judged by.

A run asks the model that the app serves when it is begun, and that one alone: every process opens
it by its content, in its own memory, whatever is promoted meanwhile. No server of models is asked:
what two machines answer may differ in the last digit, and a run writes the same bytes anywhere.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ahorraluz.core.forecast.baselines import Climatology
from ahorraluz.core.forecast.forecaster import Forecaster, ForecastError
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning.litert import CARD_FILE, MODEL_FILE, NAME, DayMixer, shipped
from ahorraluz.learning.shelf import FOLDER, versions
from ahorraluz.learning.shelved import SHIPPED_NUMBER
from ahorraluz.services.forecast_models import holidays_of, population_known
from ahorraluz.services.predict_hours import HoursAhead, HoursAsked, tell_hours
from ahorraluz.services.quiet_runtime import quiet_runtime
from ahorraluz.services.toolbox import Toolbox

DIGITS = 12
"""Of the hash of a model that tell one from another."""
AT_ONCE = 24
"""Homes in one call of the model: with two months of past each some 1,600 windows."""


class FleetModelError(AhorraLuzError):
    """The model that a run was begun with cannot be had any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursModel:
    """Which model tells hours; one run asks one model, whatever is promoted meanwhile."""

    name: str = NAME
    number: int
    """On the shelf; 0: it came with the program."""
    version: str
    digest: str
    """Hash of its network and its card; empty: it has neither."""

    @property
    def text(self) -> str:
        """How it is written beside a home."""
        return " ".join(filter(None, (self.name, str(self.number), self.version, self.digest)))


def model_in_use(tools: Toolbox) -> HoursModel:
    """Return the model that the app serves: the champion of the shelf, if it is sound.

    Where the system cannot run it, it is what needs no runtime, as in the app.
    """
    tools.serving.refresh()
    try:
        served = tools.serving.model()
    except ForecastError:
        rest = Climatology(population_known())
        return HoursModel(name=rest.name, number=SHIPPED_NUMBER, version=rest.version, digest="")
    return HoursModel(
        number=served.number,
        version=served.version,
        digest=_digest(*_content(tools.user_folder / FOLDER, served.number)),
    )


def _content(shelf: Path, number: int) -> tuple[bytes, Mapping[str, Any]]:
    """Return network and card of a version.

    Raises
    ------
    ShelfError
        ``shelf-file-differs``.
    FleetModelError
        ``fleet-model-gone``: the shelf has no such number.
    """
    if number == SHIPPED_NUMBER:
        return shipped()
    for found in versions(shelf, name=NAME):
        if found.number == number:
            return found.read(MODEL_FILE), json.loads(found.read(CARD_FILE))
    raise FleetModelError("fleet-model-gone", model=f"{NAME} {number}")


def _digest(network: bytes, card: Mapping[str, Any]) -> str:
    told = json.dumps(card, sort_keys=True).encode()
    return hashlib.sha256(hashlib.sha256(network).digest() + told).hexdigest()[:DIGITS]


def hours_of(
    asked: Mapping[str, HoursAsked], *, tools: Toolbox, model: HoursModel
) -> Mapping[str, HoursAhead]:
    """Return the hours ahead of each home, those of one zone together.

    Raises
    ------
    AhorraLuzError
        ``fleet-model-gone``, ``shelf-file-differs``, ``forecast-runtime-missing``: the model of
        the run cannot be had here.
    """
    zones: dict[str, list[str]] = {}
    for home, one in asked.items():
        zones.setdefault(one.zone, []).append(home)
    found: dict[str, HoursAhead] = {}
    for zone, homes in zones.items():
        network = _open(tools.user_folder / FOLDER, model, zone)
        for some in _groups(homes):
            told = tell_hours([asked[home] for home in some], network)
            found |= dict(zip(some, told, strict=True))
    return found


def _groups(homes: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(homes), AT_ONCE):
        yield homes[first : first + AT_ONCE]


@lru_cache(maxsize=16)
def _open(shelf: Path, model: HoursModel, zone: str) -> Forecaster:
    if model.name != NAME:
        return Climatology(population_known())
    network, card = _content(shelf, model.number)
    if _digest(network, card) != model.digest:
        raise FleetModelError("fleet-model-gone", model=model.text)
    with quiet_runtime():
        return DayMixer(network, card, free=holidays_of(zone))
