"""How far a home strays by itself: placebo steps in its own weeks before the day.

A calm home errs less than the pool that its range is taken from, a restless one more. Its own
past says which it is: at each day before the step its level until then is carried on and held
against what came. Few months say little, so they are drawn towards what homes usually show.
"""

import numpy as np

from ahorraluz.core.verification.baseline import HALF_LIFE_DAYS, Baseline
from ahorraluz.core.verification.cells import Cells

LEAST_SIDE_DAYS, MOST_AHEAD_DAYS = 28.0, 120.0
"""Days on each side of a placebo step, and the most after it that are looked at. [day]"""
LEAST_ERROR = 0.02
"""No home is as calm as a meter that stands still looks. [log]"""
USUAL_ERROR = 0.1
"""Error that most homes lie around, between weeks and recibos. [log]"""
SPELL_DAYS = 60.0
"""Days that say as much as one placebo step that no other shares a day with. [day]"""
SPELLS_BELIEVED = 2.0
"""Such steps at which a home is believed as much as the pool."""


def own_placebo(cells: Cells, baseline: Baseline) -> float:
    """Return how far the home strays against others, zero as far as nobody knows. [log]

    Parameters
    ----------
    cells, baseline
        The home before the step, and what moved it there.
    """
    used = np.flatnonzero(cells.used & cells.is_before)
    expected = baseline.expected_kwh_day[used] / baseline.level_kwh_day
    level, days, end = cells.kwh_day[used] / expected, cells.days[used], cells.end[used]
    errors = []
    for place in range(1, len(used)):
        if min(days[:place].sum(), days[place:].sum()) < LEAST_SIDE_DAYS:
            continue
        age = (end[place - 1] - end[:place]).astype(np.float64)
        weight = days[:place] * 2.0 ** (-age / HALF_LIFE_DAYS)
        near = days[place:].cumsum() <= max(MOST_AHEAD_DAYS, days[place])
        told = float(weight @ level[:place] / weight.sum())
        came = float(np.average(level[place:][near], weights=days[place:][near]))
        if min(told, came) > 0:
            errors.append(abs(float(np.log(came / told))))
    if not errors:
        return 0.0
    spells = float(days.sum()) / SPELL_DAYS
    belief = spells / (spells + SPELLS_BELIEVED)
    return belief * float(np.log(max(float(np.mean(errors)), LEAST_ERROR) / USUAL_ERROR))
