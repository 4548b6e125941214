"""The parameters of an address: read, kept as typed, and told again."""

from decimal import Decimal
from urllib.parse import parse_qs, urlencode

from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.services.inquiries.fields import BY_NAME, BY_PREFIX, FIELDS, PREFIXED, Step, field_of
from ahorraluz.services.inquiries.query import Query, read_query

APPLIANCE = "ducha-electrica"


def asked(**given: str) -> Query:
    return read_query({name: [typed] for name, typed in given.items()})


def test_what_was_typed_and_what_it_means_stand_beside_each_other() -> None:
    query = asked(k=" 180,5 ", f="4/8/2026", hk="150 149", te="owner")

    assert query.raw["k"] == "180,5"
    assert query.number("k") == Decimal("180.5")
    assert str(query.day("f")) == "2026-08-04"
    assert query.numbers("hk") == (Decimal(150), Decimal(149))
    assert query.text("te") == "owner"
    assert query.errors == {}


def test_a_wrong_field_is_kept_as_typed_and_means_nothing() -> None:
    query = asked(k="mucho")

    assert query.raw["k"] == "mucho"
    assert query.number("k") is None
    assert query.errors["k"].parameters["field"] == "web-k"


def test_parameters_no_page_takes_are_left_aside() -> None:
    query = read_query({"utm_source": ["x"], "hd.": ["1"], "hd.<b>": ["1"], "zz.ducha": ["1"]})

    assert query.raw == {}


def test_the_last_value_of_a_repeated_field_counts() -> None:
    assert read_query({"k": ["10", "20"]}).number("k") == 20


def test_characters_nobody_sees_become_spaces() -> None:
    assert read_query({"d": ["luz\x00del\nsur"]}).text("d") == "luz del sur"


def test_appliances_are_counted_once_and_only_by_ids() -> None:
    query = read_query({"a": [APPLIANCE, APPLIANCE, "<b>", "Ducha"]})

    assert query.appliances == (APPLIANCE,)


def test_a_form_carries_on_everything_but_its_own_steps() -> None:
    query = read_query(
        {"k": ["152"], "p": ["0.6"], "ph": ["4"], "a": [APPLIANCE], f"mi.{APPLIANCE}": ["8"]}
    )

    assert dict(query.pairs(without=(Step.HOME,))) == {"k": "152", "p": "0.6"}
    assert dict(query.pairs(without=(Step.START, Step.BILL))) == {
        "ph": "4",
        "a": APPLIANCE,
        f"mi.{APPLIANCE}": "8",
    }


def test_a_change_replaces_adds_or_drops_a_parameter() -> None:
    query = asked(d="seal", k="152")

    assert query.encoded({"k": "140", "lang": "en", "d": None}) == "k=140&lang=en"


TYPED = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() == text)


@given(st.dictionaries(st.sampled_from(sorted(BY_NAME)), TYPED, max_size=8))
def test_an_address_told_again_says_the_same(given_: dict[str, str]) -> None:
    query = read_query(parse_qs(urlencode(given_)))

    again = read_query(parse_qs(query.encoded()))

    assert again == query


def test_every_field_has_a_name_of_its_own() -> None:
    assert len(BY_NAME) == len(FIELDS)
    assert len(BY_PREFIX) == len(PREFIXED)
    assert BY_NAME.keys() & BY_PREFIX.keys() == set()
    assert field_of("hd.ventilador") is BY_PREFIX["hd"]
    assert field_of("hd") is None
