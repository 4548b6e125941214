"""The folder that ``ahorraluz train`` has written, looked at file by file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import numpy as np

from ahorraluz.core.forecast.forecaster import CONTEXT_DAYS, HOURS_DAY, Windows
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.learning import boosting
from ahorraluz.learning.litert import CARD_FILE, MODEL_FILE, NAME, DayMixer
from ahorraluz.learning.shelf_files import read_small, regular_files
from ahorraluz.learning.shelved import KNOWN, MOST_FILES, NEEDED, NOT_TAKEN, check_names
from ahorraluz.services.quiet_runtime import quiet_runtime

SHOWN_HASH = 12
"""Digits of the hash of a network that are its version."""
CARD = ("name", "version", "trained", "recipe", "data", "homes", "quantiles", "scores")
"""What a card cannot do without."""
TRIED_KWH = 0.3
"""Energy of each hour of the home that a network is tried on. [kWh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A whole model in a folder."""

    path: Path
    card: Mapping[str, Any]
    hashes: Mapping[str, str]
    """SHA-256 of each of its files."""

    @property
    def name(self) -> str:
        """Name of the model."""
        return str(self.card["name"])

    @property
    def version(self) -> str:
        """Beginning of the hash of its network."""
        return str(self.card["version"])

    @property
    def content(self) -> str:
        """Hash of network and card: what makes two models the same one."""
        said = f"{self.hashes[MODEL_FILE]} {self.hashes[CARD_FILE]}"
        return sha256(said.encode("ascii")).hexdigest()

    def model(self) -> DayMixer:
        """Open it; raises ``models-does-not-run``."""
        return _opened(read_small(self.path / MODEL_FILE, most=KNOWN[MODEL_FILE]), self.card)


def read_folder(path: Path) -> ModelFolder:
    """Return the model of a folder.

    Parameters
    ----------
    path
        What ``ahorraluz train --out`` has written.

    Raises
    ------
    InvalidInputError
        ``models-no-model``: there is no such model; ``models-not-served``: boosted trees;
        ``models-card-wrong``: the card lacks something; ``models-card-differs``: it is the card
        of another network; ``models-does-not-run``: the file is no network of ours.
    ShelfError
        ``shelf-file-unknown``, ``shelf-file-missing``: files that no model has, or too few.
    """
    card = _card(path)
    found = {n: s for n, s in regular_files(path, most=MOST_FILES).items() if n not in NOT_TAKEN}
    check_names(found, path)
    return _read(path, card, sorted(found), tried=True)


def shipped_folder() -> ModelFolder:
    """Return the model that comes with the program; what else ships beside it is none of it."""
    path = Path(str(package_files("ahorraluz"))) / "data" / "models" / NAME
    return _read(path, _card(path), sorted(NEEDED), tried=False)


def _read(path: Path, card: Mapping[str, Any], names: Sequence[str], *, tried: bool) -> ModelFolder:
    try:
        contents = {name: read_small(path / name, most=KNOWN[name]) for name in names}
    except OSError as error:
        raise InvalidInputError("models-no-model", folder=str(path)) from error
    hashes = {name: sha256(content).hexdigest() for name, content in contents.items()}
    if not hashes[MODEL_FILE].startswith(str(card["version"])) or not (
        len(str(card["version"])) == SHOWN_HASH
    ):
        raise InvalidInputError(
            "models-card-differs",
            file=str(path / MODEL_FILE),
            stated=str(card["version"])[:60],
            found=hashes[MODEL_FILE][:SHOWN_HASH],
        )
    if tried:
        _try(_opened(contents[MODEL_FILE], card))
    return ModelFolder(path=path, card=card, hashes=hashes)


def _card(path: Path) -> Mapping[str, Any]:
    try:
        card = json.loads(read_small(path / CARD_FILE, most=KNOWN[CARD_FILE]))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError("models-no-model", folder=str(path)) from error
    if not isinstance(card, dict):
        raise InvalidInputError("models-no-model", folder=str(path))
    if card.get("name") == boosting.NAME:
        raise InvalidInputError("models-not-served", model=boosting.NAME, served=NAME)
    for field in CARD:
        if not card.get(field) or (field == "name" and card[field] != NAME):
            raise InvalidInputError("models-card-wrong", field=field, file=str(path / CARD_FILE))
    _check_scores(card, path)
    return card


def _check_scores(card: Mapping[str, Any], path: Path) -> None:
    """Refuse a card of which the scores, homes or hashes of the data cannot be read."""
    field = "scores"
    try:
        for homes in ("seen", "unseen"):
            for days, models in card["scores"][homes].items():
                int(days)
                for scores in models.values():
                    _ = [float(value) for value in scores.values() if value is not None]
        field = "homes"
        _ = [(str(h["place"]), int(h["learnt"]), int(h["held_out"])) for h in card["homes"]]
        field = "data"
        _ = [(str(name), bytes.fromhex(value)) for name, value in card["data"].items()]
        field = "recipe"
        _ = dict(card["recipe"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            "models-card-wrong", field=field, file=str(path / CARD_FILE)
        ) from error


def _opened(network: bytes, card: Mapping[str, Any]) -> DayMixer:
    try:
        with quiet_runtime():
            return DayMixer(network, card)
    except AhorraLuzError:
        raise
    except (AttributeError, KeyError, IndexError, RuntimeError, TypeError, ValueError) as error:
        raise InvalidInputError("models-does-not-run", reason=_first_line(error)) from error


def _try(model: DayMixer) -> None:
    """Run a network once on a home that uses the same every hour."""
    windows = Windows(
        kwh=np.full((1, CONTEXT_DAYS, HOURS_DAY), TRIED_KWH),
        origin=np.array([np.datetime64("2026-01-05")]),
        bill_kwh_day=np.full(1, np.nan),
    )
    try:
        said = model.predict(windows)
    except AhorraLuzError:
        raise
    except (KeyError, IndexError, RuntimeError, TypeError, ValueError) as error:
        raise InvalidInputError("models-does-not-run", reason=_first_line(error)) from error
    if not (np.isfinite(said.quantiles).all() and np.isfinite(said.mean).all()):
        raise InvalidInputError("models-does-not-run", reason="NaN")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:100]
