"""National figures of a bill by name and day: tax, levy, FOSE, thresholds, assumptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ahorraluz.core.history import Dated, History, NotInForceError
from ahorraluz.core.home import Sector
from ahorraluz.core.money import round_price

IGV = "igv"
UIT = "uit"
RURAL_LEVY_UIT_PER_MWH = "rural-levy-uit-per-mwh"
FOSE_LIMIT_KWH = "fose-limit-kwh"
FOSE_FIRST_BLOCK_KWH = "fose-first-block-kwh"
FOSE_SURCHARGE = "fose-surcharge"
FOSE_DISCOUNT = "fose-discount"
FISE_LIMIT_KWH = "fise-limit-kwh"
FISE_VOUCHER = "fise-voucher"
REVISION_DAY = "tariff-revision-day"
PEAK_START_HOUR = "peak-start-hour"
PEAK_END_HOUR = "peak-end-hour"
PRICE_DRIFT = "assumption.price-drift-month"
PRICE_SPREAD_ELSEWHERE = "assumption.price-spread-elsewhere"
ASSUMED_MAX_MONTHS = "assumption.assumed-sheet-max-months"
DISCOUNT_RATE = "assumption.discount-rate"
GRID_EMISSIONS = "grid-emission-factor"

KWH_PER_MWH = Decimal(1000)


@dataclass(frozen=True, slots=True)
class NationalFigures:
    """Every national figure by its name in ``data/national.csv``."""

    histories: Mapping[str, History[Decimal]]

    def at(self, name: str, day: date, *, expected: bool = False) -> Dated[Decimal]:
        """Return the entry of ``name`` in force on ``day``, announced ones too if asked.

        Raises
        ------
        NotInForceError
            ``figure-not-in-force``: nobody has published it for that day.
        """
        history = self.histories.get(name)
        if history is None:
            raise NotInForceError("figure-not-in-force", figure=name, day=day)
        return history.at(day, expected=expected)

    def value(self, name: str, day: date, *, expected: bool = False) -> Decimal:
        """Return the value of ``name`` in force on ``day``; raises like :meth:`at`."""
        value = self.at(name, day, expected=expected).value
        assert value is not None  # noqa: S101 - History.at refuses ended figures
        return value

    def known(self, name: str, day: date) -> Decimal | None:
        """Return the value of ``name`` on ``day``, or ``None`` where nobody knows it."""
        try:
            return self.value(name, day)
        except NotInForceError:
            return None

    def rural_levy(self, day: date, *, expected: bool = False) -> Decimal:
        """Return the rural electrification levy in force on ``day``. [PEN/kWh]

        Ley 28749, art. 7 h: a share of a UIT for each MWh, so it moves with the
        year's UIT.
        """
        share = self.value(RURAL_LEVY_UIT_PER_MWH, day)
        return round_price(self.value(UIT, day, expected=expected) * share / KWH_PER_MWH)

    def fose_discount(self, sector: Sector | None, day: date) -> Decimal | None:
        """Return the FOSE discount of a kind of system, or ``None`` where not known. [0 to 1]

        A sector of ``None`` is taken for urban and interconnected.
        """
        kind = sector or Sector.URBAN_INTERCONNECTED
        return self.known(f"{FOSE_DISCOUNT}.{kind.value}", day)
