"""Which line keeps a recibo from adding up, and when none is accused."""

from decimal import Decimal

from ahorraluz.core.tariffs.closure import Hint, agrees, locate
from ahorraluz.core.tariffs.lines import LineCode

D = Decimal
CODES = (LineCode.FIXED, LineCode.CONNECTION, LineCode.LIGHTING, LineCode.INTEREST)


def hint(code: LineCode, low: str, high: str | None = None) -> Hint:
    """Return an invented hint."""
    return Hint(code=code, low=D(low), high=D(high or low), spread=D("0.015"))


def printed(**changes: str) -> dict[LineCode, Decimal]:
    """Return invented amounts of the loose lines."""
    amounts = {"fixed": "2.20", "connection": "1.40", "lighting": "15.00", "interest": "0.50"}
    return {LineCode(name): D(value) for name, value in (amounts | changes).items()}


KNOWN = (
    hint(LineCode.FIXED, "2.20"),
    hint(LineCode.CONNECTION, "1.35", "1.41"),
    hint(LineCode.LIGHTING, "15.00"),
)


def test_a_line_that_would_agree_when_corrected_is_named() -> None:
    assert locate(printed(lighting="15.05"), D("0.05"), KNOWN).named is LineCode.LIGHTING
    assert locate(printed(connection="1.45"), D("0.05"), KNOWN).named is LineCode.CONNECTION


def test_the_one_line_nothing_is_known_of_is_left() -> None:
    assert locate(printed(interest="0.55"), D("0.05"), KNOWN).named is LineCode.INTEREST


def test_without_hints_nobody_is_accused() -> None:
    suspects = locate(printed(), D("0.05"), ())

    assert suspects.named is None
    assert set(suspects.codes) == set(CODES)


def test_an_amount_far_from_its_hint_stays_in_doubt() -> None:
    # Lighting moved away from what was seen: either it or the interest may be off.
    suspects = locate(printed(lighting="16.00"), D("0.05"), KNOWN)

    assert suspects.named is None
    assert set(suspects.codes) == {LineCode.LIGHTING, LineCode.INTEREST}


def test_between_two_months_any_amount_agrees() -> None:
    assert agrees(LineCode.CONNECTION, D("1.38"), KNOWN)
    assert not agrees(LineCode.CONNECTION, D("1.45"), KNOWN)
