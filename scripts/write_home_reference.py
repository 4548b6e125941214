"""Write the lists of ids in docs/reference/home-file.md from the catalogue.

    python scripts/write_home_reference.py          # print them
    python scripts/write_home_reference.py --write  # put them into the page

Names are the English ones of the catalogue of texts.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.assumptions import load_assumptions
from ahorraluz.core.advice.asked import ASKED
from ahorraluz.texts import open_texts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "home-file.md"


def lists() -> Mapping[str, str]:
    """Return each list in Markdown, by the name of its markers in the page."""
    texts = open_texts("en")
    appliances = "".join(
        f"| `{name}` | {texts.text(f'appliance.{name}')} |\n" for name in load_appliances()
    )
    ours = [(a.id, a.value.unit, f"{a.value.middle:g}") for a in load_assumptions().values()]
    asked = [(figure.id, figure.unit, "asked") for figure in ASKED.values()]
    assumptions = "".join(
        f"| `{name}` | {texts.text(f'assumption.{name}')} | {unit} | {value} |\n"
        for name, unit, value in (*ours, *asked)
    )
    head = "| id | what it is | unit | ours |\n| --- | --- | --- | ---: |\n"
    return {
        "appliances": f"| id | appliance |\n| --- | --- |\n{appliances}",
        "assumptions": f"{head}{assumptions}",
    }


def main() -> None:
    """Print the lists, or write them into the page."""
    text = PAGE.read_text("utf-8")
    for name, rows in lists().items():
        start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
        before, _, rest = text.partition(start)
        after = rest.partition(end)[2]
        text = f"{before}{start}\n\n{rows}\n{end}{after}"
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text, "utf-8")
    else:
        sys.stdout.write("\n".join(lists().values()))


if __name__ == "__main__":
    main()
