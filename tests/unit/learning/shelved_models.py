"""Folders as ``ahorraluz train`` writes them, made up from the model of the program."""

import json
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

SHIPPED = files("ahorraluz") / "data" / "models" / "day-mixer"
NETWORK: Mapping[str, bytes] = {
    "saved-model/1/fingerprint.pb": b"invented fingerprint",
    "saved-model/1/saved_model.pb": b"invented graph",
    "saved-model/1/variables/variables.data-00000-of-00001": b"invented weights",
    "saved-model/1/variables/variables.index": b"invented index",
}
"""Files of a SavedModel that nobody loads here."""


def trained(folder: Path, *, lift: float = 0.0, network: bool = True) -> str:
    """Write the shipped model with every quantile moved by ``lift`` and return its version.

    Parameters
    ----------
    folder
        Where to; it is made.
    lift
        Added to the offsets of the card. [of a mean hour]
    network
        Whether files that look like a SavedModel come along.
    """
    card = json.loads((SHIPPED / "card.json").read_text(encoding="utf-8"))
    card["offsets"] = _lifted(card["offsets"], lift)
    told = json.dumps(card["offsets"]).encode("utf-8")
    card["version"] = sha256(told + bytes(network)).hexdigest()[:12]
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    (folder / "model.tflite").write_bytes((SHIPPED / "model.tflite").read_bytes())
    for name, content in NETWORK.items() if network else ():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return str(card["version"])


def _lifted(offsets: object, lift: float) -> object:
    if isinstance(offsets, list):
        return [_lifted(each, lift) for each in offsets]
    assert isinstance(offsets, float | int)
    return offsets + lift
