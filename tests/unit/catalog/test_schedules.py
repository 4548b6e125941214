"""Price sheets: complete or refused, before IGV, and the user's rows over the shipped."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ahorraluz.catalog.book import book_hash, load_tariff_book
from ahorraluz.catalog.schedules import COLUMNS, load_schedules
from ahorraluz.catalog.tables import CatalogError
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CustomerClass, Option, Supply
from ahorraluz.core.tariffs.schedule import Schedule

HEADER = ",".join(COLUMNS) + "\n"
START = "2026-11-04,arequipa,BT5B"
SHEET = (
    f"{START},residential-0-30,fixed,PEN/month,2.50,no,in-force,ley-31429",
    f"{START},residential-0-30,energy,PEN/kWh,0.4200,no,in-force,ley-31429",
    f"{START},residential-31-140,fixed,PEN/month,2.50,no,in-force,ley-31429",
    f"{START},residential-31-140,energy-first-30,PEN/30kWh,12.60,no,in-force,ley-31429",
    f"{START},residential-31-140,energy-above-30,PEN/kWh,0.6000,no,in-force,ley-31429",
    f"{START},residential-over-140,fixed,PEN/month,2.56,no,in-force,ley-31429",
    f"{START},residential-over-140,energy,PEN/kWh,0.6140,no,in-force,ley-31429",
)
"""An invented sheet."""


def write_sheet(folder: Path, *rows: str, distributor: str = "seal") -> Path:
    (folder / "tariffs").mkdir(exist_ok=True)
    path = folder / "tariffs" / f"{distributor}.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


def sheet_of(distributor: str, start: date, option: Option = Option.BT5B) -> Schedule:
    return next(
        schedule
        for schedule in load_schedules(distributor)
        if (schedule.start, schedule.option) == (start, option)
    )


def test_prices_published_with_igv_become_the_prices_a_bill_prints() -> None:
    may = sheet_of("luz-del-sur", date(2026, 5, 4))

    assert may.brackets[-1].blocks[0].prices == {Band.TOTAL: Decimal("0.6134")}
    assert str(may.brackets[-1].fixed) == "2.27"


def test_brackets_and_blocks_are_cut_where_the_sheet_cuts_them() -> None:
    august = sheet_of("luz-del-sur", date(2026, 8, 4))

    assert [bracket.limit_kwh for bracket in august.brackets] == [30, 140, None]
    assert [block.limit_kwh for block in august.brackets[1].blocks] == [30, None]


def test_the_sheet_of_2015_is_cut_at_100_kwh() -> None:
    prepaid = sheet_of("luz-del-sur", date(2015, 5, 4), Option.BT7)

    assert [bracket.limit_kwh for bracket in prepaid.brackets] == [30, 100, None]


def test_an_option_with_bands_has_every_band_in_every_block() -> None:
    smart = [s for s in load_schedules("lima-unstated") if s.option is Option.BT5I]

    bands = {tuple(b.prices) for s in smart for bracket in s.brackets for b in bracket.blocks}
    assert bands == {(Band.PEAK, Band.MEDIUM, Band.BASE)}
    assert {s.customer for s in smart} == set(CustomerClass)


def test_a_distributor_without_sheets_has_none() -> None:
    assert load_schedules("seal") == ()


def test_the_users_sheet_is_read_from_the_users_folder(tmp_path: Path) -> None:
    folder = write_sheet(tmp_path, *SHEET)

    (sheet,) = load_schedules("seal", user_folder=folder)

    assert sheet.start == date(2026, 11, 4)
    assert sheet.brackets[1].blocks[0].prices == {Band.TOTAL: Decimal("0.4200")}
    assert load_schedules("seal") == ()


def test_the_users_price_wins_over_the_shipped_one_of_the_same_day(tmp_path: Path) -> None:
    folder = write_sheet(
        tmp_path,
        "2026-08-04,lima-sur,BT5B,residential-over-140,energy,PEN/kWh,0.7000,no,in-force,ley-31429",
        distributor="luz-del-sur",
    )

    before = load_schedules("luz-del-sur")
    after = load_schedules("luz-del-sur", user_folder=folder)

    changed = [new for old, new in zip(before, after, strict=True) if old.brackets != new.brackets]
    assert [schedule.start for schedule in changed] == [date(2026, 8, 4)]
    assert changed[0].brackets[-1].blocks[0].prices == {Band.TOTAL: Decimal("0.7000")}


@pytest.mark.parametrize("left_out", range(len(SHEET)), ids=lambda row: f"without row {row + 1}")
def test_a_sheet_with_a_hole_is_refused_whole(tmp_path: Path, left_out: int) -> None:
    folder = write_sheet(tmp_path, *SHEET[:left_out], *SHEET[left_out + 1 :])

    with pytest.raises(CatalogError) as refused:
        load_schedules("seal", user_folder=folder)

    assert refused.value.issue.code == "sheet-incomplete"
    assert refused.value.issue.parameters["distributor"] == "seal"


@pytest.mark.parametrize(
    ("amount", "is_refused"),
    [
        pytest.param("12.61", False, id="one céntimo above"),
        pytest.param("12.59", False, id="one céntimo below"),
        pytest.param("12.62", True, id="two céntimos above"),
        pytest.param("18.00", True, id="thirty kWh without the discount"),
    ],
)
def test_the_first_block_must_agree_with_the_lowest_price(
    tmp_path: Path, amount: str, *, is_refused: bool
) -> None:
    folder = write_sheet(tmp_path, *(row.replace("12.60", amount) for row in SHEET))

    if not is_refused:
        assert load_schedules("seal", user_folder=folder)
        return
    with pytest.raises(CatalogError) as refused:
        load_schedules("seal", user_folder=folder)
    assert refused.value.issue.code == "sheet-first-block"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        pytest.param("ley-31429", "nobody", "data-source-unknown", id="a source nobody listed"),
        pytest.param("PEN/month", "soles", "data-value-unknown", id="a unit nobody knows"),
        pytest.param("PEN/kWh", "PEN/month", "data-value-unknown", id="the unit of another charge"),
        pytest.param("BT5B", "BT9", "data-value-unknown", id="an option that does not exist"),
        pytest.param("over-140", "over-150", "data-value-unknown", id="another segment"),
        pytest.param("in-force", "expected", "data-value-unknown", id="only announced"),
        pytest.param("0.6140", "", "data-value-missing", id="a price left empty"),
        pytest.param("0.6140", "-0.6140", "data-value-negative", id="a negative price"),
        pytest.param("2026-11-04", "04/11/2026", "data-not-a-date", id="a day the other way"),
    ],
)
def test_a_wrong_cell_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    folder = write_sheet(tmp_path, *(row.replace(old, new) for row in SHEET))

    with pytest.raises(CatalogError) as refused:
        load_schedules("seal", user_folder=folder)

    assert refused.value.issue.code == code


def test_a_price_given_twice_is_refused(tmp_path: Path) -> None:
    folder = write_sheet(tmp_path, *SHEET, SHEET[-1])

    with pytest.raises(CatalogError) as refused:
        load_schedules("seal", user_folder=folder)

    assert refused.value.issue.code == "data-duplicate"


def test_a_book_without_its_own_sheet_can_assume_a_neighbours() -> None:
    book = load_tariff_book("seal")
    supply = Supply(distributor="seal")

    assumed = book.assumed_at(supply, date(2026, 11, 24))

    assert assumed.source.id == "luz-del-sur-sheet-2026-08"
    assert book.settings("seal").igv_rounding is None


def test_a_sheet_of_eleven_years_ago_is_never_assumed_today() -> None:
    book = load_tariff_book("luz-del-sur")
    recent = {s.start for s in book.schedules if s.option is Option.BT7}

    assert recent == {date(2015, 5, 4)}
    with pytest.raises(Exception, match="no-sheet-at-all"):
        book.assumed_at(Supply(distributor="luz-del-sur", option=Option.BT7), date(2026, 11, 24))


def test_the_fingerprint_of_a_book_names_the_users_sheets_too(tmp_path: Path) -> None:
    before = book_hash("seal", user_folder=tmp_path)

    after = book_hash("seal", user_folder=write_sheet(tmp_path, *SHEET))

    assert before == book_hash("seal")
    assert after != before
