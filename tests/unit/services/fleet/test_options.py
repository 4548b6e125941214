"""What homes would save if they had what they did not say: sums of their rows, part by part."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
from tests.fleet_town import AS_OF, Here, bills_table, homes_table, write_tables

from ahorraluz.services.fleet.options import sum_options
from ahorraluz.services.fleet.outputs import Output
from ahorraluz.services.fleet.runs import FleetRequest, score_fleet
from ahorraluz.services.toolbox import Toolbox

COUNT = 11


def test_sums_are_those_of_the_rows_of_all_parts(tmp_path: Path, tools: Toolbox) -> None:
    homes, readings = write_tables(tmp_path / "in", homes_table(COUNT), bills_table(COUNT))
    request = FleetRequest(
        homes=homes, readings=readings, out=tmp_path / "out", as_of=AS_OF, homes_per_part=4
    )
    score_fleet(request, engine=Here(), tools=tools)
    output = Output(request.out)

    found = {one.measure: one for one in sum_options(output)}

    rows = [row for part in output.parts("homes") for row in pq.read_table(part).to_pylist()]
    options = defaultdict(list)
    for row in rows:
        for option in row["options"]:
            options[option["measure"]].append(option)
    assert found
    assert set(found) <= set(options)
    for measure, one in found.items():
        mine = options[measure]
        assert one.homes == len(mine)
        assert one.saving_year == sum(o["saving_year"] for o in mine)
        known = [o for o in mine if o["chance"] is not None]
        expected = sum(float(o["saving_year"]) * o["chance"] for o in known)
        assert (one.expected_year is None) == (not known)
        assert abs((one.expected_year or 0) - Decimal(repr(expected))) <= Decimal("0.01")
        assert (one.expected_year or 0) <= one.saving_year


def test_measures_expected_to_save_most_come_first(tmp_path: Path, tools: Toolbox) -> None:
    homes = homes_table(2).drop_columns(["appliances", "tenure", "roof"])
    paths = write_tables(tmp_path / "in", homes, bills_table(2))
    request = FleetRequest(homes=paths[0], readings=paths[1], out=tmp_path / "out", as_of=AS_OF)
    score_fleet(request, engine=Here(), tools=tools)

    found = sum_options(Output(request.out))

    expected = [one.expected_year or 0 for one in found]
    assert len(found) > 1
    assert expected == sorted(expected, reverse=True)
    assert all(one.expected_year for one in found)
