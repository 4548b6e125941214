"""Twelve calendar months against the line of the gas voucher."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from ahorraluz.core.advice.voucher_line import VoucherLine, voucher_line

NOVEMBER = date(2026, 11, 1)
LIMIT = Decimal(70)
YEAR = {date(2025 + (month >= 13), (month - 1) % 12 + 1, 1): 70.0 for month in range(12, 23)}
"""December 2025 to October 2026, each on the line."""
EVEN = np.linspace(0.0, 140.0, 1_000)
"""Energies whose half lies above the line."""


def line(**changed: object) -> VoucherLine:
    given = {"limit_kwh": LIMIT, "known_kwh": YEAR, "told_kwh": {}} | changed
    return voucher_line(EVEN, NOVEMBER, **given)  # type: ignore[arg-type]


def test_a_year_on_the_line_is_decided_by_the_month_to_come() -> None:
    assert line().chance == pytest.approx(0.5)
    assert line().missing == ()


def test_a_missing_month_is_named_and_nothing_is_said() -> None:
    gap = date(2026, 3, 1)
    known = {month: kwh for month, kwh in YEAR.items() if month != gap}
    older = {date(2025, 11, 1): 500.0, date(2025, 10, 1): 500.0}

    said = line(known_kwh=known | older)

    assert (said.chance, said.missing) == (None, (gap,))


def test_a_missing_month_decides_nothing_where_the_others_are_enough() -> None:
    gap = date(2026, 3, 1)
    known = {month: 160.0 for month in YEAR if month != gap}

    said = line(known_kwh=known)

    assert (said.chance, said.missing) == (1.0, (gap,))


def test_months_of_earlier_years_do_not_count() -> None:
    older = {date(2025, month, 1): 900.0 for month in range(1, 12)}

    assert line(known_kwh=YEAR | older) == line()


def test_a_month_that_is_only_told_counts_with_its_doubt() -> None:
    october = date(2026, 10, 1)
    told = np.linspace(50.0, 90.0, 1_000)
    known = {month: 69.0 for month in YEAR if month != october}

    sure = line(known_kwh=known | {october: 70.0}).chance
    unsure = line(known_kwh=known, told_kwh={october: told}).chance

    assert sure is not None
    assert unsure is not None
    assert sure < unsure < 0.5
