"""Draw the few figures that `dvc metrics` and `dvc plots` show out of a backtest's document.

python scripts/pipeline_figures.py BACKTEST_JSON METRICS_JSON SCORES_CSV
"""

import csv
import json
import sys
from pathlib import Path

SCORES = ("wql", "nrmse", "nmae", "coverage80")
JUDGED = "day-mixer"


def main(backtest: Path, metrics: Path, scores: Path) -> None:
    """Write both files."""
    document = json.loads(backtest.read_text("utf-8"))
    rows = [
        {"model": name, "hours": hours, **{score: found.get(score) for score in SCORES}}
        for name, model in document["models"].items()
        for hours, found in model["horizons"].items()
    ]
    figures = {
        "homes": document["homes"],
        "windows": document["windows"],
        **{
            f"{row['hours']}h": {score: row[score] for score in SCORES}
            for row in rows
            if row["model"] == JUDGED
        },
    }
    metrics.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    with scores.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["model", "hours", *SCORES])
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
