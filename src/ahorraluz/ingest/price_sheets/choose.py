"""From what a sheet says and what a person adds to one list of prices, or to questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.ingest.price_sheets.sheet import (
    FoundSystem,
    PriceColumn,
    PriceSheet,
    PriceSheetError,
    PrintedPrice,
)

T = TypeVar("T", str, date)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetChoices:
    """What a person says of a sheet; ``None``: the sheet must say it."""

    distributor: str | None = None
    """Id of the distributor."""
    system: FoundSystem | None = None
    start: date | None = None
    igv_included: bool | None = None
    column: int | None = None
    """Which column of prices, from 1."""
    options: tuple[str, ...] = ()
    """Options to take; empty: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPrice:
    """One price of the list that is meant."""

    option: str
    segment: str
    charge: str
    unit: str
    value: Decimal
    igv_included: bool
    other_value: Decimal | None
    """The same price in the sheet's other column of IGV, if it has one."""
    line: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSheet:
    """One list of prices: whose, where, from which day."""

    distributor: str
    system: FoundSystem
    start: date
    prices: tuple[ChosenPrice, ...]


def choose(sheet: PriceSheet, choices: SheetChoices) -> ChosenSheet:
    """Return the one list of prices that is meant.

    Raises
    ------
    PriceSheetError
        Everything that is not certain, at once: ``sheet-distributor-missing``,
        ``sheet-system-missing``, ``sheet-start-missing``, ``sheet-igv-not-stated``,
        ``sheet-column-choice``; what a person said against the sheet:
        ``sheet-choice-contradicts``, ``sheet-choice-absent``; or
        ``sheet-charge-twice`` and ``sheet-option-absent``.
    """
    questions = _Questions()
    prices = _of_options(sheet.prices, choices.options)
    distributor = questions.distributor(sheet, prices, choices)
    prices = [p for p in prices if distributor is None or p.distributor in (None, distributor)]
    system = questions.system(sheet, prices, choices, distributor)
    prices = [p for p in prices if system is None or p.system in (None, system.id)]
    start = questions.start(sheet, prices, choices)
    prices = [p for p in prices if start is None or p.start in (None, start)]
    # Prices of several sheets cannot be asked about before it is certain which one is meant.
    one_sheet = not questions.issues or not _is_mixed(sheet)
    chosen = questions.prices(sheet, prices, choices) if one_sheet else ()
    if questions.issues or distributor is None or system is None or start is None:
        raise PriceSheetError.of(questions.issues)
    return ChosenSheet(distributor=distributor, system=system, start=start, prices=chosen)


def _is_mixed(sheet: PriceSheet) -> bool:
    """Tell whether rows or columns of one file are of several sheets."""
    of_rows = {(price.distributor, price.system, price.start) for price in sheet.prices}
    return len(of_rows) > 1 or any(column.system for column in sheet.columns)


def _of_options(prices: Sequence[PrintedPrice], options: Sequence[str]) -> list[PrintedPrice]:
    found = list(dict.fromkeys(price.option for price in prices))
    for option in options:
        if option not in found:
            raise PriceSheetError("sheet-option-absent", value=option, found=found)
    return [price for price in prices if not options or price.option in options]


class _Questions:
    """Collects what has to be asked."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []

    def distributor(
        self, sheet: PriceSheet, prices: Sequence[PrintedPrice], choices: SheetChoices
    ) -> str | None:
        """Return whose sheet it is."""
        in_rows = [price.distributor for price in prices if price.distributor]
        found = list(dict.fromkeys(in_rows or sheet.distributors))
        answer = self._one(found, choices.distributor, field="distributor", filters=bool(in_rows))
        if answer is None and choices.distributor is None:
            self._ask("sheet-distributor-missing", found=found or ["—"])
        return answer

    def system(
        self,
        sheet: PriceSheet,
        prices: Sequence[PrintedPrice],
        choices: SheetChoices,
        distributor: str | None,
    ) -> FoundSystem | None:
        """Return the electric system, by row, by column or by the sheet as a whole."""
        named = {system.id: system for system in sheet.systems}
        in_rows = dict.fromkeys(price.system for price in prices if price.system)
        found = list(in_rows) or list(named)
        wanted = choices.system.id if choices.system else None
        # A place name in an address is no word against the person; a label or a heading is.
        against = found if in_rows or sheet.systems_labelled or wanted in found else []
        answer = self._one(
            against if wanted else found, wanted, field="system", filters=bool(in_rows)
        )
        if answer is None:
            if wanted is None:
                self._ask("sheet-system-missing", found=found or ["—"])
            return None
        system = (choices.system if wanted else None) or named.get(answer)
        system = system or FoundSystem(id=answer, name=answer)
        if system.distributor and distributor and system.distributor != distributor:
            self._ask("sheet-system-of-other", system=system.name, distributor=system.distributor)
            return None
        return system

    def start(
        self, sheet: PriceSheet, prices: Sequence[PrintedPrice], choices: SheetChoices
    ) -> date | None:
        """Return the day the prices hold from."""
        in_rows = [price.start for price in prices if price.start]
        found = list(dict.fromkeys(in_rows or sheet.starts))
        answer = self._one(found, choices.start, field="valid-from", filters=bool(in_rows))
        if answer is None and choices.start is None:
            days = [day.isoformat() for day in (*found, *sheet.other_days)]
            self._ask("sheet-start-missing", found=days or ["—"])
        return answer

    def _one(self, found: Sequence[T], wanted: T | None, *, field: str, filters: bool) -> T | None:
        """Return the one answer: what a person said, unless the sheet says otherwise."""
        if wanted is None:
            return found[0] if len(found) == 1 else None
        if found and wanted not in found:
            shown = [str(value) for value in found]
            self._ask(
                "sheet-choice-absent" if filters else "sheet-choice-contradicts",
                field=field,
                value=str(wanted),
                found=shown,
            )
            return None
        return wanted

    def prices(
        self, sheet: PriceSheet, prices: Sequence[PrintedPrice], choices: SheetChoices
    ) -> tuple[ChosenPrice, ...]:
        """Return the prices of the column that is meant, each with its word on IGV."""
        column = self._column(sheet, prices, choices)
        if column is None:
            return ()
        others = {p.key: p for p in prices if p.column in _twins(sheet, column)}
        chosen: dict[tuple[str, str, str], ChosenPrice] = {}
        asked = False
        for price in (p for p in prices if p.column == column.number):
            included = self._igv(sheet, price, choices)
            if included is None:
                asked = True
                continue
            if price.key in chosen:
                self._ask(
                    "sheet-charge-twice",
                    text=price.label,
                    line=price.line,
                    first_line=chosen[price.key].line,
                )
                continue
            other = others.get(price.key)
            chosen[price.key] = ChosenPrice(
                option=price.option,
                segment=price.segment,
                charge=price.charge,
                unit=price.unit,
                value=price.value,
                igv_included=included,
                other_value=other.value if other else None,
                line=price.line,
                label=price.label,
            )
        if asked:
            self._ask("sheet-igv-not-stated")
        return tuple(chosen.values())

    def _column(
        self, sheet: PriceSheet, prices: Sequence[PrintedPrice], choices: SheetChoices
    ) -> PriceColumn | None:
        used = {price.column for price in prices}
        left = [column for column in sheet.columns if column.number in used]
        if choices.column is not None:
            left = [column for column in left if column.number == choices.column]
        elif len(left) > 1 and len({column.igv_included for column in left}) == len(left):
            # The same prices with and without IGV: those without need no division.
            wanted = choices.igv_included if choices.igv_included is not None else False
            left = [column for column in left if column.igv_included is wanted]
        if len(left) == 1:
            return left[0]
        if not used and self.issues:
            return None  # an answer before this one left no prices
        self._ask("sheet-column-choice", columns=_shown(sheet.columns, prices) or ["—"])
        return None

    def _igv(self, sheet: PriceSheet, price: PrintedPrice, choices: SheetChoices) -> bool | None:
        said = price.igv_included
        if said is None and len(sheet.igv) == 1:
            said = sheet.igv[0]
        if choices.igv_included is None:
            return said
        if said is not None and said is not choices.igv_included:
            asked = ("sheet-says-with-igv", "sheet-says-without-igv")
            if not any(issue.code in asked for issue in self.issues):
                self._ask("sheet-says-with-igv" if said else "sheet-says-without-igv")
            return said
        return choices.igv_included

    def _ask(self, code: str, **parameters: str | int | list[str]) -> None:
        self.issues.append(Issue(code=code, severity=Severity.ERROR, parameters=parameters))


def _shown(columns: Sequence[PriceColumn], prices: Sequence[PrintedPrice]) -> list[str]:
    """Return each column with its heading, else with its first price, for a person to choose."""
    first: dict[int, str] = {}
    for price in prices:
        first.setdefault(price.column, f"{price.value} …")
    return [f"{c.number}: {c.heading or first.get(c.number, '—')}" for c in columns]


def _twins(sheet: PriceSheet, column: PriceColumn) -> set[int]:
    """Return the columns that hold the same prices with the other word on IGV."""
    return {
        other.number
        for other in sheet.columns
        if other.system == column.system
        and None not in (other.igv_included, column.igv_included)
        and other.igv_included is not column.igv_included
    }
