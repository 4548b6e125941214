"""Measure how surely recibos are read: layouts, ways of setting them, cameras, changed digits.

python scripts/measure_recibos.py          # print the tables, text of PDFs alone
python scripts/measure_recibos.py --photos # and those of photos: minutes, and Tesseract
"""

import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.recibo_photos import CAMERAS, photo
from tests.recibo_sheets import FULL, KNOWN, Sheet, printed_values, sheet_of
from tests.recibos import LAYOUTS, STYLES

from ahorraluz.ingest.recibo.found import Status
from ahorraluz.ingest.recibo.problems import ReciboFileError
from ahorraluz.ingest.recibo.reading import parse_recibo

CHANGED = (
    *("kwh", "price", "now", "energy", "fixed", "lighting", "subtotal", "igv", "rural"),
    *("current", "total_before", "total"),
)
"""Numbers one digit of which is changed before the sheet is drawn."""
CHANGES = 40
"""Changed sheets of each layout read from text."""
PHOTO_BILL = "lds-2026-08"
SPOILT_CAMERAS = ("scan", "photo, askew", "photo, grain")
"""Cameras that changed sheets are seen with."""


@dataclass
class Count:
    """Fields of some recibos."""

    recibos: int = 0
    refused: int = 0
    fields: int = 0
    right: int = 0
    asked: int = 0
    wrong: int = 0

    def row(self, name: str) -> str:
        """Return the counts as a row of a table."""
        share = f"{self.right / self.fields:.1%}" if self.fields else "–"
        return (
            f"| {name} | {self.recibos} | {self.refused} | {self.fields} | {share} "
            f"| {self.asked} | {self.wrong} |"
        )


def count(count: Count, content: bytes, sheet: Sheet) -> None:
    """Add one recibo: what is sure and printed so, what is asked, what is sure and wrong."""
    expected = printed_values(sheet)
    count.recibos += 1
    count.fields += len(expected)
    try:
        reading = parse_recibo(content, known=KNOWN, name="recibo")
    except ReciboFileError:
        count.refused += 1
        count.asked += len(expected)
        return
    for name, value in expected.items():
        field = reading.field(name)
        if field.status is not Status.SURE:
            count.asked += 1
        elif field.value == value:
            count.right += 1
        else:
            count.wrong += 1


def changed(sheet: Sheet, chance: random.Random) -> Sheet:
    """Return a sheet with one digit of one number changed."""
    name = chance.choice(CHANGED)
    text = getattr(sheet, name)
    at = chance.choice([i for i, char in enumerate(text) if char.isdigit()])
    digit = chance.choice([digit for digit in "0123456789" if digit != text[at]])
    wrong: dict[str, Any] = {name: text[:at] + digit + text[at + 1 :]}
    return replace(sheet, **wrong)


def table(title: str, rows: Iterable[tuple[str, Count]]) -> Iterator[str]:
    """Yield a table in Markdown, its last row the sum."""
    yield f"| {title} | recibos | refused | fields | sure and right | asked | sure and wrong |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, counted in rows:
        yield counted.row(name)


def of_text(style: str | None) -> Iterator[tuple[str, Count]]:
    """Yield the counts of each layout, in every style or with a digit changed."""
    for layout, (draw, distributor) in LAYOUTS.items():
        counted, chance = Count(), random.Random(1)
        for bill in FULL:
            sheet = sheet_of(bill, distributor=distributor)
            for look in STYLES if style is None else ():
                count(counted, draw(sheet, look), sheet)
            for _ in range(CHANGES if style is not None else 0):
                wrong = changed(sheet, chance)
                count(counted, draw(wrong), wrong)
        yield layout, counted


def of_photos(
    spoil: Callable[[Sheet], Sheet], cameras: Iterable[str]
) -> Iterator[tuple[str, Count]]:
    """Yield the counts of each camera over all layouts."""
    for camera in (camera for camera in CAMERAS if camera.name in cameras):
        counted = Count()
        for draw, distributor in LAYOUTS.values():
            sheet = spoil(sheet_of(PHOTO_BILL, distributor=distributor))
            count(counted, photo(draw(sheet), camera), sheet)
        yield camera.name, counted


def main() -> None:
    """Print the tables."""
    print("\n".join(table("text of the PDF", of_text(None))), "\n", flush=True)
    print("\n".join(table("text, one digit changed", of_text("changed"))), "\n", flush=True)
    if "--photos" in sys.argv[1:]:
        names = [camera.name for camera in CAMERAS]
        print("\n".join(table("photo", of_photos(lambda sheet: sheet, names))), "\n", flush=True)
        chance = random.Random(1)
        rows = of_photos(lambda sheet: changed(sheet, chance), SPOILT_CAMERAS)
        print("\n".join(table("photo, one digit changed", rows)), flush=True)


if __name__ == "__main__":
    main()
