"""Calls ways of one account, in a process of its own that has little and may do little.

It is given messages on its input, and writes what became of each. It reaches no computer in a
private network but those that the operator named: what is checked is the address that is called,
when it is called, so that no name leads elsewhere after it was looked at. It starts no program and
writes no file. The address of a way holds secrets: nothing of it is written anywhere.
"""

import errno
import importlib
import ipaddress
import json
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ahorraluz.services.live.ways import Inside, address_of, inside_of, is_open, service_of

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

CONNECT_S, READ_S = 5.0, 10.0
"""How long a service may take to be reached, and to answer. [s]"""
LARGEST_ANSWER = 65_536
"""What is read of an answer. [byte]"""
FORBIDDEN = (
    "ctypes.dlopen",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
    "socket.sendmsg",
    "socket.sendto",
    "subprocess.Popen",
)
"""What no service needs."""
WRITING = 3
"""Bits of the flags of a file that is opened to be changed."""
SERVER_ERROR, CLIENT_ERROR, GOOD_END = 500, 400, 300
AGAIN = (408, 425, 429)
"""Answers that ask to come again later."""


@dataclass(slots=True)
class Seen:
    """What was seen of the calls of one way."""

    status: int | None = None
    """Of the last answer."""
    mail: bool = False
    """Whether it was one of a mail server."""
    lost: bool = False
    """Whether the message was on its way when the answer failed to come."""
    barred: bool = False
    """Whether it led where it may not."""

    def outcome(self, *, told: bool) -> str:
        """Return what became of a message, as an outcome of :mod:`.sending`."""
        if told:
            return "sent"
        if self.barred:
            return "private"
        if self.lost:
            return "unknown"
        if self.status is None:
            return "failed"
        if self.mail:
            return "refused" if self.status >= SERVER_ERROR else "failed"
        later = self.status >= SERVER_ERROR or self.status in AGAIN
        return "failed" if later else "refused"


class Guard:
    """Refuses what a way may not do; holds for the whole process, and cannot be taken off."""

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        self.seen = Seen()
        self._named = set[str]()
        self._owns_nothing = _binds("192.0.2.1")

    def begin(self) -> None:
        """Refuse from now on."""
        looked_up = socket.getaddrinfo

        def look_up(host: bytes | str | None, *rest: Any, **more: Any) -> list[Any]:  # noqa: ANN401
            found = looked_up(host, *rest, **more)
            name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
            if self.inside.named(name):
                self._named |= {str(one[4][0]) for one in found}
            return found

        socket.getaddrinfo = look_up
        sys.addaudithook(self._look)

    def _look(self, event: str, said: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            address = said[1]
            host = address[0] if isinstance(address, tuple) and address else None
            if not isinstance(host, str) or not self.lets(host):
                self._bar()
        elif event in FORBIDDEN or (
            event == "open" and isinstance(said[2], int) and said[2] & WRITING
        ):
            self._bar()

    def lets(self, host: str) -> bool:
        """Tell whether an address may be called."""
        address = address_of(host)
        if address is None:
            return False
        if host in self._named or self.inside.holds(address):
            return True
        return is_open(address) and not self._is_own(address)

    def _is_own(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        """Tell whether an address is one of this computer."""
        return not self._owns_nothing and _binds(str(address))

    def _bar(self) -> None:
        self.seen.barred = True
        raise PermissionError(errno.EPERM, "not let through")


def _writes(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & WRITING)


def _binds(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def main() -> None:
    """Read messages from the input, send them, and write a line for each that became of it."""
    _limit()
    asked = json.load(sys.stdin)
    guard = Guard(inside_of(str(asked["inside"])))
    plugins = {str(way["id"]): _plugin_class(str(way["url"])) for way in asked["ways"]}
    with _watched(guard):
        guard.begin()
        for way in asked["ways"]:
            guard.seen = Seen()
            _one(way, plugins[str(way["id"])], asked, guard)


def _one(
    way: Mapping[str, Any], made: "type[NotifyBase]", asked: Mapping[str, Any], guard: Guard
) -> None:
    opened = _opened(str(way["url"]), made)
    if isinstance(opened, str):
        _say(way, opened)
    elif asked.get("only_check"):
        _say(way, "good")
    else:
        # From here on it may have arrived.
        _say(way, "trying")
        told = _told(opened, title=str(asked["title"]), body=str(asked["body"]))
        _say(way, guard.seen.outcome(told=told), status=guard.seen.status)


def _say(way: Mapping[str, Any], outcome: str, *, status: int | None = None) -> None:
    sys.stdout.write(json.dumps({"id": way["id"], "outcome": outcome, "status": status}) + "\n")
    sys.stdout.flush()


def _limit() -> None:
    """Give up what is not needed: files cannot grow, and memory only so far."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (512 << 20, 512 << 20))


def _plugin_class(url: str) -> "type[NotifyBase]":
    """Return the one plugin that an address needs; the others are never loaded."""
    service = service_of(url.partition("://")[0])
    if service is None:
        raise ValueError("no such service")
    module = importlib.import_module(f"apprise.plugins.{service.module}")
    found: type[NotifyBase] = getattr(module, service.plugin)
    return found


def _opened(url: str, made: "type[NotifyBase]") -> "NotifyBase | str":
    """Return a way that can be called, or why it cannot."""
    from apprise import AppriseAsset

    service = service_of(url.partition("://")[0])
    parsed: dict[str, Any] | None = made.parse_url(url)
    if service is None or not parsed:
        return "wrong"
    said = parsed.get("qsd", {})
    # Apprise has read the address in its own way: what it found there counts.
    if set(said) - set(service.options) or any(parsed.get(f"qsd{sign}") for sign in "+-:"):
        return "wrong"
    if not parsed.get("verify", True):
        return "wrong"
    asset = AppriseAsset(async_mode=False, http_redirects=False)
    try:
        opened = made(**parsed, asset=asset)
    except (TypeError, ValueError):
        return "wrong"
    if max(len(opened), len(getattr(opened, "targets", None) or ())) > 1:
        # Of several readers some could be told twice where others failed.
        return "several"
    return opened


def _told(opened: "NotifyBase", *, title: str, body: str) -> bool:
    from apprise import Apprise, NotifyFormat

    apprise = Apprise()
    apprise.add(opened)
    try:
        return bool(apprise.notify(title=title, body=body, body_format=NotifyFormat.TEXT))
    except Exception:  # noqa: BLE001 - whatever a plugin raises, its words may hold the address
        return False


@contextmanager
def _watched(guard: Guard) -> Iterator[None]:
    """See what servers answer, which Apprise does not tell, and let no answer grow."""
    import smtplib

    import requests
    from urllib3.exceptions import HTTPError

    send, data, reply = requests.Session.send, smtplib.SMTP.data, smtplib.SMTP.getreply

    def watch_send(
        self: requests.Session,
        request: requests.PreparedRequest,
        **given: Any,  # noqa: ANN401 - as requests takes it
    ) -> requests.Response:
        given |= {"timeout": (CONNECT_S, READ_S), "stream": True, "allow_redirects": False}
        try:
            response = send(self, request, **given)
        except requests.RequestException as error:
            guard.seen.status, guard.seen.lost = None, _was_sent(error)
            raise
        guard.seen.status, guard.seen.lost = response.status_code, False
        # The beginning is enough, and what is read once is not asked for again.
        response._content = b""
        with suppress(HTTPError, OSError):
            response._content = response.raw.read(LARGEST_ANSWER, decode_content=True)
        response._content_consumed = True
        return response

    def watch_data(self: smtplib.SMTP, message: bytes | str) -> tuple[int, bytes]:
        guard.seen.lost = True
        answered = data(self, message)
        guard.seen.lost = False
        return answered

    def watch_reply(self: smtplib.SMTP) -> tuple[int, bytes]:
        answered = reply(self)
        if answered[0] >= CLIENT_ERROR:
            guard.seen.status, guard.seen.mail, guard.seen.lost = answered[0], True, False
        return answered

    requests.Session.send = watch_send  # type: ignore[method-assign]
    smtplib.SMTP.data = watch_data  # type: ignore[assignment,method-assign]
    smtplib.SMTP.getreply = watch_reply  # type: ignore[method-assign]
    try:
        yield
    finally:
        requests.Session.send = send  # type: ignore[method-assign]
        smtplib.SMTP.data, smtplib.SMTP.getreply = data, reply  # type: ignore[method-assign]


def _was_sent(error: Exception) -> bool:
    """Tell whether a request may have arrived though no answer came."""
    import requests
    from urllib3.exceptions import MaxRetryError

    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return False
    cause = error.args[0] if error.args else None
    # Nobody was reached: no name, no route, no open door.
    return not isinstance(cause, MaxRetryError)
