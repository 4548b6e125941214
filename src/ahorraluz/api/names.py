"""What the fields of an inquiry are called in the API, and the model of its answers.

The fields, their kinds and limits are those of the pages (``services.inquiries.fields``): an
answer that a page takes is taken here, and the other way round.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, create_model
from pydantic import Field as Limits

from ahorraluz.core.advice.asked import ASKED
from ahorraluz.services.appliances import appliance_choices
from ahorraluz.services.inquiries.fields import (
    APPLIANCES,
    BY_NAME,
    BY_PREFIX,
    MOST_APPLIANCES,
    NO,
    YES,
    Field,
    Kind,
    asks_percent,
)
from ahorraluz.services.inquiries.query import Query, read_query
from ahorraluz.services.supplies import department_choices, distributor_choices

NAMES: Mapping[str, str] = {
    "dep": "department",
    "d": "distributor",
    "s": "system",
    "di": "district",
    "k": "kwh",
    "t": "total",
    "u": "kwh_since_reading",
    "y": "days_to_reading",
    "f": "period_from",
    "h": "period_to",
    "o": "option",
    "fo": "fose",
    "se": "sector",
    "ie": "igv_exempt",
    "p": "price",
    "e": "energy_charge",
    "c": "fixed_charge",
    "r": "connection_charge",
    "al": "lighting",
    "i": "interest",
    "st": "subtotal",
    "ig": "igv",
    "lr": "rural_levy",
    "im": "late_interest",
    "ot": "other",
    "tm": "total_of_month",
    "rp": "previous_rounding",
    "ra": "rounding",
    "est": "estimated_reading",
    "hk": "earlier_kwh",
    "hn": "earlier_days",
    "hg": "earlier_gaps",
    "ph": "people",
    "te": "tenure",
    "ro": "roof",
    "pk": "panels_kwp",
    "fu": "cooking",
    "hm": "homes_on_meter",
    "pm": "people_on_meter",
    "bu": "budget",
    "gl": "lpg_cylinder",
    "fi": "fise_voucher",
    "ob": "objective",
    "cu": "instalment",
    "ef": "effort",
    "ao": "any_option",
}
OF_APPLIANCE: Mapping[str, str] = {
    "n": "count",
    "hd": "hours_day",
    "w": "power_w",
    "ly": "label_kwh_year",
    "mi": "minutes_shower",
    "sd": "showers_day",
    "on": "always_on",
}
OF_COST: Mapping[str, str] = {"x": "costs", "pc": "percents"}
MOST_NUMBERS = 36
"""Numbers of a list, such as earlier recibos."""
STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


@cache
def answers_model() -> type[BaseModel]:
    """Return the model of what may be said of a home; every field may be left out."""
    return _model("Answers", closed=True)


@cache
def kept_model() -> type[BaseModel]:
    """Return the model of what is kept of a home: choices of former days are text here."""
    return _model("KeptAnswers", closed=False)


def _model(name: str, *, closed: bool) -> type[BaseModel]:
    choices: dict[str, tuple[str, ...]] = {}
    if closed:
        choices["d"] = tuple(choice.id for choice in distributor_choices())
        choices["dep"] = tuple(department_choices())
    fields: dict[str, Any] = {
        NAMES[field.name]: _optional(_type(field, choices=choices.get(field.name, ())))
        for field in BY_NAME.values()
        if field.name in NAMES
    }
    kinds = tuple(choice.id for choice in appliance_choices())
    id_type: Any = Literal[kinds] if closed else str
    figures: dict[str, Any] = {
        api: _optional(_type(BY_PREFIX[web])) for web, api in OF_APPLIANCE.items()
    }
    appliance: Any = create_model(
        f"{name}Appliance", __config__=STRICT, id=(id_type, ...), **figures
    )
    fields["appliances"] = _optional(Annotated[list[appliance], Limits(max_length=MOST_APPLIANCES)])
    for web, api in OF_COST.items():
        if web in BY_PREFIX:
            ids = tuple(id_ for id_ in ASKED if asks_percent(id_) == (web == "pc"))
            key: Any = Literal[ids] if closed and ids else str
            number: Any = _type(BY_PREFIX[web])
            fields[api] = _optional(dict[key, number])
    made: type[BaseModel] = create_model(name, __config__=STRICT, **fields)
    return made


def _optional(kind: object) -> tuple[object, None]:
    # Left out, not null: the default is never checked, and taken from the schema later.
    return (kind, None)


def _type(field: Field, *, choices: tuple[str, ...] = ()) -> object:
    match field.kind:
        case Kind.NUMBER:
            return _number(field)
        case Kind.NUMBERS:
            return Annotated[list[_number(field)], Limits(min_length=1, max_length=MOST_NUMBERS)]  # type: ignore[misc]
        case Kind.DAY:
            return date
        case Kind.CHOICE if set(field.choices) <= {YES, NO}:
            return bool
        case Kind.CHOICE:
            return Literal[field.choices]
        case Kind.TEXT:
            if choices:
                return Literal[choices]
            return Annotated[str, Limits(min_length=1, max_length=field.longest)]


def _number(field: Field) -> object:
    if field.places == 0:
        low = None if field.low is None else int(field.low)
        most = None if field.high is None else int(field.high)
        return Annotated[int, Limits(ge=low, le=most), BeforeValidator(whole)]
    low_ = None if field.low is None else float(field.low)
    high = None if field.high is None else float(field.high)
    return Annotated[float, Limits(ge=low_, le=high, allow_inf_nan=False)]


def whole(value: object) -> object:
    """Return a number without decimals as an integer: JSON knows one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def pairs_of(answers: BaseModel | None) -> tuple[tuple[str, str], ...]:
    """Return answers as the pairs of an inquiry."""
    return () if answers is None else tuple(_pairs(answers))


def _pairs(answers: BaseModel) -> Iterator[tuple[str, str]]:
    said = {name: getattr(answers, name) for name in answers.model_fields_set}
    for web, api in NAMES.items():
        if api in said and (text := _text(BY_NAME[web], said[api])) is not None:
            yield web, text
    for item in said.get("appliances", ()):
        yield APPLIANCES, item.id
        for web, api in OF_APPLIANCE.items():
            if api in item.model_fields_set:
                text = _text(BY_PREFIX[web], getattr(item, api))
                if text is not None:
                    yield f"{web}.{item.id}", text
    for web, api in OF_COST.items():
        for id_, value in said.get(api, {}).items():
            yield f"{web}.{id_}", digits(value)


def _text(field: Field, value: object) -> str | None:
    """Return a value as people type it, ``None`` where it says nothing."""
    if isinstance(value, bool):
        typed = YES if value else NO
        return typed if typed in field.choices else None
    if isinstance(value, list):
        return " ".join(map(digits, value))
    if isinstance(value, date):
        return value.isoformat()
    return digits(value) if isinstance(value, int | float) else str(value)


def digits(value: float) -> str:
    """Return a number as people type it: no exponent, and no more decimals than it has."""
    return f"{Decimal(repr(value)).normalize():f}"


def answers_of(pairs: tuple[tuple[str, str], ...]) -> dict[str, object]:
    """Return the pairs of an inquiry as answers; what cannot be read is left out."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    query = read_query(values)
    said: dict[str, object] = {
        api: _value(BY_NAME[web], query.values[web])
        for web, api in NAMES.items()
        if web in query.values
    }
    if query.appliances:
        said["appliances"] = [_appliance(query, id_) for id_ in query.appliances]
    for web, api in OF_COST.items():
        if costs := query.under(web):
            said[api] = {id_: float(value) for id_, value in costs.items()}
    return said


def _appliance(query: Query, id_: str) -> dict[str, object]:
    known = {
        api: _value(BY_PREFIX[web], query.values[f"{web}.{id_}"])
        for web, api in OF_APPLIANCE.items()
        if f"{web}.{id_}" in query.values
    }
    return {"id": id_, **known}


def _value(field: Field, value: object) -> object:
    if isinstance(value, tuple):
        return [_value(field, part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if field.places == 0 else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if field.kind is Kind.CHOICE and set(field.choices) <= {YES, NO}:
        return value == YES
    return value


def field_name(parameter: str) -> str:
    """Return what a field of an inquiry is called here, itself where it has no other name."""
    web = parameter.removeprefix("web-")
    return NAMES.get(web) or OF_APPLIANCE.get(web) or OF_COST.get(web) or web
