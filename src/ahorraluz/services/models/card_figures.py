"""What a card says, as a registry keeps it: parameters, figures by group and horizon, a page."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from ahorraluz.core.forecast.forecaster import HOURS_DAY
from ahorraluz.core.forecast.metrics import ERRORS
from ahorraluz.learning import boosting
from ahorraluz.learning.shipped_cards import shipped_cards

BARS = ("seasonal-naive-24", "seasonal-naive-168")
OVER = "over"
"""Between an error and the model whose error it is divided by, as boards name it."""
DATA_DIGITS = 16
"""Digits of the hash of all training data that are its version."""
LEVELS_UP = 6
"""How far above a folder a ``dvc.lock`` is looked for."""
FITTED_BY = ("trained", "seeds", "members", "recipe")
ROWS = ("nmae", "nrmse", "wql", "coverage80")


def data_version(card: Mapping[str, Any]) -> str:
    """Return the version of the data that a model was trained on: a hash of its files' hashes."""
    said = json.dumps(sorted(card["data"].items()))
    return sha256(said.encode("utf-8")).hexdigest()[:DATA_DIGITS]


def parameters(card: Mapping[str, Any]) -> dict[str, str]:
    """Return how a model was fitted, by dotted names."""
    chosen = {name: card[name] for name in FITTED_BY if name in card}
    found = {**dict(_flat(chosen, "")), "data_version": data_version(card)}
    return found | {f"library.{name}": str(v) for name, v in card.get("libraries", {}).items()}


def _flat(value: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield from _flat(item, f"{before}{name}.")
        else:
            yield f"{before}{name}", str(item)


def figures(card: Mapping[str, Any]) -> dict[str, float]:
    """Return every score of a card by ``<group>/<hours>h/<score>``, and over those of others.

    Errors are also told over those of the seasonal naive rules and, where both were judged on
    the same data, over those of the boosted trees that come with the program.
    """
    trees = next((c for c in shipped_cards() if c["name"] == boosting.NAME), None)
    beside = trees if trees is not None and data_version(trees) == data_version(card) else None
    found: dict[str, float] = {}
    for group, tables in groups(card):
        of_trees = {} if beside is None else dict(groups(beside)).get(group, {})
        for days, models in tables.items():
            place = f"{group}/{int(days) * HOURS_DAY}h"
            others = {bar: models.get(bar, {}) for bar in BARS}
            others[boosting.NAME] = of_trees.get(days, {}).get(boosting.NAME, {})
            for score, value in models.get(card["name"], {}).items():
                if value is None:
                    continue
                found[f"{place}/{score}"] = float(value)
                for other, scores in others.items() if score in ERRORS else ():
                    if scores.get(score):
                        over = float(value) / float(scores[score])
                        found[f"{place}/{score}_{OVER}_{other}"] = over
    return found


def groups(card: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the groups of homes of a card, with their scores by days ahead and model."""
    scores = card["scores"]
    yield from ((name, scores[name]) for name in ("seen", "unseen"))
    for days, tables in scores.get("cold_start", {}).items():
        yield f"cold_start_{days}", tables


def page(card: Mapping[str, Any]) -> str:
    """Return a card as Markdown, for people who look into the registry."""
    lines = [
        f"# {card['name']} {card['version']}",
        "",
        f"Trained on {card['trained']}; data {data_version(card)}.",
        "",
        "| homes | hours ahead | " + " | ".join(ROWS) + " |",
        "| --- | ---: | " + " | ".join("---:" for _ in ROWS) + " |",
    ]
    for group, tables in groups(card):
        for days, models in tables.items():
            own = models.get(card["name"], {})
            values = ["–" if own.get(row) is None else f"{own[row]:.3f}" for row in ROWS]
            lines.append(f"| {group} | {int(days) * HOURS_DAY} | " + " | ".join(values) + " |")
    lines += ["", "| place | homes learnt from | held out |", "| --- | ---: | ---: |"]
    lines += [f"| {h['place']} | {h['learnt']} | {h['held_out']} |" for h in card["homes"]]
    lines += ["", "| file | SHA-256 |", "| --- | --- |"]
    lines += [f"| {name} | `{value}` |" for name, value in sorted(card["data"].items())]
    return "\n".join(lines) + "\n"


def dvc_hashes(folder: Path) -> dict[str, str]:
    """Return the hashes that DVC has of what a folder was made from, by path; none: no stage.

    The nearest ``dvc.lock`` above the folder is asked for the stage whose output it is.
    """
    import yaml

    whole = folder.resolve()
    for above in list(whole.parents)[:LEVELS_UP]:
        lock = above / "dvc.lock"
        if not lock.is_file():
            continue
        try:
            stages = yaml.safe_load(lock.read_text("utf-8"))["stages"]
            for stage in stages.values():
                outs = {(above / out["path"]).resolve() for out in stage.get("outs", ())}
                if whole in outs or any(out.parent == whole for out in outs):
                    return {
                        str(dep["path"]): str(dep.get("md5") or dep.get("hash") or "")
                        for dep in stage.get("deps", ())
                    }
        except (OSError, AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError):
            return {}
        return {}
    return {}
