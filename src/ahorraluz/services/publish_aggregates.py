"""Tell agencies of groups of homes: only those that agreed, and never one of them.

What may be told, and when again, is decided in ``core.anonymity``; here homes are counted.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

from ahorraluz.catalog.districts import load_districts, load_provinces
from ahorraluz.core.anonymity import Cell, Figure, K, Present, cells_of, renew
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.periods import MEAN_MONTH_DAYS
from ahorraluz.core.tariffs.figures import FOSE_LIMIT_KWH
from ahorraluz.services.accounts.consents import Purpose, homes_that_agreed
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.households.asking import ask_home
from ahorraluz.services.households.figures import HomeFigures, kept_figures, reckon_and_keep
from ahorraluz.services.households.keeping import kept_home
from ahorraluz.services.households.results import step_results
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Answers
from ahorraluz.store.aggregates import Topics
from ahorraluz.store.vault import home_owner

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

PERU_TIME = timezone(timedelta(hours=-5))
USE, VERIFIED = "use", "verified"
FIGURES: Mapping[str, tuple[Figure, ...]] = {
    USE: (
        Figure(name="consumption"),
        Figure(name="fose", shares="consumption"),
        Figure(name="forecast"),
        Figure(name="potential"),
    ),
    VERIFIED: (Figure(name="verified"),),
}
"""Indicators by topic: every home of a topic has all of them."""
MARK = "aggregates"
WHOLE = Decimal(1)
TENTHS, CENTS = Decimal(10), Decimal(100)
TENTH, CENT, SHARE = Decimal("0.1"), Decimal("0.01"), Decimal("0.001")
NO_STORE = "database-none"
GONE = ("key-gone", "home-unknown", "home-without-answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is told of a place."""

    code: str
    """Empty for the country; else two, four or six digits (INEI)."""
    homes: int
    consumption_kwh: Decimal
    """Mean of a home over its last twelve months or less. [kWh/month]"""
    forecast_kwh: Decimal
    """Mean of a home over the twelve months to come. [kWh/month]"""
    fose_share: Decimal
    """Homes up to the limit of the FOSE; in each group told as 0.1 at least, 0.9 at most."""
    potential_pen: Decimal
    """Mean that all steps of its plan save a home. [PEN/year]"""
    oldest: str
    """Day of the oldest figure in it, ISO 8601."""
    verified_homes: int = 0
    verified_kwh: Decimal | None = None
    """Mean saved by homes whose steps were measured; ``None``: too few. [kWh/month]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregates:
    """Everything that is told."""

    at: datetime
    limit_kwh: Decimal
    """Of the FOSE, on the day of the newest publication. [kWh]"""
    places: tuple[Place, ...]
    """The country first, then by code."""
    least: int = K


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of publishing."""

    counted: int
    """Homes that agreed and whose figures are known."""
    left_out: int
    """Homes that agreed and whose figures are not known."""
    anew: bool
    """Whether anything is told that was not told before."""
    places: int


def publish_aggregates(*, tools: Toolbox, as_of: datetime) -> Published:
    """Count the homes that agreed, and tell what may be told of them now.

    Raises
    ------
    StoreError
        ``database-none``: nothing was ever kept.
    """
    today = as_of.astimezone(PERU_TIME).date()
    agreed = list(homes_that_agreed(Purpose.AGGREGATES, tools=tools, as_of=as_of))
    limit = tools.book("luz-del-sur").figures.value(FOSE_LIMIT_KWH, today)
    keys: dict[str, DataKey] = {}
    counted: dict[str, list[Present]] = {topic: [] for topic in FIGURES}
    for key, topic, home in _counted(agreed, limit=limit, tools=tools, as_of=as_of):
        keys[home.mark] = key
        counted[topic].append(home)
    told: list[int] = []

    def renewed(before: Topics) -> tuple[Topics, str]:
        after = {
            topic: renew(before.get(topic, ()), counted[topic], figures, day=today.isoformat())
            for topic, figures in FIGURES.items()
        }
        cells = {topic: cells_of(blocks) for topic, blocks in after.items()}
        told.append(len(cells[USE]))
        return after, _written(cells, limit=limit)

    anew = tools.store.people.aggregates.publish(renewed, keys=keys, as_of=as_of)
    note("aggregates-published", tools=tools, as_of=as_of, detail=f"{told[0]}")
    counting = len(counted[USE])
    return Published(counted=counting, left_out=len(agreed) - counting, anew=anew, places=told[0])


def latest_aggregates(*, tools: Toolbox) -> Aggregates | None:
    """Return what is told now; ``None``: nothing was told yet."""
    try:
        latest = tools.store.people.aggregates.latest()
    except AhorraLuzError as error:
        if error.issue.code != NO_STORE:
            raise
        return None
    if latest is None:
        return None
    at, content = latest
    kept = json.loads(content)
    verified = {row["place"]: row for row in kept[VERIFIED]}
    places = tuple(_place(row, verified.get(row["place"])) for row in kept[USE])
    return Aggregates(at=at, limit_kwh=Decimal(kept["limit"]), places=places)


def _counted(
    agreed: list[str], *, limit: Decimal, tools: Toolbox, as_of: datetime
) -> Iterator[tuple["DataKey", str, Present]]:
    """Yield each home that has figures, once for every topic it counts in, with its key."""
    for answers in client_book(tools).answers_of(agreed):
        try:
            yield from _topics_of(answers, limit=limit, tools=tools, as_of=as_of)
        except AhorraLuzError as error:
            # Somebody deleted the home meanwhile: it is counted no more.
            if error.issue.code not in GONE:
                raise


def _topics_of(
    answers: Answers, *, limit: Decimal, tools: Toolbox, as_of: datetime
) -> Iterator[tuple["DataKey", str, Present]]:
    today = as_of.astimezone(PERU_TIME).date()
    figures = kept_figures(answers)
    if figures is None or not figures.day.startswith(today.isoformat()[:7]):
        figures = reckon_and_keep(answers.home, tools=tools, as_of=as_of)
    values = _values(answers.home, figures, limit=limit, tools=tools, today=today)
    if values is None:
        return
    key = tools.store.people.vault.get(home_owner(answers.home))
    mark, place = key.pseudonym(MARK), _place_of(answers.said.get("pairs"))
    saved = _verified(answers.home, tools=tools, today=today)
    yield key, USE, Present(mark=mark, place=place, values=values)
    if saved is not None:
        yield key, VERIFIED, Present(mark=mark, place=place, values={"verified": saved})


def _values(
    home: str, figures: HomeFigures, *, limit: Decimal, tools: Toolbox, today: date
) -> dict[str, int] | None:
    """Return what counts of a home in whole tenths and céntimos; ``None``: not all is known."""
    if figures.kwh_month is None or figures.saving_pen_year is None:
        return None
    inquiry = ask_home(kept_home(home, tools=tools), tools=tools, as_of=today).inquiry
    if inquiry is None or not inquiry.home.history:
        return None
    history = inquiry.home.history[-12:]
    days = sum(month.period.days for month in history)
    kwh = sum((month.kwh for month in history), Decimal(0)) / days * Decimal(MEAN_MONTH_DAYS)
    return {
        "consumption": int((kwh * TENTHS).quantize(WHOLE)),
        "fose": int(kwh <= limit),
        "forecast": int((figures.kwh_month * TENTHS).quantize(WHOLE)),
        "potential": int((figures.saving_pen_year * CENTS).quantize(WHOLE)),
    }


def _verified(home: str, *, tools: Toolbox, today: date) -> int | None:
    """Return what the steps of a home saved as measured; ``None``: nothing was. [kWh/10 month]"""
    if not tools.store.promises.done(home):
        return None
    asked = ask_home(kept_home(home, tools=tools), tools=tools, as_of=today)
    results = step_results(home, connection=asked.connection, tools=tools, today=today)
    saved = [found.verified.kwh_month.middle for found in results if found.verified is not None]
    return round(sum(saved) * float(TENTHS)) if saved else None


def _place_of(pairs: object) -> str:
    """Return the code of the smallest place that a home told."""
    said = {str(n): str(v) for n, v in pairs} if isinstance(pairs, list) else {}
    if said.get("di", "") in load_districts():
        return said["di"]
    department = said.get("dep", "")
    codes = (p.code[:2] for p in load_provinces().values() if p.department == department)
    return next(codes, "")


def _written(cells: Mapping[str, tuple[Cell, ...]], *, limit: Decimal) -> str:
    told: dict[str, object] = {
        topic: [
            {
                "place": cell.place,
                "homes": cell.homes,
                "sums": dict(cell.sums),
                "oldest": min(cell.oldest.values()),
            }
            for cell in group
        ]
        for topic, group in cells.items()
    }
    return json.dumps({"limit": str(limit), **told}, separators=(",", ":"))


def _place(row: dict[str, object], verified: dict[str, object] | None) -> Place:
    homes, sums = int(str(row["homes"])), _sums(row)
    saved = None if verified is None else int(str(verified["homes"]))
    return Place(
        code=str(row["place"]),
        homes=homes,
        consumption_kwh=(sums["consumption"] / homes / TENTHS).quantize(TENTH),
        forecast_kwh=(sums["forecast"] / homes / TENTHS).quantize(TENTH),
        fose_share=(sums["fose"] / homes).quantize(SHARE),
        potential_pen=(sums["potential"] / homes / CENTS).quantize(CENT),
        oldest=str(row["oldest"]),
        verified_homes=saved or 0,
        verified_kwh=None
        if verified is None or not saved
        else (_sums(verified)["verified"] / saved / TENTHS).quantize(TENTH),
    )


def _sums(row: dict[str, object]) -> dict[str, Decimal]:
    sums = row["sums"]
    return {str(n): Decimal(str(v)) for n, v in sums.items()} if isinstance(sums, dict) else {}
