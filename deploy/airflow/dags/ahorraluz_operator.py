"""A task is one ``ahorraluz`` command."""

import json
import subprocess
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

PROGRAM = "{{ var.value.get('ahorraluz_command', 'ahorraluz') }}"
"""It lives in an environment of its own, not in the one of Airflow."""
REFUSED = 2
"""Exit code of what asking again does not change, such as wrong input."""


class Ahorraluz(BaseOperator):
    """Run the program; its words are templates, and no shell reads them."""

    template_fields = ("words",)

    def __init__(self, *, words: list[str], fine=(0,), may_refuse=False, **rest: Any) -> None:
        super().__init__(**rest)
        self.words, self.fine, self.may_refuse = words, fine, may_refuse
        self._running: subprocess.Popen[str] | None = None

    def execute(self, context: Any) -> Any:
        """Return what the program says as JSON where it was asked for, else nothing."""
        line = " ".join(self.words)
        with subprocess.Popen(self.words, stdout=subprocess.PIPE, text=True) as self._running:
            said = self._running.communicate()[0]
        self.log.info("%s\n%s", line, said)
        code = self._running.returncode
        if code == REFUSED:
            raise (AirflowSkipException if self.may_refuse else AirflowFailException)(line)
        if code not in self.fine:
            raise AirflowException(f"ended with {code}: {line}")
        return json.loads(said) if "--json" in self.words else None

    def on_kill(self) -> None:
        """End the program with its task; what it wrote stays whole, or is not there."""
        if self._running is not None:
            self._running.terminate()


def command(task_id: str, *words: str, **rest: Any) -> Ahorraluz:
    """Return the task that runs ``ahorraluz`` with these words."""
    return Ahorraluz(task_id=task_id, words=[PROGRAM, *words], **rest)
