"""Where the energy probably goes, as rows with a bar: range, middle, and soles."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.rounding import whole_percents
from ahorraluz.core.usage.account import ApplianceUse, EndUse, UsageAccount
from ahorraluz.core.usage.shares import BillShares
from ahorraluz.texts import Texts

BAR = 1000
"""Length of the longest bar, in units of its drawing."""
LEAST_SHOWN_KWH = 0.05
MOST_APPLIANCES = 4
TWO_DIGITS = 10
PROBABLE = 0.5
"""Appliances nobody listed are named from this probability of being there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRow:
    """One end use."""

    name: str
    kwh: str
    low: str
    high: str
    share: str
    soles: str
    bar: int
    """Length of the middle. [units of the drawing]"""
    bar_low: int
    bar_range: int
    """Length from low to high. [units of the drawing]"""
    basis: str
    parts: tuple[tuple[str, str], ...]
    """What it is made of: names and kWh a month."""


def use_rows(usage: UsageAccount, shares: BillShares | None, texts: Texts) -> tuple[UseRow, ...]:
    """Return one row for each end use that takes anything, largest first."""
    soles = {use.id: use.share_pen for use in shares.uses} if shares else {}
    shown = [use for use in usage.uses if use.estimate.middle >= LEAST_SHOWN_KWH]
    longest = max((use.estimate.high for use in shown), default=1.0) or 1.0
    percents = whole_percents([use.share for use in shown])
    return tuple(
        _row(use, soles, longest, texts, percent)
        for use, percent in zip(shown, percents, strict=True)
    )


def _row(
    use: EndUse, soles: Mapping[str, Decimal], longest: float, texts: Texts, percent: int
) -> UseRow:
    estimate = use.estimate
    low = _units(estimate.low, longest)
    return UseRow(
        name=texts.text(f"end-use.{use.id.value}"),
        kwh=_kwh(estimate.middle, texts),
        low=_kwh(estimate.low, texts),
        high=_kwh(estimate.high, texts),
        share=texts.whole_percent(percent) if percent else f"< {texts.whole_percent(1)}",
        soles=texts.soles(soles[use.id.value]) if use.id.value in soles else "—",
        bar=_units(estimate.middle, longest),
        bar_low=low,
        bar_range=_units(estimate.high, longest) - low,
        basis=texts.text(estimate.basis),
        parts=tuple(
            (_name(item, texts), _kwh(item.estimate.middle, texts))
            for item in sorted(use.appliances, key=_middle, reverse=True)[:MOST_APPLIANCES]
            if item.owned >= PROBABLE and item.estimate.middle >= LEAST_SHOWN_KWH
        ),
    )


def _middle(item: ApplianceUse) -> float:
    return item.estimate.middle


def _name(item: ApplianceUse, texts: Texts) -> str:
    key = f"appliance.{item.id}"
    name = texts.text(key) if texts.has(key) else item.id
    return texts.text("usage.standby-of", appliance=name) if item.standby else name


def _units(kwh: float, longest: float) -> int:
    return round(BAR * kwh / longest)


def _kwh(value: float, texts: Texts) -> str:
    few = LEAST_SHOWN_KWH <= value < TWO_DIGITS
    return texts.number(value, places=1 if few else 0)
