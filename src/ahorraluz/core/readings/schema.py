"""The clean series of a home: regular, in order, and honest about every interval."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError

if TYPE_CHECKING:
    import pandas as pd

ENERGY, QUALITY = "energy_kwh", "quality"
"""Columns of :attr:`Readings.frame`."""
DAY_S = 86_400
MAX_FIXED_S = 3_600
"""Longest interval counted in seconds; longer ones are whole local days or months. [s]"""


class ReadingsError(AhorraLuzError):
    """Columns that are no regular series of energy."""


class Quality(IntEnum):
    """How far an interval can be trusted, best first."""

    MEASURED = 0
    """As the meter said it."""
    CORRECTED = 1
    """Measured, then mended by a stated rule: a clock, a unit, a register that began anew."""
    ESTIMATED = 2
    """Not measured: estimated by the source, or filled by a stated rule."""
    MISSING = 3
    """Nothing is known; the energy is NaN."""


class Step(IntEnum):
    """Length of the intervals of a series that no number of seconds tells."""

    FIXED = 0
    """``interval_s`` seconds each."""
    DAY = 1
    """Local calendar days; with a clock change 23 or 25 hours."""
    MONTH = 2
    """Periods near a month, such as between two readings of a recibo."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readings:
    """Energy of consecutive intervals of one home: plain columns, which every analysis works on."""

    starts_s: NDArray[np.int64]
    """Start of each interval, rising, without holes, shape (n,), n at least one.
    [s since 1970 UTC]"""
    energy_kwh: NDArray[np.float64]
    """Energy of each interval, NaN where missing, shape (n,). [kWh]"""
    quality: NDArray[np.int8]
    """:class:`Quality` of each interval, shape (n,)."""
    interval_s: int
    """Length of an interval; nominal for days (86,400) and months. [s]"""
    step: Step
    end_s: int
    """End of the last interval. [s since 1970 UTC]"""
    zone: str
    """IANA name of the zone whose days and hours count."""

    def __post_init__(self) -> None:
        """Refuse columns that are not as described (``readings-irregular``)."""
        starts_s = self.starts_s
        good = len(starts_s) > 0 and len(starts_s) == len(self.energy_kwh) == len(self.quality)
        if good:
            steps = np.diff(starts_s)
            fixed = self.step is Step.FIXED
            regular = steps == self.interval_s if fixed else steps > 0
            good = self.end_s > int(starts_s[-1]) and bool(np.all(regular))
        if not good:
            raise ReadingsError("readings-irregular", interval_s=self.interval_s)

    def __len__(self) -> int:
        """Return the number of intervals."""
        return len(self.energy_kwh)

    @property
    def frame(self) -> "pd.DataFrame":
        """The series as a table of its own: index ``start`` (UTC), columns energy and quality."""
        import pandas as pd

        index = pd.DatetimeIndex(self.starts_s.astype("datetime64[s]"), tz="UTC", name="start")
        return pd.DataFrame({ENERGY: self.energy_kwh, QUALITY: self.quality}, index=index)

    @property
    def end(self) -> "pd.Timestamp":
        """End of the last interval, UTC."""
        import pandas as pd

        return pd.Timestamp(self.end_s, unit="s", tz="UTC")

    @property
    def total_kwh(self) -> float:
        """Energy of all intervals that are not missing. [kWh]"""
        return float(np.nansum(self.energy_kwh))

    @property
    def coverage(self) -> float:
        """Part of the intervals that was measured, corrected ones included. [0 to 1]"""
        return float(np.mean(self.quality <= Quality.CORRECTED))


def make_readings(  # noqa: PLR0913 - the six columns of a series
    starts_s: NDArray[np.int64],
    energy_kwh: NDArray[np.float64],
    quality: NDArray[np.int8],
    *,
    interval_s: int,
    zone: str,
    step: Step = Step.FIXED,
    end_s: int | None = None,
) -> Readings:
    """Return a series from its columns, checked once.

    Parameters
    ----------
    starts_s
        Start of each interval, shape (n,), n at least one. [s since 1970 UTC]
    energy_kwh
        Energy, NaN where missing, shape (n,). [kWh]
    quality
        :class:`Quality` codes, shape (n,).
    interval_s
        Length of an interval, nominal for days and months. [s]
    zone
        IANA zone.
    step
        Kind of interval.
    end_s
        End of the last interval; ``None``: its start and ``interval_s``. [s since 1970 UTC]

    Raises
    ------
    ReadingsError
        ``readings-irregular``.
    """
    last = int(starts_s[-1]) + interval_s if end_s is None and len(starts_s) else end_s
    return Readings(
        starts_s=starts_s,
        energy_kwh=energy_kwh.astype(np.float64),
        quality=quality.astype(np.int8),
        interval_s=interval_s,
        step=step,
        end_s=last or 0,
        zone=zone,
    )
