"""A small client of the AhorraLuz API: the standard library alone, typed."""

import gzip
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PAUSE_S = 2.0
"""Between two looks at how far a large body is. [s]"""


class ProblemError(Exception):
    """The API said no; ``codes`` say why, ``str`` says it in words."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail", status)))
        self.status = status
        self.codes = tuple(str(issue["code"]) for issue in problem.get("issues", ()))


@dataclass(frozen=True)
class Reading:
    """Energy of one interval; both moments carry their zone."""

    start: datetime
    end: datetime
    kwh: float

    def line(self) -> str:
        """Return it as a line of NDJSON."""
        start, end = self.start.isoformat(), self.end.isoformat()
        return json.dumps({"start": start, "end": end, "kwh": self.kwh})


@dataclass(frozen=True)
class Client:
    """Asks one service in the name of one account."""

    address: str
    """Such as ``https://ahorraluz.example``."""
    key: str | None = None
    """Of a program, from the page *Programas con acceso*; ``None``: a stranger."""
    language: str = "es"

    def plan(self, home: str, **wishes: str | int | float) -> Mapping[str, Any]:
        """Return the plan of a home, such as with ``budget=500``."""
        query = "&".join(f"{name}={value}" for name, value in wishes.items())
        return self._ask("GET", f"/homes/{home}/plan?{query}")

    def bill(self, answers: Mapping[str, object]) -> Mapping[str, Any]:
        """Return the bill that some answers make; nothing is kept."""
        return self._ask("POST", "/bill", body=_json({"answers": answers}))

    def keep_home(self, answers: Mapping[str, object], *, once: str) -> str:
        """Keep a new home and return its id; the same ``once`` keeps it once."""
        body = _json({"answers": answers})
        kept = self._ask("POST", "/homes", body=body, headers={"Idempotency-Key": once})
        return str(kept["id"])

    def send(self, home: str, readings: Iterable[Reading]) -> int:
        """Send readings, whole or not at all; return how many were new."""
        lines = "".join(f"{reading.line()}\n" for reading in readings)
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        body = gzip.compress(lines.encode())
        taken = self._ask("POST", f"/homes/{home}/readings", body=body, headers=headers)
        while "added" not in taken:
            # A large body is kept later: this is its job.
            time.sleep(PAUSE_S)
            job = self._ask("GET", f"/jobs/{taken['id']}")
            taken = job["result"] or job
        return int(taken["added"])

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        sent = {"Accept-Language": self.language, "Content-Type": "application/json"}
        if self.key is not None:
            sent["Authorization"] = f"Bearer {self.key}"
        sent |= headers or {}
        request = urllib.request.Request(  # noqa: S310 - the address is the caller's own
            f"{self.address}/api/v1{path}", data=body, headers=sent, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                answer: Mapping[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise ProblemError(error.code, json.load(error)) from None
        return answer


def _json(body: Mapping[str, object]) -> bytes:
    return json.dumps(body).encode()
