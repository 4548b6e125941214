"""Homes of a part: what each is told is what its page tells, and faults stay with their homes."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.fleet_town import AS_OF, bills_table, homes_table, normal, packed_table, tidy_table

from ahorraluz.core.advice.plan import make_plan
from ahorraluz.core.advice.recommendation import Standing
from ahorraluz.core.forecast.forecaster import HIGH, LOW
from ahorraluz.core.home import Home, MonthlyUse
from ahorraluz.core.periods import Period
from ahorraluz.services.advise import plan_context
from ahorraluz.services.connection import Connection
from ahorraluz.services.fleet.homes import home_of, rows_of
from ahorraluz.services.fleet.intervals import found_of, series_of
from ahorraluz.services.fleet.rows import row_of
from ahorraluz.services.fleet.score import PartOptions, score_part
from ahorraluz.services.fleet.tables import DEAD, HOMES
from ahorraluz.services.home_facts import facts_of
from ahorraluz.services.predict_hours import predict_hours
from ahorraluz.services.predict_usage import (
    Moment,
    history_of_home,
    predict_month,
    predict_months_after,
    predict_next_months,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.understand_usage import About, understand_usage

COUNT = 7
Rows = list[dict[str, Any]]


def scored(
    tmp_path: Path, tools: Toolbox, homes: pa.Table, readings: pa.Table, *, hours: int = 24
) -> tuple[Rows, Rows]:
    tables = normal(tmp_path / "in", homes, readings)
    found, dead = score_part(*tables, tools=tools, as_of=AS_OF, options=PartOptions(hours=hours))
    assert found.schema.equals(HOMES)
    assert dead.schema.equals(DEAD)
    return found.to_pylist(), dead.to_pylist()


def home_with_recibos(homes: pa.Table, bills: pa.Table, place: int) -> Home:
    rows = bills.slice(12 * place, 12).to_pylist()
    history = tuple(
        MonthlyUse(period=Period(row["start"], row["end"]), kwh=Decimal(str(row["kwh"])))
        for row in rows
    )
    said = dict.fromkeys(("system", "option", "fose", "department", "city"))
    said |= dict.fromkeys(("panels_kwp", "homes_on_meter", "budget_pen", "zone"))
    row = {**said, "panel_pen_kwp": None, **homes.slice(place, 1).to_pylist()[0]}
    told = {name: None if value in (None, "") else str(value) for name, value in row.items()}
    return home_of(told).home(history)


def test_a_home_with_recibos_is_told_the_plan_of_its_page(tmp_path: Path, tools: Toolbox) -> None:
    homes, bills = homes_table(COUNT), bills_table(COUNT)

    found, dead = scored(tmp_path, tools, homes, bills)

    assert dead == []
    for place, row in enumerate(found):
        home = home_with_recibos(homes, bills, place)
        plan = make_plan(plan_context(home, tools=tools, as_of=AS_OF))
        assert [
            (s["measure"], s["saving_year"], s["cost"], s["payback_months"]) for s in row["steps"]
        ] == [
            (s.measure, s.home_pen_year.quantize(Decimal("0.01")), s.cost.middle, s.payback_months)
            for s in plan.steps
        ]
        assert row["saving_year"] == plan.home_pen_year.quantize(Decimal("0.01"))
        assert [
            (s["measure"], s["saving_year"], s["chance"], s["cost"], s["payback_months"])
            for s in row["options"]
        ] == [
            (
                o.measure,
                o.home_pen_year.quantize(Decimal("0.01")),
                round(o.owned, 4) if o.standing is Standing.IF_OWNED else None,
                o.cost.middle,
                o.payback_months,
            )
            for o in plan.options
        ]
        assert row["more_saving_year"] == max(o["saving_year"] for o in row["options"])
        assert all(
            o["saving_low_year"] <= o["saving_year"] <= o["saving_high_year"]
            for o in row["options"]
        )
        assert row["bill_year"] == sum((m.total_now for m in plan.months), Decimal(0))
    assert any(row["steps"] for row in found)


def test_a_home_with_recibos_is_told_the_months_of_its_page(tmp_path: Path, tools: Toolbox) -> None:
    homes, bills = homes_table(COUNT), bills_table(COUNT)

    found, _ = scored(tmp_path, tools, homes, bills)

    for place, row in enumerate(found):
        home = home_with_recibos(homes, bills, place)
        months = predict_next_months(
            history_of_home(home, as_of=AS_OF),
            ahead=12,
            connection=Connection(supply=home.supply),
            tools=tools,
            today=AS_OF,
        )
        first = months[0]
        assert first.bill is not None
        assert (row["month_start"], row["month_end"]) == (date(2026, 11, 4), date(2026, 12, 4))
        assert row["month_kwh_mean"] == pytest.approx(first.forecast.mean_kwh, abs=1e-3)
        assert [float(row[f"month_cost{end}"]) for end in ("_low", "", "_high")] == pytest.approx(
            [first.bill.cost.low, first.bill.cost.middle, first.bill.cost.high], abs=0.01
        )
        assert [m["kwh_q10"] for m in row["months"]] == pytest.approx(
            [m.forecast.quantiles_kwh[LOW] for m in months], abs=1e-3
        )
        assert [m["kwh_q90"] for m in row["months"]] == pytest.approx(
            [m.forecast.quantiles_kwh[HIGH] for m in months], abs=1e-3
        )


def test_a_home_with_readings_is_told_what_its_pages_tell(tmp_path: Path, tools: Toolbox) -> None:
    homes, packed = homes_table(3), packed_table(3)

    found, dead = scored(tmp_path, tools, homes, packed, hours=30)

    assert dead == []
    rows = normal(tmp_path / "again", homes, packed)
    about = [home_of(row) for row in rows_of(rows[0])]
    for place, row in enumerate(found):
        one = about[place]
        series = series_of(rows[1].slice(place, 1), zone=one.zone, is_local=False)
        readings = found_of(one.id, series, zone=one.zone, as_of=AS_OF)
        clean, moment = readings.cleaned.readings, Moment(today=AS_OF, as_of=AS_OF)
        connection = Connection(supply=one.supply)
        present = predict_month(clean, moment=moment, connection=connection, tools=tools)
        after = predict_months_after(
            clean, ahead=11, moment=moment, connection=connection, tools=tools
        )
        assert present.bill is not None
        assert float(row["month_cost"]) == pytest.approx(present.bill.cost.middle, abs=0.01)
        assert [m["kwh_mean"] for m in row["months"]] == pytest.approx(
            [m.forecast.mean_kwh for m in (present, *after)], abs=1e-3
        )
        hours = predict_hours(
            clean, as_of=AS_OF, hours=30, facts=facts_of(one.home(()), connection)
        )
        assert row["hours_start"] == hours.origin
        assert row["hours_kwh_q90"] == pytest.approx(hours.hours.quantiles[0, :, HIGH], abs=1e-4)
        known = understand_usage(
            readings, about=About(connection=connection), tools=tools, as_of=AS_OF
        )
        own = [one.finding.id for one in known.findings if not one.finding.id.startswith("peers")]
        told = [one["code"] for one in row["findings"] if not one["code"].startswith("peers")]
        assert told == own


def test_readings_are_told_alike_in_any_shape_and_order(tmp_path: Path, tools: Toolbox) -> None:
    homes, days = homes_table(2), 70
    tidy = tidy_table(2, days=days)
    mixed = tidy.take(np.random.default_rng(5).permutation(tidy.num_rows))

    packed = scored(tmp_path / "a", tools, homes, packed_table(2, days=days))
    told = scored(tmp_path / "b", tools, homes, mixed)

    assert told == packed
    assert len(packed[0]) == 2


def changed(table: pa.Table, row: int, **cells: object) -> pa.Table:
    rows = table.to_pylist()
    rows[row] |= cells
    names = dict.fromkeys([*table.schema.names, *cells])
    return pa.table({name: [one.get(name) for one in rows] for name in names})


def texts(table: pa.Table) -> pa.Table:
    return pa.table(
        {
            name: [None if cell is None else str(cell) for cell in table.column(name).to_pylist()]
            for name in table.schema.names
        }
    )


@pytest.mark.parametrize(
    ("cells", "stage", "code"),
    [
        pytest.param({"distributor": "nobody"}, "homes", "distributor-unknown", id="distributor"),
        pytest.param({"distributor": None}, "homes", "fleet-cell-missing", id="no distributor"),
        pytest.param({"district": "999999"}, "homes", "fleet-cell-wrong", id="district"),
        pytest.param({"people": "many"}, "homes", "fleet-cell-wrong", id="people in words"),
        pytest.param({"people": "0"}, "homes", "fleet-cell-wrong", id="nobody"),
        pytest.param({"appliances": "rocket"}, "homes", "fleet-cell-wrong", id="appliance"),
        pytest.param({"option": "BT9"}, "homes", "fleet-cell-wrong", id="option"),
        pytest.param({"zone": "Mars/Olympus"}, "homes", "fleet-cell-wrong", id="zone"),
        pytest.param({"budget_pen": "-3"}, "homes", "fleet-cell-wrong", id="a budget below zero"),
        pytest.param({"panels_kwp": "1e9"}, "homes", "fleet-cell-wrong", id="panels of a giant"),
        pytest.param({"system": "nowhere"}, "homes", "system-unknown", id="system"),
        pytest.param({"option": "BT4"}, "plan", "option-not-priced", id="an option without prices"),
        pytest.param({"household_id": "h" * 65}, "homes", "fleet-id-long", id="a long name"),
    ],
)
def test_a_wrong_row_puts_its_home_aside_and_no_other(
    cells: dict[str, object], stage: str, code: str, tmp_path: Path, tools: Toolbox
) -> None:
    homes = changed(texts(homes_table(3)), 1, **cells)
    bills = bills_table(3)
    if "household_id" in cells:
        bills = changed(bills, 12, household_id=cells["household_id"]).slice(0, 13)

    found, dead = scored(tmp_path, tools, homes, bills)

    letter = next(one for one in dead if one["code"] == code)
    assert letter["stage"] == stage
    assert isinstance(json.loads(letter["reason"]), dict)
    assert "h00000" in [row["household_id"] for row in found]
    assert "h00001" not in [row["household_id"] for row in found]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        pytest.param({"kwh": "-1"}, "kwh-negative", id="below zero"),
        pytest.param({"kwh": "twelve"}, "fleet-reading-broken", id="in words"),
        pytest.param({"kwh": None}, "fleet-recibo-incomplete", id="without energy"),
        pytest.param({"kwh": "1e12"}, "kwh-too-large", id="of a city"),
        pytest.param({"kwh": "nan"}, "fleet-reading-broken", id="not a number"),
        pytest.param({"start": "2026-13-01"}, "fleet-reading-broken", id="no such day"),
        pytest.param({"end": None}, "fleet-recibo-incomplete", id="without end"),
        pytest.param({"end": "2026-01-01"}, "period-empty", id="it ends before it starts"),
        pytest.param({"end": "2028-06-01"}, "fleet-recibo-days", id="of years"),
        pytest.param({"end": "2026-05-20"}, "fleet-recibos-overlap", id="over the next one"),
    ],
)
def test_a_wrong_recibo_puts_its_home_aside_and_no_other(
    cells: dict[str, object], code: str, tmp_path: Path, tools: Toolbox
) -> None:
    bills = changed(texts(bills_table(3)), 12 + 5, **cells)

    found, dead = scored(tmp_path, tools, homes_table(3), bills)

    assert [(one["household_id"], one["code"]) for one in dead] == [("h00001", code)]
    assert [row["household_id"] for row in found] == ["h00000", "h00002"]


def test_homes_and_readings_that_lack_each_other_are_put_aside(
    tmp_path: Path, tools: Toolbox
) -> None:
    homes = pa.concat_tables([homes_table(3), homes_table(1)])
    bills = bills_table(4).slice(0, 2 * 12)
    stranger = bills_table(4).slice(3 * 12)

    found, dead = scored(tmp_path, tools, homes, pa.concat_tables([bills, stranger]))

    assert [row["household_id"] for row in found] == ["h00001"]
    assert [(one["household_id"], one["code"]) for one in dead] == [
        ("h00000", "fleet-home-twice"),
        ("h00002", "fleet-home-without-readings"),
        ("h00003", "fleet-readings-without-home"),
    ]


def test_recibos_after_the_day_count_as_unknown(tmp_path: Path, tools: Toolbox) -> None:
    bills = bills_table(1)
    shifted = changed(bills, 0)
    late = pa.table(
        {
            **{n: shifted.column(n).to_pylist() for n in ("household_id", "kwh")},
            "start": [day + timedelta(days=4000) for day in bills.column("start").to_pylist()],
            "end": [day + timedelta(days=4000) for day in bills.column("end").to_pylist()],
        }
    )

    _, dead = scored(tmp_path, tools, homes_table(1), late)

    assert [one["code"] for one in dead] == ["fleet-readings-later"]


def test_recibos_of_long_ago_tell_no_present_month(tmp_path: Path, tools: Toolbox) -> None:
    bills = bills_table(1)
    old = pa.table(
        {
            **{n: bills.column(n).to_pylist() for n in ("household_id", "kwh")},
            "start": [day - timedelta(days=800) for day in bills.column("start").to_pylist()],
            "end": [day - timedelta(days=800) for day in bills.column("end").to_pylist()],
        }
    )

    _, dead = scored(tmp_path, tools, homes_table(1), old)

    assert [one["code"] for one in dead] == ["fleet-readings-old"]


def test_an_unforeseen_error_is_a_dead_letter_too(
    tmp_path: Path, tools: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ahorraluz.services.fleet import score

    told = row_of

    def fails_once(known: Any, **rest: Any) -> Any:
        if known.about.id == "h00001":
            raise ZeroDivisionError("by nothing")
        return told(known, **rest)

    monkeypatch.setattr(score, "row_of", fails_once)

    found, dead = scored(tmp_path, tools, homes_table(3), bills_table(3))

    assert [one["code"] for one in dead] == ["fleet-home-failed"]
    assert json.loads(dead[0]["reason"]) == {"error": "ZeroDivisionError", "text": "by nothing"}
    assert len(found) == 2
