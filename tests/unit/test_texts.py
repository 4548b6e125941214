"""Sentences for people: filled, written in the language's way, and never a raw key."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.assumptions import load_assumptions
from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.catalog.evidence import load_contacts
from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.places import departments, load_systems
from ahorraluz.core.history import Grade
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.texts import LOCALES, Texts, open_texts


@pytest.fixture(params=LOCALES)
def texts(request: pytest.FixtureRequest) -> Texts:
    return open_texts(str(request.param))


@pytest.fixture
def spanish() -> Texts:
    return open_texts("es_PE")


@pytest.mark.parametrize(
    ("asked", "opened"),
    [
        pytest.param("es", "es_PE", id="the short name"),
        pytest.param("es_PE", "es_PE", id="the locale"),
        pytest.param("ES-mx", "es_PE", id="Spanish of another country"),
        pytest.param("en-GB", "en", id="English of another country"),
    ],
)
def test_a_language_is_found_by_how_it_begins(asked: str, opened: str) -> None:
    assert open_texts(asked).locale == opened


@pytest.mark.parametrize("asked", ["", "qu", "english", "../en"])
def test_a_language_without_texts_is_refused(asked: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        open_texts(asked)

    assert refused.value.issue.code == "language-unknown"


def test_one_language_is_read_once() -> None:
    assert open_texts("es") is open_texts("es_PE")


def test_an_unknown_key_is_an_error_and_not_shown(texts: Texts) -> None:
    assert not texts.has("no.such.key")
    with pytest.raises(KeyError):
        texts.text("no.such.key")


def test_a_place_that_was_not_filled_is_an_error(texts: Texts) -> None:
    with pytest.raises(KeyError):
        texts.text("issue.field-missing")


def test_an_issue_shows_a_dash_for_what_its_maker_did_not_give(spanish: Texts) -> None:
    sentence = spanish.issue(Issue(code="field-missing"))

    assert "«—»" in sentence


def test_an_issue_names_field_value_and_mend(spanish: Texts) -> None:
    negative = Issue(code="kwh-negative", parameters={"field": "kwh", "value": Decimal("-3.50")})

    assert spanish.issue(negative) == (
        "Consumo: -3.50 kWh es menos que cero. Escribe el consumo del recibo, que es 0 o más."
    )


def test_identifiers_inside_an_issue_are_shown_by_their_names(spanish: Texts) -> None:
    missing = Issue(code="appliance-power-missing", parameters={"appliance": "freidora-aire"})
    bands = Issue(code="bands-needed", parameters={"missing": ["peak", "off-peak"]})

    assert spanish.issue(missing).startswith("Freidora de aire: ")
    assert "punta" in spanish.issue(bands)
    assert "off-peak" not in spanish.issue(bands)


def test_an_unknown_field_is_shown_as_the_person_wrote_it(texts: Texts) -> None:
    slip = Issue(code="field-unknown", parameters={"field": "appliances.0.housr_day"})

    assert "appliances.0.housr_day" in texts.issue(slip)


def test_braces_that_a_person_typed_fill_nothing(texts: Texts) -> None:
    hostile = Issue(code="field-invalid", parameters={"field": "kwh", "value": "{0.__class__}"})

    assert "{0.__class__}" in texts.issue(hostile)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(Decimal("12.30"), "12.30", id="a decimal keeps its zeros"),
        pytest.param(Decimal("1234567.5"), "1,234,567.5", id="thousands are parted"),
        pytest.param(140, "140", id="a whole number"),
        pytest.param(2026, "2026", id="a year is not parted"),
        pytest.param(0.1 + 0.2, "0.3", id="a float shows no noise"),
        pytest.param(float("nan"), "—", id="not a number"),
        pytest.param(None, "—", id="nothing"),
        pytest.param([], "—", id="an empty list"),
        pytest.param(["a", "b"], "a, b", id="a list"),
        pytest.param("a {b}", "a {b}", id="text as it is"),
    ],
)
def test_values_are_shown_as_people_write_them(
    spanish: Texts, value: Decimal | float | str | list[str] | None, shown: str
) -> None:
    assert spanish.shown(value) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        pytest.param("1234.5", "S/ 1,234.50", id="to the céntimo"),
        pytest.param("9.785", "S/ 9.79", id="halves away from zero"),
        pytest.param("-0.03", "-S/ 0.03", id="a refund"),
        pytest.param("-0.005", "-S/ 0.01", id="a refund of half a céntimo"),
        pytest.param("-0.004", "S/ 0.00", id="no minus on nothing"),
    ],
)
def test_soles(texts: Texts, amount: str, shown: str) -> None:
    assert texts.soles(Decimal(amount)) == shown


@given(amount=st.decimals(-(10**9), 10**9, places=2))
def test_soles_lose_no_digit(amount: Decimal) -> None:
    shown = open_texts("es_PE").soles(amount)

    assert Decimal(shown.replace("S/ ", "").replace(",", "")) == amount


def test_days_are_written_out_in_each_language() -> None:
    day = date(2026, 8, 4)

    assert open_texts("es").date(day) == "4 de agosto de 2026"
    assert open_texts("en").date(day) == "August 4, 2026"
    assert open_texts("es").month(day) == "agosto de 2026"


def test_everything_the_catalogue_names_has_a_name_for_people(texts: Texts) -> None:
    keys = [
        *(f"appliance.{name}" for name in load_appliances()),
        *(f"distributor.{name}" for name in load_distributors()),
        *(f"department.{name}" for name in departments()),
        *(f"system.{name}" for name in load_systems()),
        *(f"assumption.{name}" for name in load_assumptions()),
        *(f"unit.{one.value.unit}" for one in load_assumptions().values()),
        *(f"contact.{name}" for name in load_contacts()),
        *(f"grade.{grade.value}" for grade in Grade),
        "basis.assumption",
    ]

    assert [key for key in keys if not texts.has(key)] == []


def test_national_figures_that_a_sentence_may_name_have_names(texts: Texts) -> None:
    unnamed = {
        name
        for name in load_national().histories
        if not texts.has(f"figure.{name}") and "zone" not in name and "extra" not in name
    }

    assert unnamed == set()


def test_a_number_of_fifty_digits_is_shown_as_it_is() -> None:
    number = Decimal("12." + "1" * 48)

    assert open_texts("en").number(number) == str(number)
