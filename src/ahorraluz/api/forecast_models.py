"""Models of the series whose hours ahead are asked for: one by itself, or many at once."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Discriminator, Field, RootModel, Tag

from ahorraluz.api.names import STRICT, whole
from ahorraluz.api.parameters import HOME_PATTERN

MOST_IN_BODY = 20_000
"""Hours that are read of a series at all; too many of them are a fault of that series."""
MOST_IN_BATCH = 100

Kwh = Annotated[float, Field(allow_inf_nan=False)]


class FactsSaid(BaseModel):
    """What is known of a home beside its energy."""

    model_config = STRICT

    people: Annotated[int, Field(ge=1, le=50), BeforeValidator(whole)] | None = None
    hourly_tariff: bool | None = None
    electric_water: bool | None = None


class SeriesSaid(BaseModel):
    """One series: hour by hour, or a kept home, or what its recibos say a day."""

    model_config = STRICT

    id: Annotated[str, Field(max_length=64)] = ""
    kwh: Annotated[list[Kwh | None], Field(max_length=MOST_IN_BODY)] | None = None
    home: Annotated[str, Field(pattern=HOME_PATTERN)] | None = None
    zone: Annotated[str, Field(min_length=1, max_length=64)] = "America/Lima"
    origin: date | None = None
    hours: Annotated[int, Field(ge=1, le=168), BeforeValidator(whole)] = 24
    recibo_kwh_day: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = None
    facts: FactsSaid = FactsSaid()


class BatchSaid(BaseModel):
    """Many series, told in one call of the model."""

    model_config = STRICT

    series: Annotated[list[SeriesSaid], Field(min_length=1, max_length=MOST_IN_BATCH)]


def _kind(said: Any) -> str:  # noqa: ANN401 - any JSON value
    return "batch" if isinstance(said, dict) and "series" in said else "one"


class ForecastsSaid(
    RootModel[
        Annotated[
            Annotated[SeriesSaid, Tag("one")] | Annotated[BatchSaid, Tag("batch")],
            Discriminator(_kind),
        ]
    ]
):
    """One series, or many."""


def forecasts_model() -> type[BaseModel]:
    """Return the model of the body."""
    return ForecastsSaid
