"""The document of the tariff options that a plan chose among, and their sentences."""

from collections.abc import Iterator

from ahorraluz.core.advice.recommendation import OptionTried, Plan
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.services.documents.optimum import reason_text, worth_text
from ahorraluz.services.documents.parts import Document, plain, soles
from ahorraluz.texts import Texts


def tried_documents(plan: Plan, texts: Texts) -> list[Document]:
    """Return every option that was tried, with what its best plan gives above today's."""
    return [
        {
            "option": one.option.value,
            "today": one.today.value,
            "measure": one.measure,
            "sheet_start": one.sheet_start.isoformat(),
            "chosen": one.chosen,
            "value": None if one.worth is None else plain(one.worth),
            "value_today": None if one.worth_today is None else plain(one.worth_today),
            "gain": None if one.gain is None else plain(one.gain),
            "switch_year": soles(one.switch_pen_year),
            "meter": soles(one.meter.middle),
            "chance": one.chance,
            "measures": list(one.steps),
            "joins": list(one.joins),
            "leaves": list(one.leaves),
            "proved": one.proved,
            "reason": reason_text(one.reason, texts),
            "text": " ".join(tried_sentences(plan, one, texts)),
        }
        for one in plan.options_tried
    ]


METER_UNKNOWN = "option.meter-unknown"
"""Text that names the figure of a file by which the price of a meter is told."""


def tried_sentences(
    plan: Plan, one: OptionTried, texts: Texts, *, meter_unknown: str = METER_UNKNOWN
) -> Iterator[str]:
    """Yield what one option would do, why it is taken or not, and on what that hangs.

    Parameters
    ----------
    plan
        The plan that chose among options.
    one
        An option that it tried.
    texts
        Words of a language.
    meter_unknown
        Text that says that the price of the meter is missing and where it is told.
    """
    options = {"option": one.option.value, "today": one.today.value}
    if one.reason is not None:
        why = reason_text(one.reason, texts)
        yield texts.text("option.not-tried", option=one.option.value, why=why)
        return
    objective = plan.optimum.objective if plan.optimum is not None else Objective.SAVINGS
    worths = {
        name: worth_text(objective, worth, texts)
        for name, worth in (("worth", one.worth), ("stays", one.worth_today))
        if worth is not None
    }
    if "stays" in worths:
        yield texts.text("option.worths", **options, **worths)
    key = "option.alone-saves" if one.switch_pen_year >= 0 else "option.alone-adds"
    yield texts.text(key, option=one.option.value, year=texts.soles(abs(one.switch_pen_year)))
    if one.chance is not None:
        yield texts.text("option.chance", option=one.option.value, chance=one.chance)
    if one.meter.middle is None:
        yield texts.text(meter_unknown)
    else:
        yield texts.text("option.meter", meter=texts.soles(one.meter.middle))
    sheet = texts.date(one.sheet_start)
    taken = next((other.option.value for other in plan.options_tried if other.chosen), None)
    if one.chosen or taken is None or (one.gain is not None and one.gain <= 0):
        yield texts.text("option.chosen" if one.chosen else "option.kept", **options, sheet=sheet)
    else:
        yield texts.text("option.less", option=one.option.value, taken=taken, sheet=sheet)
