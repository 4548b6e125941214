"""What the service does by itself every day, once, and what administrators see of it."""

import os
import signal
import subprocess
import sys
import textwrap
import time as clock_time
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from tests.signed_people import Clock, Service, make_service
from tests.started import started
from tests.waiting import until

from ahorraluz.security.roles import Role
from ahorraluz.services import duties as module
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.accounts.trail import trail_of_home
from ahorraluz.services.duties import WORK, do_due, duties, next_time, outcome_of, set_due
from ahorraluz.services.job_worker import Worker
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
DUE = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
KILLED = """
    import sys, time
    from datetime import UTC, datetime
    from pathlib import Path

    from ahorraluz.services import duties
    from ahorraluz.services.toolbox import open_toolbox
    from ahorraluz.settings import Settings

    def stay(tools, now):
        print("at work", flush=True)
        time.sleep(600)

    duties.WORK = {"tidy": stay}
    tools = open_toolbox(Settings(data_dir=Path(sys.argv[1])))
    at = datetime.fromisoformat(sys.argv[2])
    duties.do_due(worker="killed", tools=tools, clock=lambda: at)
"""


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Return a service of its own, with somebody in it."""
    made = make_service(tmp_path, Clock(at=NOW))
    made.account(Role.RESIDENT)
    return made


def done_at(service: Service, at: datetime, *, worker: str = "w") -> tuple[str, ...]:
    return do_due(worker=worker, tools=service.tools, clock=lambda: at)


def test_the_next_time_is_that_of_peru() -> None:
    assert next_time(NOW, time(3, 30)) == DUE
    assert next_time(DUE, time(3, 30)) == DUE + timedelta(days=1)
    assert next_time(DUE - timedelta(seconds=1), time(3, 30)) == DUE


def test_everything_is_done_once_a_day_from_the_first_daily_time_on(service: Service) -> None:
    times = [
        NOW,
        DUE - timedelta(seconds=1),
        DUE,
        DUE + timedelta(hours=5),
        DUE + timedelta(days=1),
    ]

    done = [done_at(service, at) for at in times]

    assert done == [(), (), tuple(WORK), (), tuple(WORK)]
    assert {duty.due_at for duty in duties(tools=service.tools)} == {DUE + timedelta(days=2)}


def test_who_is_told_to_end_begins_no_other_duty(service: Service) -> None:
    done_at(service, NOW)
    told = iter([False, True])

    done = do_due(worker="w", tools=service.tools, clock=lambda: DUE, over=lambda: next(told))

    assert done == tuple(WORK)[:1]
    assert done_at(service, DUE) == tuple(WORK)[1:]


def test_what_was_due_while_the_service_was_off_is_done_once_it_is_on(service: Service) -> None:
    done_at(service, NOW)

    late = done_at(service, DUE + timedelta(days=9))

    assert late == tuple(WORK)
    assert done_at(service, DUE + timedelta(days=9, minutes=1)) == ()


def test_an_earlier_daily_time_counts_at_once(service: Service) -> None:
    done_at(service, NOW)
    early = Settings(data_dir=service.tools.settings.data_dir, daily_time=time(11, 0))
    tools = open_toolbox(early)

    set_due(tools=tools, as_of=NOW)

    assert {duty.due_at for duty in duties(tools=tools)} == {NOW + timedelta(hours=1)}


def test_a_clock_that_was_ahead_for_a_while_puts_nothing_off(service: Service) -> None:
    done_at(service, NOW)
    done_at(service, DUE + timedelta(days=400))

    set_due(tools=service.tools, as_of=NOW, beyond=timedelta(days=1))

    assert {duty.due_at for duty in duties(tools=service.tools)} == {DUE}
    assert done_at(service, DUE) == tuple(WORK)


def test_a_clock_a_little_behind_that_of_others_has_nothing_done_twice(service: Service) -> None:
    done_at(service, NOW)
    done_at(service, DUE)

    behind = DUE - timedelta(seconds=2)
    set_due(tools=service.tools, as_of=behind, beyond=timedelta(days=1))

    assert {duty.due_at for duty in duties(tools=service.tools)} == {DUE + timedelta(days=1)}
    assert done_at(service, DUE, worker="other") == ()


@pytest.mark.parametrize(
    ("ahead", "is_free"), [(timedelta(minutes=4), False), (timedelta(hours=2), True)]
)
def test_a_duty_taken_by_a_clock_that_was_set_back_is_free(
    service: Service, ahead: timedelta, is_free: bool
) -> None:
    done_at(service, NOW)
    book, hour = service.tools.store.people.duties, timedelta(hours=1)
    late = DUE + ahead
    assert book.take("tidy", worker="gone", at=late, until=late + hour, due=late)

    assert book.take("tidy", worker="w", at=DUE, until=DUE + hour, due=DUE) is is_free


def test_several_workers_do_it_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    together = Barrier(6)

    def work(_: Toolbox, __: datetime) -> Mapping[str, int]:
        counted.append("done")
        clock_time.sleep(0.1)
        return {}

    monkeypatch.setattr(module, "WORK", {"tidy": work})
    done_at(service, NOW)

    def run(number: int) -> None:
        tools = open_toolbox(service.tools.settings)
        together.wait()
        do_due(worker=f"w{number}", tools=tools, clock=lambda: DUE)

    threads = [Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counted == ["done"]


def test_a_duty_of_a_worker_that_was_killed_is_done_by_another(service: Service) -> None:
    done_at(service, NOW)
    folder = str(service.tools.settings.data_dir)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), folder, DUE.isoformat()]

    with started(command, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "at work\n"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    soon = done_at(service, DUE + timedelta(minutes=1))
    later = done_at(service, DUE + timedelta(minutes=61))

    assert soon == tuple(name for name in WORK if name != "tidy")
    assert later == ("tidy",)


def test_a_duty_that_breaks_says_so_and_the_others_are_done(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Toolbox, __: datetime) -> Mapping[str, int]:
        raise RuntimeError("la casa amarilla de Rosa")

    monkeypatch.setattr(module, "WORK", {**WORK, "tidy": broken})
    done_at(service, NOW)

    done_at(service, DUE)

    found = {duty.name: outcome_of(duty) for duty in duties(tools=service.tools)}
    assert {name: one.failure for name, one in found.items() if one is not None} == {
        "tidy": "duty-failed",
        "retention": "",
        "publish": "",
        "watch": "",
        "figures": "",
    }
    assert "Rosa" not in caplog.text


def test_sessions_tokens_and_files_past_their_time_are_gone(service: Service) -> None:
    owner = service.signed(Role.RESIDENT)
    open_session(owner.account, device="x", complete=True, tools=service.tools, as_of=NOW)
    done_at(service, NOW)
    service.home_of(owner)

    done_at(service, DUE + timedelta(days=90))

    [tidied] = [one for one in duties(tools=service.tools) if one.name == "tidy"]
    outcome = outcome_of(tidied)
    assert outcome is not None
    assert outcome.numbers["rows"] == 2
    assert tidied.ended_at == DUE + timedelta(days=90)


def test_a_worker_does_what_is_due(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ahorraluz.services.job_worker.SWEEP_S", 0.05)
    done_at(service, NOW)
    worker = Worker(service.tools, clock=lambda: DUE, around=service.app.app_context)

    worker.start()
    done = until(lambda: all(one.ended_at for one in duties(tools=service.tools)))
    worker.stop()

    assert done


def test_administrators_see_what_was_done_and_what_is_next(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ahorraluz.web.page.datetime", service.clock)
    administrator, resident = service.signed(Role.ADMINISTRATOR), service.signed(Role.RESIDENT)
    home = service.home_of(resident)
    before = administrator.get("/administracion/tareas")[1]
    done_at(service, NOW)
    done_at(service, DUE)
    other, _ = resident.get("/administracion/tareas")
    # What is over is deleted: the session of an administrator lasts twelve hours.
    service.clock.at = DUE

    again = service.browser_of(administrator.account)
    status, html = again.get("/administracion/tareas?lang=en")

    assert "Todavía no hay ninguna" in before
    assert (status, other) == (200, 403)
    assert "Nov 25, 2026" in html
    assert "Nov 26, 2026" in html
    assert "Counted 0 homes" in html
    assert home not in html
    assert trail_of_home(home, tools=service.tools)
