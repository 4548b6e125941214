"""Write what the golden plans expect, from what the code plans today; read the change before.

python scripts/write_golden_plans.py            tell which homes changed
python scripts/write_golden_plans.py --write    write tests/golden/plans/*/expected.json
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from ahorraluz.core.advice.lineless_home import HomeWithoutLine
from ahorraluz.services.advise import advise
from ahorraluz.services.advise_without_line import advise_without_line
from ahorraluz.services.documents.plan import plan_document
from ahorraluz.services.documents.without_line import without_line_document
from ahorraluz.services.homes import home_from_file, home_without_line
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import read_settings
from ahorraluz.texts import open_texts

PLANS = Path(__file__).resolve().parents[1] / "tests" / "golden" / "plans"
AS_OF = date(2026, 11, 24)
OF_A_STEP = ("measure", "saving_year", "home_year", "crosses", "place")


def expected(home: Path, tools: Toolbox) -> dict[str, Any]:
    """Return the part of a plan that is compared: what an expert would sign."""
    lineless = home_without_line(home, as_of=AS_OF)
    if lineless is not None:
        return expected_without_line(lineless, tools)
    known = home_from_file(home, as_of=AS_OF)
    advice = advise(
        known.home, tools=tools, as_of=AS_OF, receipt=known.receipt, evidence=known.evidence
    )
    plan: Any = plan_document(advice, open_texts("es-PE"))
    return {
        "steps": [
            {name: step[name] for name in OF_A_STEP}
            | {"cost": step["cost"]["amount"], "bracket": step["fallen"].get("bracket", "0.00")}
            for step in plan["steps"]
        ],
        "value": plan["optimum"]["text"],
        "proved": plan["optimum"]["proved"],
        "bill_saving_year": plan["bill_saving_year"],
        "other_year": plan["other_year"],
        "kwh": [[month["kwh_now"], month["kwh_then"]] for month in plan["months"]],
        "targets": {item["measure"]: item["saving_year"] for item in plan["targets"]},
        "beside": {item["measure"]: item["standing"] for item in plan["options"]},
        "checks": [item["measure"] for item in plan["checks"]],
        "would": {item["measure"]: item["would"] for item in plan["left_out"] if item["would"]},
    }


def expected_without_line(home: HomeWithoutLine, tools: Toolbox) -> dict[str, Any]:
    """Return the same of a home that no line reaches."""
    advice = advise_without_line(home, tools=tools, as_of=AS_OF)
    texts = open_texts("es-PE")
    plan: Any = without_line_document(advice, texts)
    return {
        "steps": [
            {name: step[name] for name in ("measure", "how", "saving_year", "parameters")}
            | {"cost": step["cost"]["amount"], "crosses": [], "bracket": "0.00"}
            for step in plan["steps"]
        ],
        "value": f"{texts.soles(advice.plan.net_pen_month)} al mes",
        "proved": plan["sets"] > 0,
        "sets": plan["sets"],
        "beside": {item["measure"]: item["how"] for item in plan["options"]},
        "checks": [item["measure"] for item in plan["checks"]],
        "left_out": {item["measure"]: item["reason"] for item in plan["left_out"]},
    }


def main() -> None:
    """Compare, or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    tools = open_toolbox(read_settings())
    for home in sorted(PLANS.glob("*/home.toml")):
        page = home.with_name("expected.json")
        text = json.dumps(expected(home, tools), ensure_ascii=False, indent=1) + "\n"
        if page.exists() and page.read_text("utf-8") == text:
            continue
        sys.stdout.write(f"{home.parent.name}\n")
        if write:
            page.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
