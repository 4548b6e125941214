"""The charges and sums of a recibo, each sure where a sum of printed amounts closes on it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ahorraluz.ingest.recibo.found import Field, Status, Why, distinct, sure, unsure
from ahorraluz.ingest.recibo.labels import CHARGES, Label
from ahorraluz.ingest.recibo.places import Sheet
from ahorraluz.ingest.recibo.sums import (
    AFTER,
    ROUNDINGS,
    TAXED,
    Line,
    Lines,
    amounts_at,
    amounts_key,
    charges_of,
    is_tax,
    one_of,
    readings_of,
    total_of,
    unknown_lines,
)

SUMS = (Label.SUBTOTAL, Label.IGV, Label.TOTAL_BEFORE, Label.TOTAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """One reading of the whole bill that closes."""

    taxed: Lines = ()
    subtotal: Line | None = None
    igv: Line | None = None
    after: Lines = ()
    total_before: Line | None = None
    roundings: Lines = ()
    total: Line | None = None

    @property
    def key(self) -> object:
        """What tells two readings apart."""
        sums = (self.subtotal, self.igv, self.total_before, self.total)
        lines = (self.taxed, self.after, self.roundings)
        return (
            *(amounts_key(some) for some in lines),
            *(None if line is None else line.amount for line in sums),
        )


@dataclass(slots=True)
class _Printed:
    """Everything printed that may be a charge or a sum."""

    sheet: Sheet
    rates: Sequence[Decimal]
    charges: Mapping[Label, Lines] = field(init=False)
    unknown: Lines = field(init=False)
    sums: Mapping[Label, Lines] = field(init=False)

    def __post_init__(self) -> None:
        self.charges = charges_of(self.sheet)
        self.unknown = unknown_lines(self.sheet, self.charges)
        self.sums = {label: amounts_at(self.sheet, label) for label in SUMS}


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFields:
    """What the bill says."""

    fields: tuple[Field, ...]
    """Every charge and every sum."""
    taxed: Lines
    """Lines above the tax, where they are sure."""
    after: Lines
    """Lines after the tax, roundings last, where they are sure."""

    def named(self, name: str) -> Field | None:
        """Return the first field of a name."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def energy(self) -> Decimal | None:
        """The energy charge, where it is sure. [PEN]"""
        amounts = [line.amount for line in self.taxed if line.label is Label.ENERGY]
        return sum(amounts, Decimal(0)) if amounts else None


def read_bill(sheet: Sheet, *, rates: Sequence[Decimal]) -> BillFields:
    """Return charges and sums of a recibo.

    Parameters
    ----------
    sheet
        The recibo.
    rates
        Rates of the IGV that may hold. [0 to 1]
    """
    printed = _Printed(sheet, rates)
    upper = one_of(_upper(printed), lambda closed: closed.key)
    whole = one_of(_whole(printed, upper), lambda closed: closed.key)
    taxed = whole.taxed if whole and whole.taxed else upper.taxed if upper else ()
    fields = [*_charge_fields(printed, taxed, whole), *_sum_fields(printed, upper, whole)]
    after = (*whole.after, *whole.roundings) if whole else ()
    return BillFields(fields=tuple(fields), taxed=taxed, after=after)


def _upper(printed: _Printed) -> Iterator[Closed]:
    """Yield every reading of the taxed lines that adds up to a printed subtotal."""
    for extra in _extras(printed):
        found = [
            Closed(taxed=(*lines, *extra), subtotal=subtotal)
            for subtotal in printed.sums[Label.SUBTOTAL]
            for lines in readings_of(printed.charges, (*TAXED, Label.FOSE, Label.OTHER))
            if len(lines) + len(extra) > 1 and total_of(lines) + total_of(extra) == subtotal.amount
        ]
        if found:
            # Lines nobody knows are only counted where the known ones do not close.
            yield from found
            return


def _extras(printed: _Printed) -> Iterator[Lines]:
    yield ()
    subtotals = printed.sums[Label.SUBTOTAL]
    above = [u for u in printed.unknown if not subtotals or u.y < subtotals[0].y]
    if above:
        yield tuple(above)


def _whole(printed: _Printed, upper: Closed | None) -> Iterator[Closed]:
    """Yield every reading of tax, later lines and totals that closes, best kind first."""
    for base in _bases(printed, upper):
        found = [*_totals(printed, base)]
        if found:
            yield from found
            return


def _bases(printed: _Printed, upper: Closed | None) -> Iterator[list[Closed]]:
    """Yield beginnings to close a total on: a closed subtotal, a printed one, the lines alone."""
    igvs: tuple[Line | None, ...] = printed.sums[Label.IGV]
    if not printed.sheet.has(Label.IGV):
        igvs = (None,)
    if upper is not None:
        yield [Closed(taxed=upper.taxed, subtotal=upper.subtotal, igv=igv) for igv in igvs]
        return
    subtotals = printed.sums[Label.SUBTOTAL]
    if subtotals:
        yield [Closed(subtotal=subtotal, igv=igv) for subtotal in subtotals for igv in igvs]
        return
    for extra in _extras(printed):
        yield [
            Closed(taxed=(*lines, *extra), igv=igv)
            for lines in readings_of(printed.charges, (*TAXED, Label.FOSE, Label.OTHER))
            for igv in igvs
            if lines
            and igv is not None
            and is_tax(igv.amount, lines, total_of((*lines, *extra)), printed.rates)
        ]


def _totals(printed: _Printed, bases: Sequence[Closed]) -> Iterator[Closed]:
    for base in bases:
        tax = Decimal(0) if base.igv is None else base.igv.amount
        amount = total_of(base.taxed) if base.subtotal is None else base.subtotal.amount
        for after in _after(printed, base):
            month = amount + tax + total_of(after)
            befores = (b for b in printed.sums[Label.TOTAL_BEFORE] if b.amount == month)
            for before in (*befores, None)[:1]:
                yield from _ended(printed, base, after, before, month)


def _after(printed: _Printed, base: Closed) -> Iterator[Lines]:
    """Yield the readings of the lines after the tax."""
    used = {id(line) for line in base.taxed}
    left = {
        label: tuple(line for line in lines if id(line) not in used)
        for label, lines in printed.charges.items()
    }
    below = tuple(u for u in printed.unknown if id(u) not in used)
    for lines in readings_of(left, (*AFTER, Label.OTHER)):
        yield lines
        if below:
            yield (*lines, *below)


def _ended(
    printed: _Printed, base: Closed, after: Lines, before: Line | None, month: Decimal
) -> Iterator[Closed]:
    """Yield the ends of one reading: with a total that closes, or at the total of the month."""
    ended = [
        _with(base, after, before=before, roundings=roundings, total=total)
        for roundings in readings_of(printed.charges, ROUNDINGS)
        for total in printed.sums[Label.TOTAL]
        if month + total_of(roundings) == total.amount
    ]
    yield from ended
    if before is not None and not ended:
        yield _with(base, after, before=before, roundings=(), total=None)


def _with(
    base: Closed, after: Lines, *, before: Line | None, roundings: Lines, total: Line | None
) -> Closed:
    return Closed(
        taxed=base.taxed,
        subtotal=base.subtotal,
        igv=base.igv,
        after=after,
        total_before=before,
        roundings=roundings,
        total=total,
    )


def _charge_fields(printed: _Printed, taxed: Lines, whole: Closed | None) -> Iterator[Field]:
    after = () if whole is None else (*whole.after, *whole.roundings)
    closed = (*taxed, *after)
    for label in CHARGES:
        chosen = [line for line in closed if line.label is label]
        for line in chosen:
            yield sure(label.value, line.candidate, Why.SUM)
        if chosen or (label is Label.FOSE and taxed):
            # A discount or surcharge that is not in the sum is only informed.
            continue
        found = distinct(line.candidate for line in printed.charges.get(label, ()))
        informed = whole is not None and label in (Label.OTHER, Label.LATE)
        if found and not (informed and whole is not None and whole.total is not None):
            yield unsure(label.value, found, Why.DISAGREES)
        elif not found and printed.sheet.has(label) and label in (*TAXED, Label.RURAL):
            # The words are there and no amount beside them could be read.
            yield Field(name=label.value, status=Status.MISSING, why=Why.NOT_FOUND)


def _sum_fields(printed: _Printed, upper: Closed | None, whole: Closed | None) -> Iterator[Field]:
    tax_agrees = _tax_pairs(printed, upper, whole)
    above, below = upper or Closed(), whole or Closed()
    pair = tax_agrees or (None, None)
    chosen: dict[Label, tuple[Line | None, Why]] = {
        Label.SUBTOTAL: (_first(above.subtotal, below.subtotal, pair[0]), Why.SUM),
        Label.IGV: (_first(below.igv, pair[1]), Why.TAX),
        Label.TOTAL_BEFORE: (below.total_before, Why.SUM),
        Label.TOTAL: (below.total, Why.SUM),
    }
    for label, (line, why) in chosen.items():
        if line is not None:
            yield sure(label.value, line.candidate, why)
        elif label is Label.TOTAL:
            yield _total(printed)
        elif printed.sums[label]:
            yield unsure(label.value, (s.candidate for s in printed.sums[label]), Why.DISAGREES)


def _first(*lines: Line | None) -> Line | None:
    return next((line for line in lines if line is not None), None)


def _tax_pairs(
    printed: _Printed, upper: Closed | None, whole: Closed | None
) -> tuple[Line, Line] | None:
    """Return subtotal and tax where exactly one pair of printed ones agrees."""
    subtotals = printed.sums[Label.SUBTOTAL]
    if upper is not None and upper.subtotal is not None:
        subtotals = (upper.subtotal,)
    elif whole is not None and whole.subtotal is not None:
        subtotals = (whole.subtotal,)
    lines = upper.taxed if upper is not None else ()
    pairs = (
        (subtotal, igv)
        for subtotal in subtotals
        for igv in printed.sums[Label.IGV]
        if igv.amount > 0 and is_tax(igv.amount, lines, subtotal.amount, printed.rates)
    )
    return one_of(pairs, lambda pair: (pair[0].amount, pair[1].amount))


def _total(printed: _Printed) -> Field:
    """Return the total that no sum closes on.

    It is sure only as exact text that says it twice on a recibo that prints no other sum:
    where there are others, they speak against it.
    """
    totals = printed.sums[Label.TOTAL]
    places = [at for at in printed.sheet.of(Label.TOTAL) if printed.sheet.numbers_beside(at)]
    others = printed.sums[Label.SUBTOTAL] or printed.sums[Label.TOTAL_BEFORE]
    if len(totals) == 1 and len(places) > 1 and not others and printed.sheet.exact:
        return sure(Label.TOTAL.value, totals[0].candidate, Why.TWICE)
    why = Why.SEVERAL if len(totals) > 1 else Why.DISAGREES
    return unsure(Label.TOTAL.value, (line.candidate for line in totals), why)
