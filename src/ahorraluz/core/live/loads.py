"""Loads that go on and off, seen in the power of the home and in that of its circuits."""

from ahorraluz.core.live.quarters import UJ_PER_MWH
from ahorraluz.core.live.rules import Role
from ahorraluz.core.live.state import Known, Plan, State

MW_PER_W = 1_000
FRESH_MS = 900_000
"""A power that is older says nothing of now. [ms]"""
SMOOTH_MS = 60_000
"""Least time between two standings of a counter from which a power is told: one step of a
coarse counter would be a load otherwise. [ms]"""
MOST_RUNS = 8
LIKE_PERCENT = 130
"""A fall ends loads up to this part of it. [%]"""


def take_power(state: State, plan: Plan, known: Known, mw: int) -> bool:
    """Take in a power of a channel that is part of the home's.

    Returns
    -------
    bool
        Whether a load went on or off.
    """
    state.power += mw - known.mw
    known.mw = mw
    power, level = state.power, state.level
    limits = plan.rules.thresholds
    steady = limits.steady_w * MW_PER_W
    if -steady <= power - level <= steady:
        state.level, state.other = power, -1
        return False
    if level < 0:
        state.level = power
        return False
    # A power has to be seen twice before it counts: a motor that starts is no load.
    if state.other < 0 or not -steady <= power - state.other <= steady:
        state.other = power
        return False
    state.level, state.other = power, -1
    rise = power - level
    step = limits.step_w * MW_PER_W
    if rise >= step:
        state.runs.append([state.now, rise, 0])
        del state.runs[:-MOST_RUNS]
    elif rise <= -step:
        _end_runs(state, -rise)
    base = (plan.rules.base_w or 0) * MW_PER_W
    if power <= base + step:
        state.runs.clear()
    return True


def _end_runs(state: State, fall: int) -> None:
    """End the loads that add up to a fall of the power, the likest first."""
    left = fall
    while state.runs and left > 0:
        fitting = [run for run in state.runs if run[1] * 100 <= left * LIKE_PERCENT]
        if not fitting:
            return
        ended = min(fitting, key=lambda run: (abs(run[1] - left), run[0]))
        state.runs.remove(ended)
        left -= ended[1]


def power_of_counter(known: Known) -> int | None:
    """Return the mean power between the newest standings of a counter. [mW]

    ``None``: they lie too far apart to say anything of now, or the counter began anew.
    """
    ats, values = known.ats, known.values
    for place in range(len(ats) - 2, -1, -1):
        ms = ats[-1] - ats[place]
        if ms >= SMOOTH_MS:
            rise = values[-1] - values[place]
            return rise * UJ_PER_MWH // ms if ms <= FRESH_MS and rise >= 0 else None
    return None


def take_circuit(known: Known, role: Role, on_w: int) -> None:
    """Note since when a circuit is on."""
    if known.value < on_w * MW_PER_W:
        known.on = known.told = 0
    elif not known.on and role.left_on_min:
        known.on = known.at


def forget_stale(state: State, plan: Plan) -> None:
    """Leave powers out that are too old to hold."""
    for id_, known in state.channels.items():
        if known.mw and known.at < state.now - FRESH_MS:
            role = plan.roles.get(id_)
            state.power -= known.mw
            known.mw = 0
            if role is not None and role.circuit:
                known.on = known.told = 0
    if state.power <= 0:
        state.power = 0
        state.runs.clear()
