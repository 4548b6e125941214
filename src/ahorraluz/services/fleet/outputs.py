"""The folder of a run: its parts, written whole, and what they were made of."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.fleet.splitting import FleetWriteError
from ahorraluz.services.fleet.tables import DEAD, HOMES

MANIFEST = "manifest.json"
SCHEMA = "ahorraluz.fleet.1"
STAMP = b"ahorraluz.fleet"
"""Key of the metadata of a part under which its fingerprint lies."""
TEMPORARY = ".part-"
WORK = ".work"
FOLDERS = ("homes", "dead")
OURS = frozenset({*FOLDERS, "aggregates", MANIFEST, WORK})


class FleetOutError(AhorraLuzError):
    """A folder that a run cannot be written into, or read from."""


@dataclass(frozen=True, slots=True)
class Output:
    """The folder of one run."""

    folder: Path

    @property
    def work(self) -> Path:
        """Where inputs lie in parts while the run lasts."""
        return self.folder / WORK

    def part(self, kind: str, number: int) -> Path:
        """Return the file of one part: of ``homes`` or ``dead``."""
        return self.folder / kind / f"part-{number:05d}.parquet"

    def is_done(self, number: int, fingerprint: str) -> bool:
        """Tell whether a part was written whole by a run of this fingerprint."""
        return all(self._stamp(self.part(kind, number)) == fingerprint for kind in FOLDERS)

    def _stamp(self, path: Path) -> str | None:
        try:
            metadata = pq.read_schema(path).metadata or {}
        except (OSError, pa.ArrowException):
            return None
        return bytes(metadata.get(STAMP, b"")).decode("utf-8")

    def write_part(self, number: int, homes: pa.Table, dead: pa.Table, fingerprint: str) -> None:
        """Write both tables of a part; that of the homes is the last, and says that it is done.

        Raises
        ------
        FleetWriteError
            ``fleet-disk``.
        """
        for kind, table in (("dead", dead), ("homes", homes)):
            stamped = table.replace_schema_metadata({STAMP: fingerprint.encode()})
            self._write(self.part(kind, number), stamped)

    def _write(self, path: Path, table: pa.Table) -> None:
        write_whole(path, lambda part: pq.write_table(table, part, compression="zstd"))

    def read_manifest(self) -> Mapping[str, object] | None:
        """Return what the folder was made of; ``None``: it has no manifest.

        Raises
        ------
        FleetOutError
            ``fleet-out-foreign``: the manifest is of no run of this program.
        """
        try:
            found = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise FleetOutError("fleet-out-foreign", folder=str(self.folder)) from error
        if not isinstance(found, dict) or found.get("schema") != SCHEMA:
            raise FleetOutError("fleet-out-foreign", folder=str(self.folder))
        return found

    def require_whole(self) -> Mapping[str, object]:
        """Return what the folder was made of, if its run came to the end and all of it is there.

        Raises
        ------
        FleetOutError
            ``fleet-out-missing``, ``fleet-out-foreign``, ``fleet-out-unfinished``.
        """
        known = self.read_manifest()
        if known is None:
            raise FleetOutError("fleet-out-missing", folder=str(self.folder))
        parts, fingerprint = known.get("parts"), known.get("fingerprint")
        if not isinstance(parts, int) or not isinstance(fingerprint, str):
            raise FleetOutError("fleet-out-foreign", folder=str(self.folder))
        done = sum(self.is_done(part, fingerprint) for part in range(parts))
        if not known.get("complete") or done < parts:
            raise FleetOutError(
                "fleet-out-unfinished", folder=str(self.folder), done=done, parts=parts
            )
        return known

    def write_manifest(self, content: Mapping[str, object]) -> None:
        """Write what the folder is made of; raises ``fleet-disk``."""
        text = json.dumps({"schema": SCHEMA, **content}, ensure_ascii=False, indent=2) + "\n"
        write_whole(self.folder / MANIFEST, lambda part: part.write_text(text, encoding="utf-8"))

    def take(self) -> None:
        """Make the folder for a run.

        Raises
        ------
        FleetOutError
            ``fleet-out-foreign``: it holds something else; nothing is touched.
        FleetWriteError
            ``fleet-disk``.
        """
        try:
            held = {path.name for path in self.folder.iterdir()}
        except FileNotFoundError:
            held = set()
        except OSError as error:
            raise FleetOutError("fleet-out-foreign", folder=str(self.folder)) from error
        if held - OURS or (self.read_manifest() is None and self._holds_files()):
            raise FleetOutError("fleet-out-foreign", folder=str(self.folder))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _disk(self.folder, error) from error

    def tidy(self) -> None:
        """Make the folders of parts, and take away what a killed run left; raises ``fleet-disk``.

        Only whoever has the folder alone may do so.
        """
        try:
            for name in FOLDERS:
                (self.folder / name).mkdir(exist_ok=True)
                for left in (self.folder / name).glob(f"{TEMPORARY}*"):
                    left.unlink(missing_ok=True)
        except OSError as error:
            raise _disk(self.folder, error) from error

    def _holds_files(self) -> bool:
        """Tell whether there are files of results, which a manifest always comes before."""
        return any(path.is_file() for name in OURS for path in (self.folder / name).rglob("*"))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs out of the folder.

        Raises
        ------
        FleetOutError
            ``fleet-out-busy``.
        """
        try:
            import fcntl
        except ImportError:
            # This system has no such locks: two runs at once are then up to who starts them.
            yield
            return
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(folder)
            raise FleetOutError("fleet-out-busy", folder=str(self.folder)) from error
        except OSError:
            # Some network file systems lock no folders; they are shared by one run all the same.
            pass
        try:
            yield
        finally:
            os.close(folder)

    def make_work(self) -> None:
        """Make the folder where inputs lie in parts; raises ``fleet-disk``."""
        try:
            self.work.mkdir()
        except OSError as error:
            raise _disk(self.work, error) from error

    def count(self, kind: str) -> int:
        """Return the rows of all parts."""
        return sum(pq.read_metadata(path).num_rows for path in self.parts(kind))

    def parts(self, kind: str) -> list[Path]:
        """Return the files of all parts, in order."""
        return sorted((self.folder / kind).glob("part-*.parquet"))


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place, and put it there at the end.

    Raises
    ------
    FleetWriteError
        ``fleet-disk``; what stood there before still stands there.
    """
    part = path.parent / f"{TEMPORARY}{path.name}.{os.getpid()}"
    try:
        write(part)
        with part.open("rb") as opened:
            os.fsync(opened.fileno())
        part.replace(path)
    except OSError as error:
        raise _disk(path.parent, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _disk(folder: Path, error: OSError) -> FleetWriteError:
    return FleetWriteError(
        "fleet-disk", folder=str(folder), reason=error.strerror or str(error)[:60]
    )


def check_tables(output: Output) -> None:
    """Refuse a folder whose tables are of another layout (``fleet-out-foreign``)."""
    for kind, schema in (("homes", HOMES), ("dead", DEAD)):
        for path in output.parts(kind)[:1]:
            try:
                found = pq.read_schema(path)
            except (OSError, pa.ArrowException) as error:
                raise FleetOutError("fleet-out-foreign", folder=str(output.folder)) from error
            if found.names != schema.names:
                raise FleetOutError("fleet-out-foreign", folder=str(output.folder))
