"""Learn anew, hold it against the champion on homes that neither saw, promote or keep."""

import logging

from ahorraluz_operator import command
from ahorraluz_rules import day, given
from airflow.sdk import chain, task


@task.branch
def is_new(ti):
    """Compare what was not registered before; a champion is not its own challenger."""
    aliases = ti.xcom_pull(task_ids="register")["aliases"]
    return "keep" if "champion" in aliases else "compare"


@task.branch
def verdict(ti):
    """Promote what was found better than the champion; reject anything else."""
    return "promote" if ti.xcom_pull(task_ids="compare")["verdict"] == "better" else "keep"


@task(trigger_rule="none_failed_min_one_success")
def keep(ti):
    """Keep the champion; the registry has the verdict."""
    found = ti.xcom_pull(task_ids="compare") or {"verdict": "the same model"}
    logging.getLogger("ahorraluz").info("the champion stays: %s", found["verdict"])


def learning(raw: tuple[str, ...], features: str, model: str):
    """Return the first task of a learning, and its last ones: one of them is done."""
    made = command(
        "features", "features", *raw, f"--out={features}", f"--most={given('most_homes', '2000')}"
    )
    train = command(
        "train", "train", f"--data={features}", f"--out={model}", "--write-anyway",
        f"--seeds={given('seeds', '3')}", f"--epochs={given('epochs', '20')}", f"--as-of={day()}",
    )  # fmt: skip
    words = ("backtest", f"--readings={features}", f"--model={model}", "--json")
    backtest = command("backtest", *words, f"--as-of={day()}")
    register = command("register", "models", "register", model, "--json")
    number = "{{ ti.xcom_pull(task_ids='register')['number'] }}"
    compare = command("compare", "models", "compare", number, f"--data={features}", "--json")
    why = ("--by=nightly", "--reason=better on homes that were held out")
    promote = command("promote", "models", "promote", number, *why)
    new, judged, kept = is_new(), verdict(), keep()
    chain(made, train, backtest, register, new, compare, judged, [promote, kept])
    new >> kept
    return made, [promote, kept]
