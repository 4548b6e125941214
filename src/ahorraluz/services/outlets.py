"""Everything that is published of groups of homes: which tables there are, of whom, and how made.

Agencies, providers and the public read different tables. They are one publication: made of the
same blocks at the same moment, by the rules of ``core.anonymity``, and kept as they were told. So
no table can be taken from another, nor today's from last month's, to find fewer homes than ``K``.
A new table of homes is added here, as a figure of a topic, and nowhere else.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta, timezone
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ahorraluz.catalog.districts import load_provinces
from ahorraluz.core.anonymity import (
    GEOGRAPHY,
    Block,
    Cell,
    Figure,
    K,
    Level,
    Present,
    cells_of,
    home_of,
    renew,
)
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.tariffs.figures import FOSE_LIMIT_KWH
from ahorraluz.core.verification.scoreboard import Group, scores_of
from ahorraluz.services.accounts.consents import TECHNOLOGIES
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.aggregates import Topics

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

PERU_TIME = timezone(timedelta(hours=-5))
USE, VERIFIED, PROMISED = "use", "verified", "promised"
DEMAND, SCORES = "demand", "scores"
MARK = "aggregates"
NO_STORE = "database-none"
NOWHERE = ""
"""District of homes that did not tell it, or of which too few did."""
AGREED, KEPT = "agreed", "kept"
"""Homes whose owner agreed to count, and homes of no account, which whoever runs this keeps."""
BETWEEN = "/"
DEPARTMENT, DISTRICT = 2, 6
"""Digits of their codes."""


def _saving_level(digits: int, *, distributor: bool, step: bool) -> Level:
    """Return a level of :func:`saving_place`: some digits of the place, distributor, step."""

    def level(place: str) -> str | None:
        who, code, whose, what = place.split(BETWEEN)
        if len(code) < digits:
            return None
        parts = (who, code[:digits], whose if distributor else "", what if step else "")
        return BETWEEN.join(parts)

    return level


def saving_place(who: str, code: str, distributor: str, step: str) -> str:
    """Return where a promise counts: ``AGREED`` or ``KEPT``, district, distributor and step."""
    return BETWEEN.join((who, code, distributor, step))


SAVINGS: tuple[Level, ...] = (
    *(_saving_level(digits, distributor=True, step=True) for digits in (6, 4, 2, 0)),
    _saving_level(0, distributor=False, step=True),
    *(_saving_level(digits, distributor=True, step=False) for digits in (2, 0)),
    _saving_level(0, distributor=False, step=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Figures that are told of the same homes."""

    figures: tuple[Figure, ...]
    levels: tuple[Level, ...] = GEOGRAPHY


TOPICS: Mapping[str, Topic] = {
    USE: Topic(
        figures=(
            Figure(name="consumption"),
            Figure(name="fose", shares="consumption"),
            Figure(name="forecast"),
            Figure(name="potential"),
            *(Figure(name=t, shares="consumption", at_least=True) for t in TECHNOLOGIES),
        )
    ),
    VERIFIED: Topic(figures=(Figure(name="verified"),)),
    PROMISED: Topic(
        figures=(
            Figure(name="promised"),
            Figure(name="measured"),
            Figure(name="gained", shares="measured"),
            Figure(name="noise"),
            Figure(name="verified"),
        ),
        levels=SAVINGS,
    ),
}
"""Every home of a topic has all of its figures; what ``VERIFIED`` and ``PROMISED`` tell is the same
thing in kWh and in soles, so that no home is ever in both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One published table."""

    part: str
    """Its name in the publication."""
    doors: tuple[str, ...]
    """Pages, files and endpoints that show it, or something reckoned from it alone."""
    cell: str
    population: str
    topics: tuple[str, ...]


OUTLETS: tuple[Outlet, ...] = (
    Outlet(
        part=USE,
        doors=(
            "/agregados",
            "/agregados.csv",
            "/agregados.json",
            "/api/v1/aggregates",
            "/politicas",
        ),
        cell="country, department, province or district",
        population="homes that agreed to count and whose plan is known",
        topics=(USE,),
    ),
    Outlet(
        part=VERIFIED,
        doors=("/agregados", "/agregados.csv", "/agregados.json", "/api/v1/aggregates"),
        cell="country, department, province or district",
        population="homes that agreed to count and whose steps were measured",
        topics=(VERIFIED, PROMISED),
    ),
    Outlet(
        part=DEMAND,
        doors=("/ofertas/demanda",),
        cell="technology in a department or district",
        population="as the tables of use",
        topics=(USE,),
    ),
    Outlet(
        part=SCORES,
        doors=(
            "/resultados",
            "/resultados.csv",
            "/resultados.json",
            "/api/v1/scoreboard",
            "/administracion/modelos",
        ),
        cell="measure, distributor, both or all",
        population="promises that were measured of homes that agreed to count or have no account",
        topics=(PROMISED,),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandCell:
    """Homes that a technology would serve."""

    technology: str
    department: str
    district: str
    """Code; empty for the whole department, whose districts need not add up to it."""
    homes: int
    """Full tens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is told now, by every outlet."""

    at: datetime
    parts: Mapping[str, Any]


Counted = Mapping[str, Sequence[Present]]
"""Homes as they are today, by topic."""


def publish(
    counted: Counted, *, keys: Mapping[str, "DataKey"], tools: Toolbox, as_of: datetime
) -> frozenset[str]:
    """Renew the blocks of some topics, and tell what may be told now by every outlet.

    Parameters
    ----------
    counted
        Homes by topic; blocks of other topics stand.
    keys
        Key of each home, by its mark.

    Returns
    -------
    frozenset of str
        Parts of the publication that tell something new.
    """
    today = as_of.astimezone(PERU_TIME).date()
    limit = tools.book("luz-del-sur").figures.value(FOSE_LIMIT_KWH, today)
    anew: set[str] = set()

    def renewed(before: Topics) -> tuple[Topics, str]:
        after = renewed_topics(before, counted, day=today.isoformat())
        former, parts = tables_of(before), tables_of(after)
        anew.update(part for part in parts if parts[part] != former[part])
        content = {"limit": str(limit), **parts}
        return after, json.dumps(content, separators=(",", ":"))

    tools.store.people.aggregates.publish(renewed, keys=keys, as_of=as_of)
    return frozenset(anew)


def latest_snapshot(*, tools: Toolbox) -> Snapshot | None:
    """Return what is told now; ``None``: nothing was told yet."""
    try:
        latest = tools.store.people.aggregates.latest()
    except AhorraLuzError as error:
        if error.issue.code != NO_STORE:
            raise
        return None
    return None if latest is None else Snapshot(at=latest[0], parts=json.loads(latest[1]))


def renewed_topics(before: Topics, counted: Counted, *, day: str) -> Topics:
    """Return all blocks as they stand once today's homes of some topics are counted."""
    after = dict(before)
    for topic, homes in counted.items():
        taken = _elsewhere(topic, before, counted)
        after[topic] = renew(
            before.get(topic, ()),
            [home for home in homes if home_of(home.mark) not in taken],
            TOPICS[topic].figures,
            day=day,
            levels=TOPICS[topic].levels,
        )
    return after


def _elsewhere(topic: str, before: Topics, counted: Counted) -> set[str]:
    """Return the homes of which the same thing is told, or may soon be, under another topic."""
    if topic not in (VERIFIED, PROMISED):
        return set()
    other = PROMISED if topic == VERIFIED else VERIFIED
    told = _known(before.get(other, ()))
    if topic == VERIFIED:
        own = _known(before.get(topic, ()))
        told |= {home_of(home.mark) for home in counted.get(PROMISED, ())} - own
    return told


def _known(blocks: Iterable[Block]) -> set[str]:
    return {home_of(member.mark) for block in blocks for member in block.members}


def tables_of(topics: Topics) -> dict[str, object]:
    """Return every published table, as JSON would hold it."""
    use = [block for block in topics.get(USE, ()) if block.live]
    promised = [block for block in topics.get(PROMISED, ()) if block.live]
    saved = [block for block in topics.get(VERIFIED, ()) if block.live]
    saved += [
        replace(block, place=code)
        for block in promised
        for who, code, *_ in (block.place.split(BETWEEN),)
        if who == AGREED
    ]
    return {
        USE: [_row(c, ("consumption", "fose", "forecast", "potential")) for c in cells_of(use)],
        VERIFIED: [_row(cell, ("verified",)) for cell in cells_of(saved)],
        DEMAND: [asdict(cell) for cell in protected(demand_of(use))],
        SCORES: [asdict(score) for score in scores_of(map(_group, promised))],
        "measured_on": max((block.days["measured"] for block in promised), default=None),
    }


def _row(cell: Cell, names: Sequence[str]) -> dict[str, object]:
    return {
        "place": cell.place,
        "homes": cell.homes,
        "sums": {name: cell.sums[name] for name in names},
        "oldest": min(cell.oldest[name] for name in names),
    }


def _group(block: Block) -> Group:
    _, _, distributor, step = block.place.split(BETWEEN)
    return Group(
        step=step,
        distributor=distributor,
        homes=block.homes,
        promised=block.sums["promised"],
        measured=block.sums["measured"],
        noise=block.sums["noise"],
        gained=block.sums["gained"],
        day=block.days["measured"],
    )


def demand_of(blocks: Iterable[Block]) -> Mapping[tuple[str, str, str], int]:
    """Return homes by technology, department and district, of whole blocks."""
    names = {p.code[:DEPARTMENT]: p.department for p in load_provinces().values()}
    counts: dict[tuple[str, str, str], int] = {}
    for block in blocks:
        department = names.get(block.place[:DEPARTMENT], "")
        district = block.place if len(block.place) == DISTRICT else NOWHERE
        for technology in TECHNOLOGIES if department else ():
            key = (technology, department, district)
            counts[key] = counts.get(key, 0) + block.sums.get(technology, 0)
    return counts


def protected(counts: Mapping[tuple[str, str, str], int]) -> tuple[DemandCell, ...]:
    """Return what may be told of some counts.

    Parameters
    ----------
    counts
        Homes by technology, department and district.

    Returns
    -------
    tuple of DemandCell
        Of each technology and department the whole, where it holds ten homes, and its districts
        that do. Districts that are not told hold no home together, or ten at least: where they
        would hold fewer, the smallest that might be told is hidden beside them.
    """
    cells: list[DemandCell] = []
    ordered = sorted(counts.items())
    for (technology, department), found in groupby(ordered, key=lambda item: item[0][:2]):
        districts = {place: count for (_, _, place), count in found if count > 0}
        whole = sum(districts.values())
        if whole < K:
            continue
        told = {NOWHERE: whole, **{place: districts[place] for place in _told(districts)}}
        cells += [
            DemandCell(
                technology=technology,
                department=department,
                district=place,
                homes=count // K * K,
            )
            for place, count in told.items()
        ]
    return tuple(cells)


def _told(districts: Mapping[str, int]) -> Sequence[str]:
    """Return the districts to tell beside their whole, so that the rest is nobody or many."""
    told = [place for place, count in districts.items() if count >= K and place != NOWHERE]
    told.sort(key=lambda place: (districts[place], place))
    rest = sum(districts.values()) - sum(districts[place] for place in told)
    while told and 0 < rest < K:
        rest += districts[told.pop(0)]
    return sorted(told)
