"""The document of a home's own panels: what they give, what of it is used, what it earns."""

from collections.abc import Iterator
from datetime import date, timedelta

from ahorraluz.core.estimate import Estimate
from ahorraluz.services.advise import Advice
from ahorraluz.services.documents.parts import Document, estimate_document, soles
from ahorraluz.texts import Texts

MONTHS = 12
PERCENT = 100


def own_sun_document(advice: Advice, texts: Texts) -> Document | None:
    """Return the panels that a home has already; ``None``: none, or nobody knows their sun."""
    own = advice.own_sun
    if own is None:
        return None
    array = own.array
    return {
        "kwp": own.kwp,
        "months": [
            {
                "generated": estimate_document(made, texts),
                "used": estimate_document(used, texts),
                "exported": estimate_document(given, texts),
            }
            for made, used, given in zip(array.generated, array.used, array.exported, strict=True)
        ],
        "used_part": round(own.used_part, 3),
        "export_value_year": soles(array.export_value_pen_year),
        "rule_checked_on": advice.generation.checked_on,
        "text": list(own_sun_texts(advice, texts)),
    }


def own_sun_texts(advice: Advice, texts: Texts) -> Iterator[str]:
    """Yield what the panels of a home do for it, and what the rest earns."""
    own = advice.own_sun
    if own is None:
        return
    array, bought = own.array, own.at_meter.total_kwh_month
    made, used, given = (_mean(months) for months in (array.generated, array.used, array.exported))
    yield texts.text(
        "own-sun.used",
        kwp=texts.number(own.kwp),
        made=round(made),
        used=round(used),
        part=round(PERCENT * own.used_part),
        bought=round(bought),
        whole=round(bought + used),
    )
    period = advice.year[0].period
    middle = period.start + timedelta(days=period.days // 2)
    due = array.generated[middle.month - 1]
    yield texts.text(
        "own-sun.due", month=texts.month(middle), low=round(due.low), high=round(due.high)
    )
    value = array.export_value_pen_year
    yield texts.text(
        "own-sun.paid" if value else "own-sun.unpaid",
        given=round(given),
        checked_on=date.fromisoformat(advice.generation.checked_on),
        **({"value": value} if value else {}),
    )


def _mean(months: tuple[Estimate, ...]) -> float:
    return sum(month.middle for month in months) / MONTHS
