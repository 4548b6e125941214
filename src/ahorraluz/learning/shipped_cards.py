"""The cards of the hourly models that are shipped, read without loading a model."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ahorraluz.learning import boosting, litert


@cache
def shipped_cards() -> tuple[Mapping[str, Any], ...]:
    """Return the card of each model: its name, when it was trained, its homes and scores."""
    models = files("ahorraluz") / "data" / "models"
    names = ((litert.NAME, litert.CARD_FILE), (boosting.NAME, boosting.CARD_FILE))
    return tuple(
        json.loads((models / name / file).read_text(encoding="utf-8")) for name, file in names
    )
