"""What the cards of fitted models have in common: homes, versions and rounded scores."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ahorraluz.learning.judging import Table
from ahorraluz.learning.training_data import Panel


def places(panel: Panel) -> list[dict[str, Any]]:
    """Return homes and dates of each place."""
    rows = []
    for place in sorted({home.place for home in panel.homes}):
        here = [home for home in panel.homes if home.place == place]
        rows.append(
            {
                "place": place,
                "learnt": sum(1 for home in panel.learnt() if home.place == place),
                "held_out": sum(1 for home in here if home.held_out),
                "learn_until": str(here[0].learn_until),
                "judge_from": str(here[0].judge_from),
            }
        )
    return rows


def versions(libraries: Sequence[str]) -> dict[str, str]:
    """Return the version of each library that is installed."""
    found = {}
    for library in libraries:
        try:
            found[library] = version(library)
        except ImportError:
            continue
    return found


def made_on() -> dict[str, Any]:
    """Return what decides in which order numbers are added up: processor, threads, libraries.

    It names no machine: two of the same kind say the same.
    """
    known = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "sve")
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        # Not Linux: the kind of machine has to do.
        lines = []
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "").split()
    return {
        "machine": platform.machine(),
        "instructions": [name for name in known if name in flags],
        "cores": os.cpu_count(),
    }


def spread(tables: Sequence[Table], name: str) -> dict[int, dict[str, dict[str, float]]]:
    """Return mean and standard deviation over seeds of each score of a model, by days ahead.

    Parameters
    ----------
    tables
        What ``judged`` returns, one for each seed; of no home: empty.
    name
        Name of the model in the tables.
    """
    found: dict[int, dict[str, dict[str, float]]] = {}
    for days in tables[0]:
        scores = [table[days][name] for table in tables if name in table[days]]
        found[days] = {
            score: {
                "mean": float(np.mean([each[score] for each in scores])),
                "spread": float(np.std([each[score] for each in scores])),
            }
            for score in (scores[0] if scores else ())
        }
    return found


def rounded(value: Any, digits: int) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value with its numbers rounded and NaN as null."""
    if isinstance(value, float):
        return round(value, digits) if np.isfinite(value) else None
    if isinstance(value, list):
        return [rounded(item, digits) for item in value]
    if isinstance(value, Mapping):
        return {str(key): rounded(item, digits) for key, item in value.items()}
    return value
