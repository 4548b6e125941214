"""Every week: measure what was promised, and tell of it where enough homes can be told of."""

from ahorraluz_operator import command
from ahorraluz_rules import DAG_RULES, day
from airflow.sdk import DAG, chain

with DAG(
    "weekly_verification",
    schedule="0 10 * * 1",
    tags=["ahorraluz"],
    params={"as_of": ""},
    **DAG_RULES,
):
    verify = command("verify", "scoreboard", "--update", "--json", f"--as-of={day()}")
    publish = command("publish", "aggregates", "publish", "--json")
    chain(verify, publish)
