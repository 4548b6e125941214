"""Of second factors: a code is good for a minute and a half, once, and for one secret."""

import re
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.security.totp import (
    hash_recovery_code,
    matching_step,
    new_recovery_codes,
    new_secret,
    provisioning_uri,
    qr_svg,
)

# RFC 6238, appendix B: the secret of its SHA-1 rows, and their last six digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
OTHER_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 11, 26, 12, 0, 5, tzinfo=UTC)
STEP = timedelta(seconds=30)
MOMENTS = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
ANYTHING = st.text(st.characters(), max_size=200)
"""With halves of surrogate pairs, which JSON can carry."""


def code_at(moment: datetime) -> str:
    """Return the code that the authenticator shows."""
    import pyotp

    return pyotp.TOTP(RFC_SECRET).at(moment)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_norm(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)

    assert matching_step(RFC_SECRET, code, at=at, after_step=None) == seconds // 30


@given(moment=MOMENTS, steps=st.integers(-1, 1))
def test_a_code_of_the_step_before_or_after_is_taken(moment: datetime, steps: int) -> None:
    shown_at = max(moment + steps * STEP, datetime(1970, 1, 1, tzinfo=UTC))

    step = matching_step(RFC_SECRET, code_at(shown_at), at=moment, after_step=None)

    assert step is not None
    assert abs(step - int(moment.timestamp()) // 30) <= 1


@pytest.mark.parametrize("steps", [-3, -2, 2, 3, 2880])
def test_a_code_of_another_time_is_not_taken(steps: int) -> None:
    code = code_at(NOW + steps * STEP)

    assert matching_step(RFC_SECRET, code, at=NOW, after_step=None) is None


def test_a_code_is_good_once() -> None:
    code = code_at(NOW)
    step = matching_step(RFC_SECRET, code, at=NOW, after_step=None)

    assert step is not None
    assert matching_step(RFC_SECRET, code, at=NOW, after_step=step) is None
    assert matching_step(RFC_SECRET, code, at=NOW + STEP, after_step=step) is None


def test_a_code_before_the_one_last_used_is_not_taken() -> None:
    step = matching_step(RFC_SECRET, code_at(NOW), at=NOW, after_step=None)

    assert matching_step(RFC_SECRET, code_at(NOW - STEP), at=NOW, after_step=step) is None
    assert matching_step(RFC_SECRET, code_at(NOW + STEP), at=NOW, after_step=step) is not None


def test_a_code_of_another_secret_is_not_taken() -> None:
    assert matching_step(OTHER_SECRET, code_at(NOW), at=NOW, after_step=None) is None


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("{0}", id="as it is"),
        pytest.param(" {0:.3} {1} ", id="in two groups"),
        pytest.param("{0:.3}-{1}", id="with a dash"),
    ],
)
def test_spaces_do_not_matter(typed: str) -> None:
    code = code_at(NOW)

    found = matching_step(RFC_SECRET, typed.format(code, code[3:]), at=NOW, after_step=None)

    assert found is not None


@pytest.mark.parametrize("typed", ["", "0", "12345", "1234567", "abcdef", " ", "9" * 1_000_000])
def test_what_is_no_code_is_not_taken(typed: str) -> None:
    assert matching_step(RFC_SECRET, typed, at=NOW, after_step=None) is None


@given(typed=ANYTHING)
def test_no_text_breaks_the_check(typed: str) -> None:
    step = matching_step(RFC_SECRET, typed, at=NOW, after_step=None)

    assert step is None or code_at(datetime.fromtimestamp(step * 30, UTC)).isdigit()


def test_the_time_is_a_moment_wherever_it_is_told() -> None:
    in_lima = NOW.astimezone(timezone(timedelta(hours=-5)))

    assert matching_step(RFC_SECRET, code_at(NOW), at=in_lima, after_step=None) is not None
    with pytest.raises(ValueError, match="zone"):
        matching_step(RFC_SECRET, code_at(NOW), at=NOW.replace(tzinfo=None), after_step=None)


# --- setting up -------------------------------------------------------------------------------


def test_a_secret_has_160_bits_and_comes_once() -> None:
    secrets = {new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert all(re.fullmatch("[A-Z2-7]{32}", secret) for secret in secrets)


def test_an_authenticator_reads_who_and_where_from_the_address() -> None:
    uri = urlsplit(provisioning_uri(RFC_SECRET, "ana+luz@example.pe"))

    assert (uri.scheme, uri.netloc, uri.path) == (
        "otpauth",
        "totp",
        "/AhorraLuz:ana%2Bluz%40example.pe",
    )
    assert parse_qs(uri.query) == {"secret": [RFC_SECRET], "issuer": ["AhorraLuz"]}


@given(name=st.text(st.characters(), min_size=1, max_size=3_000))
def test_every_name_fits_a_qr_code_without_style_script_or_text(name: str) -> None:
    svg = qr_svg(provisioning_uri(RFC_SECRET, name))

    elements = list(ET.fromstring(svg).iter())
    assert {element.tag for element in elements} <= {"svg", "path"}
    assert {name for element in elements for name in element.attrib} <= {
        "viewBox",
        "d",
        "transform",
        "stroke",
        "fill",
        "class",
    }
    assert all(element.text is None for element in elements)


def test_a_name_without_end_fits_a_qr_code() -> None:
    svg = qr_svg(provisioning_uri(RFC_SECRET, "\N{FIRE}" * 100_000))

    assert ET.fromstring(svg).tag == "svg"


def test_a_qr_code_takes_the_size_of_its_box() -> None:
    svg = ET.fromstring(qr_svg("otpauth://totp/x"))

    assert "width" not in svg.attrib
    assert svg.get("viewBox") is not None


# --- recovery ---------------------------------------------------------------------------------


def test_recovery_codes_are_ten_of_125_bits_each() -> None:
    codes = new_recovery_codes()

    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([0-9a-hjkmnp-tv-z]{5}-){4}[0-9a-hjkmnp-tv-z]{5}", c) for c in codes)
    assert len(new_recovery_codes(3)) == 3


def test_each_recovery_code_has_a_hash_of_its_own() -> None:
    codes = new_recovery_codes(100)

    assert len({hash_recovery_code(code) for code in codes}) == 100
    assert not any(code.replace("-", "") in hash_recovery_code(code) for code in codes)


@pytest.mark.parametrize(
    "typed",
    [
        "70101-abcde-fghjk-mnpqr",
        "7OIOL ABCDE FGHJK MNPQR",
        "7o1o1abcdefghjkmnpqr",
        " 70101—abcde_fghjk.mnpqr\n",
    ],
)
def test_a_recovery_code_is_known_however_it_is_typed(typed: str) -> None:
    assert hash_recovery_code(typed) == hash_recovery_code("70101-abcde-fghjk-mnpqr")


@given(typed=ANYTHING)
def test_no_text_breaks_the_hash_of_a_recovery_code(typed: str) -> None:
    assert re.fullmatch("[0-9a-f]{64}", hash_recovery_code(typed))
