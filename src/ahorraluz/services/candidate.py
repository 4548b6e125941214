"""A network that is not served yet, judged in a backtest on homes that it never saw."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.learning.litert import MODEL_FILE, NAME, DayMixer
from ahorraluz.learning.panel_files import read_features
from ahorraluz.services.forecast_models import OpenModels, holidays_of
from ahorraluz.services.models.folder import read_folder
from ahorraluz.services.panel_homes import UTC_ZONE, PanelHomes


def with_candidate(opened: OpenModels, folder: Path, *, zone: str) -> OpenModels:
    """Return models with the network of a folder in the place of the one that is served.

    Parameters
    ----------
    opened
        Models that were opened.
    folder
        What ``ahorraluz train --out`` has written.
    zone
        IANA zone of the homes, for the holidays.

    Raises
    ------
    InvalidInputError, ShelfError
        What :func:`~ahorraluz.services.models.folder.read_folder` raises.
    InvalidInputError
        ``backtest-candidate-alone``: the day mixer is not among the models to be judged.
    """
    found = read_folder(folder)
    if NAME not in {model.name for model in opened.models}:
        raise InvalidInputError("backtest-candidate-alone", model=NAME)
    network = (folder / MODEL_FILE).read_bytes()
    candidate = DayMixer(network, found.card, free=holidays_of(zone))
    models = tuple(candidate if model.name == NAME else model for model in opened.models)
    return replace(opened, models=models)


def held_out_homes(folder: Path, *, zone: str | None) -> tuple[PanelHomes, np.datetime64]:
    """Return the homes of features that are never learnt from, and from which day to judge.

    Raises
    ------
    FeaturesError
        ``features-unreadable``, ``features-differ``.
    InvalidInputError
        ``features-none-held-out``.
    """
    unseen = read_features(folder).unseen()
    if not unseen:
        raise InvalidInputError("features-none-held-out", folder=folder.name)
    panel = PanelHomes(
        name=folder.name,
        zone=zone or UTC_ZONE,
        homes=tuple(home.hours for home in unseen),
        issues=(),
    )
    return panel, min(home.judge_from for home in unseen)
