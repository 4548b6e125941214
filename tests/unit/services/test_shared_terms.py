"""Years that homes share: one object for the same question, never one of other prices."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ahorraluz.core.home import FixedCharges, Supply
from ahorraluz.core.periods import months_from
from ahorraluz.core.tariffs.terms import bill_terms
from ahorraluz.services.shared_terms import MOST_YEARS, shared_otherwise, shared_year
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

D = Decimal
AS_OF = date(2026, 11, 24)
SUPPLY = Supply(distributor="luz-del-sur", system="lima-sur")
CHARGES = FixedCharges(connection=D("1.40"), lighting=D("10.00"))


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path))


def test_homes_that_are_billed_alike_share_their_year(tools: Toolbox) -> None:
    book = tools.book("luz-del-sur")

    one, other = (shared_year(book, SUPPLY, as_of=AS_OF, charges=CHARGES) for _ in range(2))

    assert one is other
    assert one == tuple(
        bill_terms(book, SUPPLY, period, charges=CHARGES)
        for period in months_from(AS_OF, months=12)
    )
    assert shared_otherwise(book, one, homes_on_meter=1) is shared_otherwise(
        book, other, homes_on_meter=1
    )
    assert shared_otherwise(book, one, homes_on_meter=3) != shared_otherwise(
        book, one, homes_on_meter=1
    )


@pytest.mark.parametrize(
    "charges",
    [FixedCharges(connection=D("1.41"), lighting=D("10.00")), FixedCharges()],
    ids=["others", "none"],
)
def test_other_charges_make_another_year(charges: FixedCharges, tools: Toolbox) -> None:
    book = tools.book("luz-del-sur")

    other = shared_year(book, SUPPLY, as_of=AS_OF, charges=charges)

    assert {terms.charges for terms in other} == {charges}
    assert other != shared_year(book, SUPPLY, as_of=AS_OF, charges=CHARGES)


def test_amounts_are_told_with_the_decimals_that_the_home_gave(tools: Toolbox) -> None:
    book = tools.book("luz-del-sur")
    short = FixedCharges(connection=D("1.4"), lighting=D("10"))

    shared_year(book, SUPPLY, as_of=AS_OF, charges=CHARGES)
    year = shared_year(book, SUPPLY, as_of=AS_OF, charges=short)

    assert str(year[0].charges.connection) == "1.4"


def test_another_book_never_gets_the_years_of_this_one(tools: Toolbox) -> None:
    mine = tools.book("luz-del-sur")
    again = open_toolbox(Settings(data_dir=tools.user_folder)).book("luz-del-sur")
    newest = max(mine.schedules, key=lambda schedule: schedule.start)
    other = again.only(*(s for s in again.schedules if s.start < newest.start))

    years = [shared_year(book, SUPPLY, as_of=AS_OF, charges=CHARGES) for book in (mine, again)]

    assert years[0] is not years[1]
    assert years[0] == years[1]
    assert shared_year(other, SUPPLY, as_of=AS_OF, charges=CHARGES) != years[0]


def test_what_is_kept_is_bounded() -> None:
    assert MOST_YEARS <= 256
