"""The months to come of many homes at once, and the recibos they will probably bring."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ahorraluz.catalog.month_nets import bills_net
from ahorraluz.catalog.peers import load_peers
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.forecast_bills import costs_of, energies_of_many
from ahorraluz.core.advice.measures import Measure
from ahorraluz.core.consumption import Band
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.forecast.bills_only import predict_months_of_many
from ahorraluz.core.forecast.forecaster import QUANTILES
from ahorraluz.core.forecast.months import MonthForecast
from ahorraluz.core.home import Supply
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.figures import NationalFigures
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.usage.peers import PeerFacts
from ahorraluz.services.connection import Connection, month_to_come, prices_of
from ahorraluz.services.fleet.recibos import Past
from ahorraluz.services.learn_savings import learnt_measures, read_learnt
from ahorraluz.services.toolbox import Toolbox

AT_ONCE = 256
"""Homes whose recibos are priced in one go: their energies fill two megabytes."""


@dataclass(slots=True)
class Tariffs:
    """Prices of the connections of a part, each period of each looked up once."""

    tools: Toolbox
    as_of: date
    _measures: dict[str, Sequence[Measure]] = field(default_factory=dict)
    _peers: PeerFacts | None = None
    _known: dict[tuple[Supply, Period], BillTerms | AhorraLuzError] = field(default_factory=dict)

    def terms(self, supply: Supply, period: Period) -> BillTerms:
        """Return the terms of a month; one that is over is priced as the same one to come.

        Raises
        ------
        AhorraLuzError
            What :func:`.bill_terms` refuses.
        """
        billed = month_to_come(period, self.as_of) if period.end <= self.as_of else period
        known = self._known.get((supply, billed))
        if known is None:
            known = self._asked(supply, billed)
            self._known[supply, billed] = known
        if isinstance(known, AhorraLuzError):
            raise known
        return known

    def measures(self, department: str) -> Sequence[Measure]:
        """Return what plans of a department choose from, as homes there were found to save."""
        if department not in self._measures:
            learnt = read_learnt(self.tools.user_folder)
            self._measures[department] = learnt_measures(ALL_MEASURES, learnt, region=department)
        return self._measures[department]

    def peers(self, figures: NationalFigures) -> PeerFacts:
        """Return the published limits that every home is held against."""
        if self._peers is None:
            self._peers = load_peers(figures, as_of=self.as_of)
        return self._peers

    def _asked(self, supply: Supply, period: Period) -> BillTerms | AhorraLuzError:
        connection = Connection(supply=supply)
        try:
            return prices_of(connection, tools=self.tools, as_of=self.as_of).terms(period)
        except AhorraLuzError as error:
            # All homes that are billed so share it.
            return error


def months_of_recibos(
    pasts: Mapping[str, Past], *, failed: Callable[[str, AhorraLuzError], None]
) -> Mapping[str, tuple[MonthForecast, ...]]:
    """Return twelve months of each home, the present one first.

    Parameters
    ----------
    pasts
        By home.
    failed
        Told of each home that cannot be told on.
    """
    homes, net = list(pasts), bills_net()
    histories = [pasts[home].months for home in homes]
    ahead = [pasts[home].ahead for home in homes]
    try:
        return dict(zip(homes, predict_months_of_many(histories, net, ahead=ahead), strict=True))
    except AhorraLuzError:
        # One home's past cannot be: they are asked one by one, and it alone is put aside.
        found = {}
        for home, history, months in zip(homes, histories, ahead, strict=True):
            try:
                (found[home],) = predict_months_of_many([history], net, ahead=[months])
            except AhorraLuzError as error:
                failed(home, error)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPrice:
    """One month of one home whose recibo is wanted."""

    home: str
    supply: Supply
    forecast: MonthForecast


def recibos_to_come(
    wanted: Sequence[ToPrice], *, tariffs: Tariffs
) -> Mapping[tuple[str, date], Estimate]:
    """Return the recibo of each month by home and first day, where its prices are known.

    Months of options with hours are left out: their kWh have no price without their hour.
    """
    groups: dict[tuple[Supply, Period], list[ToPrice]] = defaultdict(list)
    for one in wanted:
        groups[one.supply, one.forecast.period].append(one)
    found: dict[tuple[str, date], Estimate] = {}
    for (supply, period), group in groups.items():
        try:
            terms = tariffs.terms(supply, period)
        except AhorraLuzError:
            # Why there are no prices is said where the plan of the home is made.
            continue
        if terms.bands != (Band.TOTAL,):
            continue
        for first in range(0, len(group), AT_ONCE):
            _price(group[first : first + AT_ONCE], terms, found)
    return found


def _price(
    group: Sequence[ToPrice], terms: BillTerms, found: dict[tuple[str, date], Estimate]
) -> None:
    quantiles = np.array([one.forecast.quantiles_kwh for one in group])
    mean = np.array([one.forecast.mean_kwh for one in group])
    costs = costs_of(energies_of_many(quantiles, QUANTILES, mean_kwh=mean), terms)
    for place, one in enumerate(group):
        cost = costs.cost_of(place)
        if cost is not None:
            found[one.home, one.forecast.period.start] = cost
