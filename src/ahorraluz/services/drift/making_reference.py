"""Make what is usual from a table of homes that nothing was wrong with."""

from ahorraluz.core.forecast.drift_days import day_table
from ahorraluz.core.forecast.drift_errors import error_columns
from ahorraluz.core.forecast.drift_reference import (
    LEAST_DAYS,
    LEAST_HOMES,
    Reference,
    fit_reference,
)
from ahorraluz.core.forecast.forecaster import Forecaster
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.drift.checking import AskedTable
from ahorraluz.services.drift.scoring import Progress, day_scores, silent
from ahorraluz.services.drift.tables import read_hours


def make_reference(
    asked: AskedTable, *, model: Forecaster, progress: Progress = silent
) -> Reference:
    """Return what is usual of the homes of a table.

    Parameters
    ----------
    asked
        The table: a year of ten homes or more.
    model
        Whose errors are usual.
    progress
        Told of each home.

    Raises
    ------
    InvalidInputError
        ``drift-too-few``: fewer than ten homes, or than 120 days.
    """
    found = read_hours(
        asked.readings,
        zone=asked.zone,
        as_of=asked.as_of,
        known={},
        newest=None,
        progress=progress,
    )
    table = day_table(found.homes)
    if len(table) < LEAST_HOMES or len(table.days) < LEAST_DAYS:
        raise InvalidInputError("drift-too-few", homes=len(table), days=len(table.days))
    scores = day_scores(model, found.homes, table, progress=progress)
    return fit_reference(
        table,
        error_columns(scores),
        model=f"{model.name} {model.version}",
        made_of=asked.readings.name,
    )
