"""How far baselines err: the numbers that ``scripts/fit_verification.py`` fitted."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ahorraluz.catalog.month_nets import bills_net
from ahorraluz.core.verification.doubt import Doubt, doubt_from
from ahorraluz.core.verification.foreseen import Foresight, foresight_from


@cache
def load_doubt() -> Doubt:
    """Return the shipped placebo errors."""
    return doubt_from(_document())


@cache
def load_foresight() -> Foresight:
    """Return the shipped net of months, with how much it counts beside a baseline."""
    return foresight_from(_document(), bills_net())


def _document() -> Mapping[str, object]:
    path = files("ahorraluz") / "data" / "models" / "verification" / "placebos.json"
    document: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return document
