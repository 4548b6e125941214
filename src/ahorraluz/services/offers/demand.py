"""How many homes a technology would serve, by district: groups of ten or more, told once a month.

Only homes count whose owners agreed to count in statistics. Three things keep each of them out of
sight. A figure is the number of full tens, so that one home more or less changes it rarely and by
ten. A figure that could be had by taking others off a total is hidden with them. And what is told
is reckoned once in a month and kept: whoever asks before and after a home came or went sees the
same.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path

from ahorraluz.catalog.districts import load_districts, load_provinces
from ahorraluz.services.accounts.consents import TECHNOLOGIES, Purpose, homes_that_agreed
from ahorraluz.services.households.figures import HomeFigures, kept_figures, reckon_and_keep
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.write_file import write_whole
from ahorraluz.store.account_records import Answers

LEAST = 10
"""No group of fewer homes is told, nor any that follows from what is told. [homes]"""
FOLDER = "demand"
FORM = 1
PERU_TIME = timezone(timedelta(hours=-5))
NOWHERE = ""
"""District of a home that did not tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A group that is told."""

    technology: str
    department: str
    district: str
    """Code; empty for the whole department, whose districts need not add up to it."""
    homes: int
    """Full tens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is told in one month."""

    month: str
    """Such as ``2026-11``."""
    day: str
    """On which it was made."""
    cells: tuple[Cell, ...]


def demand(*, tools: Toolbox, as_of: datetime) -> Demand | None:
    """Return what is told this month; ``None``: homes are still to be reckoned for it.

    The first who asks in a month, once all homes are reckoned, has it made; it then stays, but for
    one that tells of nobody: that is made again on another day.
    """
    day = as_of.astimezone(PERU_TIME).date().isoformat()
    month = day[:7]
    path = tools.settings.data_dir / FOLDER / f"{month}.json"
    kept = _kept(path, month=month)
    if kept is not None and (kept.cells or kept.day == day):
        return kept
    agreed = _agreed(tools=tools, as_of=as_of)
    figures = [(answers, kept_figures(answers)) for answers in agreed]
    if any(found is None for _, found in figures):
        return None
    made = Demand(month=month, day=day, cells=protected(_counts(figures)))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, json.dumps(_written(made)))
    return _kept(path, month=month) or made


def reckon_for_demand(*, tools: Toolbox, as_of: datetime) -> Iterator[str]:
    """Reckon the homes that agreed to count and were not yet; yield the name of each."""
    for answers in _agreed(tools=tools, as_of=as_of):
        if kept_figures(answers) is None:
            reckon_and_keep(answers.home, tools=tools, as_of=as_of)
            yield answers.home


def protected(counts: Mapping[tuple[str, str, str], int]) -> tuple[Cell, ...]:
    """Return what may be told of some counts.

    Parameters
    ----------
    counts
        Homes by technology, department and district.

    Returns
    -------
    tuple of Cell
        Of each technology and department the whole, where it holds ten homes, and its districts
        that do. Districts that are not told hold no home together, or ten at least: where they
        would hold fewer, the smallest that might be told is hidden beside them.
    """
    cells: list[Cell] = []
    ordered = sorted(counts.items())
    for (technology, department), found in groupby(ordered, key=lambda item: item[0][:2]):
        districts = {place: count for (_, _, place), count in found if count > 0}
        whole = sum(districts.values())
        if whole < LEAST:
            continue
        cells.append(_cell(technology, department, NOWHERE, whole))
        shown = _told(districts)
        cells += [_cell(technology, department, place, districts[place]) for place in shown]
    return tuple(cells)


def _told(districts: Mapping[str, int]) -> Sequence[str]:
    """Return the districts to tell beside their whole, so that the rest is nobody or many."""
    told = [place for place, count in districts.items() if count >= LEAST and place != NOWHERE]
    told.sort(key=lambda place: (districts[place], place))
    rest = sum(districts.values()) - sum(districts[place] for place in told)
    while told and 0 < rest < LEAST:
        rest += districts[told.pop(0)]
    return sorted(told)


def _cell(technology: str, department: str, district: str, homes: int) -> Cell:
    return Cell(
        technology=technology,
        department=department,
        district=district,
        homes=homes // LEAST * LEAST,
    )


def _agreed(*, tools: Toolbox, as_of: datetime) -> Sequence[Answers]:
    """Return what was said of each home whose owner agreed to count."""
    agreed = homes_that_agreed(Purpose.AGGREGATES, tools=tools, as_of=as_of)
    book = client_book(tools)
    owners = book.owners_of(list(agreed))
    own = [home for home, given in agreed.items() if owners.get(home) == given.account]
    return book.answers_of(own)


def _counts(
    figures: Sequence[tuple[Answers, HomeFigures | None]],
) -> Mapping[tuple[str, str, str], int]:
    counts: dict[tuple[str, str, str], int] = {}
    for answers, found in figures:
        department, district = place_of(answers)
        if found is None or not department:
            continue
        for technology in found.renewables:
            if technology in TECHNOLOGIES:
                key = (technology, department, district)
                counts[key] = counts.get(key, 0) + 1
    return counts


def place_of(answers: Answers) -> tuple[str, str]:
    """Return the department and the code of the district that a home told, each or none."""
    pairs = answers.said.get("pairs")
    said = {str(n): str(v) for n, v in pairs} if isinstance(pairs, list) else {}
    district = load_districts().get(said.get("di", ""))
    if district is not None:
        return load_provinces()[district.province].department, district.code
    return said.get("dep", ""), NOWHERE


def _written(made: Demand) -> dict[str, object]:
    cells = [[c.technology, c.department, c.district, c.homes] for c in made.cells]
    return {"form": FORM, "month": made.month, "day": made.day, "cells": cells}


def _kept(path: Path, *, month: str) -> Demand | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict) or said.get("form") != FORM:
        return None
    return Demand(
        month=month,
        day=str(said["day"]),
        cells=tuple(
            Cell(technology=t, department=d, district=place, homes=homes)
            for t, d, place, homes in said["cells"]
        ),
    )
