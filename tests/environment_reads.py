"""Every variable of the environment that a file of the project reads, wherever that is."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON_FOLDERS = ("src", "scripts", "benchmarks", "tests", "deploy", "docs")
SHELL_FOLDERS = ("deploy", "scripts", ".ci")
READERS = ("get", "setdefault", "pop")
"""Methods of ``os.environ`` whose first argument is a name that is looked up."""
_LOOKS = re.compile(r"\benviron\b|\bgetenv\b")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_IN_SHELL = re.compile(r"\$(?:\{([A-Z][A-Z0-9_]*)\b|([A-Z][A-Z0-9_]*)\b)")
_SET_BY_MAKE = re.compile(r"(?m)^(?:[\w-]+:[^\S\n]+)?(?:export[^\S\n]+)?([A-Z][A-Z0-9_]*) \?=")
_ARGUMENT = re.compile(r"(?m)^ARG ([A-Z][A-Z0-9_]*)")
_IN_COMPOSE = re.compile(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)")
_IN_WORKFLOWS = re.compile(r"\b(?:vars|secrets)\.(?!GITHUB_)([A-Z][A-Z0-9_]*)")
_IN_PROVISIONING = re.compile(r"(?<![$\w])\$([A-Z][A-Z0-9_]*)")
OF_EVERY_PROCESS = {"BASH_SOURCE", "HOME", "LANG", "PATH", "PWD", "SECONDS", "SYSTEMROOT", "UID"}
"""What a shell sets by itself, or every process has."""


def python_reads(path: Path) -> Iterator[str]:
    """Yield the names that a module looks up in ``os.environ``.

    A name is a literal, a constant of the module, or one of a constant collection that a loop
    goes through; one that is neither is told as ``?`` and where it stands. Loops over the
    environment itself copy it and read nothing by name.
    """
    text = path.read_text("utf-8")
    # Few files speak of the environment: the others need not be parsed.
    tree = ast.parse(text if _LOOKS.search(text) else "")
    held = _constants(tree)
    loops: dict[str, list[ast.expr]] = {}
    for name, over in _loops(tree):
        loops.setdefault(name, []).append(over)
    for key in _looked_up(tree):
        # A variable of a loop may be that of any loop of the module.
        places = loops.get(key.id, [key]) if isinstance(key, ast.Name) else [key]
        found = [text for one in places for text in _strings(one, held) or []]
        names = [text for text in found if _NAME.fullmatch(text)]
        copies = any("environ" in ast.unparse(one) for one in places)
        yield from names or ([] if copies else [f"? {path.relative_to(ROOT)}:{key.lineno}"])


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what names are assigned in a module, or in modules of ours that they come from."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                found |= {t.id: value for t in targets if isinstance(t, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
            case ast.ImportFrom(module=str(module), names=names):
                file = ROOT / f"{module.replace('.', '/')}.py"
                if any(one.name.isupper() for one in names) and file.is_file():
                    theirs = _constants(ast.parse(file.read_text("utf-8")))
                    found |= {one.name: theirs[one.name] for one in names if one.name in theirs}
    return found


def _loops(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield the variables of loops with what each goes through."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension):
            first = node.target.elts[0] if isinstance(node.target, ast.Tuple) else node.target
            if isinstance(first, ast.Name):
                yield first.id, node.iter


def _looked_up(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=held, attr=name), args=[key, *_]) if (
                ast.unparse(held) == "os.environ" and name in READERS
            ) or (name == "getenv" and ast.unparse(held) == "os"):
                yield key
            case ast.Subscript(value=held, slice=key, ctx=ast.Load()) if (
                ast.unparse(held) == "os.environ"
            ):
                yield key
            case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[held]) if (
                ast.unparse(held) == "os.environ"
            ):
                yield key


def _strings(node: ast.expr, held: dict[str, ast.expr]) -> list[str] | None:
    """Return the strings of a constant, of a collection of them, or of the keys of a mapping."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Name(id=name) if name in held:
            return _strings(held[name], {k: v for k, v in held.items() if k != name})
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return [text for part in parts for text in _strings(part, held) or []]
        case ast.Dict(keys=keys):
            return [text for key in keys if key for text in _strings(key, held) or []]
        case ast.Call(func=ast.Attribute(value=inner, attr="items" | "keys")):
            return _strings(inner, held)
        case _:
            return None


def shell_reads(text: str) -> set[str]:
    """Return the capital names that a script uses and does not set itself."""
    code = re.sub(r"(?m)(?:^|\s)#.*$", "", text)
    code = re.sub(r"'[^'\n]*'", "''", code)
    used = {name for pair in _IN_SHELL.findall(code) for name in pair if name}
    given = {
        name
        for name in used
        if re.search(rf"(?m)\b{name}=|\b(?:for|read)\b[^\n;]*\b{name}\b", code)
    }
    own = {name for name in given if not re.search(rf"\$\{{{name}:[-=?+]", code)}
    return used - own - OF_EVERY_PROCESS


@cache
def reads() -> dict[str, set[str]]:
    """Return the files that read each variable, by its name."""
    found: dict[str, set[str]] = {}

    def note(names: Iterator[str] | set[str], path: Path) -> None:
        for name in set(names) - OF_EVERY_PROCESS:
            found.setdefault(name, set()).add(path.relative_to(ROOT).as_posix())

    for folder in PYTHON_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            note(python_reads(path), path)
    for folder in SHELL_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix == ".sh" or path == ROOT / ".ci" / "run":
                note(shell_reads(path.read_text("utf-8")), path)
    for pattern, files in (
        (_SET_BY_MAKE, [ROOT / "Makefile"]),
        (_ARGUMENT, [ROOT / "Dockerfile"]),
        (_IN_COMPOSE, [ROOT / "compose.yaml"]),
        (_IN_WORKFLOWS, sorted((ROOT / ".github" / "workflows").glob("*.yml"))),
        (_IN_PROVISIONING, sorted((ROOT / "deploy" / "grafana").rglob("*.yaml"))),
    ):
        for path in files:
            note(set(pattern.findall(path.read_text("utf-8"))), path)
    return found
