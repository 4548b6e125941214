"""Home files: what they say, and what is said of a file that cannot be used."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CookingFuel, Roof, Supply, Tenure
from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.ingest.home_file import MAX_RECEIPTS, HomeFile, parse_home
from ahorraluz.texts import open_texts

AS_OF = date(2026, 11, 24)
APPLIANCES = ("ducha-electrica", "refrigeradora-mediana", "tv-generico", "router")
D = Decimal
ASSUMPTIONS = {"cold-water-c": (D(0), D(100)), "shower-flow-l-min": (D(0), D("60.5"))}

SMALLEST = "[[recibos]]\nkwh = 180\n"
FULL = """
[supply]
distributor = "SEAL"
system = "Arequipa"
option = "BT5B"
fose_discount = 0.3

[home]
people = 4
department = "arequipa"
altitude_m = 2335
tenure = "owner"
roof = "own"
cooking = "lpg"
homes_on_meter = 2
share_of_meter = 0.6
budget = 1_500
lpg_cylinder = 48.50
fise_voucher = false

[charges]
lighting = 9.10

[[recibos]]
from = 2026-09-10
to = 2026-10-10
kwh = 171.5
total = 155.20
unit_price = 0.7012
fixed = 2.9
connection = 1.45
lighting = 8.20
rural_electrification = 1.89

[[recibos]]
from = 2026-08-10
to = 2026-09-10
kwh = 168

[[appliances]]
id = "ducha-electrica"
power_w = 4_500
minutes_shower = 7.5
showers_day = 4

[[appliances]]
id = "router"
always_on = true

[assumptions]
cold-water-c = 14
"""


def parsed(text: str | bytes) -> HomeFile:
    content = text if isinstance(text, bytes) else text.encode()
    return parse_home(
        content,
        as_of=AS_OF,
        appliance_ids=APPLIANCES,
        assumption_limits=ASSUMPTIONS,
        name="casa.toml",
    )


def refused(text: str | bytes) -> Sequence[Issue]:
    with pytest.raises(AhorraLuzError) as caught:
        parsed(text)
    return caught.value.issues


def test_one_kwh_figure_is_enough() -> None:
    file = parsed(SMALLEST)

    assert [(month.period, month.kwh) for month in file.history] == [
        (Period(date(2026, 10, 1), date(2026, 11, 1)), D(180))
    ]
    assert (file.receipts, file.appliances, file.assumptions) == ((), (), {})


def test_a_full_file_becomes_a_home() -> None:
    file = parsed(FULL)
    home = file.home(Supply(distributor="seal"))

    assert (file.supply.distributor, file.supply.fose_discount) == ("SEAL", D("0.3"))
    assert [month.kwh for month in home.history] == [D(168), D("171.5")]
    assert (home.people, home.department, home.altitude_m) == (4, "arequipa", 2335.0)
    assert (home.tenure, home.roof, home.cooking) == (Tenure.OWNER, Roof.OWN, CookingFuel.LPG)
    assert (home.homes_on_meter, home.share_of_meter) == (2, D("0.6"))
    assert (home.budget_pen, home.lpg_cylinder_pen) == (D(1500), D("48.50"))
    assert home.assumptions == {"cold-water-c": D(14)}
    shower, router = home.appliances
    assert (shower.power_w, shower.minutes_shower, shower.showers_day) == (4500.0, 7.5, 4.0)
    assert (router.count, router.always_on) == (1, True)


def test_a_printed_recibo_keeps_its_lines_and_its_price() -> None:
    receipt = parsed(FULL).receipts[0]

    assert (receipt.unit_price, receipt.kwh, receipt.total) == (
        D("0.7012"),
        D("171.5"),
        D("155.20"),
    )
    assert {line.code: (line.amount, line.taxed) for line in receipt.lines} == {
        LineCode.FIXED: (D("2.9"), True),
        LineCode.CONNECTION: (D("1.45"), True),
        LineCode.LIGHTING: (D("8.20"), True),
        LineCode.RURAL_ELECTRIFICATION: (D("1.89"), False),
    }


def test_prices_by_hours_are_kept_by_band() -> None:
    file = parsed("[[recibos]]\nkwh = 90\nunit_price_peak = 0.81\nunit_price_off_peak = 0.33\n")

    assert file.receipts[0].band_prices == {Band.PEAK: D("0.81"), Band.OFF_PEAK: D("0.33")}


def test_yes_and_no_are_answers_to_what_is_asked() -> None:
    file = parsed(f"{SMALLEST}[assumptions]\ncold-water-c = true\nshower-flow-l-min = false")

    assert file.assumptions == {"cold-water-c": D(1), "shower-flow-l-min": D(0)}


def test_charges_typed_go_before_those_of_a_recibo() -> None:
    charges = parsed(FULL).charges

    assert (charges.connection, charges.lighting) == (D("1.45"), D("9.10"))


def test_a_month_is_the_calendar_month() -> None:
    file = parsed(
        '[[recibos]]\nmonth = "2026-02"\nkwh = 1\n[[recibos]]\nmonth = "2025-12"\nkwh = 2'
    )

    assert [(month.period.start, month.period.end) for month in file.history] == [
        (date(2025, 12, 1), date(2026, 1, 1)),
        (date(2026, 2, 1), date(2026, 3, 1)),
    ]


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parsed(b"\xef\xbb\xbf" + SMALLEST.encode()).history[0].kwh == D(180)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        pytest.param("", "history-empty", "[[recibos]]", id="nothing at all"),
        pytest.param("[home]\npeople = 3", "history-empty", "[[recibos]]", id="no recibo"),
        pytest.param("[[recibos]]\n", "field-missing", "[[recibos]] 1, kwh", id="no kWh"),
        pytest.param(
            "[[recibos]]\nkwh = -3", "kwh-negative", "[[recibos]] 1, kwh", id="negative kWh"
        ),
        pytest.param(
            "[[recibos]]\nkwh = 1234567890123",
            "kwh-too-large",
            "[[recibos]] 1, kwh",
            id="thirteen digits",
        ),
        pytest.param("[[recibos]]\nkwh = nan", "number-invalid", "[[recibos]] 1, kwh", id="NaN"),
        pytest.param(
            "[[recibos]]\nkwh = 1e99999999999999999999",
            "number-invalid",
            "[[recibos]] 1, kwh",
            id="a power without end",
        ),
        pytest.param("[[recibos]]\nkwh = true", "number-invalid", "[[recibos]] 1, kwh", id="true"),
        pytest.param(
            '[[recibos]]\nkwh = 1\nmonth = "2026-13"',
            "month-invalid",
            "[[recibos]] 1, month",
            id="a month that does not exist",
        ),
        pytest.param(
            '[[recibos]]\nkwh = 1\nfrom = "2026-02-30"\nto = "2026-03-30"',
            "date-invalid",
            "[[recibos]] 1, from",
            id="a day that does not exist",
        ),
        pytest.param(
            "[[recibos]]\nkwh = 1\nfrom = 2026-02-03",
            "recibo-dates-unclear",
            "[[recibos]] 1",
            id="half a period",
        ),
        pytest.param(
            '[[recibos]]\nkwh = 1\nmonth = "2026-02"\n[[recibos]]\nkwh = 2',
            "recibo-dates-unclear",
            "[[recibos]] 2",
            id="a month that nobody stated, among others",
        ),
        pytest.param(
            f"[home]\naltitude_m = 9000\n{SMALLEST}",
            "field-too-large",
            "[home] altitude_m",
            id="higher than any town",
        ),
        pytest.param(
            f"{SMALLEST}[[appliances]]\nid = 'router'\nhours_day = 25",
            "field-too-large",
            "[[appliances]] 1, hours_day",
            id="a day of 25 hours",
        ),
        pytest.param(
            f"[supply]\nfose_discount = 1\n{SMALLEST}",
            "field-too-large",
            "[supply] fose_discount",
            id="a discount that leaves no price",
        ),
        pytest.param(
            f"[home]\nshare_of_meter = 0\n{SMALLEST}",
            "field-too-small",
            "[home] share_of_meter",
            id="no share of its meter",
        ),
        pytest.param(
            f"[home]\npeople = true\n{SMALLEST}",
            "number-invalid",
            "[home] people",
            id="not a count",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(text: str, code: str, field: str) -> None:
    issues = refused(text)

    assert [(issue.code, issue.parameters["field"]) for issue in issues] == [(code, field)]


@pytest.mark.parametrize(
    ("text", "field", "suggestion"),
    [
        pytest.param(f"[home]\npepole = 3\n{SMALLEST}", "[home] pepole", "people", id="a key"),
        pytest.param(f"[suply]\n{SMALLEST}", "suply", "supply", id="a section"),
        pytest.param(
            f"[assumptions]\ncold-water = 1\n{SMALLEST}",
            "[assumptions] cold-water",
            "cold-water-c",
            id="an assumption",
        ),
        pytest.param(
            "[[recibos]]\nkwh = 1\nconection = 2",
            "[[recibos]] 1, conection",
            "connection",
            id="a line of a recibo",
        ),
    ],
)
def test_a_misspelt_key_is_named_with_the_closest(text: str, field: str, suggestion: str) -> None:
    (issue,) = refused(text)

    assert (issue.code, issue.parameters["field"]) == ("field-unknown", field)
    assert suggestion in str(issue.parameters["suggestion"])


def test_an_unknown_appliance_is_named_with_the_closest() -> None:
    (issue,) = refused(f"{SMALLEST}[[appliances]]\nid = 'ducha-electrika'")

    assert issue.code == "appliance-not-listed"
    assert issue.parameters["value"] == "ducha-electrika"
    assert issue.parameters["suggestions"] == ["ducha-electrica"]


def test_choices_are_listed_as_they_are_written() -> None:
    (issue,) = refused(f"[home]\ntenure = 'dueño'\n{SMALLEST}")

    assert issue.parameters["choices"] == "owner, tenant"


def test_every_mistake_is_told_at_once_and_by_its_place() -> None:
    issues = refused(
        "[home]\npepole = 3\n[[recibos]]\nkwh = 'x'\nmonth = '2026-01'\n"
        "[[recibos]]\nkwh = -1\nmonth = '2026-02'"
    )

    assert [(issue.code, issue.parameters["field"]) for issue in issues] == [
        ("field-unknown", "[home] pepole"),
        ("number-invalid", "[[recibos]] 1, kwh"),
        ("kwh-negative", "[[recibos]] 2, kwh"),
    ]


def test_recibos_that_share_days_are_refused() -> None:
    (issue,) = refused(
        '[[recibos]]\nkwh = 1\nmonth = "2026-03"\n'
        "[[recibos]]\nkwh = 2\nfrom = 2026-02-15\nto = 2026-03-15"
    )

    assert issue.code == "recibos-overlap"
    assert (issue.parameters["first_end"], issue.parameters["second_start"]) == (
        date(2026, 3, 15),
        date(2026, 3, 1),
    )


def test_recibos_that_only_touch_are_fine() -> None:
    file = parsed(
        "[[recibos]]\nkwh = 1\nfrom = 2026-02-15\nto = 2026-03-15\n"
        "[[recibos]]\nkwh = 2\nfrom = 2026-03-15\nto = 2026-04-14"
    )

    assert [month.kwh for month in file.history] == [D(1), D(2)]


def test_more_than_two_years_are_refused() -> None:
    recibo = "[[recibos]]\nkwh = 1\n"

    (issue,) = refused(recibo * (MAX_RECEIPTS + 1))

    assert (issue.code, issue.parameters["limit"]) == ("field-too-long", "24")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        pytest.param("[supply\n", "home-not-toml", 1, id="an open bracket"),
        pytest.param("[supply]\nsystem = \n", "home-not-toml", 2, id="no value"),
        pytest.param("\n\nfrom = 2026-02-30\n", "home-date-invalid", 3, id="no such day"),
        pytest.param("month = 2026-08\n", "home-date-invalid", 1, id="a month without quotes"),
        pytest.param("kwh = " + "9" * 5000, "home-not-toml", 1, id="five thousand digits"),
        pytest.param("a = " + "[" * 5000, "home-not-toml", 1, id="nested without end"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_by_line(text: str, code: str, line: int) -> None:
    (issue,) = refused(text)

    assert (issue.code, issue.parameters["line"]) == (code, line)


def test_a_file_that_is_no_text_is_refused() -> None:
    (issue,) = refused(b"\xff\xfe\x00")

    assert (issue.code, issue.parameters["file"]) == ("home-not-utf8", "casa.toml")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("recibos = 3", "[[recibos]]", id="a number"),
        pytest.param("[recibos]\nkwh = 3", "[[recibos]]", id="single brackets"),
        pytest.param(f"supply = 'seal'\n{SMALLEST}", "[supply]", id="a word"),
    ],
)
def test_a_section_of_another_shape_is_shown_its_form(text: str, form: str) -> None:
    (issue, *_) = refused(text)

    assert (issue.code, issue.parameters["form"]) == ("home-section-shape", form)


@given(
    start=st.integers(0, len(FULL)),
    length=st.integers(0, 60),
    typed=st.text(max_size=30),
    data=st.data(),
)
def test_a_file_changed_anywhere_is_read_or_refused_with_sentences(
    start: int, length: int, typed: str, data: st.DataObject
) -> None:
    number = data.draw(st.sampled_from(["", "1e9", "1e99999999999999999999", "-inf", "[]", "{}"]))
    text = FULL[:start] + number + typed + FULL[start + length :]

    said = []
    try:
        parsed(text.encode("utf-8", "surrogatepass"))
    except AhorraLuzError as error:
        said = [
            open_texts(language).issue(issue) for issue in error.issues for language in ("es", "en")
        ]

    assert all(said)
