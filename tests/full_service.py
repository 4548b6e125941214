"""A service with something of everything, and a set of questions to it, for drills.

Kept to what release 0.1.0 could do already: that release fills the database which today's program
is to go on with. Everybody, everything and every price is invented.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from click.testing import CliRunner
from tests.made_models import write_model
from tests.price_sheets import sheet_text
from tests.programs import PASSWORD, TODAY, World, make_world, readings

from ahorraluz.api.door import this_moment
from ahorraluz.cli.main import cli
from ahorraluz.cli.session import Session
from ahorraluz.core.live.readings import LiveReading, Quantity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.learning import shelf
from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.import_tariffs import ImportRequest, import_sheet
from ahorraluz.services.keep_promises import make_promise, mark_done, promised_by_hand
from ahorraluz.settings import Settings
from ahorraluz.store.account_records import Account
from ahorraluz.store.live.records import Device

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
HOURS = 24 * 84
"""Of readings until yesterday."""
PEOPLE: Mapping[str, Role] = {
    "rosa@ejemplo.pe": Role.RESIDENT,
    "pedro@ejemplo.pe": Role.RESIDENT,
    "consultora@ejemplo.pe": Role.CONSULTANT,
    "jefa@ejemplo.pe": Role.ADMINISTRATOR,
}
OWNERS = ("rosa@ejemplo.pe", "pedro@ejemplo.pe")
KEPT = (
    "",
    "/imports",
    "/readings?format=csv",
    "/steps",
    "/live/series?span=hour&since=2026-11-22&until=2026-11-24",
)
"""What a program asks of what is kept of each home."""
COMPUTED = (
    "/bill",
    "/plan",
    "/forecast?months=3",
    "/forecast?hours=24",
    "/usage",
    "/tariffs",
)
"""What it asks of what is made of it: a later release may answer better."""
OF_ALL = (("readings", "list"), ("accounts", "list"))
COMMANDS = (
    ("scoreboard",),
    ("tariffs", "list"),
    ("tariffs", "show", "luz-del-sur"),
)
CHANGING = re.compile(
    r'name="csrf" value="[^"]+"|/static/[^"]+|nonce="[^"]+"|"as_of": ?"[^"]+"|"ends_at": ?"[^"]+"'
)
"""What differs from one asking to the next: tokens of forms, and the moment of the answer."""


def world_of(settings: Settings) -> World:
    """Return the pages and the API of a service."""
    return make_world(
        settings.data_dir, database_url=settings.database_url, keys_url=settings.keys_url
    )


def fill(
    settings: Settings, *, model: bool = True, looked_at: bool = True, hours: int = HOURS
) -> None:
    """Fill a service: people, homes, recibos, readings, live ones, steps, a sheet and a model.

    Parameters
    ----------
    settings
        Where it is.
    model
        Whether it has a model of its own.
    looked_at
        Whether everything is looked at once: what a look at one home leaves for the others is
        there then.
    hours
        How many hours of readings a home has.
    """
    world = world_of(settings)
    tools = world.tools
    for name, role in PEOPLE.items():
        joining = Joining(name=name, password=PASSWORD, language="es", role=role)
        account = join(joining, tools=tools, as_of=NOW)
        if name in OWNERS:
            _fill_home(world, account, hours=hours)
    _import_sheet(settings, world)
    if model:
        source = write_model(settings.data_dir / "trained", by=0.01)
        version = json.loads((source / "card.json").read_text("utf-8"))["version"]
        shelf.publish(source, settings.data_dir / shelf.FOLDER, name="day-mixer", version=version)
        shutil.rmtree(source)
    tools.store.close()
    if looked_at:
        ask(settings)


def _fill_home(world: World, account: Account, *, hours: int) -> None:
    program, store = world.program(world.key(account)), world.tools.store
    home = program.home(kwh=150 + 30 * (account.id > "m"))
    sent = program.post(
        f"/homes/{home}/readings",
        data=readings(hours, start=NOW.replace(hour=5) - timedelta(hours=hours)),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert sent.status_code in (200, 201), sent.text
    terms = promised_by_hand(
        "shorter-showers",
        kwh_month=Decimal(4),
        soles_month=Decimal("2.80"),
        distributor="luz-del-sur",
        region="lima",
    )
    make_promise(home, terms, tools=world.tools, as_of=NOW - timedelta(days=9))
    day = TODAY - timedelta(days=7)
    mark_done(home, "shorter-showers", day=day, tools=world.tools, today=TODAY, as_of=NOW)
    device = Device(id=f"enchufe-{home}", home=home, name="Cocina", dialect="", made_at=NOW)
    store.live.devices.add(device)
    channel = store.live.devices.channel(device, "total", Flow.IMPORT, Quantity.POWER, as_of=NOW)
    store.live.append(list(_said(channel.id)), as_of=NOW)
    store.live.close_up_to(NOW)


def _said(channel: int) -> Iterator[LiveReading]:
    begin = NOW - timedelta(days=3)
    for minute in range(0, 3 * 24 * 60, 5):
        at_ms = int((begin + timedelta(minutes=minute)).timestamp() * 1000)
        yield LiveReading(channel, at_ms, 120_000 + 1_000 * (minute % 97))


def _import_sheet(settings: Settings, world: World) -> None:
    path = settings.data_dir / "hoja.txt"
    path.write_text(sheet_text(), "utf-8")
    request = ImportRequest(path=path, accept_large_change=True, replace=True)
    import_sheet(request, tools=world.tools, as_of=date(2026, 9, 10))
    path.unlink()


def neighbours(settings: Settings) -> Iterator[str]:
    """Keep homes with readings for others without an end; yield each once it is kept."""
    world = world_of(settings)
    joining = Joining(name="vecina@ejemplo.pe", password=PASSWORD, language="es")
    account = join(joining, tools=world.tools, as_of=this_moment())
    program = world.program(world.key(account))
    home = program.home()
    for number in count():
        start = NOW - timedelta(days=number + 1)
        sent = program.post(
            f"/homes/{home}/readings",
            data=readings(24, start=start),
            headers={"Content-Type": "application/x-ndjson"},
        )
        yield f"{home} {start.date()} {sent.status_code}"


def ask(settings: Settings, *, computed: bool = True, of_all: bool = True) -> dict[str, str]:
    """Return what a service answers, by question; the same as long as it keeps the same.

    Parameters
    ----------
    settings
        Where it is.
    computed
        Whether what is made of the kept is asked as well, and shown on pages.
    of_all
        Whether lists of everybody are asked for, which others add to.
    """
    world = world_of(settings)
    accounts = {one.name: one for one in world.tools.store.people.accounts.all()}
    found = {}
    for name in OWNERS:
        program = world.program(world.key(accounts[name]))
        listed = program.get("/homes").text
        found[f"{name} GET /homes"] = listed
        for one in json.loads(listed)["homes"]:
            for path in (*KEPT, *(COMPUTED if computed else ())):
                answer = program.get(f"/homes/{one['id']}{path}")
                assert answer.status_code == 200, (path, answer.text)
                found[f"{name} GET /homes/…{path}"] = answer.text
            if computed:
                found[f"{name} page"] = _page(world, accounts[name], f"/hogares/{one['id']}")
    if computed:
        found["GET /forecasts"] = world.program().get("/forecasts").text
    world.tools.store.close()
    commands = (*COMMANDS, *(OF_ALL if of_all else ()))
    found |= {f"ahorraluz {' '.join(words)}": _told(settings, words) for words in commands}
    return {question: CHANGING.sub("", answer) for question, answer in found.items()}


def _page(world: World, account: Account, path: str) -> str:
    opened = open_session(
        account, device="drill", complete=True, tools=world.tools, as_of=this_moment()
    )
    client = world.app.test_client()
    client.set_cookie("ahorraluz", opened.token)
    answer = client.get(path, headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    return answer.text


def _told(settings: Settings, words: tuple[str, ...]) -> str:
    session = Session(language="es", as_json=True, settings_given=settings)
    result = CliRunner().invoke(cli, [*words, "--json", "--lang", "es"], obj=session)
    session.tools.store.close()
    assert result.exit_code == 0, result.output
    return result.stdout
