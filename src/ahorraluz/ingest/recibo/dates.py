"""Days of reading, days billed and month, sure where they agree with each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ahorraluz.ingest.recibo.amounts import days_in, months_in
from ahorraluz.ingest.recibo.found import (
    Candidate,
    Field,
    Status,
    Value,
    Why,
    distinct,
    read_clearly,
    sure,
    unsure,
)
from ahorraluz.ingest.recibo.labels import Label, Labelled
from ahorraluz.ingest.recibo.places import Sheet, least_confidence

SHORTEST, LONGEST = 5, 100
"""Days between two readings of a home; others are asked for."""
MOST_DAYS = 400
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFields:
    """Fields of time."""

    start: Field
    end: Field
    days: Field
    month: Field

    @property
    def all(self) -> tuple[Field, ...]:
        """Every field, in the order of the recibo."""
        return self.month, self.start, self.end, self.days


def read_days(sheet: Sheet) -> DayFields:
    """Return the days of a recibo."""
    at_readings = {
        "reading_from": [*_days(sheet, Label.FROM, Label.READ_BEFORE)],
        "reading_to": [*_days(sheet, Label.TO, Label.READ_NOW)],
    }
    spans = [*_spans(sheet)]
    starts = distinct([*at_readings["reading_from"], *(start for start, _ in spans)])
    ends = distinct([*at_readings["reading_to"], *(end for _, end in spans)])
    counts = distinct(_counts(sheet))
    agreed = {
        (start.value, end.value): (start, end)
        for start in starts
        for end in ends
        for count in counts
        if _between(start, end) == count.value
    }
    if len(agreed) == 1:
        ((first, last),) = agreed.values()
        found = sure("reading_from", first, Why.DAYS), sure("reading_to", last, Why.DAYS)
    else:
        found = _unchecked(starts, ends, counts, sheet=sheet, named=at_readings)
    days = _day_count(counts, found, sheet=sheet)
    return DayFields(start=found[0], end=found[1], days=days, month=_month(sheet, end=found[1]))


def _unchecked(
    starts: tuple[Candidate, ...],
    ends: tuple[Candidate, ...],
    counts: tuple[Candidate, ...],
    *,
    sheet: Sheet,
    named: dict[str, list[Candidate]],
) -> tuple[Field, Field]:
    """Return the days where no printed count confirms them.

    Days that are called reading days are taken from exact text; a span *from … to* is
    not, since nobody knows whether it counts its last day.
    """
    why = Why.DISAGREES if counts else Why.UNCHECKED
    alone = len(starts) == len(ends) == 1 and not counts
    if sheet.exact and alone and all(named.values()):
        length = _between(starts[0], ends[0])
        if length is not None and SHORTEST <= length <= LONGEST:
            return (
                sure("reading_from", starts[0], Why.PRINTED),
                sure("reading_to", ends[0], Why.PRINTED),
            )
    return unsure("reading_from", starts, why), unsure("reading_to", ends, why)


def _between(start: Candidate, end: Candidate) -> int | None:
    if isinstance(start.value, date) and isinstance(end.value, date):
        days = (end.value - start.value).days
        return days if days > 0 else None
    return None


def _days(sheet: Sheet, *labels: Label) -> Iterator[Candidate]:
    for labelled in sheet.of(*labels):
        for text in sheet.texts_beside(labelled):
            found = [(text[start:end], day) for start, end, day in days_in(text)]
            if len(found) == 1:
                yield _candidate(sheet, labelled, found[0][1], found[0][0])
            if found:
                break


def _spans(sheet: Sheet) -> Iterator[tuple[Candidate, Candidate]]:
    """Yield first and last day of every span behind a label of the period."""
    for labelled in sheet.of(Label.PERIOD, Label.MONTH):
        for text in sheet.texts_beside(labelled):
            found = [(text[start:end], day) for start, end, day in days_in(text)]
            if len(found) == 2:
                first, last = (_candidate(sheet, labelled, day, shown) for shown, day in found)
                yield first, last
            if found:
                break


def _candidate(sheet: Sheet, labelled: Labelled, value: Value, shown: str) -> Candidate:
    return Candidate(
        value=value,
        page=labelled.row.page,
        label=labelled.text,
        text=shown,
        confidence=least_confidence(labelled.row.words) if not sheet.exact else None,
    )


def _counts(sheet: Sheet) -> Iterator[Candidate]:
    for labelled in sheet.of(Label.DAYS):
        for printed in sheet.numbers_beside(labelled)[:1]:
            number = printed.number
            if number.decimals == 0 and 0 < number.value <= MOST_DAYS:
                yield _candidate(sheet, labelled, int(number.value), number.text)


def _day_count(counts: tuple[Candidate, ...], found: tuple[Field, Field], *, sheet: Sheet) -> Field:
    start, end = found
    if start.status is end.status is Status.SURE and start.why is Why.DAYS:
        length = _between(start.candidates[0], end.candidates[0])
        chosen = next(count for count in counts if count.value == length)
        return sure("days", chosen, Why.DAYS)
    if start.candidates and end.candidates:
        return unsure("days", counts, Why.DISAGREES)
    return read_clearly("days", counts, exact=sheet.exact)


def _month(sheet: Sheet, *, end: Field) -> Field:
    """Return the month of the recibo: that of its last reading, or the one after."""
    found = distinct(_months(sheet))
    if isinstance(end.value, date):
        near = [month for month in found if _follows(str(month.value), end.value)]
        if len(near) == 1 and (sheet.exact or len(found) == 1):
            return sure("period", near[0], Why.MONTH)
        return unsure("period", found, Why.DISAGREES if len(found) == 1 else Why.SEVERAL)
    return read_clearly("period", found, exact=sheet.exact)


def _months(sheet: Sheet) -> Iterator[Candidate]:
    for labelled in sheet.of(Label.MONTH):
        for text in sheet.texts_beside(labelled):
            if any(True for _ in days_in(text)):
                break
            found = [(text[start:end], month) for start, end, month in months_in(text)]
            if len(found) == 1:
                yield _candidate(sheet, labelled, f"{found[0][1]:%Y-%m}", found[0][0])
            if found:
                break


def _follows(month: str, end: date) -> bool:
    year, number = (int(part) for part in month.split("-"))
    return 0 <= year * MONTHS_A_YEAR + number - (end.year * MONTHS_A_YEAR + end.month) <= 1
