"""From the lines of a document to the prices of its options.

Headings set the option, the kind of customer and the bracket; a line with a charge, a
unit and numbers is a price under them. What belongs to other options is named and left.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ahorraluz.core.issues import Issue, Parameter, Severity
from ahorraluz.ingest.price_sheets.charges import (
    NON_RESIDENTIAL,
    SUPPORTED_OPTIONS,
    UNDIVIDED_OPTIONS,
    bracket_of,
    charge_of,
    charge_start,
    customer_of,
    ends_option,
    is_charge,
    is_other_charge,
    option_codes,
)
from ahorraluz.ingest.price_sheets.columns import PriceColumns, price_columns
from ahorraluz.ingest.price_sheets.identify import identify
from ahorraluz.ingest.price_sheets.sheet import (
    MAX_SHOWN,
    Page,
    PriceSheet,
    PriceSheetError,
    PrintedPrice,
    SheetLine,
    SheetNames,
)
from ahorraluz.ingest.price_sheets.words import Unit, number

MAX_ISSUES = 10
CENTS_A_SOL = Decimal(100)


def recognise(page: Page, names: SheetNames) -> PriceSheet:
    """Return the prices of a document with what it says of itself.

    Raises
    ------
    PriceSheetError
        ``sheet-no-prices``, ``sheet-lines-mixed``, ``sheet-unit-missing``,
        ``sheet-unit-unexpected``, ``sheet-value-missing``, ``sheet-segment-missing``,
        ``sheet-bracket-unknown``, ``sheet-charge-unknown``, ``sheet-columns-vary``.
    """
    reading = _Reading()
    for line in page.lines:
        reading.take(line)
    if reading.issues:
        raise PriceSheetError.of(reading.issues[:MAX_ISSUES])
    if not reading.rows:
        raise PriceSheetError(
            "sheet-no-prices", options=list(SUPPORTED_OPTIONS), ignored=reading.ignored or ["—"]
        )
    rows = [row.line for row in reading.rows]
    columns = price_columns(page, rows, names)
    identity = identify(page, names, head=_first_place(page, rows))
    return PriceSheet(
        kind=page.kind,
        prices=tuple(price for row in reading.rows for price in _prices(row, columns)),
        columns=columns.columns,
        distributors=identity.distributors,
        systems=columns.systems or identity.systems,
        systems_labelled=bool(columns.systems) or identity.systems_labelled,
        starts=identity.starts,
        igv=identity.igv,
        published=identity.published,
        other_days=identity.other_days,
        ignored_options=tuple(reading.ignored),
        ignored_charges=tuple(reading.ignored_charges),
        unplaced=reading.unplaced,
        url=page.url,
        official=page.official,
        from_list=identity.from_list,
    )


def _first_place(page: Page, rows: list[SheetLine]) -> int:
    """Return how many lines stand before the first one with a charge and a number."""
    for place, line in enumerate(page.lines):
        if line.values and (line is rows[0] or any(is_charge(text) for text in line.texts)):
            return place
    return len(page.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A line whose charge has been placed."""

    line: SheetLine
    option: str
    segment: str
    charge: str
    label: str


@dataclass(slots=True)
class _Reading:
    """Where in the sheet the reader is, and what it has found."""

    options: tuple[str, ...] = ()
    customer: str | None = None
    segment: str | None = None
    other_variant: str = ""
    """Heading of the BT5A variant for more power, which is no home's, while under it."""
    rows: list[_Row] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    ignored_charges: list[str] = field(default_factory=list)
    unplaced: int = 0
    issues: list[Issue] = field(default_factory=list)

    @property
    def supported(self) -> list[str]:
        """The options of the current heading that a home can have."""
        return [option for option in self.options if option in SUPPORTED_OPTIONS]

    def take(self, line: SheetLine) -> None:
        """Read one line: its headings first, then its charge."""
        if line.mixed:
            self._refuse("sheet-lines-mixed", line)
            return
        charge: str | None = None
        for text in line.texts:
            if is_charge(text):
                charge = text
                start = charge_start(text)
                if start:
                    self._heading(text[:start], line)
            elif not line.values or not is_other_charge(text):
                self._heading(text, line)
        if charge is not None:
            self._charge(charge, line)
        elif line.values and line.unit and self.supported and line.texts:
            self._leave(self.other_variant or line.texts[-1])

    def _heading(self, text: str, line: SheetLine) -> None:
        codes = option_codes(text)
        if codes:
            if codes != self.options:
                self.customer = self.segment = None
                self.other_variant = ""
            self.options = codes
            self.ignored += [
                code for code in codes if code not in SUPPORTED_OPTIONS and code not in self.ignored
            ]
        elif ends_option(text) and not any(option_codes(other) for other in line.texts):
            self.options = ()
            self.customer = self.segment = None
        if not self.supported:
            return
        if "BT5A" in self.supported and "kw" in text:
            self.other_variant = f"BT5A {text}" if "50" in text and "kwh" not in text else ""
        self._customer(text)
        self._bracket(text, line)

    def _customer(self, text: str) -> None:
        customer = customer_of(text)
        if customer is not None:
            self.customer = customer
            self.segment = NON_RESIDENTIAL if customer == NON_RESIDENTIAL else None

    def _bracket(self, text: str, line: SheetLine) -> None:
        bracket = bracket_of(text)
        if bracket is None:
            return
        if bracket.is_group:
            self.customer, self.segment = "residential", None
        elif bracket.segment is not None:
            self.customer, self.segment = "residential", bracket.segment
        elif self.customer != NON_RESIDENTIAL:
            self._refuse("sheet-bracket-unknown", line)

    def _charge(self, text: str, line: SheetLine) -> None:
        if not self.options:
            self.unplaced += bool(line.values)
            return
        if not self.supported or (not line.values and line.unit is None):
            return
        if self.other_variant or ("BT5A" in self.supported and " 50 kw" in text):
            self._leave(self.other_variant or text)
            return
        self._bracket(text, line)
        charge = charge_of(text)
        for option in self.supported:
            segment = NON_RESIDENTIAL if option in UNDIVIDED_OPTIONS else self.segment
            if charge is None:
                self._refuse("sheet-charge-unknown", line, option=option)
            elif segment is None:
                self._refuse("sheet-segment-missing", line, option=option)
            elif self._is_sound(charge, line, option):
                self.rows.append(
                    _Row(line=line, option=option, segment=segment, charge=charge, label=line.shown)
                )

    def _is_sound(self, charge: str, line: SheetLine, option: str) -> bool:
        """Tell whether the line has numbers and the unit its charge is measured in."""
        if not any(text for _, text in line.values):
            self._refuse("sheet-value-missing", line, option=option)
        elif line.unit is None:
            self._refuse("sheet-unit-missing", line, option=option)
        elif line.unit not in units_of(charge):
            self._refuse("sheet-unit-unexpected", line, option=option)
        else:
            return True
        return False

    def _leave(self, text: str) -> None:
        label = text[:MAX_SHOWN].strip()
        if label not in self.ignored_charges:
            self.ignored_charges.append(label)

    def _refuse(self, code: str, line: SheetLine, **parameters: Parameter) -> None:
        shown: dict[str, Parameter] = {"line": line.number, "text": line.shown, **parameters}
        self.issues.append(Issue(code=code, severity=Severity.ERROR, parameters=shown))


def units_of(charge: str) -> tuple[Unit, ...]:
    """Return the units a charge can be printed in."""
    if charge.startswith("fixed"):
        return (Unit.PEN_MONTH,)
    if charge == "energy-first-30":
        return (Unit.PEN_MONTH, Unit.PEN_BLOCK, Unit.CENT_KWH, Unit.PEN_KWH)
    return (Unit.CENT_KWH, Unit.PEN_KWH)


def in_soles(charge: str, unit: Unit, printed: Decimal) -> tuple[str, Decimal]:
    """Return unit and value as data files hold them; céntimos become soles, exactly.

    Examples
    --------
    >>> in_soles("energy", Unit.CENT_KWH, Decimal("55.93"))
    ('PEN/kWh', Decimal('0.5593'))
    """
    if unit is Unit.CENT_KWH:
        return Unit.PEN_KWH.value, printed.scaleb(-2)
    if unit is Unit.PEN_MONTH and charge == "energy-first-30":
        return Unit.PEN_BLOCK.value, printed
    return unit.value, printed


def _prices(row: _Row, columns: PriceColumns) -> list[PrintedPrice]:
    prices = []
    for position, text in row.line.values:
        column = columns.at(row.line, position)
        printed = number(text)
        if column is None or printed is None or row.line.unit is None:
            continue
        unit, value = in_soles(row.charge, row.line.unit, printed)
        prices.append(
            PrintedPrice(
                option=row.option,
                segment=row.segment,
                charge=row.charge,
                unit=unit,
                value=value,
                column=column.number,
                line=row.line.number,
                label=row.label,
                system=column.system,
                igv_included=column.igv_included,
            )
        )
    return prices
