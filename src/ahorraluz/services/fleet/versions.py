"""By which code, figures and models a run was made: what two runs must share to be one."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from ahorraluz.catalog.month_nets import bills_net, month_end_net
from ahorraluz.catalog.user_sheets import TARIFFS
from ahorraluz.services.fleet.hours import HoursModel, model_in_use
from ahorraluz.services.toolbox import TABLES, Toolbox

SHOWN = 12
"""Digits of a hash that tell one from another."""
CODE = (".py",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Everything that figures depend on besides the homes themselves."""

    code: str
    """Release and hash of the program's own text."""
    data: str
    """Hash of every table of figures, those of the user's folder included."""
    months_model: str
    hours: HoursModel
    inputs: str = ""
    """Hash of homes and readings; empty: not known yet."""

    def columns(self) -> dict[str, str]:
        """Return them by the names of the columns of a scored home."""
        return {
            "code_version": self.code,
            "data_hash": self.data,
            "months_model": self.months_model,
            "hours_model": self.hours.text,
            "inputs_hash": self.inputs,
        }


def versions_of(tools: Toolbox, *, inputs: str = "", hours: HoursModel | None = None) -> Versions:
    """Return the versions of what is installed and of the figures of a user's folder.

    Parameters
    ----------
    inputs
        Hash of homes and readings.
    hours
        The model that a run was begun with; ``None``: the one that the app serves now.
    """
    whole = hashlib.sha256(_package_hash(("data",), (".csv", ".json")).encode())
    for path in _user_tables(tools.user_folder):
        whole.update(path.name.encode() + path.read_bytes())
    nets = "+".join(net.version for net in (bills_net(), month_end_net()))
    return Versions(
        code=f"{version('ahorraluz')}+{_package_hash((), CODE)[:SHOWN]}",
        data=whole.hexdigest()[:SHOWN],
        months_model=nets,
        hours=hours or model_in_use(tools),
        inputs=inputs,
    )


def _user_tables(folder: Path) -> list[Path]:
    """Return what a user imported or learnt: tables beside those that came with the program."""
    found = (path for place in (folder, folder / TARIFFS) for path in sorted(place.glob("*")))
    return [path for path in found if path.suffix in TABLES and path.is_file()]


@cache
def _package_hash(parts: tuple[str, ...], suffixes: tuple[str, ...]) -> str:
    """Return the hash of the files of the package, or of one of its folders."""
    root = Path(str(files("ahorraluz"))).joinpath(*parts)
    whole = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in suffixes):
        whole.update(path.relative_to(root).as_posix().encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
