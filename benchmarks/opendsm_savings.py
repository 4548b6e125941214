"""What opendsm expects after a day, fitted on the days before it; runs in the peer's environment.

    peer/bin/python benchmarks/opendsm_savings.py TRIALS.npz

TRIALS holds ``kwh`` (homes by days, NaN unknown), ``temp_c`` (days), ``first`` (the first day)
and ``trials`` (home, place of the day). Prints one JSON object a trial: energy expected by the
daily and by the billing model over the known days after, and their own uncertainties added in
quadrature as opendsm's reporting does.
"""

import json
import logging
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


def frame_of(kwh: np.ndarray, temp_c: np.ndarray, index: pd.DatetimeIndex) -> pd.DataFrame:
    """Return days as opendsm wants them: degrees Fahrenheit."""
    return pd.DataFrame({"temperature": temp_c * 9 / 5 + 32, "observed": kwh}, index=index)


def expected(model: object, data: object, before: object, known: np.ndarray) -> list[float]:
    """Return the energy expected over the known days, and its uncertainty."""
    fitted = model().fit(before, ignore_disqualification=True)  # type: ignore[operator]
    said = fitted.predict(data, ignore_disqualification=True)
    predicted = said["predicted"].to_numpy()[: len(known)]
    doubt = said["predicted_unc"].to_numpy()[: len(known)]
    return [float(np.nansum(predicted[known])), float(np.sqrt(np.nansum(doubt[known] ** 2)))]


def months_before(frame: pd.DataFrame) -> pd.Series:
    """Return calendar months of which every day is known, the last row NaN as its end."""
    energy = frame["observed"]
    sums, known = energy.resample("MS").sum(), energy.resample("MS").count()
    kept: pd.Series = sums[known.to_numpy() == pd.DatetimeIndex(sums.index).days_in_month]
    kept.loc[kept.index[-1] + pd.offsets.MonthBegin(1)] = np.nan
    return kept


def main() -> None:
    """Fit and predict every trial."""
    import opendsm.eemeter as em  # type: ignore[import-not-found]

    file = np.load(sys.argv[1])
    kwh, temp_c = file["kwh"], file["temp_c"]
    index = pd.date_range(str(file["first"]), periods=kwh.shape[1], freq="D", tz="UTC")
    for home, place in file["trials"]:
        frame = frame_of(kwh[home], temp_c, index)
        before, after = frame.iloc[:place], frame.iloc[place:]
        known = ~np.isnan(after["observed"].to_numpy())
        said: dict[str, object] = {}
        try:
            said["daily"] = expected(
                em.DailyModel,
                em.DailyReportingData(after, is_electricity_data=True),
                em.DailyBaselineData(before, is_electricity_data=True),
                known,
            )
            months = months_before(before)
            temperature = before["temperature"][months.index[0] : months.index[-1]]
            said["billing"] = expected(
                em.BillingModel,
                em.BillingReportingData.from_series(
                    None, after["temperature"], is_electricity_data=True
                ),
                em.BillingBaselineData.from_series(months, temperature, is_electricity_data=True),
                known,
            )
        except Exception as error:  # noqa: BLE001 - a home it refuses is told, not counted
            said["refused"] = type(error).__name__
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
