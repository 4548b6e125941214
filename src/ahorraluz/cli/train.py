"""``ahorraluz train``: make a forecasting model again, or on homes of one's own."""

import sys
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import heading, table
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

USUAL_SEEDS, MOST_SEEDS, MOST_EPOCHS = 3, 20, 500
SHOWN = ("nmae", "nrmse", "wql", "coverage80")
"""Scores of the table that is printed; all others stand in the card."""


def _run(session: Session, given: Given) -> None:
    data, out = given.file("training_data"), given.file("model_out")
    if data is None or out is None:
        raise InvalidInputError("option-missing", option="--out" if data else "--data")
    as_of = session.day(given.day("as_of"))
    shown = _Shown(session.texts)
    card = _trees(data, out, as_of, given, shown)
    if card is None:
        card = _networks(data, out, as_of, given, shown)
    session.show(dict(card), _lines(card, str(out), session.texts))


def _trees(
    data: Path, out: Path, as_of: date, given: Given, shown: "_Shown"
) -> Mapping[str, Any] | None:
    """Return the card of boosted trees; ``None``: nobody asked for them."""
    if not given.flag("boosting"):
        return None
    for name in ("epochs", "write_anyway"):
        if given.has(name):
            option = f"--{name.replace('_', '-')}"
            raise InvalidInputError("train-option-of-networks", option=option)
    from ahorraluz.services.train_boosting import Asked, train_trees

    asked = Asked(data=data, out=out, as_of=as_of, seeds=_seeds(given))
    return train_trees(asked, progress=shown)


def _networks(
    data: Path, out: Path, as_of: date, given: Given, shown: "_Shown"
) -> Mapping[str, Any]:
    from ahorraluz.learning.training import Recipe
    from ahorraluz.services.train_models import Asked, train_models

    standard = Recipe()
    asked = Asked(
        data=data,
        out=out,
        as_of=as_of,
        seeds=_seeds(given),
        anyway=bool(given.flag("write_anyway")),
        recipe=Recipe(epochs=int(given.number("epochs") or Decimal(standard.epochs))),
    )
    return train_models(asked, progress=shown).card


def _seeds(given: Given) -> int:
    return int(given.number("seeds") or Decimal(USUAL_SEEDS))


class _Shown:
    """Progress on the error stream, a line that is written over on a terminal."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._watched = sys.stderr.isatty()

    def __call__(self, step: str, done: int, total: int) -> None:
        said = self._texts.text(f"train.step-{step}", done=done, total=total)
        if self._watched:
            click.echo(f"\r\x1b[K{said}", err=True, nl=done == total)
        elif done == total:
            click.echo(said, err=True)


def _lines(card: Mapping[str, Any], folder: str, texts: Texts) -> Iterator[str]:
    yield texts.text("train.written", folder=folder, version=card["version"])
    if card.get("refused"):
        yield texts.text("train.not-good-enough")
    for homes in ("seen", "unseen"):
        for days, scores in card["scores"][homes].items():
            yield from heading(texts.text(f"train.{homes}", hours=int(days) * 24))
            head = [texts.text("backtest.model"), *(texts.text(f"backtest.{s}") for s in SHOWN)]
            rows = [
                [name, *(_number(found[score], texts) for score in SHOWN)]
                for name, found in scores.items()
            ]
            yield from table([head, *rows], right=range(1, len(head)))


def _number(value: float | None, texts: Texts) -> str:
    return "–" if value is None else texts.number(value, places=3)


train = TextCommand(
    "train",
    params=[
        TextOption(["--data", "training_data"], type=File(), metavar="DIR"),
        TextOption(["--out", "model_out"], type=File(), metavar="DIR"),
        TextOption(["--boosting"], is_flag=True, default=None),
        TextOption(["--seeds"], type=Number(low=1, high=MOST_SEEDS, whole=True), metavar="N"),
        TextOption(["--write-anyway"], is_flag=True, default=None),
        TextOption(["--epochs"], type=Number(low=1, high=MOST_EPOCHS, whole=True), metavar="N"),
        as_of_option(),
    ],
    run=_run,
)
