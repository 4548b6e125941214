"""By which code, figures and models a run was made: what two runs must share to be one."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from ahorraluz.catalog.month_nets import bills_net, month_end_net
from ahorraluz.services.toolbox import Toolbox

SHOWN = 12
"""Digits of a hash that tell one from another."""
DATA = ("data",)
CODE = (".py",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Everything that figures depend on besides the homes themselves."""

    code: str
    """Release and hash of the program's own text."""
    data: str
    """Hash of every table of figures, those of the user's folder included."""
    months_model: str
    hours_model: str
    inputs: str = ""
    """Hash of homes and readings; empty: not known yet."""

    def columns(self) -> dict[str, str]:
        """Return them by the names of the columns of a scored home."""
        return {
            "code_version": self.code,
            "data_hash": self.data,
            "months_model": self.months_model,
            "hours_model": self.hours_model,
            "inputs_hash": self.inputs,
        }


def versions_of(tools: Toolbox, *, inputs: str = "") -> Versions:
    """Return the versions of what is installed and of the figures of a user's folder."""
    whole = hashlib.sha256(_package_hash(("data",), (".csv", ".json")).encode())
    for name, *about in sorted(tools.facts_stamp()):
        whole.update(f"{name}".encode())
        del about
    for path in _user_tables(tools.user_folder):
        whole.update(path.read_bytes())
    nets = "+".join(net.version for net in (bills_net(), month_end_net()))
    return Versions(
        code=f"{version('ahorraluz')}+{_package_hash((), CODE)[:SHOWN]}",
        data=whole.hexdigest()[:SHOWN],
        months_model=nets,
        hours_model=_hours_model(),
        inputs=inputs,
    )


def _user_tables(folder: Path) -> list[Path]:
    found = [folder / "national.csv", *sorted((folder / "tariffs").glob("*.csv"))]
    return [path for path in found if path.is_file()]


@cache
def _package_hash(parts: tuple[str, ...], suffixes: tuple[str, ...]) -> str:
    """Return the hash of the files of the package, or of one of its folders."""
    root = Path(str(files("ahorraluz"))).joinpath(*parts)
    whole = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in suffixes):
        whole.update(path.relative_to(root).as_posix().encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _hours_model() -> str:
    from ahorraluz.services.fleet.hours import hours_model

    model = hours_model()
    return f"{model.name} {model.version}"
