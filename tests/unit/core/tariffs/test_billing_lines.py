"""A whole bill, line by line with its words, and the lines that only some homes have."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.invented import ACT, MAY, D, tariff_book

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import CustomerClass, FixedCharges, Option, Supply
from ahorraluz.core.issues import Issue
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.lines import BillLine, LineCode, LinePart
from ahorraluz.core.tariffs.schedule import Origin
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms

SUPPLY = Supply(distributor="light", system="here")
CHARGES = FixedCharges(
    connection=D("1.40"),
    lighting=D("10.00"),
    interest=D("0.30"),
    late_interest=D("0.12"),
    previous_rounding=D("0.04"),
    other_taxed=D("-2.00"),
    other_untaxed=D("5.005"),
)
TERMS = bill_terms(tariff_book(), SUPPLY, MAY, charges=CHARGES)


def bill_of(kwh: str, terms: BillTerms = TERMS) -> Bill:
    return price_bill(Consumption(period=MAY, energy_kwh=D(kwh)), terms)


def taxed(code: LineCode, amount: str, tax: str, name: str, basis: str) -> BillLine:
    return BillLine(
        code=code,
        amount=D(amount),
        label=f"line.{name}",
        basis=f"basis.{basis}",
        taxed=True,
        tax=D(tax),
    )


LINES_OF_100_KWH = (
    replace(
        taxed(LineCode.ENERGY, "54.00", "9.72", "energy", "energy"),
        parts=(
            LinePart(quantity=D(30), unit="kWh", price=D("0.4000"), band=Band.TOTAL),
            LinePart(quantity=D(70), unit="kWh", price=D("0.6000"), band=Band.TOTAL),
        ),
        sources=(ACT,),
    ),
    taxed(LineCode.FIXED, "2.00", "0.36", "fixed", "fixed"),
    taxed(LineCode.CONNECTION, "1.40", "0.25", "connection", "from-receipt"),
    taxed(LineCode.LIGHTING, "10.00", "1.80", "lighting", "from-receipt"),
    taxed(LineCode.INTEREST, "0.30", "0.05", "interest", "from-receipt"),
    taxed(LineCode.OTHER, "-2.00", "-0.36", "other-taxed", "from-receipt"),
    BillLine(code=LineCode.IGV, amount=D("11.82"), label="line.igv", basis="basis.igv"),
    BillLine(
        code=LineCode.RURAL_ELECTRIFICATION,
        amount=D("1.00"),
        label="line.rural_electrification",
        basis="basis.rural-levy",
        parts=(LinePart(quantity=D(100), unit="kWh", price=D("0.0100"), band=Band.TOTAL),),
    ),
    BillLine(
        code=LineCode.OTHER,
        amount=D("0.12"),
        label="line.late-interest",
        basis="basis.from-receipt",
    ),
    BillLine(
        code=LineCode.OTHER,
        amount=D("5.01"),
        label="line.other-untaxed",
        basis="basis.from-receipt",
    ),
    BillLine(
        code=LineCode.FOSE,
        amount=D("0.00"),
        label="line.fose",
        basis="basis.fose-discount",
        informed=D("-5.14"),
    ),
    BillLine(
        code=LineCode.ROUNDING,
        amount=D("-0.05"),
        label="line.rounding",
        basis="basis.rounding",
    ),
)


def test_a_bill_with_every_line() -> None:
    bill = bill_of("100")

    assert bill == Bill(
        consumption=Consumption(period=MAY, energy_kwh=D(100)),
        terms=TERMS,
        bracket=TERMS.brackets[1],
        lines=LINES_OF_100_KWH,
        subtotal=D("65.70"),
        igv=D("11.82"),
        # 65.70 + 11.82 + 1.00 + 0.12 + 5.01 are 83.65, and 0.04 of last month.
        total=D("83.60"),
        carry=D("0.09"),
        margin=D("0.00"),
    )
    assert str(bill.margin) == "0.00"


def fose_of(kwh: str, terms: BillTerms) -> tuple[str, str]:
    """Return what is informed of the FOSE, and the word for it."""
    line = bill_of(kwh, terms).line(LineCode.FOSE)
    assert str(line.amount) == "0.00"
    return str(line.informed), line.basis


@pytest.mark.parametrize(
    ("kwh", "informed"),
    [
        # Energy without a discount of 30 %, at most 30 kWh of it.
        pytest.param("30", ("-5.14", "basis.fose-discount"), id="within the first block"),
        pytest.param("140", ("-5.14", "basis.fose-discount"), id="up to the limit"),
        # 123.00 of energy and 2.05 are 122 and a surcharge of 2.5 %.
        pytest.param("200", ("3.05", "basis.fose-surcharge"), id="above the limit"),
        pytest.param("0", ("None", "basis.fose-none"), id="nothing used"),
    ],
)
def test_what_is_informed_of_the_fose(kwh: str, informed: tuple[str, str]) -> None:
    assert fose_of(kwh, TERMS) == informed


def test_hours_inform_the_discount_of_every_band() -> None:
    hourly = bill_terms(tariff_book(), replace(SUPPLY, option=Option.BT5F), MAY)
    used = Consumption(
        period=MAY, energy_kwh=D(100), bands_kwh={Band.PEAK: D(40), Band.OFF_PEAK: D(60)}
    )

    line = price_bill(used, hourly).line(LineCode.FOSE)

    # 12 kWh at 0.70 are 8.40 of 12.00, 18 at 0.28 are 5.04 of 7.20.
    assert (line.informed, line.basis) == (D("-5.76"), "basis.fose-discount")


@pytest.mark.parametrize(
    ("kwh", "change", "informed"),
    [
        pytest.param("100", {"fose_discount": None}, ("None", "basis.fose-none"), id="discount"),
        pytest.param("200", {"fose_surcharge": None}, ("None", "basis.fose-none"), id="surcharge"),
        pytest.param(
            "100",
            {"supply": replace(SUPPLY, customer=CustomerClass.NON_RESIDENTIAL)},
            ("1.37", "basis.fose-surcharge"),
            id="no home pays the surcharge in a bracket with a limit too",
        ),
        pytest.param(
            "200",
            {"supply": replace(SUPPLY, option=Option.BT8)},
            ("None", "basis.fose-none"),
            id="BT8 has none",
        ),
    ],
)
def test_what_nobody_knows_of_the_fose_is_not_informed(
    kwh: str, change: dict[str, object], informed: tuple[str, str]
) -> None:
    assert fose_of(kwh, replace(TERMS, **change)) == informed  # type: ignore[arg-type]


def test_a_total_may_be_off_by_the_spread_of_its_prices_with_tax() -> None:
    # (54.00 + 2.00) x 1.18 x 3 %.
    assert str(bill_of("100", replace(TERMS, spread=D("0.03"))).margin) == "1.98"


def test_a_tax_in_doubt_is_all_in_doubt() -> None:
    doubtful = replace(TERMS, igv_is_sure=False)

    assert bill_of("100", doubtful).margin == bill_of("100", doubtful).igv
    assert str(bill_of("100", replace(doubtful, spread=D("0.03"))).margin) == "13.80"


def test_a_bill_tells_what_its_terms_tell() -> None:
    told = (Issue(code="charge-missing"),)
    terms = replace(TERMS, issues=told, days=(replace(TERMS.days[0], origin=Origin.ASSUMED),))

    assert bill_of("10", terms).issues == told
    assert bill_of("10", terms).origin is Origin.ASSUMED


def test_no_other_line_where_there_is_no_other_charge() -> None:
    codes = [line.code for line in bill_of("10", replace(TERMS, charges=FixedCharges())).lines]

    assert LineCode.OTHER not in codes
    assert len(codes) == 9


@pytest.mark.parametrize(
    ("rule", "previous", "total", "carry"),
    [
        (TotalRounding.EXACT, "0.04", "83.69", "0.00"),
        (TotalRounding.DOWN_10, "0.05", "83.70", "0.00"),
        (TotalRounding.DOWN_50, "0.04", "83.50", "0.19"),
        (TotalRounding.DOWN_10, "-0.06", "83.50", "0.09"),
    ],
)
def test_the_rest_of_the_rounding_is_carried(
    rule: TotalRounding, previous: str, total: str, carry: str
) -> None:
    charges = replace(CHARGES, previous_rounding=D(previous))

    bill = bill_of("100", replace(TERMS, total_rounding=rule, charges=charges))

    assert (str(bill.total), str(bill.carry)) == (total, carry)


def test_the_tax_at_once_is_that_of_the_subtotal() -> None:
    # 18 % of 65.70 are 11.826, by lines 11.82.
    assert bill_of("100", replace(TERMS, igv_rounding=IgvRounding.SUBTOTAL)).igv == D("11.83")


def test_codes_keep_the_names_that_catalogues_and_files_have() -> None:
    assert [code.value for code in LineCode] == [
        "energy",
        "fixed",
        "connection",
        "lighting",
        "interest",
        "igv",
        "rural_electrification",
        "fose",
        "rounding",
        "other",
    ]


def test_a_line_says_nothing_that_it_was_not_told() -> None:
    line = BillLine(code=LineCode.OTHER, amount=Decimal(1), label="-", basis="-")

    assert (line.taxed, str(line.tax), line.parts, line.informed, line.sources) == (
        False,
        "0.00",
        (),
        None,
        (),
    )
    assert LinePart(quantity=D(1), unit="kWh", price=D(1)).band is Band.TOTAL
