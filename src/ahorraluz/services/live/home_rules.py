"""The rules of a home's watch: from what is kept of it, the sheets on file and its own days."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from ahorraluz.catalog.month_nets import month_end_net
from ahorraluz.core.forecast.forecaster import HIGH, LOW, MEDIAN
from ahorraluz.core.forecast.month_end import predict_from_register, predict_month_end
from ahorraluz.core.forecast.months import MonthForecast, MonthsError
from ahorraluz.core.live.days import HOUR_MS, day_at, midnight_ms
from ahorraluz.core.live.readings import LiveChannel, Quantity
from ahorraluz.core.live.rules import (
    LONGEST_NAME,
    MOST_CIRCUITS,
    MOST_ENERGY,
    Expected,
    Month,
    Role,
    Rules,
)
from ahorraluz.core.periods import Period
from ahorraluz.core.readings.channels import Flow
from ahorraluz.services.live.home_months import (
    ONE_REGISTER,
    Kept,
    free_days,
    kept_facts,
    months_of,
    peak_hours,
    prices_of_home,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import Span, Sum

TOTAL = "total"
"""Name of the channel of a device that is the sum of its others."""
LEFT_ON_MIN = 480
"""Minutes in a row after which a circuit counts as left on. [min]"""
PAST_DAYS = 430
"""Days whose energy tells the month: those of the year before as well. [day]"""
SHAPE_DAYS = 28
SHAPE_LEAST_HOURS = 24 * 7
WHOLE_MS = 0.9 * 24 * HOUR_MS
UJ_PER_WH = 3_600_000_000
WH = 1_000


def rules_of(home: str, *, tools: Toolbox, as_of: datetime) -> Rules:
    """Return the rules of a home's watch, as things are at a moment.

    What is not known is left out: a home that did not say how it is billed is watched without
    prices, one without a past without a forecast.

    Parameters
    ----------
    home
        Its name in the store.
    tools
        The store and the sheets on file.
    as_of
        The moment, with its zone.

    Raises
    ------
    HomeUnknownError
        There is no such home.
    """
    zone = tools.store.zone(home)
    now_ms = int(as_of.timestamp() * 1_000)
    day = day_at(zone, now_ms)
    roles = roles_of(home, tools=tools)
    kept = kept_facts(home, tools=tools, as_of=date.fromordinal(day))
    prices = prices_of_home(kept, tools, date.fromordinal(day))
    months = months_of(kept, prices, day)
    days = _days(roles, zone, day, tools=tools)
    rules = Rules(
        made_ms=now_ms,
        zone=zone,
        roles=roles,
        months=months,
        expected=_expected(kept, months, days, day),
    )
    if rules.bands != ONE_REGISTER:
        rules = replace(rules, peak=peak_hours(tools, date.fromordinal(day)))
        rules = replace(rules, **free_days(kept, zone, months))  # type: ignore[arg-type]
    shape = _shape(roles, zone, day, tools=tools)
    if rules.expected is not None and shape:
        rules = replace(rules, expected=replace(rules.expected, shape=shape))
    return rules


# --- channels --------------------------------------------------------------------------------


def roles_of(home: str, *, tools: Toolbox) -> tuple[Role, ...]:
    """Return what each channel of a home is to it.

    The home's energy is what one device takes from the grid, by its counters where it has any:
    the first device that measures it, as two that measure the same would count twice. Its people
    may leave channels out.
    """
    devices = tools.store.live.devices
    ignored = devices.ignored(home)
    channels = [one for one in devices.channels(home) if one.id not in ignored]
    names = {device.id: device.name for device in devices.of_home(home)}
    energy, power = _of_home(channels)
    plugs = [one for one in channels if one.flow is Flow.CIRCUIT][:MOST_CIRCUITS]
    counters = {one.id for one in energy if one.quantity is Quantity.REGISTER}
    of_home = {one.id: one for one in (*energy, *power)}
    chosen = [
        Role(
            channel=id_,
            device=one.device,
            register=one.quantity is Quantity.REGISTER,
            energy=one in energy,
            power=one in power if power else id_ in counters,
        )
        for id_, one in sorted(of_home.items())
    ]
    circuits = [
        Role(
            channel=one.id,
            device=one.device,
            register=False,
            circuit=_circuit(one, names, plugs),
            left_on_min=LEFT_ON_MIN,
        )
        for one in plugs
        if one.quantity is Quantity.POWER
    ]
    return (*chosen, *circuits)


def _of_home(
    channels: Sequence[LiveChannel],
) -> tuple[list[LiveChannel], list[LiveChannel]]:
    """Return the channels that make the home's energy, and those that make its power."""
    for flow in (Flow.IMPORT, Flow.LOAD):
        of_flow = [one for one in channels if one.flow is flow]
        for quantity in (Quantity.REGISTER, Quantity.POWER):
            some = [one for one in of_flow if one.quantity is quantity]
            if some:
                device = some[0].device
                energy = _without_parts([one for one in some if one.device == device])
                powers = [
                    one
                    for one in of_flow
                    if one.device == device and one.quantity is Quantity.POWER
                ]
                return energy[:MOST_ENERGY], _without_parts(powers)[:MOST_ENERGY]
    return [], []


def _without_parts(channels: list[LiveChannel]) -> list[LiveChannel]:
    """Return the total of a device where it tells one, else its parts."""
    return [one for one in channels if one.name == TOTAL] or channels


def _circuit(channel: LiveChannel, names: Mapping[str, str], plugs: Sequence[LiveChannel]) -> str:
    """Return what people call a circuit."""
    alone = sum(one.device == channel.device for one in plugs if one.name != channel.name) == 0
    name = names.get(channel.device) or channel.device
    return (name if alone else f"{name} {channel.name}")[:LONGEST_NAME]


# --- what is to be expected ------------------------------------------------------------------


def _days(roles: Sequence[Role], zone: str, day: int, *, tools: Toolbox) -> dict[int, float]:
    """Return the energy of the whole days before a day, by their number. [kWh]"""
    channels = [role.channel for role in roles if role.energy]
    if not channels:
        return {}
    first, end = (midnight_ms(zone, n) // 1_000 for n in (day - PAST_DAYS, day))
    found: dict[int, list[Sum]] = {}
    for one in tools.store.live.sums(channels, Span.DAY, first_s=first, end_s=end):
        found.setdefault(day_at(zone, one.start_s * 1_000), []).append(one)
    return {
        number: sum(one.energy_uj for one in sums) / UJ_PER_WH / WH
        for number, sums in found.items()
        if sum(one.measured_ms for one in sums) >= WHOLE_MS * len(channels)
    }


def _expected(
    kept: Kept, months: Sequence[Month], days: Mapping[int, float], day: int
) -> Expected | None:
    """Return what the days to come will take, from the home's own days, else its recibo."""
    month = next(month for month in months if month.start <= day < month.end)
    try:
        told, measured = _month_end(kept, month, days, day)
    except MonthsError:
        return None
    used = sum(kwh for number, kwh in days.items() if month.start <= number < day)
    used = used if measured else 0.0
    left = month.end - month.start - measured
    low, middle, high = (
        max(0, round((told.quantiles_kwh[place] - used) * WH / max(left, 1)))
        for place in (LOW, MEDIAN, HIGH)
    )
    return Expected(made=day, low_wh=low, middle_wh=middle, high_wh=high)


def _month_end(
    kept: Kept, month: Month, days: Mapping[int, float], day: int
) -> tuple[MonthForecast, int]:
    """Return where a month ends, and how many of its days were measured."""
    period = Period(date.fromordinal(month.start), date.fromordinal(month.end))
    as_of, net = date.fromordinal(day), month_end_net()
    if days:
        first = min(min(days), month.start)
        numbers = np.arange(first, day)
        epoch = date(1970, 1, 1).toordinal()
        kwh = np.array([days.get(int(number), np.nan) for number in numbers], dtype=np.float64)
        told = predict_month_end(
            (numbers - epoch).astype("datetime64[D]"), kwh, net, period=period, as_of=as_of
        )
        return told, sum(month.start <= number < day for number in days)
    history = kept.home.history if kept.home else ()
    past = [use for use in history if use.period.end <= as_of]
    if not past:
        raise MonthsError("month-end-nothing-known", day=as_of)
    newest = max(past, key=lambda use: use.period.end)
    mean = float(newest.kwh) / newest.period.days
    told = predict_from_register(
        0.0, net, period=period, as_of=as_of, measured_days=0, before_kwh_day=mean
    )
    return told, 0


def _shape(roles: Sequence[Role], zone: str, day: int, *, tools: Toolbox) -> tuple[int, ...]:
    """Return the part of a day used before each of its hours; empty where too few are known."""
    channels = [role.channel for role in roles if role.energy]
    if not channels:
        return ()
    first, end = (midnight_ms(zone, n) // 1_000 for n in (day - SHAPE_DAYS, day))
    sums = tools.store.live.sums(channels, Span.HOUR, first_s=first, end_s=end)
    if len({one.start_s for one in sums}) < SHAPE_LEAST_HOURS:
        return ()
    clock = ZoneInfo(zone)
    by_hour = [0] * 24
    for one in sums:
        by_hour[datetime.fromtimestamp(one.start_s, tz=clock).hour] += one.energy_uj
    whole = sum(by_hour)
    if whole == 0:
        return ()
    return tuple(sum(by_hour[:hour]) * 1_000 // whole for hour in range(25))
