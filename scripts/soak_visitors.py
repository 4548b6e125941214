"""Visitors of a soak: residents, strangers and programs, whose questions never repeat."""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import requests
from tests.waiting import answers, until

from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.web.page import this_moment

HOME = "d=luz-del-sur&s=lima-sur&k=152&t=130&ph=4&a=ducha-electrica&a=hervidor"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
PATIENCE_S = 60
PAUSE_S = 0.1
"""Between two visits of the one who asks: a service at work, not one at its limit."""
ADDRESSES = 500
"""That strangers come from: all were there before the warm-up is over."""
WRONG = 500
"""Answers from here on are errors of the service."""


class Visitors:
    """Whoever comes; counts the visits and the errors."""

    def __init__(self, address: str, settings: Settings) -> None:
        self.address, self.settings = address, settings
        self.kinds = Counter[str]()
        self.errors = 0
        self._chance = random.Random(9)
        self._stranger, self._resident = requests.Session(), requests.Session()
        self._home = ""

    @property
    def visits(self) -> int:
        """How many visits there were."""
        return self.kinds.total()

    def wait_for_the_door(self, patience_s: float) -> None:
        """Wait for the pages to answer, and join as a resident."""
        self.wait_for_port(int(self.address.rpartition(":")[2]), patience_s)
        tools, now = open_toolbox(self.settings), this_moment()
        joining = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
        account = join(joining, tools=tools, as_of=now)
        home = keep_home(parse_qsl(HOME), account=account.id, tools=tools, as_of=now)
        opened = open_session(account, device="soak", complete=True, tools=tools, as_of=now)
        self._resident.cookies.set("ahorraluz", opened.token)
        self._home = f"/hogares/{home.id}"

    def wait_for_port(self, port: int, patience_s: float) -> None:
        """Wait for a server of this machine to take connections."""
        if not until(lambda: answers(port), patience_s=patience_s):
            raise SystemExit(f"nothing answers at port {port}")

    def come(self, *, until: float) -> None:
        """Visit until a moment of the monotonic clock."""
        while time.monotonic() < until:
            kind = self._chance.choices(KINDS, weights=[WEIGHTS[kind] for kind in KINDS])[0]
            self.kinds[kind] += 1
            VISITS[kind](self)
            time.sleep(PAUSE_S)

    def figure(self, low: float, high: float) -> str:
        """Return a figure that was not there before, most likely."""
        return f"{self._chance.uniform(low, high):.2f}"

    def get(self, path: str, *, own: bool = False) -> str:
        """Look at a page."""
        return self._ask("GET", path, own=own).text

    def post(self, path: str, *, own: bool = False, **how: object) -> requests.Response:
        """Send a form or a body."""
        return self._ask("POST", path, own=own, **how)

    def _ask(self, method: str, path: str, *, own: bool, **how: object) -> requests.Response:
        # The proxy in front says where a stranger comes from.
        number = self._chance.randrange(ADDRESSES)
        address = f"198.51.{number // 250}.{number % 250}"
        session = self._resident if own else self._stranger
        answer = session.request(
            method,
            self.address + path,
            headers={"X-Forwarded-For": address},
            timeout=PATIENCE_S,
            **how,  # type: ignore[arg-type]
        )
        self.errors += answer.status_code >= WRONG
        return answer

    def look_around(self) -> None:
        """Look at pages that anybody may see."""
        for path in ("/", "/ejemplos", "/energias", "/resultados", "/privacidad"):
            self.get(path)

    def ask_what_if(self) -> None:
        """Change a figure of an answer."""
        query = {"d": "luz-del-sur", "s": "lima-sur", "k": self.figure(20, 600)}
        self.get(f"/respuesta?{urlencode(query)}&x.led-lamp={self.figure(5, 25)}")

    def be_at_home(self) -> None:
        """Look at one's own home, and move a figure of it."""
        page = self.get(self._home, own=True)
        token = TOKEN.search(page)
        self.get(f"{self._home}?x.led-lamp={self.figure(5, 25)}", own=True)
        if token is not None:
            self.post("/cuenta/idioma", own=True, data={"csrf": token[1], "idioma": "es"})

    def take_the_report(self) -> None:
        """Take the report of one's home as a PDF."""
        self.get(f"{self._home}/informe.pdf", own=True)

    def bring_a_file(self) -> None:
        """Upload two months of hours, look at them, keep them, see the use, and delete it all."""
        name = ("medidor.csv", self._hours(), "text/csv")
        looked = self.post("/medidor", files={"archivo": name})
        path = looked.url.removeprefix(self.address).partition("?")[0]
        kept = self.post(f"{path}/guardar")
        home = kept.url.removeprefix(self.address).partition("?")[0]
        self.get(home)
        forgotten = self.post(f"{home}/borrar")
        self.errors += not (home.startswith("/consumo/") and forgotten.ok)
        self._stranger.cookies.clear()

    def _hours(self) -> str:
        first = datetime(2026, 1, 1, tzinfo=UTC)
        rows = [
            f"{first + timedelta(hours=hour):%Y-%m-%d %H:%M},{self.figure(0.1, 2)}"
            for hour in range(60 * 24)
        ]
        return "\n".join(["timestamp,kwh", *rows])

    def ask_the_api(self) -> None:
        """Ask for a bill, a plan and a forecast, as programs do."""
        about = {"distributor": "luz-del-sur", "system": "lima-sur"}
        body = {"answers": {**about, "kwh": float(self.figure(10, 900))}}
        for path in ("bill", "plan", "forecast"):
            self.post(f"/api/v1/{path}", json=body)

    def mistake(self) -> None:
        """Write what is wrong, or ask for what is not there."""
        self.get(f"/respuesta?d=luz-del-sur&k={self._chance.choice(('-1', 'mil', '9e99'))}")
        self.get(f"/{self._chance.getrandbits(64):x}")
        self.post("/api/v1/plan", data=b"{" * self._chance.randrange(1, 999))


VISITS: dict[str, Callable[[Visitors], None]] = {
    "look around": Visitors.look_around,
    "what if": Visitors.ask_what_if,
    "own home": Visitors.be_at_home,
    "report as PDF": Visitors.take_the_report,
    "meter file": Visitors.bring_a_file,
    "API": Visitors.ask_the_api,
    "mistakes": Visitors.mistake,
}
KINDS = tuple(VISITS)
WEIGHTS = {
    "look around": 4,
    "what if": 10,
    "own home": 6,
    "report as PDF": 1,
    "meter file": 1,
    "API": 5,
    "mistakes": 2,
}
