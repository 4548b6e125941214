"""What commands find kept: accounts, keys, live homes, databases, backups; made when asked for."""

import json
import shutil

from tests.doc_commands.desk import Desk, Stand
from tests.doc_commands.samples import SPOKEN, kept_home
from tests.live_homes import add_home
from tests.programs import served
from tests.watched_home import near_a_limit

from ahorraluz.cli.serve import now
from ahorraluz.services.live.watching import watched_of
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

_DATABASES: list[int] = []
"""Those that were made: each has a name of its own."""


def watched_home(desk: Desk) -> None:
    """Keep a home casa that is watched and nears a limit."""
    tools = open_toolbox(Settings(data_dir=desk.kept))
    add_home(tools.store, "casa")
    moment = now()
    watched = watched_of("casa", *near_a_limit(moment))
    tools.store.live.watches.keep([watched], at_ms=int(moment.timestamp() * 1_000))
    tools.store.close()


def device(desk: Desk) -> str:
    """Add a device to the home h-3f9a, and return its name."""
    words = ("devices", "add", "h-3f9a", "--name", "Meter", "--kind", "tasmota", "--json")
    return str(json.loads(desk.must(*words).out)["id"])


def device_key(desk: Desk) -> str:
    """Return the words before the key of a device that may send readings, and the key."""
    live_home(desk)
    words = ("devices", "add", "h-3f9a", "--name", "Sensor", "--kind", "plain", "--json")
    said = json.loads(desk.must(*words).out)
    return f'POST -H "Authorization: Bearer {said["key"]}"'


def prices_of_a_home(desk: Desk) -> str:
    """Return the words that ask for the prices of a home that is watched, with a key to it."""
    world = desk.open_world()
    account = world.join()
    key = world.key(account)
    home = world.program(key).home()
    moment = now()
    watched = watched_of(home, *near_a_limit(moment))
    world.tools.store.live.watches.keep([watched], at_ms=int(moment.timestamp() * 1_000))
    return f'curl -H "Authorization: Bearer {key}" "https://ahorraluz.example/api/v1/homes/{home}/prices'


def a_database(desk: Desk) -> None:
    """Give the page a database in PostgreSQL, with an account in it."""
    server = desk.server()
    _DATABASES.append(len(_DATABASES))
    desk.env["AHORRALUZ_DATABASE_URL"] = server.make_database(f"page_{len(_DATABASES)}")
    desk.must("accounts", "add", "rosa@ejemplo.pe", typed=SPOKEN)
    kept_home(desk)


def live_home(desk: Desk) -> None:
    """Keep a home h-3f9a to which devices can be added."""
    if "h-3f9a" in desk.names:
        return
    desk.names["h-3f9a"] = None
    tools = open_toolbox(Settings(data_dir=desk.kept))
    add_home(tools.store, "h-3f9a")
    tools.store.close()


def address(desk: Desk) -> str:
    """Serve the application, and return where."""
    return desk.over.enter_context(served(desk.open_world()))


def account(name: str, role: str) -> Stand:
    """Return who adds an account."""

    def add(desk: Desk) -> None:
        desk.must("accounts", "add", name, "--role", role, typed=SPOKEN)

    return add


def key(desk: Desk) -> str:
    """Return a key of a program with an account of its own."""
    world = desk.open_world()
    return world.key(world.join())


def backup(part: str) -> Stand:
    """Return who says the file of a part of a backup, which is made if there is none."""

    def make(desk: Desk) -> str:
        copies = desk.folder.parent / "copies"
        if not copies.exists():
            desk.must("accounts", "add", "rosa@ejemplo.pe", typed=SPOKEN)
            places = [str(copies / one) for one in ("data", "keys", "ring")]
            desk.must("backup", "make", places[0], "--keys", places[1], "--ring", places[2])
        return str(next((copies / part).iterdir()))

    return make


def empty_machine(desk: Desk) -> None:
    """Make a backup, and forget everything else."""
    backup("data")(desk)
    shutil.rmtree(desk.kept)


def login(desk: Desk) -> str:
    """Return a login to boards."""
    said = desk.must("boards", "grant", "service", "--json").out
    return str(json.loads(said)["name"])


def broker_key(desk: Desk) -> str:
    """Say where the broker is, with the key of who takes readings in; return a folder."""
    live_home(desk)
    desk.env.setdefault("AHORRALUZ_BROKER_URL", "mqtts://ahorraluz-live:clave@broker.example:8883")
    return "broker"


def own_home(desk: Desk) -> str:
    """Return a home of the account whose key was given last."""
    return desk.open_world().program(desk.stood["$KEY"]).home()
