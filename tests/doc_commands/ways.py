"""What becomes of each command and block of the documentation: the classes, and which is whose.

Every command is in exactly one class. What is not known here fails the test of its page, and
the message says what to do.
"""

import re
import shlex
from collections.abc import Mapping
from enum import StrEnum

from tests.doc_commands.blocks import ROOT, SHELLS, Block, Command
from tests.doc_commands.special import PAGES, Page


class Way(StrEnum):
    """What the tests do with a command or a block."""

    RUN = "run"
    """Run to its end; its exit code is held against the page, and its answer where one is shown."""
    STARTED = "started"
    """Runs until it is stopped: started for real until it answers, then stopped."""
    ELSEWHERE = "run by another target"
    """Needs a package that `make test` does not install: run by the target of that package."""
    LOOKED = "words checked"
    """Needs root, a network or a cluster: its files, options, targets and settings exist."""
    READ = "read"
    """Data: it is parsed as what it says it is."""
    SHOWN = "shown"
    """Nothing that can be run: text, a directive of the site."""


STARTED = re.compile(r"(?:\S*/)?ahorraluz (?:serve|work|live|simulate)(?: |$)|gunicorn ")
"""How commands begin that run until they are stopped, or talk to one, and that a test starts."""

NEEDS: Mapping[str, str] = {
    "ahorraluz live-spark": "pyspark",
    "ahorraluz train ": "tensorflow",
    "ahorraluz models list": "mlflow",
    "ahorraluz models register": "mlflow",
    "ahorraluz models compare": "mlflow",
    "ahorraluz models canary": "mlflow",
    "ahorraluz models promote": "mlflow",
    "ahorraluz models rollback": "mlflow",
}
"""Package that a command needs, by its beginning."""
TARGETS = {"tensorflow": "make tools", "mlflow": "make registry", "pyspark": "make spark"}
"""Which target installs a package, and runs the commands that need it."""

SHELL_WORDS = (
    *("cat", "cp", "diff", "echo", "export", "grep", "head", "ls", "mkdir", "mv", "rm", "sed"),
    *("sha256sum", "sort", "tail", "tar", "test", "touch", "wc", "chmod", "printf", "openssl"),
)
"""Small programs that are run as they are, in the folder of the page."""

LOOKED: Mapping[str, str] = {
    "make": "a target of its own",
    "bash": "a script of its own",
    "pip": "installs packages",
    "uv": "installs packages",
    "venv": "makes an environment",
    "pre-commit": "installs a hook",
    "pytest": "runs the tests",
    "python": "a script of its own",
    "towncrier": "writes the change log",
    "java": "asks for Java",
    "docker": "needs a container engine",
    "podman": "needs a container engine",
    "buildah": "needs a container engine",
    "skopeo": "needs a registry",
    "kubectl": "needs a cluster",
    "helm": "needs a cluster",
    "kubeseal": "needs a cluster",
    "spark-submit": "needs a cluster",
    "airflow": "has an environment of its own",
    "dvc": "has an environment of its own",
    "mlflow": "has an environment of its own",
    "apt": "needs root",
    "apt-get": "needs root",
    "sudo": "needs root",
    "systemctl": "needs root",
    "journalctl": "needs root",
    "install": "needs root",
    "useradd": "needs root",
    "pkill": "needs root",
    "crontab": "belongs to a machine",
    "git": "needs a remote",
    "gh": "needs a remote",
    "cosign": "needs a registry",
    "syft": "needs an image",
    "trivy": "needs an image",
    "psql": "needs a server",
    "createdb": "needs a server",
    "pg_dump": "needs a server",
    "pg_restore": "needs a server",
    "redis-cli": "needs a server",
    "mosquitto_pub": "needs a broker",
    "mosquitto_sub": "needs a broker",
    "mosquitto_passwd": "needs a broker",
    "rsync": "needs another machine",
    "ssh": "needs another machine",
    "scp": "needs another machine",
    "cd": "goes to another folder",
}
"""Programs that no test can run, and why: their words are checked."""

DATA = ("json", "toml", "yaml", "sql", "python")
SHOWN = ("text", "nginx", "ini", "promql", "csv", "http", "mermaid", "xml")


class UnknownKindError(AssertionError):
    """A block or command of which nobody said what becomes of it."""


def special(page: str) -> Page:
    """Return what a page needs beside its own words."""
    return PAGES.get(page, Page())


def way_of_block(block: Block) -> Way | None:
    """Return what becomes of a block; ``None``: each of its commands has a way of its own."""
    if block.kind in SHELLS:
        return None
    if block.kind in {"python", "sql"}:
        return Way.RUN
    if block.kind in DATA:
        return Way.READ
    if block.kind in SHOWN or block.kind.startswith("{"):
        return Way.SHOWN
    raise UnknownKindError(
        f"{block.page}, line {block.line}: a block “{block.kind}”. Call commands console (each "
        "after “$ ”, its answer under it), sh or bash; what is only shown: text. Another kind is "
        "added to DATA or SHOWN in tests/doc_commands/ways.py."
    )


def way_of(page: str, command: Command) -> Way:
    """Return what becomes of a command."""
    text = command.text
    for beginning in special(page).looked:
        if text.startswith(beginning):
            return Way.LOOKED
    if STARTED.match(text):
        return Way.STARTED
    program = program_of(text)
    if program == "ahorraluz":
        if " ahorraluz serve" in text:
            return Way.LOOKED
        needed = needed_by(text)
        return Way.RUN if needed is None else Way.ELSEWHERE
    if program in SHELL_WORDS or program == "curl":
        return Way.RUN
    if program in LOOKED or is_script(text):
        return Way.LOOKED
    raise UnknownKindError(
        f"{page}, line {command.line}: “{program}” is no program that tests/doc_commands/ways.py "
        "knows. If a test can run it, add it to SHELL_WORDS; if it needs root, a network or a "
        "cluster, to LOOKED with the reason."
    )


def reason_of(page: str, text: str) -> str:
    """Return why a command of which the words are checked is not run."""
    said = next(
        (why for start, why in special(page).looked.items() if text.startswith(start)), None
    )
    if said is None and program_of(text) == "ahorraluz":
        return "serves until it is stopped, with a server that is not there"
    return said or LOOKED.get(program_of(text), LOOKED["bash"])


def is_script(text: str) -> bool:
    """Tell whether a command is a script of the repository."""
    path = next((word for word in text.split() if "=" not in word), "")
    return (ROOT / path).is_file()


def needed_by(text: str) -> str | None:
    """Return the package that a command needs and `make test` has not; ``None``: there is none."""
    if "--engine spark" in text:
        return "pyspark"
    return next((need for start, need in NEEDS.items() if text.startswith(start)), None)


def program_of(text: str) -> str:
    """Return the program of a command: the first word that is no variable, without its folder."""
    words = shlex.split(text, comments=True)
    while words and re.fullmatch(r"[A-Z_][A-Z0-9_]*=.*", words[0], re.DOTALL):
        words = words[1:]
    name = words[0].rpartition("/")[2] if words else ""
    if re.fullmatch(r"pip3?|python3?", name) and "venv" in words[:3]:
        return "venv"
    name = re.sub(r"^(pip|python)3$", r"\1", name)
    if name == "python" and words[1:3] == ["-m", "pip"]:
        return "pip"
    if name == "python" and words[1:3] == ["-m", "ahorraluz"]:
        return "ahorraluz"
    return name
