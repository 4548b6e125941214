"""Write the table of measures in docs/reference/measures.md from the catalogue.

    python scripts/write_measure_reference.py          # print it
    python scripts/write_measure_reference.py --write  # put it into the page

Words are the English ones of the catalogue of texts.
"""

import sys
from pathlib import Path

from ahorraluz.catalog.evidence import load_measure_facts
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.measures import Measure
from ahorraluz.texts import Texts, open_texts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "measures.md"
START, END = "<!-- measures: start -->", "<!-- measures: end -->"
HEAD = (
    "| measure | what to do | kind | acts on | needs | evidence, and its grade |\n"
    "| --- | --- | --- | --- | --- | --- |\n"
)


def table() -> str:
    """Return the table of every measure in Markdown."""
    texts = open_texts("en")
    return HEAD + "".join(_row(measure, texts) for measure in ALL_MEASURES)


def _row(measure: Measure, texts: Texts) -> str:
    facts = load_measure_facts()
    uses = [texts.text(f"end-use.{use.value}") for use in measure.end_uses]
    needs = [
        texts.text(f"need.{name}")
        for name, needed in (("owner", measure.needs_owner), ("roof", measure.needs_roof))
        if needed
    ]
    evidence = [f"`{name}` ({facts[name].source.grade.value})" for name in measure.evidence]
    cells = (
        f"`{measure.id}`",
        texts.text(f"measure.{measure.id}.title"),
        texts.text(f"kind.{measure.kind.value}"),
        ", ".join(uses) or "the bill",
        "; ".join(needs) or "nothing",
        ", ".join(evidence) or "our own reasoning",
    )
    return f"| {' | '.join(cells)} |\n"


def main() -> None:
    """Print the table, or write it into the page."""
    if "--write" not in sys.argv[1:]:
        sys.stdout.write(table())
        return
    before, _, rest = PAGE.read_text("utf-8").partition(START)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{START}\n\n{table()}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
