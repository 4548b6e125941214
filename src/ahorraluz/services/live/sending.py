"""Messages to the ways of one account, by a process that ends with them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ahorraluz.core.issues import AhorraLuzError

START_S, EACH_S = 20.0, 20.0
"""How long the process may take to begin, and with each way. [s]"""
PROGRAM = "from ahorraluz.services.live.sender import main; main()"
PASSED_ON = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "SYSTEMROOT", "LANG")
"""What the process is told of the environment: no password, no proxy, no home folder."""


class SendingError(AhorraLuzError):
    """A message that could not be given to anybody."""


class Outcome(StrEnum):
    """What became of a message in one way."""

    SENDING = "sending"
    """It is being sent; where that was long ago, nobody knows whether it arrived."""
    SENT = "sent"
    FAILED = "failed"
    """It did not arrive, and may the next time."""
    REFUSED = "refused"
    """The service wants none of it."""
    PRIVATE = "private"
    """It led to a private network."""
    UNKNOWN = "unknown"
    """It may have arrived: it is not sent again."""
    WRONG = "wrong"
    """The address says nothing that the service knows."""
    SEVERAL = "several"
    """The address names several readers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a message."""

    outcome: Outcome
    status: int | None = None
    """What the server answered, where it did."""


def send(message: Message, ways: Mapping[str, str], *, inside: str) -> Mapping[str, Result]:
    """Send a message in some ways of one account.

    Parameters
    ----------
    message
        Plain text.
    ways
        Addresses, by any short names.
    inside
        The setting of computers in private networks that may be called.

    Returns
    -------
    Mapping
        What became of it, by the same names; every one is there.
    """
    asked = {"title": message.title, "body": message.body, "inside": inside}
    said = _run(asked, ways)
    return {name: _result(said.get(name, [])) for name in ways}


def is_understood(url: str, *, inside: str) -> Outcome | None:
    """Return why a service does not know an address; ``None``: it does. Nobody is called."""
    said = _run({"only_check": True, "inside": inside}, {"way": url}).get("way", [])
    if not said:
        raise SendingError("way-not-checked")
    return None if said[-1]["outcome"] == "good" else Outcome(said[-1]["outcome"])


def _run(asked: Mapping[str, object], ways: Mapping[str, str]) -> dict[str, list[dict[str, str]]]:
    """Return the lines that the process wrote, by way, those before it was ended as well."""
    given = {**asked, "ways": [{"id": name, "url": url} for name, url in ways.items()]}
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        # Addresses are given on its input: arguments and environment can be seen by others.
        done = subprocess.run(  # noqa: S603 - our own program, and nothing typed
            [sys.executable, "-I", "-B", "-c", PROGRAM],
            input=json.dumps(given).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"HOME": "/nonexistent", **environment},
            timeout=START_S + EACH_S * len(ways),
            check=False,
        )
        written = done.stdout
    except subprocess.TimeoutExpired as error:
        written = error.stdout or b""
    except OSError as error:
        raise SendingError("way-not-checked") from error
    found: dict[str, list[dict[str, str]]] = {}
    for line in written.split(b"\n")[:-1]:
        one = json.loads(line)
        found.setdefault(str(one["id"]), []).append(one)
    return found


def _result(said: Sequence[Mapping[str, object]]) -> Result:
    """Return what the lines of a way come to: begun and never told is not known."""
    if not said:
        return Result(outcome=Outcome.FAILED)
    last = said[-1]
    if last["outcome"] == "trying":
        return Result(outcome=Outcome.UNKNOWN)
    status = last["status"]
    return Result(
        outcome=Outcome(str(last["outcome"])), status=status if isinstance(status, int) else None
    )
