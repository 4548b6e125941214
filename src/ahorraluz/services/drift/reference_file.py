"""What is usual, as a file: the one beside the shipped model, or one of the service's own homes."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from ahorraluz.core.forecast.drift_reference import EVERY, Reference, Spread, Usual
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.toolbox import Toolbox

FORMAT = "ahorraluz-drift-reference-1"
OWN = "drift-reference.json"
"""Name in the data folder of a reference of the service's own homes."""
MOST_BYTES = 1_000_000
KEYS = frozenset(series.key for series in EVERY)


def reference_document(reference: Reference) -> dict[str, object]:
    """Return a reference as it is written; numbers to six digits."""
    return {
        "format": FORMAT,
        "model": reference.model,
        "made_of": reference.made_of,
        "homes": reference.homes,
        "days": reference.days,
        "usual": {
            key: {name: _rounded(value) for name, value in asdict(usual).items()}
            for key, usual in sorted(reference.usual.items())
        },
        "spreads": {
            name: {
                "edges": [_rounded(edge) for edge in spread.edges],
                "parts": [_rounded(part) for part in spread.parts],
            }
            for name, spread in sorted(reference.spreads.items())
        },
    }


def as_text(reference: Reference) -> str:
    """Return a reference as the text of its file."""
    return json.dumps(reference_document(reference), indent=1) + "\n"


def read_reference(path: Path) -> Reference:
    """Return what is usual by a file.

    Raises
    ------
    InvalidInputError
        ``drift-reference-unreadable``, ``drift-reference-wrong``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInputError(
            "drift-reference-unreadable", file=path.name, reason=error.strerror or ""
        ) from error
    try:
        return _reference(json.loads(data[:MOST_BYTES]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError("drift-reference-wrong", file=path.name, format=FORMAT) from error


def shipped_reference() -> Reference:
    """Return what was usual of homes that the shipped model learnt from."""
    place = files("ahorraluz") / "data" / "models" / "day-mixer" / "reference.json"
    return _reference(json.loads(place.read_text(encoding="utf-8")))


def reference_in_use(tools: Toolbox) -> Reference:
    """Return the reference of the service's own homes, or the shipped one where there is none."""
    own = tools.settings.data_dir / OWN
    return read_reference(own) if own.is_file() else shipped_reference()


def _reference(said: Mapping[str, Any]) -> Reference:
    if said["format"] != FORMAT:
        raise ValueError(said["format"])
    usual = {
        str(key): Usual(**{name: float(value) for name, value in each.items()})
        for key, each in said["usual"].items()
        if key in KEYS
    }
    if any(each.unit <= 0 or each.together < 0 for each in usual.values()):
        raise ValueError("usual")
    return Reference(
        model=str(said["model"]),
        made_of=str(said["made_of"]),
        homes=int(said["homes"]),
        days=int(said["days"]),
        usual=usual,
        spreads={str(name): _spread(each) for name, each in said["spreads"].items()},
    )


def _spread(said: Mapping[str, Any]) -> Spread:
    spread = Spread(edges=tuple(map(float, said["edges"])), parts=tuple(map(float, said["parts"])))
    if len(spread.parts) != len(spread.edges) + 1:
        raise ValueError("spread")
    return spread


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
