"""The clean series of a home: regular, in order, and honest about every interval."""

from dataclasses import dataclass
from enum import IntEnum
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError

ENERGY, QUALITY = "energy_kwh", "quality"
"""Columns of the frame."""
DAY_S = 86_400
MAX_FIXED_S = 3_600
"""Longest interval counted in seconds; longer ones are whole local days or months. [s]"""


class ReadingsError(AhorraLuzError):
    """A frame that is no regular series of energy."""


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
    """Energy of consecutive intervals of one home.

    ``frame`` has the index ``start`` (UTC, rising, unique, without holes) and the columns
    ``energy_kwh`` (float64, NaN where missing) and ``quality`` (int8, :class:`Quality`).
    """

    frame: pd.DataFrame
    interval_s: int
    """Length of an interval; nominal for days (86,400) and months. [s]"""
    step: Step
    end: pd.Timestamp
    """End of the last interval, UTC."""
    zone: str
    """IANA name of the zone whose days and hours count."""

    def __post_init__(self) -> None:
        """Refuse a frame that is not as described (``readings-irregular``)."""
        index = self.frame.index
        good = (
            isinstance(index, pd.DatetimeIndex)
            and len(index) > 0
            and str(index.tz) == "UTC"
            and list(self.frame.columns) == [ENERGY, QUALITY]
            and index.is_monotonic_increasing
            and index.is_unique
            and self.end > index[-1]
        )
        if good and self.step is Step.FIXED:
            steps = np.diff(self.starts_s)
            good = bool(np.all(steps == self.interval_s))
        if not good:
            raise ReadingsError("readings-irregular", interval_s=self.interval_s)

    def __len__(self) -> int:
        """Return the number of intervals."""
        return len(self.frame)

    @property
    def starts_s(self) -> NDArray[np.int64]:
        """Start of each interval, shape (n,). [s since 1970 UTC]"""
        index = cast(pd.DatetimeIndex, self.frame.index)
        return index.as_unit("s").asi8

    @property
    def energy_kwh(self) -> NDArray[np.float64]:
        """Energy of each interval, NaN where missing, shape (n,). [kWh]"""
        return self.frame[ENERGY].to_numpy(dtype=np.float64)

    @property
    def quality(self) -> NDArray[np.int8]:
        """Quality of each interval, shape (n,)."""
        return self.frame[QUALITY].to_numpy(dtype=np.int8)

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
    if len(starts_s) == 0:
        raise ReadingsError("readings-irregular", interval_s=interval_s)
    index = pd.DatetimeIndex(starts_s.astype("datetime64[s]"), tz="UTC", name="start")
    frame = pd.DataFrame(
        {ENERGY: energy_kwh.astype(np.float64), QUALITY: quality.astype(np.int8)}, index=index
    )
    last = int(starts_s[-1]) + interval_s if end_s is None else end_s
    return Readings(
        frame=frame,
        interval_s=interval_s,
        step=step,
        end=pd.Timestamp(last, unit="s", tz="UTC"),
        zone=zone,
    )
