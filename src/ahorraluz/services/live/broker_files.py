"""Who may write what at the broker: the password file and the rules of Mosquitto."""

import os
import tempfile
from pathlib import Path

from ahorraluz.services.live.devices import ROOT, broker_hash
from ahorraluz.services.toolbox import Toolbox

PASSWORDS, RULES = "passwords", "acl"
WORKER = "ahorraluz-live"
"""User of the process that takes readings in."""


def write_broker_files(
    folder: Path, *, tools: Toolbox, worker_key: str, anew: bool = False
) -> bool:
    """Write both files, each at once, readable by their owner alone.

    Parameters
    ----------
    folder
        Where; made if it is not there.
    worker_key
        Password of the process that takes readings in.
    anew
        Whether to write them even where no device came or went.

    Returns
    -------
    bool
        Whether devices came or went since: the broker is to read them again.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    devices = [d for d in tools.store.live.devices.everything() if d.broker_password]
    lines = [f"{device.id}:{device.broker_password}" for device in devices]
    passwords, known = folder / PASSWORDS, folder / f"{PASSWORDS}.devices"
    said = "".join(f"{line}\n" for line in lines)
    if not anew and passwords.is_file() and known.is_file() and known.read_text("utf-8") == said:
        return False
    _write(passwords, f"{said}{WORKER}:{broker_hash(worker_key)}\n")
    _write(folder / RULES, rules())
    _write(known, said)
    return True


def rules() -> str:
    """Return the rules: a device reads and writes its own topics, the worker reads them all."""
    return (
        f"user {WORKER}\ntopic read {ROOT}/#\ntopic write {ROOT}/+/home/#\n"
        f"topic write {ROOT}/+/discovery/#\ntopic write homeassistant/#\n\n"
        f"pattern readwrite {ROOT}/%u/#\n"
    )


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
