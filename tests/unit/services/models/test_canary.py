"""A canary tells the last nights of kept homes by both models, and judges what came of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.made_models import write_model
from tests.signed_people import Clock, make_service

from ahorraluz.core.forecast.drift_drill import quiet_homes
from ahorraluz.core.forecast.drift_errors import SCORES
from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.services.drift.watching import AHEAD
from ahorraluz.services.models.canary import HOURS, INSIDE, KWH, LOSS, judged, told_again
from ahorraluz.services.models.folder import read_folder, shipped_folder
from ahorraluz.services.toolbox import Toolbox

START, DAYS = date(2026, 9, 1), 50
NOW = datetime(2026, 10, 21, 8, tzinfo=UTC)
HOUR_S, LIMA_S = 3_600, 5 * 3_600


def sums_of(homes: int, *, ours: float, theirs: float, inside: float = 0.8) -> np.ndarray:
    """Return invented sums: so much is lost of what each home used, and so much is inside."""
    chance = np.random.default_rng(3)
    sums = np.zeros((homes, 2, len(AHEAD), len(SCORES)))
    sums[..., KWH] = chance.uniform(50, 150, (homes, 1, 1))
    sums[..., HOURS] = 14 * 24
    sums[..., INSIDE] = inside * sums[..., HOURS]
    for place, part in enumerate((ours, theirs)):
        shaken = part * chance.uniform(0.98, 1.02, (homes, len(AHEAD)))
        sums[:, place, :, LOSS] = shaken * sums[:, place, :, KWH]
    return sums


@pytest.mark.parametrize(
    ("sums", "failed", "verdict"),
    [
        pytest.param(sums_of(12, ours=0.30, theirs=0.33), (), "passed", id="it errs less"),
        pytest.param(sums_of(12, ours=0.33, theirs=0.33), (), "passed", id="it errs as much"),
        pytest.param(
            sums_of(12, ours=0.36, theirs=0.33),
            ("error 24", "error 168"),
            "failed",
            id="it errs more",
        ),
        pytest.param(
            sums_of(12, ours=0.30, theirs=0.33, inside=0.5),
            ("coverage 24", "coverage 168"),
            "failed",
            id="its bands hold too little",
        ),
        pytest.param(sums_of(9, ours=0.30, theirs=0.33), (), "cannot-tell", id="nine homes"),
        pytest.param(sums_of(0, ours=0.3, theirs=0.3), (), "cannot-tell", id="no home"),
    ],
)
def test_a_canary_passes_where_it_does_no_harm(
    sums: np.ndarray, failed: tuple[str, ...], verdict: str
) -> None:
    _, _, found, said = judged(sums)

    assert (found, said) == (failed, verdict)


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Toolbox]:
    """Return a service that keeps two homes with fifty days and one with five."""
    service = make_service(tmp_path, Clock(at=NOW))
    service.tools.store.live.begin()
    chance = np.random.default_rng(7)
    town = quiet_homes(3, DAYS, start=np.datetime64(START), chance=chance)
    for number, home in enumerate(town):
        first = DAYS - 5 if number == 2 else 0
        kwh = np.nan_to_num(home.kwh[first:].reshape(-1), nan=0.3)
        begin = int(home.days[first].astype("datetime64[s]").astype(np.int64)) + LIMA_S
        starts = begin + HOUR_S * np.arange(len(kwh), dtype=np.int64)
        channel = Channel(
            id="kWh",
            flow=Flow.IMPORT,
            measure=Measure.ENERGY,
            start_s=starts,
            end_s=starts + HOUR_S,
            value=kwh,
            line=np.arange(len(kwh), dtype=np.int64) + 2,
            flags=np.zeros(len(kwh), dtype=np.uint8),
        )
        file = MeterFile(
            format="csv", zone="America/Lima", channels=(channel,), rows=len(kwh), issues=()
        )
        service.tools.store.add_import(home.id, file, sha256=home.id, file_name="a.csv", as_of=NOW)
    yield service.tools
    service.tools.store.close()


def test_both_models_are_given_the_same_nights_of_homes_with_enough_of_them(
    tools: Toolbox, tmp_path: Path
) -> None:
    pytest.importorskip("ai_edge_litert")
    worse = read_folder(write_model(tmp_path / "worse", by=0.5))
    served = shipped_folder()

    sums = told_again((worse, served), nights=10, tools=tools, as_of=NOW)
    again = told_again((served, served), nights=10, tools=tools, as_of=NOW)

    assert sums.shape == (2, 2, len(AHEAD), len(SCORES))
    assert (sums[..., HOURS] == 240).all()
    assert (sums[:, 0, :, KWH] == sums[:, 1, :, KWH]).all()
    assert (sums[:, 0, :, LOSS] != sums[:, 1, :, LOSS]).all()
    assert (again[:, 0] == again[:, 1]).all()
    assert (again[:, 1] == sums[:, 1]).all()
