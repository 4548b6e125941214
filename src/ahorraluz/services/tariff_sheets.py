"""The price sheets on file: which there are, and what one says, with and without IGV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ahorraluz.catalog.distributors import find_distributor, load_distributors, squeeze
from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.schedules import PER_KWH
from ahorraluz.catalog.user_sheets import PriceRow, price_rows, tariff_files
from ahorraluz.core.history import Source
from ahorraluz.core.home import Option
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.core.money import round_cent, round_price
from ahorraluz.core.tariffs.figures import IGV
from ahorraluz.core.tariffs.schedule import Schedule
from ahorraluz.services.toolbox import Toolbox

MAX_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOnFile:
    """Prices of one day in one system: the options of one document."""

    distributor: str
    system: str
    start: date
    options: tuple[str, ...]
    imported: bool
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPrice:
    """One price on file, as printed and with the other word on IGV."""

    row: PriceRow
    before_igv: Decimal
    """[as the row's unit]"""
    with_igv: Decimal | None
    """``None``: bills of this distributor carry no IGV. [as the row's unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownList:
    """The prices of one option in one system that began last on or before a day."""

    system: str
    option: str
    start: date
    sure_until: date
    """First day on which a newer sheet may hold."""
    prices: tuple[ShownPrice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTariff:
    """What the sheets of a distributor say on a day."""

    distributor: str
    day: date
    lists: tuple[ShownList, ...]
    issues: tuple[Issue, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The documents behind the prices, each once."""
        every = [price.row.source for shown in self.lists for price in shown.prices]
        return tuple({source.id: source for source in every}.values())


def sheets_on_file(*, tools: Toolbox, distributor: str | None = None) -> tuple[SheetOnFile, ...]:
    """Return every sheet on file, by distributor, system and day.

    Raises
    ------
    InvalidInputError
        ``distributor-unknown``.
    """
    files = tariff_files(user_folder=tools.user_folder)
    wanted = files if distributor is None else (_file_of(distributor, files),)
    found: dict[tuple[str, str, date, str], list[PriceRow]] = {}
    for name in wanted:
        for row in price_rows(name, user_folder=tools.user_folder):
            found.setdefault((name, row.system, row.start, row.source.id), []).append(row)
    return tuple(
        SheetOnFile(
            distributor=name,
            system=system,
            start=start,
            options=tuple(dict.fromkeys(row.option for row in rows)),
            imported=rows[0].imported,
            source=rows[0].source,
        )
        for (name, system, start, _), rows in sorted(found.items(), key=lambda item: item[0])
    )


def tariff_on(
    distributor: str,
    *,
    tools: Toolbox,
    day: date,
    system: str | None = None,
    option: str | None = None,
) -> ShownTariff:
    """Return what the sheets of a distributor say on ``day``.

    Parameters
    ----------
    distributor, system
        As a person calls them; without ``system``, all systems on file.
    tools
        Where the user's folder is.
    day
        Sheets that begin later are left out.
    option
        One option; ``None``: all.

    Raises
    ------
    InvalidInputError
        ``distributor-unknown``, ``tariffs-system-unknown``, ``field-not-a-choice``,
        ``tariffs-none-on-file`` or ``tariffs-begin-later``.
    """
    name = _file_of(distributor, tariff_files(user_folder=tools.user_folder))
    rows = price_rows(name, user_folder=tools.user_folder)
    if system is not None:
        rows = _of_system(rows, system)
    if option is not None:
        rows = _of_option(rows, option)
    newest: dict[tuple[str, str], date] = {}
    for row in rows:
        if row.start <= day:
            key = (row.system, row.option)
            newest[key] = max(row.start, newest.get(key, row.start))
    if not rows:
        raise InvalidInputError("tariffs-none-on-file", value=distributor[:MAX_SHOWN])
    if not newest:
        first = min(row.start for row in rows)
        raise InvalidInputError(
            "tariffs-begin-later", value=distributor[:MAX_SHOWN], day=day, first=first
        )
    settings = load_distributors()[name].settings if name in load_distributors() else None
    exempt = settings.igv_exempt if settings else False
    lists = tuple(
        ShownList(
            system=of_system,
            option=of_option,
            start=start,
            sure_until=_sure_until(name, start, tools=tools),
            prices=tuple(
                _shown(row, exempt=exempt is True)
                for row in rows
                if (row.system, row.option, row.start) == (of_system, of_option, start)
            ),
        )
        for (of_system, of_option), start in sorted(newest.items())
    )
    issues = _issues(lists, day)
    if settings and exempt is None:
        issues.append(Issue(code="igv-regime-unknown", parameters={"name": settings.name}))
    return ShownTariff(distributor=name, day=day, lists=lists, issues=tuple(issues))


def _file_of(distributor: str, files: Sequence[str]) -> str:
    """Return the name of a distributor's file; some hold sheets of no stated distributor."""
    for name in files:
        if squeeze(name) == squeeze(distributor):
            return name
    return find_distributor(distributor).id


def _of_system(rows: Sequence[PriceRow], text: str) -> tuple[PriceRow, ...]:
    found = tuple(row for row in rows if squeeze(row.system) == squeeze(text))
    if rows and not found:
        known = list(dict.fromkeys(row.system for row in rows))
        raise InvalidInputError(
            "tariffs-system-unknown", field="system", value=text[:MAX_SHOWN], known=known
        )
    return found


def _of_option(rows: Sequence[PriceRow], text: str) -> tuple[PriceRow, ...]:
    if text.upper() not in Option.__members__.values():
        choices = ", ".join(dict.fromkeys(row.option for row in rows))
        raise InvalidInputError(
            "field-not-a-choice", field="option", value=text[:MAX_SHOWN], choices=choices or "—"
        )
    return tuple(row for row in rows if row.option == text.upper())


def _sure_until(distributor: str, start: date, *, tools: Toolbox) -> date:
    book = tools.book(distributor)
    schedule = next(known for known in book.schedules if _is_of(known, distributor, start))
    return book.sure_until(schedule)


def _is_of(schedule: Schedule, distributor: str, start: date) -> bool:
    return schedule.distributor == distributor and schedule.start == start


def _shown(row: PriceRow, *, exempt: bool) -> ShownPrice:
    rounded = round_price if row.unit == PER_KWH else round_cent
    before = rounded(row.before_igv)
    rate = load_national().value(IGV, row.start)
    with_igv = row.value if row.igv_included else rounded(before * (1 + rate))
    return ShownPrice(row=row, before_igv=before, with_igv=None if exempt else with_igv)


def _issues(lists: Sequence[ShownList], day: date) -> list[Issue]:
    """Return a remark where a newer sheet may have replaced what is shown."""
    old = [shown for shown in lists if day >= shown.sure_until]
    if not old:
        return []
    newest = max(shown.start for shown in old)
    return [Issue(code="tariffs-may-be-old", parameters={"start": newest, "day": day})]
