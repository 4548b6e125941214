"""The targets under Hypothesis: kept inputs with something changed, and bytes of no kind at all."""

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.fuzz.cutting import Cut
from tests.fuzz.refusing import FoundError, hold, refused
from tests.fuzz.targets import PLACES, corpus, target

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError

EXAMPLES = 12
"""Of each target; ``make fuzz`` tries some thousands."""
SLOW = ("api-body", "api-query", "page", "plan", "tables-validated", "meter-book")
"""Targets whose one try takes as long as a hundred of others."""
SPLICES = (
    b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\r\n", b"\xe2\x80\xae", b"\xd9\xa3", b"NaN",
    b"Infinity", b"1e999", b"-0", b"9" * 400, b"0000-00-00", b"9999-12-31", b"null", b"[" * 200,
    b'{"a":' * 200, b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"../../", b"=cmd()", b"\x1f\x8b\x08",
)  # fmt: skip
"""What parsers trip over."""


@st.composite
def changed(draw: st.DrawFn, name: str) -> bytes:
    """Draw an input of a target: a kept one with parts put in, cut out and said twice."""
    seeds = [path.read_bytes() for path in corpus(name)]
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(st.integers(0, 3)):
            case 0:
                data[at:at] = draw(st.sampled_from(SPLICES))
            case 1:
                del data[at : at + draw(st.integers(1, 40))]
            case 2:
                data[at:at] = data[at : at + draw(st.integers(1, 40))]
            case _:
                data[at : at + 1] = draw(st.binary(max_size=3))
    return bytes(data)


@pytest.mark.parametrize("name", [name for name in PLACES if name not in SLOW])
def test_no_input_is_a_finding(name: str) -> None:
    run = target(name)

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(data=st.one_of(changed(name), st.binary(max_size=300)))
    def holds(data: bytes) -> None:
        run(data)

    holds()


# --- JSON of any shape -----------------------------------------------------------------------

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["luz-del-sur", "2026-02-29", "180", "BT5B", "١٢"]),
)  # fmt: skip
FIELDS = st.sampled_from(
    ["distributor", "system", "kwh", "period", "from", "to", "days", "items", "name", "amount",
     "after_igv", "subtotal", "fields", "topic", "path", "measure", "unit", "time", "number",
     "version", "sha256", "power_w", "ENERGY", "Total", "keys", "format"]
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("name", ["receipt-json", "key-ring", "shelf-pointer", "model-card"])
def test_no_json_is_a_finding(name: str) -> None:
    run = target(name)

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(value=JSON)
    @example(value={"kwh": float("nan")})
    def holds(value: object) -> None:
        run(json.dumps(value).encode())

    holds()


# --- the tools of the fuzzing themselves -----------------------------------------------------


@given(data=st.binary(max_size=40), low=st.integers(-5, 5), span=st.integers(0, 70_000))
def test_a_number_that_is_cut_lies_in_its_range(data: bytes, low: int, span: int) -> None:
    assert low <= Cut(data).whole(low, low + span) <= low + span


@given(data=st.binary(max_size=40), places=st.integers(0, 4))
def test_a_decimal_that_is_cut_has_its_places(data: bytes, places: int) -> None:
    found = Cut(data).decimal(1000, places=places)

    assert 0 <= found <= 1000
    assert found == round(found, places)
    assert isinstance(found, Decimal)


def test_bytes_at_their_end_give_the_least() -> None:
    cut = Cut(b"")

    assert (cut.whole(3, 9), cut.text(), cut.line(), cut.yes(), cut.rest()) == (
        3,
        "",
        b"",
        False,
        b"",
    )


def test_an_error_of_the_house_with_words_is_a_refusal_and_all_else_a_finding() -> None:
    def raising(error: Exception) -> None:
        raise error

    assert refused(lambda: raising(InvalidInputError("period-empty"))) is None
    with pytest.raises(KeyError):
        refused(lambda: raising(AhorraLuzError("no-such-code")))
    with pytest.raises(ZeroDivisionError):
        refused(lambda: raising(ZeroDivisionError()))
    with pytest.raises(FoundError):
        hold(1 > 2, "that")
