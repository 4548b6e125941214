"""The check of kept homes: what it found is kept, shown to administrators and told to boards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from ahorraluz.core.forecast.drift_reference import LEAST_HOMES
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.services.documents.drift import check_content
from ahorraluz.services.drift.checking import LOOKED_AT, NEEDED_DAYS, Checked, check
from ahorraluz.services.drift.grouping import Belongs, groups_of
from ahorraluz.services.drift.reference_file import reference_in_use
from ahorraluz.services.drift.watching import KeptTable, kept_table, watch_homes
from ahorraluz.services.households.keeping import kept_home
from ahorraluz.services.outlets import PERU_TIME
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import ModelFigure
from ahorraluz.store.model_watch import WatchCheck

HOURS_DAY = 24
DAY_S = 86_400
REALISED = "realised"
"""Beginning of names of figures of what forecasts turned out to be."""
DRIFT = "drift"
DISTRICT, OPTION, USUAL_OPTION = "di", "o", "BT5B"
"""How the answers of a home call its district and its tariff option, and the one of most homes."""
DEPARTMENT_DIGITS = 2
TOO_FEW = "drift-too-few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What came of a night's watch, in numbers."""

    homes: int
    joined: int
    alarms: int
    retrain: bool


def watch_models(*, tools: Toolbox, as_of: datetime) -> Night:
    """Keep and join forecasts, check for drift, and keep what was found.

    Parameters
    ----------
    tools
        The store.
    as_of
        The moment, with its zone.
    """
    watched = watch_homes(tools=tools, as_of=as_of)
    today = as_of.astimezone(PERU_TIME).date()
    checked: Checked | None = None
    kept = _kept(tools, today)
    try:
        checked = None if kept is None else _check(kept, tools=tools)
    except InvalidInputError as error:
        if error.issue.code != TOO_FEW:
            raise
    content: dict[str, object] = {"homes": watched.homes}
    if checked is not None and kept is not None:
        content = check_content(checked, versions=kept.versions)
        tools.store.live.figures.keep_of_models(tuple(_figures(checked, kept.versions)))
    check = WatchCheck(day=today.isoformat(), at_s=int(as_of.timestamp()), content=content)
    tools.store.model_watch.keep_check(check)
    return Night(
        homes=watched.homes,
        joined=watched.joined,
        alarms=0 if checked is None else len(checked.watch.on()),
        retrain=checked is not None and checked.advice.retrain,
    )


def check_kept(*, tools: Toolbox, as_of: date) -> Checked:
    """Return what moved among kept homes, as last night's watch has left them.

    Parameters
    ----------
    tools
        The store.
    as_of
        Only days before it count; what was corrected since stays corrected.

    Raises
    ------
    InvalidInputError
        ``drift-too-few``: fewer than ten homes with interval readings, or than six weeks.
    """
    kept = _kept(tools, as_of)
    if kept is None:
        raise InvalidInputError("drift-too-few", homes=0, days=0)
    return _check(kept, tools=tools)


def latest_check(*, tools: Toolbox) -> WatchCheck | None:
    """Return what the watch found last; ``None``: it has not looked yet."""
    try:
        return tools.store.model_watch.latest_check()
    except AhorraLuzError as error:
        if error.issue.code == "database-none":
            return None
        raise


def _kept(tools: Toolbox, today: date) -> KeptTable | None:
    try:
        return kept_table(tools=tools, since=today - timedelta(days=LOOKED_AT), until=today)
    except AhorraLuzError as error:
        if error.issue.code == "database-none":
            return None
        raise


def _check(kept: KeptTable, *, tools: Toolbox) -> Checked:
    table = kept.table
    if len(table) < LEAST_HOMES or len(table.days) < NEEDED_DAYS:
        raise InvalidInputError("drift-too-few", homes=len(table), days=len(table.days))
    groups = groups_of(table, _belongs(table.homes, tools=tools))
    newest = max(kept.versions, key=lambda name: kept.versions[name], default="")
    return check(table, kept.scores, reference_in_use(tools), groups=groups, model=newest)


def _belongs(homes: Sequence[str], *, tools: Toolbox) -> Mapping[str, Belongs]:
    """Return where homes are and how they are billed, of those that were described."""
    found = {}
    for home in homes:
        try:
            said = dict(kept_home(home, tools=tools).pairs)
        except AhorraLuzError:
            # Nobody described it, or it was deleted meanwhile.
            continue
        district = said.get(DISTRICT, "")
        found[home] = Belongs(
            department=district[:DEPARTMENT_DIGITS], option=said.get(OPTION, USUAL_OPTION)
        )
    return found


def _figures(checked: Checked, versions: Mapping[str, str]) -> Iterator[ModelFigure]:
    """Yield what boards show: errors by horizon and group, drift, advice and promotions."""
    at_s = _seconds(checked.day)
    name = checked.model.partition(" ")[0] or "-"

    def figure(of: str, value: float, homes: int, **more: Any) -> ModelFigure:  # noqa: ANN401
        return ModelFigure(
            at_s=at_s, model=name, name=of, value=value, homes=homes, unit="1", **more
        )

    for one in checked.realised:
        where = {"cohort": one.group, "horizon_h": one.ahead * HOURS_DAY}
        values = {"nmae": one.nmae, "wql_over_usual": one.over_usual, "coverage80": one.coverage}
        if one.over_naive is not None:
            values["nmae_over_seasonal-naive-168"] = one.over_naive
        for each, value in values.items():
            yield figure(f"{REALISED}_{each}", value, one.homes, **where)
    for course in checked.watch.courses:
        if not np.isnan(course.score[-1]):
            where = {"cohort": course.group}
            homes = int(course.homes[-1])
            yield figure(f"{DRIFT}_{course.series.key}", float(course.score[-1]), homes, **where)
    yield figure("retrain", float(checked.advice.retrain), checked.homes)
    yield figure("alarms", float(len(checked.watch.on())), checked.homes)
    for version, first in versions.items():
        model, _, number = version.partition(" ")
        yield ModelFigure(
            at_s=_seconds(date.fromisoformat(first)),
            model=model,
            name="promotion",
            cohort=number,
            value=1.0,
            homes=checked.homes,
            unit="1",
        )


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
