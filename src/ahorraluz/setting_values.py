"""What a variable of the environment may say: its text becomes the value of a setting."""

import ipaddress
import re
from collections.abc import Callable
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

from ahorraluz.core.issues import AhorraLuzError

LANGUAGES = ("es", "en")
MAX_PORT = 65_535
_DATABASE = re.compile(r"sqlite:///(?!:memory:)\S.*|postgresql://\S+")
LOG_FORMATS = ("line", "json")
LEAST_SECRET = 16
MAX_LINE = 200
MAX_SHOWN = 60
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_MAIL_SERVER = re.compile(r"smtps?://(?:[^\s/:@]+:[^\s/@]*@)?[A-Za-z0-9.-]+(?::\d{1,5})?/?")
_QUEUE = re.compile(r"rediss?://(?:[^\s/:@]*:[^\s/@]+@)?[A-Za-z0-9.-]+(?::\d{1,5})?(?:/\d{1,3})?/?")
_BROKER = re.compile(r"mqtts?://(?:[^\s/:@]+:[^\s/@]*@)?[A-Za-z0-9.-]+(?::\d{1,5})?/?")
_REGISTRY = re.compile(r"sqlite:///(?!:memory:)\S.*|postgresql(?:\+psycopg)?://\S+|https?://\S+")
_COMPUTER = re.compile(r"(?=.{1,253}$)(?:[a-z0-9-]{1,63}\.)*[a-z][a-z0-9-]{0,62}", re.ASCII)
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}://")


class WrongValueError(AhorraLuzError):
    """A setting that cannot be what its variable says."""


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return what reads a whole number of a range."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(high))):
            raise WrongValueError("setting-not-a-whole-number", low=low, high=high)
        number = int(text)
        if not low <= number <= high:
            raise WrongValueError("setting-not-a-whole-number", low=low, high=high)
        return number

    return read


def language(text: str) -> str:
    """Read a language of the texts."""
    wanted = text.casefold()
    if wanted not in LANGUAGES:
        raise WrongValueError("setting-not-one-of", allowed=list(LANGUAGES))
    return wanted


def folder(text: str) -> Path:
    """Read a folder, there or not."""
    folder = Path(text).expanduser()
    if folder.exists() and not folder.is_dir():
        raise WrongValueError("setting-not-a-folder")
    return folder.absolute()


def file(text: str) -> str:
    """Read a file, there or not."""
    file = Path(text).expanduser()
    if file.is_dir():
        raise WrongValueError("setting-not-a-file")
    return str(file.absolute())


def host(text: str) -> str:
    """Read the name or address of a host."""
    if any(letter.isspace() or letter in "/:@" for letter in text.replace("::", "")):
        raise WrongValueError("setting-not-a-host")
    return text


def database_url(text: str) -> str:
    """Read the URL of a database."""
    if not _DATABASE.fullmatch(text):
        # The text may hold a password wherever it went wrong: only its scheme is repeated.
        scheme = _SCHEME.match(text)
        shown = f"{scheme.group()}…" if scheme else None
        raise WrongValueError("setting-not-a-database", value=shown)
    return text


def queue_url(text: str) -> str:
    """Read the URL of a queue."""
    if not _QUEUE.fullmatch(text):
        # The text may hold a password: it is repeated nowhere.
        raise WrongValueError("setting-not-a-queue", value=None)
    return text


def registry_uri(text: str) -> str:
    """Read where runs and versions of models are kept."""
    if not _REGISTRY.fullmatch(text):
        # The text may hold a password: it is repeated nowhere.
        raise WrongValueError("setting-not-a-registry", value=None)
    return text


def time_of_day(text: str) -> time:
    """Read a time of the day, such as 03:30."""
    if not _TIME.fullmatch(text):
        raise WrongValueError("setting-not-a-time")
    return time.fromisoformat(text)


def public_url(text: str) -> str:
    """Read the address that people reach the pages by."""
    parts = urlsplit(text)
    local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    if (parts.scheme != "https" and not local) or not parts.hostname or "@" in parts.netloc:
        raise WrongValueError("setting-not-an-address")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise WrongValueError("setting-not-an-address")
    return f"{parts.scheme}://{parts.netloc}"


def server_url(text: str) -> str:
    """Read the address of a server that programs ask, without credentials."""
    if not _is_server(text):
        # What stands before an @ may be a password: it is repeated nowhere.
        raise WrongValueError("setting-not-a-server", value=text.rpartition("@")[2][:MAX_SHOWN])
    return text.rstrip("/")


def _is_server(text: str) -> bool:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    more = "@" in parts.netloc or parts.query or parts.fragment
    return parts.scheme in ("http", "https") and named and not more


def smtp_url(text: str) -> str:
    """Read the URL of a mail server."""
    if not _MAIL_SERVER.fullmatch(text):
        # The text may hold a password: it is repeated nowhere.
        raise WrongValueError("setting-not-a-mail-server", value=None)
    return text


def mail_from(text: str) -> str:
    """Read a mail address."""
    if not _MAIL_ADDRESS.fullmatch(text):
        raise WrongValueError("setting-not-a-mail-address")
    return text


def line(text: str) -> str:
    """Return a text for a page: one line of it."""
    return " ".join(text.split())[:MAX_LINE]


def secret(text: str) -> str:
    """Read a secret of enough letters."""
    if len(text) < LEAST_SECRET or not text.isascii() or not text.isprintable():
        raise WrongValueError("setting-not-a-secret", value=None, least=LEAST_SECRET)
    return text


def log_format(text: str) -> str:
    """Read the form of the log."""
    if text not in LOG_FORMATS:
        raise WrongValueError("setting-not-one-of", allowed=list(LOG_FORMATS))
    return text


def broker_url(text: str) -> str:
    """Read the URL of an MQTT broker."""
    if not _BROKER.fullmatch(text):
        # The text may hold a password: it is repeated nowhere.
        raise WrongValueError("setting-not-a-broker", value=None)
    return text


def computers(text: str) -> str:
    """Read computers by name, address or network, with commas between."""
    found = [part.strip().casefold() for part in text.split(",") if part.strip()]
    for part in found:
        if _COMPUTER.fullmatch(part):
            continue
        try:
            ipaddress.ip_network(part)
        except ValueError:
            raise WrongValueError("setting-not-a-computer", value=part[:MAX_SHOWN]) from None
    return ",".join(found)
