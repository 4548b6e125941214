"""Tables of a fleet become clients with the figures that the fleet itself would tell of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.fleet_town import (
    AS_OF,
    bills_table,
    homes_table,
    normal,
    packed_table,
    write_tables,
)

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.fleet.progress import Silent
from ahorraluz.services.fleet.score import score_part
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.portfolio import from_fleet
from ahorraluz.services.portfolio.clients import Portfolio, portfolio
from ahorraluz.services.portfolio.from_fleet import Brought, bring_fleet
from ahorraluz.services.portfolio.importing import ClientsError
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

NOW = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 17, tzinfo=UTC)


class Desk:
    """A consultant, and the tables that come to the desk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools: Toolbox = open_toolbox(Settings(data_dir=folder / "data"))
        joining = Joining(
            name="ana@ejemplo.pe", password="a long word, kept", language="es", role=Role.CONSULTANT
        )
        self.account = join(joining, tools=self.tools, as_of=NOW).id

    def bring(self, homes: pa.Table, readings: pa.Table, *, days: int = 0) -> Brought:
        """Bring two tables, so many days later."""
        paths = write_tables(self.folder / "tables", homes, readings)
        return bring_fleet(
            *paths,
            account=self.account,
            tools=self.tools,
            as_of=NOW + timedelta(days=days),
            progress=Silent(),
        )

    @property
    def portfolio(self) -> Portfolio:
        """What the consultant sees."""
        return portfolio(self.account, tools=self.tools, as_of=NOW, order="nombre")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def counts(brought: Brought) -> tuple[int, int, int, int]:
    return brought.new, brought.renewed, brought.same, len(brought.aside)


def test_clients_with_recibos_have_the_figures_of_the_fleet(desk: Desk, tmp_path: Path) -> None:
    homes, bills = homes_table(4), bills_table(4)

    brought = desk.bring(homes, bills)

    assert counts(brought) == (4, 0, 0, 0)
    scored, _ = score_part(*normal(tmp_path / "n", homes, bills), tools=desk.tools, as_of=AS_OF)
    rows = {row["household_id"]: row for row in scored.to_pylist()}
    for client in desk.portfolio.clients:
        figures, row = client.figures, rows[client.label]
        assert figures is not None
        assert figures.saving_pen_year == row["saving_year"]
        assert figures.more_pen_year == row["more_saving_year"]
        assert [step.measure for step in figures.steps] == [s["measure"] for s in row["steps"]]


def test_clients_that_listed_nothing_could_save_what_the_fleet_says(
    desk: Desk, tmp_path: Path
) -> None:
    homes = homes_table(6).drop_columns(["appliances", "tenure", "roof"])
    bills = bills_table(6)

    desk.bring(homes, bills)

    scored, _ = score_part(*normal(tmp_path / "n", homes, bills), tools=desk.tools, as_of=AS_OF)
    rows = {row["household_id"]: row for row in scored.to_pylist()}
    told = {client.label: client.figures for client in desk.portfolio.clients}
    assert set(told) == set(rows)
    for label, figures in told.items():
        assert figures is not None
        assert figures.saving_pen_year == rows[label]["saving_year"] == 0
        assert figures.more_pen_year == rows[label]["more_saving_year"] > 0


def test_readings_lie_with_their_home_on_its_own_clock(desk: Desk) -> None:
    homes = homes_table(2).append_column("zone", pa.array(["Europe/London", None]))
    readings = packed_table(2, days=100)

    brought = desk.bring(homes, readings)

    assert counts(brought) == (2, 0, 0, 0)
    for client, zone in zip(desk.portfolio.clients, ("Europe/London", "America/Lima"), strict=True):
        _, cleaned = readings_of(client.home, tools=desk.tools)
        told = readings.column("kwh")[int(client.label[1:])].as_py()
        assert cleaned.readings.zone == zone
        assert float(np.nansum(cleaned.readings.energy_kwh)) == pytest.approx(sum(told))
        assert client.figures is not None
        assert client.figures.known


def test_the_same_again_changes_nothing_and_newer_readings_are_added(desk: Desk) -> None:
    homes = homes_table(2)
    desk.bring(homes, packed_table(2, days=70))
    before = [client.figures for client in desk.portfolio.clients]

    again = desk.bring(homes, packed_table(2, days=70))
    newer = desk.bring(homes, packed_table(2, days=140))

    assert counts(again) == (0, 0, 2, 0)
    assert counts(newer) == (0, 2, 0, 0)
    assert len(desk.portfolio.clients) == 2
    assert [client.figures for client in desk.portfolio.clients] != before


def test_a_client_that_was_deleted_comes_back_as_a_new_one(desk: Desk) -> None:
    homes, bills = homes_table(2), bills_table(2)
    desk.bring(homes, bills)
    forget_home(desk.portfolio.clients[0].home, tools=desk.tools)

    brought = desk.bring(homes, bills)

    assert counts(brought) == (1, 0, 1, 0)
    assert all(client.figures and client.figures.known for client in desk.portfolio.clients)


def test_homes_that_cannot_be_are_put_aside_with_their_reason(desk: Desk) -> None:
    homes, bills = homes_table(4), bills_table(4)
    broken = homes.set_column(
        homes.schema.get_field_index("distributor"),
        "distributor",
        pa.array(["nobody", "seal", "luz-del-sur", "luz-del-sur"]),
    )
    rows = bills.filter(pa.compute.not_equal(bills.column("household_id"), "h00001"))
    rows = rows.set_column(
        rows.schema.get_field_index("kwh"),
        "kwh",
        pa.array(
            [
                -1.0 if home == "h00002" else kwh
                for home, kwh in zip(
                    rows.column("household_id").to_pylist(),
                    rows.column("kwh").to_pylist(),
                    strict=True,
                )
            ]
        ),
    )

    brought = desk.bring(broken, rows)

    assert [client.label for client in desk.portfolio.clients] == ["h00003"]
    assert {dead.home: dead.code for dead in brought.aside} == {
        "h00000": "distributor-unknown",
        "h00001": "fleet-home-without-readings",
        "h00002": "kwh-negative",
    }


def test_too_few_readings_for_a_month_are_no_client(desk: Desk) -> None:
    brought = desk.bring(homes_table(1), packed_table(1, days=12))

    assert [dead.code for dead in brought.aside] == ["fleet-readings-few"]
    assert desk.portfolio.clients == ()


def test_more_homes_than_a_portfolio_holds_are_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(from_fleet, "MOST_CLIENTS", 3)

    with pytest.raises(ClientsError) as refused:
        desk.bring(homes_table(4), bills_table(4))

    assert refused.value.issue.code == "clients-too-many"
    assert desk.portfolio.clients == ()


def test_readings_of_years_ago_are_reckoned_at_the_prices_of_today(desk: Desk) -> None:
    readings = packed_table(1, days=70)
    old = pa.array([datetime(2013, 7, 1, 5, tzinfo=UTC)], pa.timestamp("s", tz="UTC"))
    readings = readings.set_column(readings.schema.get_field_index("start"), "start", old)

    desk.bring(homes_table(1), readings)

    (client,) = desk.portfolio.clients
    assert client.figures is not None
    assert client.figures.known
    assert client.figures.bill_pen
    assert any("there are no prices of then" in said for _, said in client.figures.findings)
