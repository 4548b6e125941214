"""What was surely read as the JSON form of a recibo (``docs/reference/receipt-json.md``)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.ingest.recibo.found import Field, Status, Value
from ahorraluz.ingest.recibo.labels import Label
from ahorraluz.ingest.recibo.sums import ROUNDINGS, Line

KEYS: Mapping[str, str] = {
    "distributor": "distributor",
    "period": "period",
    "reading_from": "reading_from",
    "reading_to": "reading_to",
    "days": "days",
    "tariff_option": "tariff_option",
    "segment": "segment",
    "kwh": "kwh",
    "unit_price": "unit_price_printed_s_per_kwh_without_igv",
    "subtotal": "subtotal",
    "igv": "igv",
    "total_before": "total_before_adjustments",
    "total": "total_to_pay",
    "reading_type": "reading_type",
    "history_kwh": "history_kwh",
}
"""Name of a field here, and its key in the form."""
ADJUSTMENTS = {
    Label.ROUNDING_PREVIOUS: "previous_month_rounding",
    Label.ROUNDING: "current_month_rounding",
}
CODES: Mapping[Label, LineCode] = {
    Label.ENERGY: LineCode.ENERGY,
    Label.FIXED: LineCode.FIXED,
    Label.CONNECTION: LineCode.CONNECTION,
    Label.LIGHTING: LineCode.LIGHTING,
    Label.INTEREST: LineCode.INTEREST,
    Label.RURAL: LineCode.RURAL_ELECTRIFICATION,
    Label.FOSE: LineCode.FOSE,
    Label.LATE: LineCode.OTHER,
    Label.OTHER: LineCode.OTHER,
    Label.ROUNDING_PREVIOUS: LineCode.ROUNDING,
    Label.ROUNDING: LineCode.ROUNDING,
}
UNKNOWN_NAME = "Otro cargo"
"""Words nobody knows are not copied: they could be a name."""
AFTER_LABELS = (Label.RURAL, Label.LATE, *ROUNDINGS)

Form = dict[str, object]


def form_of(
    fields: Sequence[Field], *, taxed: Sequence[Line], after: Sequence[Line], asked: Sequence[str]
) -> Form:
    """Return the recibo in its JSON form: sure values as text, what is asked for as ``null``."""
    form: Form = {"id": "recibo"}
    for field in fields:
        key = KEYS.get(field.name)
        if key is not None and (field.status is Status.SURE or field.name in asked):
            form[key] = None if field.value is None else _written(field.value)
    for name in asked:
        if name in KEYS:
            form.setdefault(KEYS[name], None)
    printed = {field.name: field.candidates[0].label for field in fields if field.candidates}
    open_labels = [Label(name) for name in asked if name in {label.value for label in CODES}]
    form["items"] = [
        *(_item(line) for line in taxed),
        *(_open(label, printed) for label in open_labels if label not in AFTER_LABELS),
    ]
    form["after_igv"] = [
        *(_item(line) for line in after),
        *(_open(label, printed) for label in open_labels if label in AFTER_LABELS),
    ]
    roundings = {
        ADJUSTMENTS[line.label]: str(line.amount) for line in after if line.label in ADJUSTMENTS
    }
    if len(roundings) == len(ADJUSTMENTS):
        form["adjustments_detail"] = roundings
    return form


def _item(line: Line) -> Form:
    name = line.candidate.label if line.known else UNKNOWN_NAME
    return {"name": name, "amount": str(line.amount), "code": CODES[line.label].value}


def _open(label: Label, printed: Mapping[str, str]) -> Form:
    name = printed.get(label.value) or label.value
    return {"name": name, "amount": None, "code": CODES[label].value}


def _written(value: Value) -> object:
    match value:
        case tuple():
            return [str(kwh) for kwh in value]
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return value
