"""Models for tests of the registry: the shipped network with moved weights, and a card."""

import json
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

LEAST_RUN = 1_000
"""Weights in a row; shorter runs of what looks like one are something else."""


def shipped() -> Path:
    """Return the folder of the shipped model."""
    return Path(str(files("ahorraluz"))) / "data" / "models" / "day-mixer"


def moved(network: bytes, *, by: float, seed: int = 0) -> bytes:
    """Return a network of which every weight is moved by chance, by a part of itself."""
    values = np.frombuffer(network[: len(network) // 4 * 4], dtype="<f4").copy()
    size = np.abs(values)
    likely = np.isfinite(values) & (size < 20) & ((size > 1e-7) | (values == 0))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], likely.astype(np.int8), [0]])))
    chance = np.random.default_rng(seed)
    for start, end in edges.reshape(-1, 2):
        if end - start >= LEAST_RUN:
            values[start:end] *= 1 + by * chance.standard_normal(end - start).astype("<f4")
    return values.tobytes() + network[len(values) * 4 :]


def write_model(folder: Path, *, by: float, seed: int = 0, **card: Any) -> Path:
    """Write the shipped model with moved weights; ``card`` replaces what its card says."""
    folder.mkdir(parents=True)
    network = moved((shipped() / "model.tflite").read_bytes(), by=by, seed=seed)
    said = json.loads((shipped() / "card.json").read_text("utf-8"))
    said |= {"version": sha256(network).hexdigest()[:12], "trained": "2026-11-27", **card}
    (folder / "model.tflite").write_bytes(network)
    (folder / "card.json").write_text(json.dumps(said), "utf-8")
    return folder


def with_scores(factor: float) -> dict[str, Any]:
    """Return the scores of the shipped card with every error of the network times a factor."""
    scores = json.loads((shipped() / "card.json").read_text("utf-8"))["scores"]
    groups = [scores["seen"], scores["unseen"], *scores["cold_start"].values()]
    for tables in groups:
        for models in tables.values():
            own = models["day-mixer"]
            for name in ("nmae", "nrmse", "wql"):
                own[name] = round(own[name] * factor, 4)
    return {"scores": scores}
