"""A measured year under every option that the home may choose."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from tests.meter_samples import write_meter, write_months

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import FixedCharges, Option, Supply
from ahorraluz.core.readings.schema import Readings
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.services.compare_tariffs import (
    NOT_ON_FILE,
    ComparisonError,
    TariffComparison,
    compare_tariffs,
)
from ahorraluz.services.connection import Connection
from ahorraluz.services.find_readings import find_readings
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

AS_OF = date(2026, 11, 24)
SUPPLY = Supply(distributor="luz-del-sur", system="lima-sur")
LIMA = Connection(
    supply=SUPPLY, charges=FixedCharges(connection=Decimal("1.42"), lighting=Decimal("10.30"))
)
D = Decimal


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


def readings(path: Path, tools: Toolbox) -> Readings:
    return find_readings(str(path), tools=tools).cleaned.readings


@pytest.fixture(scope="module")
def year(tools: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> Readings:
    """Return a year of invented hourly readings."""
    return readings(write_meter(tmp_path_factory.mktemp("m") / "m.csv", days=365), tools)


@pytest.fixture(scope="module")
def compared(year: Readings, tools: Toolbox) -> TariffComparison:
    return compare_tariffs(year, LIMA, tools=tools, as_of=AS_OF)


def test_each_month_is_the_public_bill_of_that_month_to_come(compared: TariffComparison) -> None:
    assert len(compared.months) == len(compared.terms) == 12
    for month, terms, total in zip(compared.months, compared.terms, compared.totals, strict=True):
        assert terms.period.start.month == month.period.start.month
        assert AS_OF.replace(day=1) <= terms.period.start < date(2027, 11, 24)
        bill = price_bill(Consumption(period=terms.period, energy_kwh=month.measured().kwh), terms)
        assert total == bill.total
    assert compared.total == sum(compared.totals)


def test_every_option_is_compared_in_one_sheet(compared: TariffComparison) -> None:
    assert {option.option for option in compared.options} == {Option.BT5F, Option.BT5I}
    assert len({option.totals_now for option in compared.options}) == 1
    assert [option.saving for option in compared.options] == sorted(
        (option.saving for option in compared.options), reverse=True
    )
    assert compared.not_on_file == NOT_ON_FILE


def test_the_peak_share_is_that_of_the_hours(compared: TariffComparison, year: Readings) -> None:
    local = year.frame["energy_kwh"].tz_convert(year.zone)

    inside = local[(local.index.hour >= 18) & (local.index.hour < 23)]  # type: ignore[attr-defined]

    assert compared.peak_share == pytest.approx(inside.sum() / local.sum())


def test_the_best_saves_and_none_is_best_where_none_does(compared: TariffComparison) -> None:
    dear = tuple(
        replace(option, totals=tuple(total + 500 for total in option.totals))
        for option in compared.options
    )

    assert replace(compared, options=dear).best is None
    best = compared.best
    assert best is None or best.saving == max(option.saving for option in compared.options) > 0


def test_a_home_that_uses_nothing_at_the_peak_saves_with_hours(
    year: Readings, tools: Toolbox
) -> None:
    hour = year.frame.index.tz_convert(year.zone).hour  # type: ignore[attr-defined]
    quiet = np.where((hour >= 18) & (hour < 23), 0.0, year.energy_kwh)

    compared = compare_tariffs(replace(year, energy_kwh=quiet), LIMA, tools=tools, as_of=AS_OF)

    by_option = {option.option: option for option in compared.options}
    assert compared.peak_share == 0
    assert by_option[Option.BT5F].break_even_share == 0
    assert len(set(by_option[Option.BT5F].by_shift)) == 1
    assert compared.best is not None


def test_part_of_a_year_says_so(tools: Toolbox, tmp_path: Path) -> None:
    short = readings(write_meter(tmp_path / "m.csv", days=40), tools)

    compared = compare_tariffs(short, LIMA, tools=tools, as_of=AS_OF)

    parts = [i.parameters for i in compared.issues if i.code == "compare-part-of-a-year"]
    assert parts == [{"months": 1}]


@pytest.mark.parametrize("as_of", [date(2026, 1, 1), date(2026, 12, 31), date(2028, 2, 29)])
def test_months_to_come_begin_with_the_month_of_the_day(
    as_of: date, year: Readings, tools: Toolbox
) -> None:
    compared = compare_tariffs(year, LIMA, tools=tools, as_of=as_of)

    starts = sorted(term.period.start for term in compared.terms)
    assert starts[0] == as_of.replace(day=1)
    assert (starts[-1].year, starts[-1].month) == (
        as_of.year + (as_of.month > 1),
        as_of.month - 1 or 12,
    )


def test_a_distributor_without_a_sheet_of_hours_says_which_are_not_on_file(
    year: Readings, tools: Toolbox
) -> None:
    connection = Connection(supply=Supply(distributor="electro-puno"))

    compared = compare_tariffs(year, connection, tools=tools, as_of=AS_OF)

    assert compared.options == ()
    assert compared.best is None
    assert compared.not_on_file[:2] == (Option.BT5F, Option.BT5I)


def test_what_cannot_be_compared_is_refused(year: Readings, tools: Toolbox, tmp_path: Path) -> None:
    paths = {
        "compare-needs-hours": write_months(tmp_path / "m.csv"),
        "compare-needs-a-month": write_meter(tmp_path / "w.csv", days=7),
    }
    for code, path in paths.items():
        with pytest.raises(ComparisonError, match=code):
            compare_tariffs(readings(path, tools), LIMA, tools=tools, as_of=AS_OF)
    hourly = replace(LIMA, supply=replace(SUPPLY, option=Option.BT5F))
    with pytest.raises(ComparisonError, match="compare-from-one-register"):
        compare_tariffs(year, hourly, tools=tools, as_of=AS_OF)


def test_an_hourly_month_is_the_public_bill_with_its_bands(
    compared: TariffComparison, tools: Toolbox
) -> None:
    from ahorraluz.core.advice.context import Otherwise
    from ahorraluz.core.advice.pricing import other_terms
    from ahorraluz.services.shared_terms import stand_ins

    pairs = other_terms(
        tools.book("luz-del-sur"), compared.terms, stand_ins=stand_ins("luz-del-sur")
    )
    option = next(o for o in compared.options if o.option is Option.BT5F)

    for month, terms, total in zip(
        compared.months, pairs[Otherwise.BT5F].then, option.totals, strict=True
    ):
        used = month.measured()
        bands = {Band.PEAK: used.peak_kwh, Band.OFF_PEAK: used.kwh - used.peak_kwh}
        consumption = Consumption(period=terms.period, energy_kwh=used.kwh, bands_kwh=bands)
        assert price_bill(consumption, terms).total == total
