"""The shipped nets that tell months: numbers that ``scripts/fit_months.py`` fitted."""

import json
from functools import cache
from importlib.resources import files

from ahorraluz.core.forecast.months import QuantileNet, net_from


@cache
def bills_net() -> QuantileNet:
    """Return the net for homes of which only monthly recibos are known."""
    return _net("bills.json")


@cache
def month_end_net() -> QuantileNet:
    """Return the net for a month of which a part is over."""
    return _net("month_end.json")


def _net(name: str) -> QuantileNet:
    path = files("ahorraluz") / "data" / "models" / "months" / name
    return net_from(json.loads(path.read_text(encoding="utf-8")))
