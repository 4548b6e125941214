"""How far baselines err: the numbers that ``scripts/fit_verification.py`` fitted."""

import json
from functools import cache
from importlib.resources import files

from ahorraluz.core.verification.doubt import Doubt, doubt_from


@cache
def load_doubt() -> Doubt:
    """Return the shipped placebo errors."""
    path = files("ahorraluz") / "data" / "models" / "verification" / "placebos.json"
    return doubt_from(json.loads(path.read_text(encoding="utf-8")))
