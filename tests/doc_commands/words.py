"""The words of commands that no test can run: files, options, targets, services, settings exist."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import click
import yaml
from tests.doc_commands.blocks import ROOT
from tests.doc_commands.ways import program_of

from ahorraluz.cli.main import COMMANDS, cli
from ahorraluz.cli.session import Session

FOLDERS = ("deploy", "docs", "examples", "scripts", "tests", "src", "benchmarks", "notebooks")
AT_THE_TOP = re.compile(
    r"(?:\./)?(?:requirements[\w-]*\.txt|compose[\w.-]*\.yaml|Dockerfile|Makefile|dvc\.(?:yaml|lock)"
    r"|params\.yaml|pyproject\.toml|\.ci/run)"
)
_SETTING = re.compile(r"(?<!_VAR_)\bAHORRALUZ_[A-Z][A-Z0-9_]*")
_BETWEEN = ("&&", "||", "|", ";", "&")


def faults(text: str) -> list[str]:
    """Return what is wrong with the words of a command; nothing: all of them are there."""
    found = [*_settings(text)]
    for words in _parts(text):
        found += _paths(words)
        found += _of_program(words)
        found += _nested(words)
    return found


def _parts(text: str) -> Iterator[list[str]]:
    """Yield the commands of a line, each as its words without variables before it."""
    part: list[str] = []
    # The shell would put the place of the program here.
    text = re.sub(r'"?\$\(command -v ahorraluz\)"?', "ahorraluz", text)
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;")
    lexer.whitespace_split, lexer.commenters = True, "#"
    for word in [*lexer, ";"]:
        if word in _BETWEEN:
            if part:
                yield part
            part = []
        elif part or not re.fullmatch(r"[A-Z_][A-Z0-9_]*=.*", word, re.DOTALL):
            part.append(word)


def _settings(text: str) -> Iterator[str]:
    known = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    for name in _SETTING.findall(text):
        plain = name.removesuffix("_FILE")
        if not any(f"`{one}`" in known for one in (name, plain)):
            yield f"{name} is no setting of docs/reference/settings.md"


def _paths(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        for piece in re.split(r"[=:,@\s]", word):
            path = re.sub(r"^(?:\$PWD|\$\{PWD\}|\.)/", "", piece)
            first = path.partition("/")[0]
            ours = ("/" in path and first in FOLDERS) or AT_THE_TOP.fullmatch(path)
            if ours and not re.search(r"[*<$…]", path) and not (ROOT / path).exists():
                yield f"{path} is not in the repository"


def _of_program(words: Sequence[str]) -> Iterator[str]:
    program = program_of(shlex.join(words))
    check = {
        "make": _make,
        "pip": _pip,
        "python": _python,
        "docker": _docker,
        "kubectl": _kubectl,
        "ahorraluz": _ahorraluz,
    }.get(program)
    if check is not None:
        yield from check(words)


def _make(words: Sequence[str]) -> Iterator[str]:
    """Yield what `make -n` refuses, which names what each target would run."""
    done = subprocess.run(
        ["make", "-n", "--no-print-directory", *words[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        yield f"{shlex.join(words)}: {done.stderr.strip()}"


@cache
def _project() -> dict[str, Any]:
    document: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return dict(document["project"])


@cache
def _locked() -> frozenset[str]:
    """Return what is pinned in any lock: name==version."""
    lines = [
        line for path in ROOT.glob("requirements*.txt") for line in path.read_text().splitlines()
    ]
    return frozenset(line.split()[0] for line in lines if re.match(r"[\w.-]+==\S", line))


def _pip(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if extras := re.fullmatch(r"ahorraluz\[([\w,-]+)\](?:[=@].*)?", word):
            known = _project()["optional-dependencies"]
            yield from (
                f"ahorraluz[{name}] is no extra"
                for name in extras[1].split(",")
                if name not in known
            )
        elif re.fullmatch(r"[\w.-]+==[\w.]+", word) and not word.startswith("ahorraluz=="):
            name = word.partition("==")[0]
            locked = {
                pin for pin in _locked() if pin.partition("==")[0] in {name, f"{name}-skinny"}
            }
            if not any(pin.endswith(word.partition("==")[2]) for pin in locked):
                yield f"{word} is in no lock: {sorted(locked)}"


def _python(words: Sequence[str]) -> Iterator[str]:
    path = f"{words[2].replace('.', '/')}.py" if len(words) > 2 and words[1] == "-m" else words[1]
    if not (ROOT / path).is_file() and (ROOT / path.removesuffix(".py")).is_dir():
        path = f"{path.removesuffix('.py')}/__main__.py"
    if not (ROOT / path).is_file():
        yield f"{path} is not in the repository"
        return
    text = (ROOT / path).read_text("utf-8")
    for word in words[2:]:
        option = word.partition("=")[0]
        if option.startswith("--") and option not in text:
            yield f"{path} has no option {option}"


def _value(words: Sequence[str], *names: str) -> Iterator[str]:
    """Yield the values of an option of a command."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word in names:
            yield following
        for name in names:
            if name.startswith("--") and word.startswith(f"{name}="):
                yield word.partition("=")[2]


def _docker(words: Sequence[str]) -> Iterator[str]:
    if "compose" in words[:2]:
        yield from _compose(words)
        return
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8") if "--target" in words else ""
    for target in _value(words, "--target"):
        if not re.search(rf"^FROM .* AS {re.escape(target)}$", dockerfile, re.M | re.I):
            yield f"the Dockerfile has no target {target}"


_OF_SERVICES = ("up", "run", "exec", "logs", "restart", "stop", "start", "build", "pull", "ps")
_WITH_VALUE = ("-f", "--file", "--profile", "--env-file", "-p", "--project-name", "--scale", "-e")


def _compose(words: Sequence[str]) -> Iterator[str]:
    document = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    services = document["services"]
    profiles = {name for one in services.values() for name in one.get("profiles", ())}
    for profile in _value(words, "--profile"):
        if profile not in {*profiles, "*"}:
            yield f"compose.yaml has no profile {profile}"
    plain, skip = [], False
    for word in words[words.index("compose") + 1 :]:
        if not skip and not word.startswith("-"):
            plain.append(word)
        skip = word in _WITH_VALUE
    if plain and plain[0] in _OF_SERVICES:
        named = plain[1:2] if plain[0] in {"run", "exec"} else plain[1:]
        yield from (f"compose.yaml has no service {name}" for name in named if name not in services)


@cache
def _objects() -> frozenset[str]:
    """Return the names of all objects that are described for Kubernetes."""
    files = (ROOT / "deploy" / "kubernetes").rglob("*.yaml")
    return frozenset(
        name
        for path in files
        for name in re.findall(r"^ +name: ([\w.-]+)$", path.read_text("utf-8"), re.MULTILINE)
    )


def _kubectl(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        named = re.search(r"\b(?:deployment|service|cronjob|statefulset)/([\w.-]+)$", word)
        if named and named[1] not in _objects():
            yield f"{word} is nowhere in deploy/kubernetes"
    for path in _value(words, "-k", "--kustomize"):
        if not (ROOT / path / "kustomization.yaml").is_file():
            yield f"{path} has no kustomization.yaml"
    if "kustomize" in words:
        path = words[words.index("kustomize") + 1]
        if not (ROOT / path / "kustomization.yaml").is_file():
            yield f"{path} has no kustomization.yaml"


def _nested(words: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a command of ours that another program is told to run."""
    for place, word in enumerate(words):
        after = words[place + 1 : place + 2]
        if place and word.rpartition("/")[2] == "ahorraluz" and after and after[0] in COMMANDS:
            yield from _ahorraluz(words[place:])


def _ahorraluz(words: Sequence[str]) -> Iterator[str]:
    """Yield commands and options that the program does not have."""
    command: click.Command = cli
    context = click.Context(cli, info_name="ahorraluz", obj=Session(language="en"))
    rest = list(words[1:])
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        inner = command.get_command(context, rest[0])
        if inner is None:
            yield f"{context.command_path} has no command {rest[0]}"
            return
        context = click.Context(inner, parent=context, info_name=rest[0])
        command, rest = inner, rest[1:]
    known = {
        option
        for one in (cli, command)
        for parameter in one.get_params(context)
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    for word in rest:
        option = word.partition("=")[0]
        if option.startswith("--") and len(option) > len("--") and option not in known:
            yield f"{context.command_path} has no option {option}"
