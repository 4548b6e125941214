"""Every day: delete what is past its time, of people and of nights."""

from ahorraluz_operator import command
from ahorraluz_rules import DAG_RULES, FOLDER, day, given
from airflow.sdk import DAG

with DAG(
    "retention",
    schedule="0 9 * * *",
    tags=["ahorraluz"],
    params={"as_of": "", "work": "", "keep_nights": ""},
    **DAG_RULES,
):
    work = given("work", f"{FOLDER}/nights")
    keep = f"--keep-days={given('keep_nights', '35')}"
    command("tidy_people", "accounts", "tidy")
    command("tidy_nights", "data", "tidy", work, keep, f"--as-of={day()}")
