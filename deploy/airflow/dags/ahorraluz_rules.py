"""What all DAGs share: one run at a time, retries, limits, and where parameters come from."""

import datetime as dt
import logging
from typing import Any

FOLDER = "/var/lib/ahorraluz"


def tell(context: Any) -> None:
    """Say in the log what failed; whoever is on call reads it from there."""
    failed = context.get("task_instance") or context["dag_run"]
    logging.getLogger("ahorraluz").error("failed: %s", failed)


DAG_RULES: dict[str, Any] = {
    "start_date": dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
    "catchup": False,
    "max_active_runs": 1,
    "max_active_tasks": 2,
    "dagrun_timeout": dt.timedelta(hours=12),
    "on_failure_callback": tell,
    "default_args": {
        "owner": "ahorraluz",
        "retries": 2,
        "retry_delay": dt.timedelta(minutes=5),
        "retry_exponential_backoff": True,
        "execution_timeout": dt.timedelta(hours=6),
        "on_failure_callback": tell,
    },
}


def given(name: str, default: str) -> str:
    """Return what a run says of a parameter, else the variable ``ahorraluz_<name>``, else this."""
    return f"{{{{ params.{name} or var.value.get('ahorraluz_{name}', '{default}') }}}}"


def day() -> str:
    """Return the day a run is of: the one it is told, else the one it was due on."""
    return "{{ params.as_of or dag_run.run_after | ds }}"
