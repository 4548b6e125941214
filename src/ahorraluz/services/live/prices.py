"""The price of a home's next kWh, hour by hour, for programs that plan loads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ahorraluz.core.live.arrivals import Tick
from ahorraluz.core.live.price_series import Form, PriceHour, price_series, write_series
from ahorraluz.core.live.readings import LiveError
from ahorraluz.core.live.state import read_state
from ahorraluz.core.live.step import run
from ahorraluz.services.toolbox import Toolbox

USUAL_HOURS = 48
"""Today and tomorrow: as far as planners look. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePrices:
    """Prices of a home."""

    zone: str
    hours: tuple[PriceHour, ...]

    def written(
        self, form: Form, *, cliff: bool = True
    ) -> Mapping[str, object] | Sequence[object] | str:
        """Return them as a program reads them (:func:`.price_series.write_series`)."""
        return write_series(self.hours, form, zone=self.zone, cliff=cliff)


def next_prices(home: str, *, hours: int, tools: Toolbox, as_of: datetime) -> HomePrices:
    """Return the price of the next kWh of a home for the hours to come.

    Parameters
    ----------
    home
        A home that is watched.
    hours
        How many, 1 to 168; the first is the one that it is now. [h]
    tools
        The store.
    as_of
        The moment, with its zone.

    Raises
    ------
    LiveError
        ``live-prices-nothing``: nothing was heard of it yet; ``live-prices-unknown``: no price
        is known; ``live-prices-hours``.
    """
    found = tools.store.live.watches.state(home)
    if found is None:
        raise LiveError("live-prices-nothing")
    state, _ = run(read_state(found[1]), [Tick(int(as_of.timestamp() * 1_000))])
    series = price_series(state, hours=hours)
    zone = state.plan.clock.zone if state.plan else ""
    return HomePrices(zone=zone, hours=series)
