"""What is wrong with one home of many: it is put aside with its reason, and the run goes on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.services.fleet.tables import Dead

MAX_REASON = 400
MAX_SHOWN = 64


class HomeFaultError(AhorraLuzError):
    """Something of one home that keeps it from being scored."""


class Ward:
    """Where homes that fail are noted."""

    def __init__(self) -> None:
        self.dead: list[Dead] = []

    @contextmanager
    def of(self, home: str, stage: str) -> Iterator[None]:
        """Put ``home`` aside if what is done inside fails, whatever the failure is."""
        try:
            yield
        except AhorraLuzError as error:
            self.put(home, stage, error.issue)
        except Exception as error:  # noqa: BLE001 - one home's fault must never stop a run
            fault = {"error": type(error).__name__, "text": str(error)[:MAX_REASON]}
            self.put(home, stage, Issue(code="fleet-home-failed", parameters=fault))

    def put(self, home: str, stage: str, issue: Issue) -> None:
        """Note that a home is put aside, and why."""
        self.dead.append(
            Dead(home=home[:MAX_SHOWN], stage=stage, code=issue.code, reason=_as_json(issue))
        )


def _as_json(issue: Issue) -> str:
    """Return the parameters of an issue, days and exact numbers as texts."""
    return json.dumps(dict(issue.parameters), ensure_ascii=False, sort_keys=True, default=str)
