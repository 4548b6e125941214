"""Write the checklist of OWASP ASVS from its table: ``python -m scripts.write_asvs``."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "hardening" / "asvs.toml"
PAGE = ROOT / "docs" / "hardening" / "asvs.md"
CHAPTERS = {
    1: "Encoding and sanitization",
    2: "Validation and business logic",
    3: "Web frontend",
    4: "API and web service",
    5: "File handling",
    6: "Authentication",
    7: "Session management",
    8: "Authorization",
    9: "Self-contained tokens",
    10: "OAuth and OIDC",
    11: "Cryptography",
    12: "Secure communication",
    13: "Configuration",
    14: "Data protection",
    15: "Secure coding and architecture",
    16: "Security logging and error handling",
    17: "WebRTC",
}
STATUSES = ("shown", "told", "in part", "not here")
INTRODUCTION = """# OWASP ASVS, level 2

Every requirement of levels 1 and 2 of the [OWASP Application Security Verification Standard
5.0.0](https://github.com/OWASP/ASVS) (CC BY-SA 4.0), in words of our own, with what shows it. It is
our own reading and no certificate. A test of the suite holds that each test and page named here
exists; whether a test asserts enough is for whoever reads it to judge.

*Shown*: a test fails if it is not so. *Told*: a page of this documentation says it, as asked. *In
part*: the note says what is missing. *Not here*: there is no such thing to guard.

"""


def lines() -> list[dict[str, Any]]:
    """Return the lines of the table in their order."""
    found: list[dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["line"]
    return found


def page() -> str:
    """Return the page."""
    told = lines()
    counts = {
        level: Counter(line["status"] for line in told if line["level"] == level)
        for level in (1, 2)
    }
    parts = [
        INTRODUCTION,
        "| level | requirements | shown | told | in part | not here |\n",
        "| ---: | ---: | ---: | ---: | ---: | ---: |\n",
    ]
    for level, count in counts.items():
        cells = " | ".join(str(count[status]) for status in STATUSES)
        parts.append(f"| {level} | {count.total()} | {cells} |\n")
    for chapter, name in CHAPTERS.items():
        parts.append(
            f"\n## V{chapter} {name}\n\n| | level | what | by |\n| --- | ---: | --- | --- |\n"
        )
        parts += [_row(line) for line in told if _chapter(line) == chapter]
    return "".join(parts)


def _chapter(line: dict[str, Any]) -> int:
    return int(line["id"].partition(".")[0])


def _row(line: dict[str, Any]) -> str:
    by = [f"`{name.removeprefix('tests/')}`" for name in line.get("tests", ())]
    by += [f"[{_title(path)}]({_from_here(path)})" for path in line.get("pages", ())]
    if line.get("note"):
        by.append(line["note"])
    status = "" if line["status"] in ("shown", "told") else f"*{line['status']}*: "
    return f"| {line['id']} | {line['level']} | {line['about']} | {status}{'; '.join(by)} |\n"


def _from_here(path: str) -> str:
    if path.startswith("hardening/"):
        return path.removeprefix("hardening/")
    return f"../{path}"


def _title(path: str) -> str:
    text = (ROOT / "docs" / path).read_text("utf-8")
    include = text.partition("{include} ")[2].partition("\n")[0]
    if include:
        text = ((ROOT / "docs" / path).parent / include).read_text("utf-8")
    return next(line for line in text.splitlines() if line.startswith("# ")).removeprefix("# ")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
