"""The schema that Grafana publishes of boards, as the classes of its library: types of fields."""

import enum
import types
import typing
from typing import Any

MODELS = "grafana_foundation_sdk.models"


def wrong_in(value: Any, hint: Any, where: str) -> list[str]:
    """Return where a value read by the library is not of the type that its schema gives it."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        found = [wrong_in(value, part, where) for part in parts]
        # What is found deepest inside comes nearest.
        deep = [wrong[0].partition(":")[0].count(".") for wrong in found if wrong]
        return [] if [] in found else found[deep.index(max(deep))]
    if origin is list and isinstance(value, list):
        inner = [(each, parts[0], f"{where}[{place}]") for place, each in enumerate(value)]
    elif origin is dict and isinstance(value, dict):
        inner = [(each, parts[1], f"{where}.{key}") for key, each in value.items()]
    elif not _is_of(value, hint):
        return [f"{where}: {value!r} is no {hint}"]
    elif type(value).__module__.startswith(MODELS) and not isinstance(value, enum.Enum):
        hints = typing.get_type_hints(type(value))
        inner = [(getattr(value, name), of, f"{where}.{name}") for name, of in hints.items()]
    else:
        return []
    return [wrong for each in inner for wrong in wrong_in(*each)]


def _is_of(value: Any, hint: Any) -> bool:
    if hint in (Any, object):
        return True
    if typing.get_origin(hint) is typing.Literal:
        return value in typing.get_args(hint)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        # Read from JSON, they are their values.
        return value in {each.value for each in hint}
    if hint is float:
        return isinstance(value, int | float)
    return isinstance(value, typing.get_origin(hint) or hint or types.NoneType)
