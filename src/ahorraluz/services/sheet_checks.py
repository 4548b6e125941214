"""What is odd in a price sheet: absurd values, a FOSE turned round, moves no month makes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.schedules import FIRST_BLOCK, PER_BLOCK, PER_KWH, PER_MONTH
from ahorraluz.catalog.user_sheets import PriceRow
from ahorraluz.core.home import CustomerClass
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.money import CENT, PRICE_STEP, round_cent, round_price
from ahorraluz.core.tariffs.figures import IGV
from ahorraluz.core.tariffs.schedule import Schedule
from ahorraluz.ingest.price_sheets.choose import ChosenPrice, ChosenSheet

# Bounds of the program against misread numbers, far from any price of a home.
HIGHEST: Mapping[str, Decimal] = {
    PER_KWH: Decimal(5),
    PER_BLOCK: Decimal(150),
    PER_MONTH: Decimal(100),
}
LARGE_CHANGE = Decimal("0.30")
"""No month has moved a price by that much; a misread column does. [0 to 1]"""
IGV_LIKE = Decimal("0.02")
"""How near to the IGV a common step of all prices must be to look like it. [0 to 1]"""
FEW = 3
MAX_ISSUES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """One price of a sheet against the newest one known before it, both before IGV."""

    row: PriceRow
    new: Decimal
    """[as the row's unit]"""
    old: Decimal | None
    """``None``: no such price was known."""
    known_start: date | None
    known_source: str | None

    @property
    def ratio(self) -> Decimal | None:
        """Relative change; ``None`` where there is nothing to compare with. [0 to 1]"""
        return self.new / self.old - 1 if self.old else None

    @property
    def differs(self) -> bool:
        """Whether the new price is another one, as recibos would print it."""
        return self.old is None or self.old != self.new


def changes_of(rows: Sequence[PriceRow], known: Sequence[PriceRow]) -> tuple[PriceChange, ...]:
    """Return every row with the newest price known on its day, else with the first one after."""
    return tuple(_change(row, _before(row, known)) for row in rows)


def _before(row: PriceRow, known: Sequence[PriceRow]) -> PriceRow | None:
    same = sorted((k for k in known if k.figure == row.figure), key=lambda k: k.start)
    begun = [k for k in same if k.start <= row.start]
    return begun[-1] if begun else (same[0] if same else None)


def _change(row: PriceRow, known: PriceRow | None) -> PriceChange:
    return PriceChange(
        row=row,
        new=_rounded(row.before_igv, row.unit),
        old=None if known is None else _in_unit(known, row.unit),
        known_start=known.start if known else None,
        known_source=known.source.id if known else None,
    )


def _in_unit(known: PriceRow, unit: str) -> Decimal:
    price = known.before_igv
    if known.unit != unit:
        price = price / FIRST_BLOCK if known.unit == PER_BLOCK else price * FIRST_BLOCK
    return _rounded(price, unit)


def _rounded(price: Decimal, unit: str) -> Decimal:
    return round_price(price) if unit == PER_KWH else round_cent(price)


def differing_lists(
    rows: Sequence[PriceRow], known: Sequence[PriceRow]
) -> set[tuple[date, str, str, bool]]:
    """Return the price lists among ``rows`` that are not on file as they are."""
    same_day = {(k.start, *k.figure): k for k in known}
    return {
        row.list_key for row in rows if _change(row, same_day.get((row.start, *row.figure))).differs
    }


def check_values(chosen: ChosenSheet) -> None:
    """Refuse prices that no home pays: zero, or far too high (``sheet-price-absurd``)."""
    absurd = [
        Issue(
            code="sheet-price-absurd",
            severity=Severity.ERROR,
            parameters={
                "line": price.line,
                "text": price.label,
                "value": price.value,
                "unit": price.unit,
                "limit": HIGHEST[price.unit],
            },
        )
        for price in chosen.prices
        if not 0 < price.value <= HIGHEST[price.unit]
    ]
    if absurd:
        raise InvalidInputError.of(absurd[:MAX_ISSUES])


def check_columns(chosen: ChosenSheet, *, exempt: bool | None) -> None:
    """Refuse a sheet whose columns with and without IGV do not differ by the IGV.

    Parameters
    ----------
    chosen
        The list, each price with its twin in the other column.
    exempt
        Whether the distributor's bills carry no IGV; ``None``: in part, or not known.

    Raises
    ------
    InvalidInputError
        ``sheet-igv-columns-differ``.
    """
    rate = load_national().value(IGV, chosen.start)
    for price in chosen.prices:
        if price.other_value is None or (exempt is not False and price.other_value == price.value):
            continue
        with_igv, without = (
            (price.value, price.other_value)
            if price.igv_included
            else (price.other_value, price.value)
        )
        if abs(without * (1 + rate) - with_igv) > _step(price):
            raise InvalidInputError(
                "sheet-igv-columns-differ",
                line=price.line,
                text=price.label,
                without=without,
                with_igv=with_igv,
            )


def _step(price: ChosenPrice) -> Decimal:
    """Return how far two printed prices may be apart by rounding alone."""
    return PRICE_STEP if price.unit == PER_KWH else CENT


def unpriceable_options(chosen: ChosenSheet) -> dict[str, Issue]:
    """Return the options that no price list can hold, with the reason.

    Prepaid by codes and by cards may cost different fixed charges; a list has one.
    """
    fixed: dict[tuple[str, str], set[Decimal]] = {}
    for price in chosen.prices:
        if price.charge.startswith("fixed"):
            fixed.setdefault((price.option, price.segment), set()).add(price.value)
    split = {option for (option, _), values in fixed.items() if len(values) > 1}
    return {
        option: Issue(code="sheet-option-left-out", parameters={"option": option})
        for option in sorted(split)
    }


def check_fose(schedules: Iterable[Schedule]) -> None:
    """Refuse residential prices that the FOSE cannot have made (``sheet-fose-order``).

    The first 30 kWh must be cheaper than the next ones, and all kWh above the limit
    dearer (Ley 27510): anything else is a sheet read in the wrong order.
    """
    for schedule in schedules:
        if schedule.customer is not CustomerClass.RESIDENTIAL or len(schedule.brackets) != 3:
            continue
        middle, high = schedule.brackets[1], schedule.brackets[2]
        for band, first in middle.blocks[0].prices.items():
            above, over = middle.blocks[1].prices[band], high.blocks[0].prices[band]
            if not first < above < over:
                raise InvalidInputError(
                    "sheet-fose-order",
                    option=schedule.option.value,
                    first=first,
                    above=above,
                    over=over,
                )


def large_changes(changes: Sequence[PriceChange], *, accept: bool) -> list[Issue]:
    """Return what is odd in the moves of the prices; it stops the work unless accepted.

    Raises
    ------
    InvalidInputError
        ``sheet-price-jump`` or ``sheet-jump-like-igv``, where ``accept`` is not set.
    """
    severity = Severity.WARNING if accept else Severity.ERROR
    issues = []
    moved = [c for c in changes if c.ratio is not None and abs(c.ratio) > LARGE_CHANGE]
    if moved:
        worst = max(moved, key=lambda change: abs(change.ratio or Decimal(0)))
        issues.append(
            Issue(
                code="sheet-price-jump",
                severity=severity,
                parameters={
                    "count": len(moved),
                    "option": worst.row.option,
                    "segment": worst.row.segment,
                    "charge": worst.row.charge,
                    "old": worst.old,
                    "new": worst.new,
                    "percent": _percent(worst.ratio),
                    "known_start": worst.known_start,
                },
            )
        )
    elif _like_igv(changes):
        issues.append(
            Issue(
                code="sheet-jump-like-igv",
                severity=severity,
                parameters={"percent": _percent(changes[0].ratio)},
            )
        )
    if issues and not accept:
        raise InvalidInputError.of(issues)
    return issues


def _percent(ratio: Decimal | None) -> str:
    return "—" if ratio is None else f"{ratio * 100:+.1f}"


def _like_igv(changes: Sequence[PriceChange]) -> bool:
    """Tell whether all prices moved by the IGV: a sheet taken for the other kind."""
    ratios = [change.ratio for change in changes if change.ratio is not None]
    if len(ratios) < FEW:
        return False
    igv = load_national().value(IGV, changes[0].row.start)
    return any(
        all(abs(ratio - step) <= IGV_LIKE for ratio in ratios) for step in (igv, 1 / (1 + igv) - 1)
    )
