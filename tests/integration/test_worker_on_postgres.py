"""What workers do by themselves, on PostgreSQL: visitors' jobs, duties, totals, joined homes."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.integration.postgres import Server
from tests.integration.test_duties import DUE, NOW
from tests.integration.test_retention import channel, file_of, months
from tests.signed_people import Clock, Service, make_service

from ahorraluz.core.readings.channels import Measure
from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.tidying import retain
from ahorraluz.services.duties import WORK, do_due
from ahorraluz.services.households.joining import join_meter
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.store.jobs import Job, JobState


@pytest.fixture
def service(postgres_server: Server, tmp_path: Path) -> Service:
    """Return a service with a database of its own on the server."""
    url = postgres_server.make_database("worker")
    return make_service(tmp_path, Clock(at=NOW), database_url=url)


def test_workers_do_the_same_on_postgresql(service: Service) -> None:
    tools, owner = service.tools, service.signed(Role.RESIDENT)
    home, jobs = service.home_of(owner), tools.store.people.jobs
    file = file_of(channel(Measure.ENERGY, days=1_000))
    for name, sha in (("medidor", "0"), (home, "1")):
        tools.store.add_import(name, file, sha256=sha * 64, file_name="m.csv", as_of=NOW)
    _, before = readings_of(home, tools=tools)
    job = Job(
        id="j-1",
        account=None,
        home="medidor",
        kind="test",
        state=JobState.WAITING,
        said={"arguments": {"a": 1}},
        created_at=NOW,
        finished_at=None,
    )

    added = [jobs.add(job), jobs.add(job)]
    found = jobs.find("j-1")
    went = retain(tools=tools, as_of=NOW)
    _, after = readings_of(home, tools=tools)
    join_meter("medidor", home, account=owner.id, tools=tools, as_of=NOW)
    done = [
        do_due(worker="w", tools=tools, clock=lambda at=at: at)  # type: ignore[misc]
        for at in (NOW, DUE, DUE + timedelta(hours=1))
    ]

    assert added == [True, False]
    assert found is not None
    assert found.said == {"arguments": {"a": 1}}
    assert went > 0
    assert months(after.readings) == pytest.approx(months(before.readings), rel=1e-9)
    assert [known.id for known in tools.store.homes()] == [home]
    assert jobs.find("j-1") is None
    assert done == [(), tuple(WORK), ()]
    tools.store.close()
