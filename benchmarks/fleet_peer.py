"""The nearest job of a peer for each home, timed; runs in the peer's environment.

    peer/bin/python benchmarks/fleet_peer.py opendsm|pysam JOB.npz

JOB holds ``kwh`` (homes by days) and ``temp_c`` (days). Prints milliseconds of processor time of a
home, as JSON. opendsm fits its daily model to days and its billing model to months, and expects
the year again; PySAM runs Pvwattsv8 on a year of weather that is made up, hour by hour.
"""

import json
import logging
import math
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
FIRST = "2025-11-01"
HOURS = 8_760


def timed(call: Callable[[Any], object], homes: list[Any]) -> float:
    """Return the processor time of a home, the first one not counted. [ms]"""
    call(homes[0])
    began = time.process_time()
    for home in homes[1:]:
        call(home)
    return (time.process_time() - began) / (len(homes) - 1) * 1e3


def opendsm(path: str) -> dict[str, float]:
    """Fit and expect with opendsm's two models."""
    import numpy as np
    import opendsm.eemeter as em  # type: ignore[import-not-found]
    import pandas as pd

    job = np.load(path)
    kwh, fahrenheit = job["kwh"], job["temp_c"] * 9 / 5 + 32
    index = pd.date_range(FIRST, periods=kwh.shape[1], freq="D", tz="UTC")

    def daily(home: np.ndarray) -> object:
        frame = pd.DataFrame({"temperature": fahrenheit, "observed": home}, index=index)
        model = em.DailyModel().fit(
            em.DailyBaselineData(frame, is_electricity_data=True), ignore_disqualification=True
        )
        after = em.DailyReportingData(frame, is_electricity_data=True)
        return model.predict(after, ignore_disqualification=True)

    def billing(home: np.ndarray) -> object:
        temperature = pd.Series(fahrenheit, index=index, name="temperature")
        months = pd.Series(home, index=index).resample("MS").sum()
        months.iloc[-1] = float("nan")
        within = temperature[months.index[0] : months.index[-1]]
        before = em.BillingBaselineData.from_series(months, within, is_electricity_data=True)
        model = em.BillingModel().fit(before, ignore_disqualification=True)
        after = em.BillingReportingData.from_series(None, temperature, is_electricity_data=True)
        return model.predict(after, ignore_disqualification=True)

    return {
        "opendsm DailyModel, fit and a year": timed(daily, list(kwh)),
        "opendsm BillingModel, fit and a year": timed(billing, list(kwh)),
    }


def pysam(path: str) -> dict[str, float]:
    """Run PySAM's Pvwattsv8 for each home."""
    import numpy as np
    import PySAM.Pvwattsv8 as pvwatts  # noqa: N813 - as PySAM itself writes it

    homes = len(np.load(path)["kwh"])
    sun = [max(0.0, 900 * math.sin((hour % 24 - 6) / 12 * math.pi)) for hour in range(HOURS)]
    model = pvwatts.default("PVWattsNone")
    calendar = np.arange("2023-01-01", "2024-01-01", dtype="datetime64[h]").astype(object)
    model.SolarResource.solar_resource_data = {
        "lat": -12.05,
        "lon": -77.05,
        "elev": 150,
        "tz": -5,
        "year": [2023] * HOURS,
        "month": [moment.month for moment in calendar],
        "day": [moment.day for moment in calendar],
        "hour": [moment.hour for moment in calendar],
        "minute": [30] * HOURS,
        "gh": sun,
        "dn": [0.7 * value for value in sun],
        "df": [0.3 * value for value in sun],
        "tdry": [20.0] * HOURS,
        "wspd": [2.0] * HOURS,
    }

    def run(kwp: float) -> object:
        model.SystemDesign.system_capacity = kwp
        model.execute()
        return model.Outputs.ac_annual

    return {"PySAM Pvwattsv8, a year": timed(run, [1 + home / homes for home in range(homes)])}


if __name__ == "__main__":
    print(json.dumps({"opendsm": opendsm, "pysam": pysam}[sys.argv[1]](sys.argv[2])))
