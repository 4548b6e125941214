"""A fair split of a meter that feeds several homes.

Tariff brackets count per meter, not per home: what each home costs the others is
its avoided cost, which is more than its share wherever it lifts the meter over a
cliff. What everybody pays for being connected is split equally, energy by use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.home import Home
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import CENT, scale_to_sum

CostFunction = Callable[[NDArray[np.int64]], NDArray[np.int64]]
"""Exact bills of one period: int64 energies in watt-hours to int64 totals in céntimos."""

WATT_HOUR = Decimal("0.001")
THIS_HOME = "this-home"


class MeterShareError(AhorraLuzError):
    """A share of a meter that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterPart:
    """What one home of a shared meter uses and owes in one period."""

    home: str
    """``this-home``, or ``home-2`` and so on."""
    kwh: Decimal
    connected_pen: Decimal
    """Equal part of what the meter costs with nothing used. [PEN]"""
    energy_pen: Decimal
    """Part of the rest, by energy. [PEN]"""
    avoided_pen: Decimal
    """How much less the meter's bill would be without this home's energy. [PEN]"""

    @property
    def total_pen(self) -> Decimal:
        """What the home owes. [PEN]"""
        return self.connected_pen + self.energy_pen


def home_share(home: Home) -> Decimal:
    """Return the share of its meter's energy that a home uses. [0 to 1]

    Its stated share; else by people; else equal parts.

    Raises
    ------
    MeterShareError
        ``meter-share-impossible``: a share not above 0 and up to 1, fewer people on the
        meter than in the home, or no home at all.
    """
    stated = home.share_of_meter
    if home.homes_on_meter < 1:
        raise MeterShareError(
            "meter-share-impossible", field="homes_on_meter", value=home.homes_on_meter
        )
    if home.homes_on_meter == 1:
        return Decimal(1)
    if stated is not None:
        if not 0 < stated <= 1:
            raise MeterShareError("meter-share-impossible", field="share_of_meter", value=stated)
        return stated
    if home.people and home.people_on_meter:
        if home.people > home.people_on_meter:
            raise MeterShareError(
                "meter-share-impossible", field="people_on_meter", value=home.people_on_meter
            )
        return Decimal(home.people) / Decimal(home.people_on_meter)
    return Decimal(1) / Decimal(home.homes_on_meter)


def meter_weights(home: Home) -> dict[str, Decimal]:
    """Return the share of every home on the meter; homes besides this one share equally."""
    share = home_share(home)
    others = home.homes_on_meter - 1
    weights = {THIS_HOME: share}
    for number in range(2, home.homes_on_meter + 1):
        weights[f"home-{number}"] = (1 - share) / others
    return weights


def split_meter(
    weights: Mapping[str, Decimal], *, kwh: Decimal, total_pen: Decimal, cost: CostFunction
) -> tuple[MeterPart, ...]:
    """Return what each home of a shared meter uses and owes.

    Parameters
    ----------
    weights
        Share of each home in the energy, as :func:`meter_weights` gives them.
    kwh
        Energy of the meter in the period, at most three decimals. [kWh]
    total_pen
        Total of the meter's recibo. [PEN]
    cost
        Exact bills of the same period.

    Returns
    -------
    tuple of MeterPart
        One per weight, in their order; energies add up to ``kwh`` and amounts to
        ``total_pen``.

    Raises
    ------
    MeterShareError
        ``meter-share-impossible``: a negative weight, or none above zero.
    """
    shares = dict(weights)
    if min(shares.values(), default=Decimal(-1)) < 0 or sum(shares.values()) <= 0:
        raise MeterShareError(
            "meter-share-impossible", field="weights", value=str(sorted(shares.values()))
        )
    energies = _split_energy(shares, kwh)
    whole_wh = int(kwh / WATT_HOUR)
    without = [whole_wh - int(energy / WATT_HOUR) for energy in energies.values()]
    bills = cost(np.array([whole_wh, 0, *without], dtype=np.int64))
    # With nothing used, everything on the recibo is for being connected.
    connected = min(int(bills[1]) * CENT, total_pen) if kwh else total_pen
    fixed = scale_to_sum(dict.fromkeys(shares, Decimal(1)), connected)
    variable = scale_to_sum(energies, total_pen - connected)
    return tuple(
        MeterPart(
            home=name,
            kwh=energies[name],
            connected_pen=fixed[name],
            energy_pen=variable[name],
            avoided_pen=int(bills[0] - bills[2 + place]) * CENT,
        )
        for place, name in enumerate(shares)
    )


def _split_energy(shares: Mapping[str, Decimal], kwh: Decimal) -> dict[str, Decimal]:
    """Return ``kwh`` by ``shares`` in watt-hours, adding up exactly; largest remainders first."""
    whole = sum(shares.values(), Decimal(0))
    exact = {name: kwh * share / whole for name, share in shares.items()}
    parts = {
        name: energy.quantize(WATT_HOUR, rounding=ROUND_FLOOR) for name, energy in exact.items()
    }
    missing = int((kwh - sum(parts.values(), Decimal(0))) / WATT_HOUR)
    for name in sorted(shares, key=lambda name: parts[name] - exact[name])[:missing]:
        parts[name] += WATT_HOUR
    return parts
