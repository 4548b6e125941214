"""Write the boards of Grafana, their alerts and the rules of Prometheus into ``deploy/``.

python -m scripts.write_boards          # say which files are not current
python -m scripts.write_boards --write  # write them
"""

import sys
from pathlib import Path

from scripts.boards.files import GRAFANA, every_file

ROOT = Path(__file__).resolve().parents[1]


def stale() -> list[str]:
    """Return the files that are not as the boards are, those that should not be there as well."""
    made = every_file()
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / GRAFANA).rglob("*.*")}
    wrong = [
        name
        for name, text in made.items()
        if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != text
    ]
    return sorted({*wrong, *(there - made.keys())})


def main() -> int:
    """Write, or tell what is not current."""
    if "--write" not in sys.argv[1:]:
        found = stale()
        print("\n".join(found) or "everything is current")
        return int(bool(found))
    for name, text in every_file().items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
