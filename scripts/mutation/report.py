"""What mutation testing showed: the file of results, and the page that is made of it."""

import ast
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "hardening"
RESULTS = FOLDER / "mutation.json"
EQUIVALENTS = FOLDER / "mutation-equivalents.toml"
PAGE = FOLDER / "mutation.md"
CORE = "src/ahorraluz/core"
BESIDE = 25
"""Characters that are told on either side of a change in a long text."""
LONG = 60

INTRODUCTION = """\
# Mutation testing of money and tariffs

Each mutant is the program with one small fault: another number, a comparison turned round, an
argument left out, a text changed. A mutant is *killed* where a test fails because of it, *timed
out* where the tests no longer end, and it *survived* where all of them pass: then nobody would
have seen that fault.

The faults are those of [mutmut](https://mutmut.readthedocs.io/), in every function, method,
property, constant and default of the modules, and one of our own: a figure in text, such as
`Decimal("0.01")`, is moved by one unit of its last place. Types, decorators and docstrings are left
as they are. What is asked is the doctests and tests of these modules and the real bills; for
each mutant those that run its lines, the quickest first.

```console
$ make mutate
$ make mutate ARGS="terms schedule"
```

The first one runs every mutant that was not noticed yet, the second one those of some modules.
What is known of code that has not changed since is kept from run to run (`ARGS="--anew"` begins
again); the commit is that of the last run.
A change of the code of a module asks for all of its mutants again: until then a test counts
none of them as killed, and at 90 % of all it fails.
"""
ARGUED = """\
## Survivors that are no fault

These change nothing that anybody could see. They count as survived above; without them the score
is {score}.
"""
LEFT = """\
## Survivors that are left

Nothing was found that shows them to be harmless: a test that fails because of one is welcome.
Their text is in `docs/hardening/mutation.json`.
"""


def modules() -> list[str]:
    """Return the names of the modules that are asked."""
    found = (ROOT / CORE / "tariffs").glob("*.py")
    return ["money", *sorted(path.stem for path in found if path.stem != "__init__")]


def file_of(name: str) -> str:
    """Return the file of a module, from the root of the repository."""
    return f"{CORE}/money.py" if name == "money" else f"{CORE}/tariffs/{name}.py"


def kernel(path: Path) -> str:
    """Return what tells the code of a module from any other; comments and docstrings do not."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [part for part in body if not _is_only_read(part)]  # type: ignore[attr-defined]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16]


def _is_only_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def shortened(mutant: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a mutant is and what it changes, in few words."""
    before, after = mutant["before"], mutant["after"]
    if len(before) > LONG:
        shortest = min(len(before), len(after))
        same = next((n for n in range(shortest) if before[n] != after[n]), shortest)
        rest = shortest - same
        tail = next((n for n in range(rest) if before[-1 - n] != after[-1 - n]), rest)
        first = max(0, same - BESIDE)
        before, after = (
            " ".join(text[first : len(text) - tail + BESIDE].split()) for text in (before, after)
        )
    return {
        "line": mutant["line"],
        "function": mutant["function"],
        "before": before,
        "after": after,
    }


def told_equivalent(path: Path) -> list[dict[str, str]]:
    """Return the survivors that are argued to be no fault, each with why."""
    told: list[dict[str, str]] = tomllib.loads(path.read_text("utf-8"))["equivalent"]
    return told


def is_told(survivor: Mapping[str, Any], module: str, told: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether a survivor is argued to be no fault."""
    return any(
        module == file_of(one["module"])
        and all(survivor[name] == one[name] for name in ("function", "before", "after"))
        for one in told
    )


def noticed(row: Mapping[str, Any]) -> int:
    """Return how many mutants of a module were noticed."""
    return int(row["killed"]) + int(row["timed_out"])


def percent(part: int, whole: int) -> str:
    """Return a share in words, rounded down so that 100 % is all."""
    return f"{part * 1000 // max(whole, 1) / 10:.1f} %"


def page(results: Mapping[str, Any], told: Sequence[Mapping[str, str]]) -> str:
    """Return the page of the results."""
    rows: Mapping[str, Any] = results["modules"]
    whole = sum(row["mutants"] for row in rows.values())
    seen = sum(noticed(row) for row in rows.values())
    table = [
        "| module | mutants | killed | timed out | survived | score | measured at |",
        "|---|---:|---:|---:|---:|---:|---|",
        *(_row(module, row) for module, row in rows.items()),
        f"| **all** | **{whole}** | **{sum(row['killed'] for row in rows.values())}** "
        f"| **{sum(row['timed_out'] for row in rows.values())}** | **{whole - seen}** "
        f"| **{percent(seen, whole)}** | |",
    ]
    argued = sum(
        is_told(one, module, told) for module, row in rows.items() for one in row["survived"]
    )
    parts = [
        INTRODUCTION,
        "\n".join(table) + "\n",
        ARGUED.format(score=percent(seen, whole - argued)),
        "\n".join(_argued(one) for one in told) + "\n",
        LEFT,
        "\n".join(
            _left(module, row, told) for module, row in rows.items() if _open(module, row, told)
        )
        + "\n",
    ]
    return "\n".join(parts)


def _row(module: str, row: Mapping[str, Any]) -> str:
    name = module.removeprefix(f"{CORE}/")
    return (
        f"| `{name}` | {row['mutants']} | {row['killed']} | {row['timed_out']} "
        f"| {row['mutants'] - noticed(row)} | {percent(noticed(row), row['mutants'])} "
        f"| {row['measured']}, {row['commit']} |"
    )


def _argued(one: Mapping[str, str]) -> str:
    where = f"`{one['module']}`" + (f", `{one['function']}`" if one["function"] else "")
    return f"- {where}: `{one['before']}` → `{one['after']}`. {one['why']}"


def _open(
    module: str, row: Mapping[str, Any], told: Sequence[Mapping[str, str]]
) -> list[Mapping[str, Any]]:
    return [one for one in row["survived"] if not is_told(one, module, told)]


def _left(module: str, row: Mapping[str, Any], told: Sequence[Mapping[str, str]]) -> str:
    left = _open(module, row, told)
    names = dict.fromkeys(one["function"] or "outside of functions" for one in left)
    return f"- `{module.removeprefix(f'{CORE}/')}`: {len(left)}, in {', '.join(names)}"
