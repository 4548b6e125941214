"""Which line keeps a recibo from adding up, and when none is accused."""

from dataclasses import replace
from decimal import Decimal

import pytest

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


LIGHTING, OTHER, FIXED = LineCode.LIGHTING, LineCode.OTHER, LineCode.FIXED


@pytest.mark.parametrize(
    ("amount", "spreads"),
    [("1.35", 0.0), ("1.41", 0.0), ("1.38", 0.0), ("1.32", 2.0), ("1.425", 1.0), ("1.50", 6.0)],
)
def test_how_far_an_amount_lies_outside_of_what_was_seen(amount: str, spreads: float) -> None:
    assert hint(LineCode.CONNECTION, "1.35", "1.41").away(D(amount)) == spreads


def test_a_hint_widens_by_two_hundredths_of_the_charge_and_never_narrows() -> None:
    assert hint(LIGHTING, "9.00", "10.00").widened().spread == D("0.2000")
    assert hint(LIGHTING, "0.10").widened() == hint(LIGHTING, "0.10")


@pytest.mark.parametrize(
    ("amount", "agrees_with"),
    [
        # Half the likelihood is at 1.177 spreads of a céntimo and a half.
        pytest.param("15.017", True, id="a little more than a spread"),
        pytest.param("15.018", False, id="a little too far"),
        pytest.param("14.983", True, id="below too"),
        pytest.param("14.982", False, id="too far below"),
    ],
)
def test_what_agrees_with_a_hint(amount: str, agrees_with: bool) -> None:
    assert agrees(LIGHTING, D(amount), [hint(LIGHTING, "15.00")]) is agrees_with


def test_the_nearest_of_several_hints_counts_and_others_do_not() -> None:
    seen = [hint(LIGHTING, "15.00"), hint(LIGHTING, "20.00"), hint(FIXED, "7.00")]

    assert agrees(LIGHTING, D("20.00"), seen)
    assert not agrees(LIGHTING, D("7.00"), seen)
    assert agrees(LineCode.INTEREST, D("99"), seen)


def test_a_line_that_would_fall_below_zero_is_not_mended() -> None:
    # The interest of 0.50 cannot be a sol too high; nor can the connection of 1.40 be two.
    found = locate(printed(), D("1.00"), ())
    assert found.codes == (LineCode.FIXED, LineCode.CONNECTION, LineCode.LIGHTING)
    assert locate(printed(), D("2.00"), ()).codes == (LineCode.FIXED, LineCode.LIGHTING)
    assert locate(printed(), D("2.20"), ()).codes == (LineCode.FIXED, LineCode.LIGHTING)
    assert locate(printed(), D("2.21"), ()).named is LineCode.LIGHTING


def test_a_printed_credit_of_a_charge_is_the_one_that_is_off() -> None:
    # Minus one sol, and two too low: a connection of one sol.
    assert locate(printed(connection="-1.00"), D("-2.00"), ()).named is LineCode.CONNECTION
    assert locate(printed(connection="-1.00"), D("-1.00"), ()).named is LineCode.CONNECTION


def test_a_credit_that_stays_one_is_no_charge() -> None:
    found = locate(printed(connection="-1.00"), D("-0.50"), ())

    assert found.codes == (LineCode.FIXED, LineCode.LIGHTING, LineCode.INTEREST)


def test_two_credits_accuse_neither() -> None:
    found = locate(printed(connection="-1.00", fixed="-1.00"), D("-2.00"), ())

    assert found.named is None


def test_other_lines_may_be_credits() -> None:
    amounts = {OTHER: D("-3.00"), FIXED: D("2.20")}

    assert locate(amounts, D("0.50"), ()).codes == (OTHER, FIXED)
    assert locate({OTHER: D("0.20"), FIXED: D("0.20")}, D("0.50"), ()).named is OTHER


def test_nothing_possible_accuses_every_line() -> None:
    assert locate({FIXED: D("0.20"), LIGHTING: D("0.30")}, D("5.00"), ()).codes == (FIXED, LIGHTING)


def test_the_line_that_fits_its_hint_best_is_named() -> None:
    seen = [hint(FIXED, "2.20"), hint(LIGHTING, "15.00")]
    # Lighting would be 15.00 to the céntimo, the fixed charge 2.23.
    amounts = {FIXED: D("2.73"), LIGHTING: D("15.50")}

    assert locate(amounts, D("0.50"), seen).named is LIGHTING
    assert locate({LIGHTING: D("15.53"), FIXED: D("2.70")}, D("0.50"), seen).named is FIXED


def test_a_line_that_would_be_no_such_charge_gives_way_to_one_that_would() -> None:
    # Lighting would be 1.01, more than three spreads from 1.00; the fixed charge just as seen.
    seen = [
        replace(hint(LIGHTING, "1.00"), spread=D("0.003")),
        replace(hint(FIXED, "2.20"), spread=D("0.2")),
    ]
    amounts = {LIGHTING: D("1.60"), FIXED: D("2.79")}

    assert locate(amounts, D("0.59"), seen).named is FIXED
    assert locate({**amounts, LIGHTING: D("1.599")}, D("0.59"), seen).named is LIGHTING


def test_a_charge_that_has_moved_since_is_named_by_a_clear_move_to_it() -> None:
    # A hint of 10.00 may have moved by 0.20: 10.90 is far from it, 10.40 only two spreads.
    seen = [hint(LIGHTING, "10.00")]
    amounts = {LIGHTING: D("10.90"), LineCode.INTEREST: D("0.60")}

    assert locate(amounts, D("0.50"), seen).named is LIGHTING


def test_a_move_away_from_a_hint_clears_a_line() -> None:
    # 10.30 taken down by 0.90 would be 9.40: much further from 10.00 than it is.
    seen = [hint(LIGHTING, "10.00")]
    amounts = {LIGHTING: D("10.30"), LineCode.INTEREST: D("1.60")}

    assert locate(amounts, D("0.90"), seen).named is LineCode.INTEREST


def test_a_doubtful_subtotal_names_no_line_by_what_is_left() -> None:
    found = locate(printed(interest="0.55"), D("0.05"), KNOWN, sure=False)

    assert found.named is None
    assert found.codes == CODES
    # A line that its hints speak against is named all the same.
    named = locate(printed(lighting="15.05"), D("0.05"), KNOWN, sure=False).named
    assert named is LineCode.LIGHTING


def test_two_lines_that_may_be_off_stay_two_where_the_subtotal_is_doubtful() -> None:
    seen = (hint(FIXED, "2.20"), hint(LIGHTING, "15.00"))

    found = locate(printed(), D("0.05"), seen, sure=False)

    assert found.codes == (LineCode.CONNECTION, LineCode.INTEREST)
