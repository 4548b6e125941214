"""Write the tables of docs/reference/model-card.md from the card of the shipped model.

python scripts/write_model_card.py          # print the page
python scripts/write_model_card.py --write  # write it

A table stands between ``<!-- table NAME -->`` and ``<!-- end -->``; all else is written by hand.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "model-card.md"
CARD = ROOT / "src" / "ahorraluz" / "data" / "models" / "day-mixer" / "card.json"
MODELS = (
    "day-mixer",
    "seven-day-mean",
    "climatology-28",
    "seasonal-naive-24",
    "seasonal-naive-168",
)
WITHOUT_QUANTILES = frozenset({"seven-day-mean", "seasonal-naive-24", "seasonal-naive-168"})
SPREAD = ("nmae", "nrmse", "wql", "coverage80")
USUAL = "climatology-28"
TABLE = re.compile(r"(<!-- table (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
NONE = "–"

Card = Mapping[str, Any]


def page() -> str:
    """Return the page with the tables of the card on file."""
    card = json.loads(CARD.read_text(encoding="utf-8"))
    tables = _tables(card)
    text = PAGE.read_text(encoding="utf-8")
    return TABLE.sub(lambda found: f"{found[1]}{tables[found['name']]}{found[3]}", text)


def _tables(card: Card) -> dict[str, str]:
    scores = card["scores"]
    return {
        "homes": _homes(card),
        "unseen-day": _models(scores["unseen"]["1"]),
        "unseen-week": _models(scores["unseen"]["7"]),
        "seeds": _seeds(scores["unseen_by_seed"]),
        "seen-week": _models(scores["seen"]["7"]),
        "cold-start": _cold_start(scores["cold_start"]),
    }


def _homes(card: Card) -> str:
    head = ("place", "homes learnt from", "homes held out", "learnt until", "judged from")
    keys = ("place", "learnt", "held_out", "learn_until", "judge_from")
    return _table(head, ([str(home[key]) for key in keys] for home in card["homes"]))


def _models(scores: Mapping[str, Any]) -> str:
    head = (
        *("model", "NMAE", "NRMSE", "MASE", "WQL", "in the 80 % band", "its width"),
        *("day's kWh", "week's kWh"),
    )
    return _table(head, (_model(name, scores[name]) for name in MODELS))


def _model(name: str, own: Mapping[str, float]) -> list[str]:
    band = [f"{own['wql']:.3f}", _percent(100 * own["coverage80"]), f"{own['width80']:.2f}"]
    return [
        name,
        *(f"{own[score]:.3f}" for score in ("nmae", "nrmse", "mase")),
        *([NONE] * len(band) if name in WITHOUT_QUANTILES else band),
        *(_percent(own[score]) for score in ("day_kwh_error", "week_kwh_error")),
    ]


def _seeds(spread: Mapping[str, Any]) -> str:
    rows = (
        [label, *(_with_spread(spread[days][name]) for name in SPREAD)]
        for days, label in (("1", "one day ahead"), ("7", "seven days ahead"))
    )
    return _table(("", "NMAE", "NRMSE", "WQL", "in the 80 % band"), rows)


def _with_spread(score: Mapping[str, float]) -> str:
    return f"{score['mean']:.4f} ± {score['spread']:.4f}"


def _cold_start(scores: Mapping[str, Any]) -> str:
    head = (
        *("days shown", "WQL", "WQL of climatology", "ratio", "in the 80 % band"),
        *("of climatology", "week's kWh"),
    )
    rows = []
    for days, table in scores.items():
        own, usual = table["7"][MODELS[0]], table["7"][USUAL]
        rows.append(
            [
                "recibo alone" if days == "0" else days,
                f"{own['wql']:.3f}",
                f"{usual['wql']:.3f}",
                f"{own['wql'] / usual['wql']:.3f}",
                _percent(100 * own["coverage80"]),
                _percent(100 * usual["coverage80"]),
                _percent(own["week_kwh_error"]),
            ]
        )
    return _table(head, rows)


def _percent(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f} %"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
