"""What the house asks of every file and no linter knows: sizes, imports, texts, sources, lock."""

import ast
import csv
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "ahorraluz"
LOCALES = ("es_PE", "en")
OTHER_CODE = ("tests", "docs", "scripts", "benchmarks")
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-train.txt")

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50
HEAVY = ("tensorflow", "keras", "lightgbm", "pandas", "scipy", "sklearn", "pvlib")

Function = ast.FunctionDef | ast.AsyncFunctionDef

# A path that exists on one machine only: a work folder, or somebody's home.
MACHINE_PATH = re.compile(r"(?<![\w.}/-])/(?:work|root|home/[a-z]\w*|Users/[A-Za-z]\w*)/")


def python_files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(path)))


SOURCES = python_files(PACKAGE)
EVERY_MODULE = python_files(PACKAGE, *(ROOT / name for name in OTHER_CODE))


# --- size and form ---------------------------------------------------------------------------


def docstring_lines(node: Function) -> int:
    if ast.get_docstring(node, clean=False) is None:
        return 0
    first = node.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1


def test_modules_stay_under_four_hundred_lines() -> None:
    lines = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in EVERY_MODULE}

    assert {name: n for name, n in lines.items() if n >= MAX_MODULE_LINES} == {}


def test_functions_stay_under_fifty_lines_without_their_docstring() -> None:
    lines = {
        f"{name_of(path)}:{node.lineno} {node.name}": (
            (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node)
        )
        for path in EVERY_MODULE
        for node in nodes_of(path)
        if isinstance(node, Function)
    }

    assert {name: n for name, n in lines.items() if n >= MAX_FUNCTION_LINES} == {}


def test_package_files_hold_a_docstring_and_nothing_else() -> None:
    packages = [path for path in SOURCES if path.name == "__init__.py"]

    with_code = [
        name_of(path)
        for path in packages
        if len(tree_of(path).body) != 1 or ast.get_docstring(tree_of(path)) is None
    ]

    assert packages
    assert with_code == []


def test_every_import_is_absolute() -> None:
    relative = [
        f"{name_of(path)}:{node.lineno}"
        for path in EVERY_MODULE
        for node in nodes_of(path)
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]

    assert relative == []


def test_the_command_line_starts_without_heavy_packages() -> None:
    code = "import sys, ahorraluz.cli.main; print(*{name.split('.')[0] for name in sys.modules})"

    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    assert set(HEAVY) & set(run.stdout.split()) == set()


# --- issues and texts ------------------------------------------------------------------------


@dataclass
class IssueCodes:
    """Codes of issues and house errors found in the source, and what could not be read."""

    codes: dict[str, str] = field(default_factory=dict)
    """First place of each code, by code."""
    unclear: list[str] = field(default_factory=list)
    """Codes that are no literal, with their place."""
    makers: dict[str, int] = field(default_factory=dict)
    """Functions that hand their parameter ``code`` on to an issue, with its position: the
    literals at their calls are codes too."""


def calls_in(
    node: ast.AST, inside: Function | None = None
) -> Iterator[tuple[ast.Call, Function | None]]:
    """Yield every call with the function around it, if any."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, inside
        yield from calls_in(child, child if isinstance(child, Function) else inside)


def arguments_of(function: Function) -> list[str]:
    """Return the names of the arguments as a caller counts them, keyword-only ones last."""
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def assigned_in(function: Function | None, name: str) -> list[ast.expr]:
    """Return everything a function assigns to one of its names."""
    return [
        node.value
        for node in (ast.walk(function) if function else ())
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]


def take_code(code: ast.expr, inside: Function | None, *, where: str, found: IssueCodes) -> None:
    match code:
        case ast.Constant(value=str(text)):
            found.codes.setdefault(text, where)
        case ast.IfExp(body=body, orelse=other):
            take_code(body, inside, where=where, found=found)
            take_code(other, inside, where=where, found=found)
        case ast.Name(id="code") if inside is not None and "code" in arguments_of(inside):
            found.makers[inside.name] = arguments_of(inside).index("code")
        case ast.Name(id=name) if assigned := assigned_in(inside, name):
            for value in assigned:
                take_code(value, inside, where=where, found=found)
        case _:
            found.unclear.append(f"{where} {ast.unparse(code)}")


def house_errors() -> set[str]:
    bases = {
        node.name: {ast.unparse(base).rsplit(".")[-1] for base in node.bases}
        for path in SOURCES
        for node in nodes_of(path)
        if isinstance(node, ast.ClassDef)
    }
    errors = {"AhorraLuzError"}
    while more := {name for name, above in bases.items() if above & errors} - errors:
        errors |= more
    return errors


@cache
def issue_codes() -> IssueCodes:
    makers = {"Issue": 0} | dict.fromkeys(house_errors(), 0)
    while True:
        found = IssueCodes()
        for path in SOURCES:
            if path == PACKAGE / "core" / "issues.py":
                continue
            for call, inside in calls_in(tree_of(path)):
                position = makers.get(ast.unparse(call.func).rsplit(".")[-1])
                if position is not None:
                    by_name = [word.value for word in call.keywords if word.arg == "code"]
                    for code in by_name or call.args[position : position + 1]:
                        where = f"{name_of(path)}:{code.lineno}"
                        take_code(code, inside, where=where, found=found)
        if found.makers.keys() <= makers.keys():
            return found
        makers |= found.makers


@cache
def texts_of(locale: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted((PACKAGE / "locales" / locale).glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=locale)
        texts |= {str(entry.id): str(entry.string) for entry in catalog if entry.id}
    return texts


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_issue_code_can_be_read_in_the_source() -> None:
    assert issue_codes().codes
    assert issue_codes().unclear == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_issue_code_has_a_text(locale: str) -> None:
    texts = texts_of(locale)

    missing = {
        code: where for code, where in issue_codes().codes.items() if not texts.get(f"issue.{code}")
    }

    assert missing == {}


def test_both_languages_say_the_same_things() -> None:
    spanish, english = (texts_of(locale) for locale in LOCALES)

    assert spanish
    assert spanish.keys() ^ english.keys() == set()
    assert [key for key in spanish if not (spanish[key] and english[key])] == []
    assert {
        key: placeholders(spanish[key]) ^ placeholders(english[key])
        for key in spanish
        if placeholders(spanish[key]) != placeholders(english[key])
    } == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_is_written_twice(locale: str) -> None:
    written = Counter[str]()
    for path in (PACKAGE / "locales" / locale).glob("*.po"):
        written.update(re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), flags=re.MULTILINE))

    assert [key for key, times in written.items() if times > 1] == []


# --- figures and files -----------------------------------------------------------------------


def data_rows() -> Iterator[tuple[str, dict[str, str]]]:
    for path in sorted((PACKAGE / "data").rglob("*.csv")):
        if path.name != "sources.csv":
            with path.open(encoding="utf-8", newline="") as file:
                for row in (reader := csv.DictReader(file)):
                    yield f"{name_of(path)}:{reader.line_num}", row


def sources_of(row: dict[str, str]) -> list[str]:
    return [
        source
        for column, source in row.items()
        if column == "source" or (column or "").endswith("_source")
        if source
    ]


def test_every_row_of_data_names_a_source_that_exists() -> None:
    with (PACKAGE / "data" / "sources.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    rows = list(data_rows())

    assert rows
    assert [where for where, row in rows if not sources_of(row)] == []
    assert {
        where: unknown for where, row in rows if (unknown := set(sources_of(row)) - known)
    } == {}


def files_of_the_repository() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: nothing says which files belong to it")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = [
        f"{name_of(path)}:{number} {line.strip()[:80]}"
        for path in files_of_the_repository()
        for number, line in enumerate(path.read_text("utf-8", errors="ignore").splitlines(), 1)
        if MACHINE_PATH.search(line) or str(ROOT) in line
    ]

    assert found == []


# --- the lock --------------------------------------------------------------------------------


def pins_of(lock: str) -> set[str]:
    """Return the pinned requirements with their markers, as uv writes them."""
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    return {line.removesuffix("\\").strip() for line in lines if line and line[0] not in "# "}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_with_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")

    blocks = re.split(r"\n(?=[^\s#])", text)[1:]

    assert blocks
    assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")

    assert re.findall(r".*(?:://|--(?:extra-)?index|--find-links|file:).*", text) == []


def test_the_locks_agree() -> None:
    runtime, development, training = (pins_of(lock) for lock in LOCKS)

    assert runtime - development == set()
    # A package that only some systems need here may be needed by all for training.
    assert {pin.partition(" ;")[0] for pin in development - training} <= {
        pin.partition(" ;")[0] for pin in training
    }


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        pytest.param("requirements.txt", ["build"], id="runtime"),
        pytest.param("requirements-dev.txt", ["build", "dev"], id="development"),
        pytest.param("requirements-train.txt", ["build", "dev", "train"], id="training"),
        pytest.param("requirements-notebooks.txt", ["build", "dev", "notebooks"], id="notebooks"),
    ],
)
def test_every_dependency_is_locked(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + [
        line for extra in extras for line in project["optional-dependencies"][extra]
    ]

    locked = {pin.split("==")[0] for pin in pins_of(lock)}

    assert {re.split(r"[<>=!~;\[ ]", line)[0] for line in wanted} - locked == set()
