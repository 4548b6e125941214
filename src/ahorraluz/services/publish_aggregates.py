"""Count the homes that agreed, and tell agencies of groups of them: never of one.

What may be told, when again, and by which outlet is decided in ``services.outlets``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from ahorraluz.core.anonymity import K, Present
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.periods import MEAN_MONTH_DAYS
from ahorraluz.core.tariffs.figures import FOSE_LIMIT_KWH
from ahorraluz.services.accounts.consents import TECHNOLOGIES
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.agreed_homes import agreed_homes, place_code, promised_homes
from ahorraluz.services.households.asking import ask_home
from ahorraluz.services.households.figures import HomeFigures, kept_figures, reckon_and_keep
from ahorraluz.services.households.keeping import kept_home
from ahorraluz.services.households.results import step_results
from ahorraluz.services.learn_of_promises import learn_of_promises
from ahorraluz.services.outlets import (
    MARK,
    PERU_TIME,
    PROMISED,
    USE,
    VERIFIED,
    latest_snapshot,
    publish,
)
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Answers
from ahorraluz.store.vault import home_owner

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

WHOLE = Decimal(1)
TENTHS, CENTS = Decimal(10), Decimal(100)
TENTH, CENT = Decimal("0.1"), Decimal("0.01")
MANY = 100
"""Homes of a group of which a share is told in hundredths; of fewer in twentieths."""
FINE, COARSE = Decimal(100), Decimal(20)
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
    """Homes up to the limit of the FOSE, rounded; in each group told as 0.1 to 0.9."""
    potential_pen: Decimal
    """Mean that all steps of its plan save a home. [PEN/year]"""
    oldest: str
    """Day of the oldest figure in it, ISO 8601."""
    verified_homes: int = 0
    """Each once for every promised step."""
    verified_kwh: Decimal | None = None
    """Mean saved by homes whose steps were measured, by step where it had been promised; ``None``:
    too few. [kWh/month]"""


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
    """Count the homes that agreed, and tell what may be told of them now, in every outlet.

    Raises
    ------
    StoreError
        ``database-none``: nothing was ever kept.
    """
    today = as_of.astimezone(PERU_TIME).date()
    agreed = agreed_homes(tools=tools, as_of=as_of)
    limit = tools.book("luz-del-sur").figures.value(FOSE_LIMIT_KWH, today)
    promised = promised_homes(tools=tools, as_of=as_of)
    keys = dict(promised.keys)
    counted: dict[str, list[Present]] = {USE: [], VERIFIED: [], PROMISED: list(promised.homes)}
    for key, topic, home in _counted(agreed, limit=limit, tools=tools, as_of=as_of):
        keys[home.mark] = key
        counted[topic].append(home)
    anew = publish(counted, keys=keys, tools=tools, as_of=as_of)
    learn_of_promises(promised, anew=anew, tools=tools)
    told = latest_aggregates(tools=tools)
    places = len(told.places) if told else 0
    note("aggregates-published", tools=tools, as_of=as_of, detail=f"{places}")
    counting = len(counted[USE])
    return Published(
        counted=counting, left_out=len(agreed) - counting, anew=bool(anew), places=places
    )


def latest_aggregates(*, tools: Toolbox) -> Aggregates | None:
    """Return what is told now; ``None``: nothing was told yet."""
    latest = latest_snapshot(tools=tools)
    if latest is None:
        return None
    verified = {row["place"]: row for row in latest.parts[VERIFIED]}
    places = tuple(_place(row, verified.get(row["place"])) for row in latest.parts[USE])
    return Aggregates(at=latest.at, limit_kwh=Decimal(latest.parts["limit"]), places=places)


def _counted(
    agreed: Sequence[str], *, limit: Decimal, tools: Toolbox, as_of: datetime
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
    mark, place = key.pseudonym(MARK), place_code(answers.said.get("pairs"))
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
    wanted = {technology: int(technology in figures.renewables) for technology in TECHNOLOGIES}
    return {
        **wanted,
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


def _place(row: dict[str, object], verified: dict[str, object] | None) -> Place:
    homes, sums = int(str(row["homes"])), _sums(row)
    saved = None if verified is None else int(str(verified["homes"]))
    return Place(
        code=str(row["place"]),
        homes=homes,
        consumption_kwh=(sums["consumption"] / homes / TENTHS).quantize(TENTH),
        forecast_kwh=(sums["forecast"] / homes / TENTHS).quantize(TENTH),
        fose_share=told_share(sums["fose"], homes),
        potential_pen=(sums["potential"] / homes / CENTS).quantize(CENT),
        oldest=str(row["oldest"]),
        verified_homes=saved or 0,
        verified_kwh=None
        if verified is None or not saved
        else (_sums(verified)["verified"] / saved / TENTHS).quantize(TENTH),
    )


def told_share(count: Decimal, homes: int) -> Decimal:
    """Return a part of a group, so rounded that a small one does not tell its count."""
    steps = COARSE if homes < MANY else FINE
    return ((count / homes * steps).quantize(WHOLE) / steps).quantize(CENT)


def _sums(row: dict[str, object]) -> dict[str, Decimal]:
    sums = row["sums"]
    return {str(n): Decimal(str(v)) for n, v in sums.items()} if isinstance(sums, dict) else {}
