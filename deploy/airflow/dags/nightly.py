"""Every night: take in, check, learn where it is due, score all homes, tell of groups."""

import json
from pathlib import Path

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


@task.branch(trigger_rule="none_failed")
def due(trigger, params, dag_run):
    """Learn on Sundays, when the homes have changed, or when a run says so."""
    drifted = Path(trigger).exists() and json.loads(Path(trigger).read_text("utf-8"))["retrain"]
    weekly = params["train"] == "weekly" and (dag_run.run_after.isoweekday() == 7 or drifted)
    return "features" if weekly or params["train"] == "always" else "score"


with DAG("nightly", schedule="30 8 * * *", tags=["ahorraluz"], params=PARAMS, **DAG_RULES):
    sheets = f"--sheets={given('sheets', f'{FOLDER}/inbox/sheets')}"
    homes = f"--homes={given('homes', f'{FOLDER}/inbox/homes')}"
    readings = f"--readings={given('readings', f'{FOLDER}/inbox/readings')}"
    import_sheets = command("import_sheets", "data", "import", sheets)
    tables = ("data", "import", homes, readings, f"--out={NIGHT}/raw")
    import_tables = command("import_tables", *tables)
    rest = (f"--tolerate={given('tolerate', '0.1')}", f"--report={NIGHT}/validation.json")
    validate = command("validate", "data", "validate", *RAW, *rest)
    first, last = learning(RAW, f"{NIGHT}/features", f"{NIGHT}/model")
    rest = (f"--engine={given('engine', 'local')}", f"--out={NIGHT}/fleet", f"--as-of={day()}")
    some = {"trigger_rule": "none_failed_min_one_success"}
    score = command("score", "fleet", "score", *RAW, *rest, **some)
    aggregates = command("aggregates", "fleet", "aggregates", f"{NIGHT}/fleet")
    tell = command("report", "fleet", "report", f"{NIGHT}/fleet", "--json")
    trigger = f"{NIGHT}/retrain.json"
    words = ("drift", "check", f"--trigger={trigger}", f"--as-of={day()}")
    watch = command("watch", *words, fine=(0, 1), may_refuse=True)
    chain([import_sheets, import_tables], validate, watch, due(trigger), [first, score])
    chain(last, score, aggregates, tell)
