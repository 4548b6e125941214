"""Groups of a run: by the rule of every other table, whole blocks of ten homes or more."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.csv as pc_csv
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fleet_town import AS_OF, Here, bills_table, homes_table, write_tables

from ahorraluz.core.anonymity import GEOGRAPHY, K, Present, renew
from ahorraluz.services.fleet.grouping import (
    USE,
    Counted,
    blocks_of,
    groups_of,
    mark_of,
    read_groups,
)
from ahorraluz.services.fleet.outputs import Output
from ahorraluz.services.fleet.runs import FleetRequest, score_fleet
from ahorraluz.services.toolbox import Toolbox

PLACES = st.sampled_from(["150101", "150102", "150201", "040101", "04", ""])
ENERGY = st.integers(0, 5_000)


@st.composite
def towns(draw: st.DrawFn) -> list[Present]:
    homes = draw(st.lists(st.tuples(PLACES, ENERGY), min_size=0, max_size=90))
    return [
        Present(
            mark=mark_of(str(number)).hex(),
            place=place,
            values={
                "consumption": energy,
                "fose": int(energy < 1_400),
                "forecast": energy + number,
            },
        )
        for number, (place, energy) in enumerate(homes)
    ]


@settings(max_examples=60, deadline=None)
@given(homes=towns())
def test_places_taken_one_by_one_have_the_blocks_of_all_at_once(homes: list[Present]) -> None:
    whole = renew((), homes, USE, day="2026-11-24", levels=GEOGRAPHY)
    columns = Counted(
        marks=np.array([bytes.fromhex(home.mark) for home in homes], dtype="S16"),
        places=np.array([home.place for home in homes], dtype="U6"),
        values={
            figure.name: np.array([home.values[figure.name] for home in homes], dtype=np.int64)
            for figure in USE
        },
    )

    found = blocks_of(columns, USE, day="2026-11-24")

    assert [(b.place, b.sums, b.homes) for b in found] == [
        (b.place, b.sums, b.homes) for b in whole
    ]
    assert all(block.homes >= K for block in found)


def test_a_run_tells_groups_of_ten_and_what_is_left_with_those_around(
    tmp_path: Path, tools: Toolbox
) -> None:
    homes, readings = write_tables(tmp_path / "in", homes_table(34), bills_table(34))
    asked = FleetRequest(homes=homes, readings=readings, out=tmp_path / "out", as_of=AS_OF)

    score_fleet(asked, engine=Here(), tools=tools)

    told = groups_of(Output(asked.out), as_of=date(2026, 11, 24))
    assert read_groups(Output(asked.out)) == told
    wide = {group.code: group for group in told if len(group.code) in (0, 2)}
    assert {code: group.homes for code, group in wide.items()} == {
        "": 34,
        "04": 11,
        "15": 12,
        "20": 11,
    }
    # Nobody in Arequipa said what it has, so that no plan there saves anything.
    assert (wide["04"].saving_homes, wide["04"].saving_pen_year) == (0, None)
    assert wide["15"].saving_homes >= K
    written = pc_csv.read_csv(asked.out / "aggregates" / "places.csv")
    assert written.column("homes").to_pylist() == [group.homes for group in told]


def test_nine_homes_are_told_nowhere(tmp_path: Path, tools: Toolbox) -> None:
    homes, readings = write_tables(tmp_path / "in", homes_table(9), bills_table(9))
    asked = FleetRequest(homes=homes, readings=readings, out=tmp_path / "out", as_of=AS_OF)

    score_fleet(asked, engine=Here(), tools=tools)

    assert groups_of(Output(asked.out), as_of=AS_OF) == ()
