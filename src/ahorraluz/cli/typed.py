"""What people type after an option, made a value: numbers, days, choices and files."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import click
from typing_extensions import override

from ahorraluz.core.issues import InvalidInputError, Parameter
from ahorraluz.services.typed_numbers import read_number

MAX_SHOWN = 60

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Number(click.ParamType[Decimal]):
    """An exact number inside its limits."""

    name = "number"

    def __init__(
        self,
        *,
        low: Decimal | int | None = None,
        high: Decimal | int | None = None,
        whole: bool = False,
    ) -> None:
        """Keep the limits, both inclusive; ``whole`` asks for a number without decimals."""
        self.low, self.high, self.whole = low, high, whole

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        field = _field(param)
        number = value if isinstance(value, Decimal) else read_number(str(value), field=field)
        if self.whole and number != number.to_integral_value():
            raise _typed_wrong("number-not-whole", field, str(value))
        if self.low is not None and number < self.low:
            raise _typed_wrong("field-too-small", field, str(value), limit=str(self.low))
        if self.high is not None and number > self.high:
            raise _typed_wrong("field-too-large", field, str(value), limit=str(self.high))
        return number


class Day(click.ParamType[date]):
    """A day as ISO writes it."""

    name = "date"

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        text = str(value)
        try:
            if _ISO_DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise _typed_wrong("date-invalid", _field(param), text)


class OneOf(click.ParamType[str]):
    """One of a few words."""

    name = "choice"

    def __init__(self, choices: Sequence[str]) -> None:
        """Keep the words in the order they are offered."""
        self.choices = tuple(choices)

    @override
    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"[{'|'.join(self.choices)}]"

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        text = str(value)
        for choice in self.choices:
            if choice.casefold() == text.casefold():
                return choice
        raise _typed_wrong(
            "field-not-a-choice", _field(param), text, choices=", ".join(self.choices)
        )


class File(click.ParamType[Path]):
    """A path; whether it can be read is for the reader to say."""

    name = "file"

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        return Path(str(value))


def _field(param: click.Parameter | None) -> str:
    """Return the option as it is typed, for messages."""
    if param is None:
        return ""
    return param.opts[0] if isinstance(param, click.Option) else (param.name or "").upper()


def _typed_wrong(code: str, field: str, value: str, **parameters: Parameter) -> InvalidInputError:
    shown = value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}…"
    return InvalidInputError(code, field=field, value=shown, **parameters)
