"""What is past its time goes, and nothing else."""

from datetime import timedelta

import numpy as np
from tests.unit.services.conftest import NOW

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.security.roles import Reach, Role
from ahorraluz.services.accounts.sessions import LONGEST, open_session
from ahorraluz.services.accounts.tidying import months_before, tidy
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.store.accounts import NewAccount
from ahorraluz.store.records import Description

HOUR_S, DAY_S = 3_600, 86_400


def account_of(tools: Toolbox) -> Account:
    new = NewAccount(
        id="a-1", name="rosa@ejemplo.pe", password="-", role=Role.RESIDENT, language="es"
    )
    return tools.store.people.accounts.add(new, as_of=NOW)


def meter_file(first_s: int, *, step_s: int, size: int) -> MeterFile:
    start = first_s + np.arange(size, dtype=np.int64) * step_s
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + step_s,
        value=np.ones(size),
        line=np.arange(size, dtype=np.int64) + 2,
        flags=np.zeros(size, dtype=np.uint8),
    )
    return MeterFile(format="csv", channels=(channel,), rows=size, zone="America/Lima")


def keep(tools: Toolbox, home: str, file: MeterFile, *, digest: str) -> None:
    tools.store.add_import(home, file, sha256=digest * 32, file_name="m.csv", as_of=NOW)


def test_sessions_that_are_over_go_and_the_others_stay(own_tools: Toolbox) -> None:
    account = account_of(own_tools)
    for began in (NOW - LONGEST - timedelta(days=1), NOW):
        open_session(account, device="", complete=True, tools=own_tools, as_of=began)

    done = tidy(tools=own_tools, as_of=NOW)

    assert done.sessions == 1
    assert len(own_tools.store.people.sessions.of_account(account.id, at=NOW)) == 1


def test_fine_readings_go_after_their_months_and_the_rest_stays(own_tools: Toolbox) -> None:
    old_s = int(months_before(NOW, 26).timestamp())
    young_s = int(months_before(NOW, 24).timestamp())
    keep(own_tools, "casa", meter_file(old_s, step_s=HOUR_S, size=24 * 20), digest="aa")
    keep(own_tools, "casa", meter_file(young_s, step_s=HOUR_S, size=24 * 20), digest="bb")
    keep(own_tools, "otra", meter_file(old_s, step_s=DAY_S, size=20), digest="cc")

    done = tidy(tools=own_tools, as_of=NOW)

    [left] = own_tools.store.channels("casa")
    [daily] = own_tools.store.channels("otra")
    assert done.blocks == 1
    fine = left.end_s - left.start_s < DAY_S
    assert int(left.start_s[fine].min()) == young_s
    assert (int(fine.sum()), len(left)) == (24 * 20, 24 * 20 + 1)
    assert len(daily) == 20
    assert tidy(tools=own_tools, as_of=NOW).blocks == 0


def test_of_a_home_all_of_whose_readings_are_old_the_energy_of_its_month_is_left(
    own_tools: Toolbox,
) -> None:
    old_s = int(months_before(NOW, 30).timestamp())
    keep(own_tools, "casa", meter_file(old_s, step_s=HOUR_S, size=48), digest="aa")

    tidy(tools=own_tools, as_of=NOW)

    [left] = own_tools.store.channels("casa")
    assert len(left) == 1
    assert int(left.end_s[0] - left.start_s[0]) >= DAY_S
    assert len(own_tools.store.imports("casa")) == 1


def test_a_home_is_compared_no_more_once_its_owner_does_not_agree(own_tools: Toolbox) -> None:
    account = account_of(own_tools)
    households = own_tools.store.people.households
    households.keep("h-1", {}, account=account.id, reach=Reach.OWNER, as_of=NOW)
    keep(own_tools, "casa", meter_file(int(NOW.timestamp()), step_s=HOUR_S, size=2), digest="aa")
    like = Description(
        department="lima", people=4, altitude_m=100.0, end_uses=frozenset(), kwh_month=150.0
    )
    own_tools.store.describe("h-1", like, NOW)
    own_tools.store.describe("casa", like, NOW)

    done = tidy(tools=own_tools, as_of=NOW)

    assert done.compared == 1
    assert list(own_tools.store.descriptions()) == ["casa"]


def test_what_was_tidied_is_on_the_trail(own_tools: Toolbox) -> None:
    account_of(own_tools)

    tidy(tools=own_tools, as_of=NOW)

    assert own_tools.store.people.trail.newest(limit=1)[0].act == "tidied"
