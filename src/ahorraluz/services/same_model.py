"""Whether a model that was made again is the shipped one bit for bit; if not, why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ahorraluz.core.forecast.forecaster import CONTEXT_DAYS, HOURS_DAY, Windows
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.learning.litert import MODEL_FILE
from ahorraluz.services.models.folder import ModelFolder, read_folder, shipped_folder

LEVELS_KWH = (0.05, 0.15, 0.3, 0.6, 1.2)
"""Mean hours of the made-up homes on which both are asked. [kWh]"""
MIDNIGHT = np.datetime64("2026-01-05")
PARTS = ("seeds", "members", "recipe", "made_on")
"""Parts of the card, beside data and libraries, that decide what a network becomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sameness:
    """What came of it."""

    equal: bool
    """Whether both networks are the same bytes."""
    ours: str
    """SHA-256 of the network that was made again."""
    theirs: str
    """SHA-256 of the one it is held against."""
    apart: float
    """Largest difference of their forecasts of made-up homes. [of the home's mean hour]"""
    reasons: tuple[Issue, ...]
    """Why they are not the same, as far as their cards say it."""


def same_model(folder: Path, against: Path | None) -> Sameness:
    """Return whether the network of a folder equals another one.

    Parameters
    ----------
    folder
        What ``ahorraluz train --out`` has written.
    against
        Another such folder; ``None``: the model that comes with the program.

    Raises
    ------
    InvalidInputError, ShelfError
        What :func:`~ahorraluz.services.models.folder.read_folder` raises.
    """
    ours = read_folder(folder)
    theirs = shipped_folder() if against is None else read_folder(against)
    hashes = ours.hashes[MODEL_FILE], theirs.hashes[MODEL_FILE]
    equal = hashes[0] == hashes[1]
    return Sameness(
        equal=equal,
        ours=hashes[0],
        theirs=hashes[1],
        apart=0.0 if equal else _apart(ours, theirs),
        reasons=() if equal else tuple(_reasons(ours.card, theirs.card)),
    )


def _reasons(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Issue]:
    found = []
    data = _different(ours["data"], theirs["data"])
    if data:
        found.append(_reason("same-data-differs", names=data))
    libraries = _different(ours.get("libraries", {}), theirs.get("libraries", {}))
    if libraries:
        found.append(_reason("same-libraries-differ", names=libraries))
    parts = [name for name in PARTS if name in theirs and ours.get(name) != theirs[name]]
    if parts:
        found.append(_reason("same-parts-differ", names=parts))
    if "made_on" not in theirs:
        found.append(_reason("same-machine-unknown"))
    if not found:
        found.append(_reason("same-nothing-differs"))
    return found


def _different(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Return which entries are not in both alike."""
    return [
        f"{name} ({ours.get(name, '–')!s:.12} / {theirs.get(name, '–')!s:.12})"
        for name in sorted({*ours, *theirs})
        if ours.get(name) != theirs.get(name)
    ]


def _reason(code: str, *, names: list[str] | None = None) -> Issue:
    return Issue(code=code, severity=Severity.NOTE, parameters={"names": names or []})


def _apart(ours: ModelFolder, theirs: ModelFolder) -> float:
    """Return the largest difference of two networks on made-up homes. [of a mean hour]"""
    clock = np.arange(HOURS_DAY)
    day = 0.5 + np.exp(-(((clock - 20) / 3) ** 2))
    week = 1 + 0.2 * (np.arange(CONTEXT_DAYS) % 7 >= 5)
    shape = np.outer(week, day / day.mean())
    levels = np.array(LEVELS_KWH)
    windows = Windows(
        kwh=levels[:, None, None] * shape,
        origin=np.full(len(levels), MIDNIGHT),
        bill_kwh_day=np.full(len(levels), np.nan),
    )
    one, other = ours.model().predict(windows), theirs.model().predict(windows)
    return float(np.max(np.abs(one.mean - other.mean) / levels[:, None]))
