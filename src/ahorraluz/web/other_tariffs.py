"""The tariff options that a plan chose among, where a household asked for it on its page."""

from dataclasses import dataclass

from ahorraluz.core.advice.recommendation import OptionTried, Plan
from ahorraluz.services.documents.options_tried import tried_sentences
from ahorraluz.texts import Texts

ANY_OPTION = "ao"
"""Parameter that lets the plan choose the tariff option too."""
METER = "cost-hourly-meter"
"""Figure by which the household says what the meter of an option with hours costs."""
METER_UNKNOWN = "web.plan.tariff-meter-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedOption:
    """One option, and what the plan says of it."""

    name: str
    standing: str
    """Whether the plan has it, it gives less than that one or no more than today's, or it
    cannot be taken."""
    sentences: tuple[str, ...]


def tried_options(plan: Plan, texts: Texts) -> tuple[TriedOption, ...]:
    """Return every option that was tried, the chosen one first."""
    ordered = sorted(plan.options_tried, key=lambda one: not one.chosen)
    return tuple(
        TriedOption(
            name=one.option.value,
            standing=texts.text(f"web.plan.tariff-{_standing(one)}"),
            sentences=tuple(tried_sentences(plan, one, texts, meter_unknown=METER_UNKNOWN)),
        )
        for one in ordered
    )


def _standing(one: OptionTried) -> str:
    if one.chosen:
        return "chosen"
    if one.reason is not None:
        return "out"
    return "less" if one.gain is not None and one.gain > 0 else "kept"
