"""Models of what is sent in bodies, beside the answers themselves (``names``)."""

from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, create_model

from ahorraluz.api.names import STRICT, answers_model, whole
from ahorraluz.services.households.keeping import LONGEST_LABEL

MOST_READINGS = 5_000
MOST_CHOICES = 100
ID = r"^[a-z0-9][a-z0-9-]{0,59}$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$"
MOST_KWH = 100_000

Label = Annotated[str, Field(max_length=LONGEST_LABEL)]
StepId = Annotated[str, Field(pattern=ID)]
Choices = Annotated[dict[StepId, Literal["later", "no"]], Field(max_length=MOST_CHOICES)]


@cache
def inquiry_model() -> type[BaseModel]:
    """Return the model of a question that keeps nothing."""
    made: type[BaseModel] = create_model(
        "Inquiry", __config__=STRICT, answers=(answers_model(), ...)
    )
    return made


@cache
def home_model() -> type[BaseModel]:
    """Return the model of a home as a program says it."""
    fields: dict[str, Any] = {
        "answers": (answers_model(), ...),
        "label": (Label, ""),
        "choices": (Choices, {}),
    }
    made: type[BaseModel] = create_model("HomeSaid", __config__=STRICT, **fields)
    return made


class Reading(BaseModel):
    """Energy of one interval."""

    model_config = STRICT

    start: Annotated[str, Field(pattern=MOMENT)]
    end: Annotated[str, Field(pattern=MOMENT)]
    kwh: Annotated[float, Field(ge=0, le=MOST_KWH, allow_inf_nan=False)]


class ReadingsSaid(BaseModel):
    """Some readings of a home, as JSON; bulk goes as NDJSON or CSV."""

    model_config = STRICT

    readings: Annotated[list[Reading], Field(min_length=1, max_length=MOST_READINGS)]


class StepDone(BaseModel):
    """The day on which a home took a step."""

    model_config = STRICT

    step: StepId
    day: date


class StepPromised(BaseModel):
    """A step whose saving is to be promised."""

    model_config = STRICT

    step: StepId


class QuietHours(BaseModel):
    """Local hours in which nobody is told."""

    model_config = STRICT

    first: Annotated[int, Field(ge=0, le=23), BeforeValidator(whole)]
    after: Annotated[int, Field(ge=0, le=23), BeforeValidator(whole)]


class NoticesSaid(BaseModel):
    """Of what, when and in which language to be told."""

    model_config = STRICT

    events: Annotated[
        list[Literal["limits", "peak", "night", "left-on", "shift", "devices", "day", "week"]],
        Field(max_length=8),
    ]
    quiet: QuietHours | None
    most_a_day: Annotated[int, Field(ge=1, le=20), BeforeValidator(whole)]
    language: Literal["es", "en"]


class NoticeWaySaid(BaseModel):
    """A way to be told."""

    model_config = STRICT

    name: Annotated[str, Field(max_length=40)] = ""
    address: Annotated[str, Field(min_length=1, max_length=500)]
    agreed: bool
