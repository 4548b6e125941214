"""Every night: take in, check, learn where it is due, score all homes, tell of groups."""

from ahorraluz_operator import command
from ahorraluz_rules import DAG_RULES, FOLDER, day, given
from airflow.sdk import DAG, Param, chain, task
from learning_tasks import learning

NAMES = ("sheets", "homes", "readings", "work", "tolerate", "engine", "as_of")
PARAMS = {
    **dict.fromkeys((*NAMES, "seeds", "epochs", "most_homes"), ""),
    "train": Param("weekly", enum=["weekly", "always", "never"]),
}
NIGHT = given("work", f"{FOLDER}/nights") + f"/{day()}"
RAW = (f"--homes={NIGHT}/raw/homes", f"--readings={NIGHT}/raw/readings")


@task.branch
def due(params, dag_run):
    """Learn on Sundays, or whenever a run says so; the homes are scored either way."""
    sunday = params["train"] == "weekly" and dag_run.run_after.isoweekday() == 7
    return "features" if sunday or params["train"] == "always" else "score"


with DAG("nightly", schedule="30 8 * * *", tags=["ahorraluz"], params=PARAMS, **DAG_RULES):
    sheets = f"--sheets={given('sheets', f'{FOLDER}/inbox/sheets')}"
    homes = f"--homes={given('homes', f'{FOLDER}/inbox/homes')}"
    readings = f"--readings={given('readings', f'{FOLDER}/inbox/readings')}"
    import_sheets = command("import_sheets", "data", "import", sheets)
    import_tables = command(
        "import_tables", "data", "import", homes, readings, f"--out={NIGHT}/raw"
    )
    tolerate = f"--tolerate={given('tolerate', '0.1')}"
    report = f"--report={NIGHT}/validation.json"
    validate = command("validate", "data", "validate", *RAW, report, tolerate)
    first, last = learning(RAW, f"{NIGHT}/features", f"{NIGHT}/model")
    engine = f"--engine={given('engine', 'local')}"
    score = command(
        "score", "fleet", "score", *RAW, engine, f"--out={NIGHT}/fleet", f"--as-of={day()}",
        trigger_rule="none_failed_min_one_success",
    )  # fmt: skip
    aggregates = command("aggregates", "fleet", "aggregates", f"{NIGHT}/fleet")
    tell = command("report", "fleet", "report", f"{NIGHT}/fleet", "--json")
    is_due = due()
    chain([import_sheets, import_tables], validate, is_due, [first, score])
    chain(last, score, aggregates, tell)
