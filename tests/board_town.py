"""A PostgreSQL with made-up homes of every kind that boards show, and logins that read them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from tests.signed_people import PAIRS, Clock, Service, make_service
from tests.town import Town

from ahorraluz.core.live.readings import LiveChannel, LiveReading, Quantity
from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.security.roles import Reach, Role
from ahorraluz.services.accounts.consents import Purpose
from ahorraluz.services.duties import do_due
from ahorraluz.services.keep_promises import make_promise, mark_done
from ahorraluz.services.live.board_logins import grant
from ahorraluz.services.live.figures import fill_figures
from ahorraluz.services.live.watching import Watching
from ahorraluz.services.outlets import PERU_TIME
from ahorraluz.store.account_records import Account, Consent
from ahorraluz.store.jobs import Job, JobState
from ahorraluz.store.live.records import Device, ModelFigure
from ahorraluz.store.promise_records import PromiseTerms

STEP = "standby-off"
METERED_DAYS, DONE_DAYS_AGO, LIVE_HOURS = 320, 110, 60
FIVE_MINUTES = timedelta(minutes=5)
WRITING = "-c default_transaction_read_only=off"
CUSCO = "080101"
FIRST_MS = 1_700_000_000_000
"""When every register stood at nought. [ms since 1970 UTC]"""


def logged_in(url: str, login: str) -> str:
    """Return the URL of a database for a login; the server of the tests trusts everybody."""
    return url.replace("postgres@", f"{login}@")


def asked(url: str, login: str, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Return what a login is answered."""
    with psycopg.connect(logged_in(url, login)) as connection:
        return connection.execute(query.encode(), values or None).fetchall()


def refused(url: str, login: str, query: str) -> str:
    """Return by which state PostgreSQL refuses a query; empty: it does not.

    Sessions of logins only read unless they say otherwise, as this one does.
    """
    try:
        with psycopg.connect(logged_in(url, login), options=WRITING) as connection:
            connection.execute(query.encode())
    except psycopg.Error as error:
        return error.sqlstate or "?"
    return ""


@dataclass
class BoardTown:
    """Homes, people and logins."""

    service: Service
    url: str
    logins: dict[str, str]
    """Name of a login, by whom it was made for."""
    rosa: Account
    home: str
    other: Account
    other_home: str
    consultant: Account

    def ask(self, whom: str, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a login is answered."""
        return asked(self.url, self.logins[whom], query, values)

    def refuses(self, whom: str, query: str) -> str:
        """Return by which state a query of a login is refused."""
        return refused(self.url, self.logins[whom], query)


def build_town(folder: Path, url: str) -> BoardTown:
    """Return a town: two homes with devices, one seen by a consultant, and two departments."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    clock = Clock(at=row[0].replace(microsecond=0) - timedelta(days=1))
    service = make_service(folder, clock, database_url=url)
    rosa, other = (service.account(Role.RESIDENT) for _ in range(2))
    consultant = service.account(Role.CONSULTANT)
    homes = [kept_home_of(service, account) for account in (rosa, other)]
    let_in(service, homes[0], rosa, consultant)
    town = Town(service)
    measured(service, town.settle(12), days=METERED_DAYS)
    town.settle(12, kwh=90, district=CUSCO, wants=("rooftop-pv",))
    for _ in range(2):
        # The first time each duty is only put on record.
        do_due(worker="w", tools=service.tools, clock=lambda: clock.at)
        clock.go_on(days=1)
    clock.at = row[0].replace(microsecond=0)
    measured(service, homes, days=METERED_DAYS)
    for number, home in enumerate(homes):
        live(service, home, watts=400 + 700 * number)
    waiting = Job(
        id="job",
        account=rosa.id,
        home=None,
        kind="portfolio",
        state=JobState.WAITING,
        said={},
        created_at=clock.at,
        finished_at=None,
    )
    service.tools.store.people.jobs.add(waiting)
    fill_figures(tools=service.tools, as_of=clock.at)
    service.tools.store.live.figures.keep_of_models(watched_figures(clock.at))
    return BoardTown(
        service=service,
        url=url,
        logins=logins_of(service, {"rosa": rosa, "other": other, "consultant": consultant}),
        rosa=rosa,
        home=homes[0],
        other=other,
        other_home=homes[1],
        consultant=consultant,
    )


def watched_figures(at: datetime) -> list[ModelFigure]:
    """Return what a watch of a day found of a model."""
    day_s = int(at.timestamp()) // 86_400 * 86_400
    of_groups = {
        ("realised_nmae_over_seasonal-naive-168", 24): 0.8,
        ("realised_coverage80", 24): 0.79,
        ("drift_level.week", 0): 1.2,
        ("drift_coverage.standing", 0): 0.4,
    }
    figures = [
        (name, cohort, hours, value)
        for (name, hours), value in of_groups.items()
        for cohort in ("", "level:high")
    ]
    figures += [("retrain", "", 0, 0.0), ("promotion", "ec6740bf56d0", 0, 1.0)]
    return [
        ModelFigure(
            at_s=day_s,
            model="day-mixer",
            name=name,
            cohort=cohort,
            horizon_h=hours,
            value=value,
            homes=14,
            unit="1",
        )
        for name, cohort, hours, value in figures
    ]


def kept_home_of(service: Service, account: Account) -> str:
    """Keep a home of an account."""
    from ahorraluz.services.households.keeping import keep_home

    return keep_home(PAIRS, account=account.id, tools=service.tools, as_of=service.clock.at).id


def let_in(service: Service, home: str, owner: Account, consultant: Account) -> int:
    """Let a consultant see a home, as its owner agreed; return the number of the consent."""
    people, now = service.tools.store.people, service.clock.at
    people.households.grant(home, consultant.id, Reach.CONSULTANT, as_of=now)
    consent = Consent(
        id=0,
        account=owner.id,
        home=home,
        purpose=Purpose.CONSULTANT.value,
        subject=consultant.id,
        text_sha256="0" * 64,
        language="es",
        channel="pages",
        given_at=now,
        until=now + timedelta(days=30),
        withdrawn_at=None,
    )
    people.consents.give(consent)
    return people.consents.of_account(owner.id)[-1].id


def logins_of(service: Service, accounts: Mapping[str, Account]) -> dict[str, str]:
    """Make a login for each account, and for each audience that sees no home."""
    tools, now = service.tools, service.clock.at
    asked_for = {name: account.name for name, account in accounts.items()}
    asked_for |= {name: name for name in ("agency", "service", "model")}
    return {who: grant(whom, tools=tools, as_of=now).name for who, whom in asked_for.items()}


def measured(service: Service, homes: Sequence[str], *, days: int) -> None:
    """Give homes a year of readings, a promise, and a step that saved a fifth."""
    tools, now = service.tools, service.clock.at
    today = now.astimezone(PERU_TIME).date()
    first = np.datetime64(today) - days
    since = today - timedelta(days=DONE_DAYS_AGO)
    start = (first + np.arange(days)).astype("datetime64[s]").astype(np.int64) + 5 * 3_600
    chance = np.random.default_rng(7)
    for number, home in enumerate(homes):
        kwh = 4.6 + 0.1 * number + chance.normal(0, 0.2, days)
        kwh[-DONE_DAYS_AGO:] *= 0.8
        channel = Channel(
            id="kWh",
            flow=Flow.IMPORT,
            measure=Measure.ENERGY,
            start_s=start,
            end_s=start + 86_400,
            value=kwh,
            line=np.arange(days, dtype=np.int64) + 2,
            flags=np.zeros(days, dtype=np.uint8),
        )
        file = MeterFile(format="csv", channels=(channel,), rows=days, zone="America/Lima")
        tools.store.add_import(home, file, sha256=home * 3, file_name="m.csv", as_of=now)
        terms = PromiseTerms(
            step=STEP, distributor="luz-del-sur", region="", wh_month=24_000, cents_month=1_900
        )
        made = now - timedelta(days=DONE_DAYS_AGO + 1)
        make_promise(home, terms, tools=tools, as_of=made)
        mark_done(home, STEP, day=since, tools=tools, today=today, as_of=now)


def live(service: Service, home: str, *, watts: int) -> None:
    """Let the meter of a home speak every five minutes, as an intake takes it in."""
    tools, now = service.tools, service.clock.at
    devices = tools.store.live.devices
    device = Device(id=f"meter-{home}", home=home, name="Medidor", dialect="", made_at=now)
    devices.add(device)
    register, power = (
        devices.channel(device, "total", Flow.IMPORT, quantity, as_of=now)
        for quantity in (Quantity.REGISTER, Quantity.POWER)
    )
    watching, at = Watching(tools), now - timedelta(hours=LIVE_HOURS)
    while at <= now:
        until = min(at + timedelta(hours=12), now)
        said = _said(register, power, at, until, watts=watts)
        watched = watching.watch(said, until)
        tools.store.live.append(said, as_of=until, watched=watched)
        watching.kept()
        at = until + FIVE_MINUTES
    watching.tick(now)
    tools.store.live.settle(now)


def _said(
    register: LiveChannel, power: LiveChannel, at: datetime, until: datetime, *, watts: int
) -> list[LiveReading]:
    said = []
    while at <= until:
        ms = int(at.timestamp() * 1_000)
        said += [
            LiveReading(register.id, ms, (ms - FIRST_MS) * watts // 3_600),
            LiveReading(power.id, ms, watts * 1_000),
        ]
        at += FIVE_MINUTES
    return said


def newest_publication(url: str) -> Mapping[str, Any]:
    """Return the content of the newest publication."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT content FROM publications ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    content: Mapping[str, Any] = json.loads(row[0])
    return content
