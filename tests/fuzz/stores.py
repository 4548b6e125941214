"""What lies in the store: blocks of readings, the ring of keys, pointers and cards of models."""

import json
import shutil
import struct
import zlib
from contextlib import suppress
from hashlib import sha256

import numpy as np
from tests.fuzz.cutting import Cut
from tests.fuzz.meters import packed
from tests.fuzz.refusing import hold, kept, refused, scratch

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.learning.shelf import champion, versions
from ahorraluz.learning.shelved import MANIFEST, POINTER, as_json, listed_in
from ahorraluz.security.ring_file import read_ring
from ahorraluz.services.backup.parts import MANIFEST as MANIFEST_OF_PART
from ahorraluz.services.backup.parts import read_part
from ahorraluz.services.models.folder import read_folder
from ahorraluz.store.blocks import blocks_of, decode

HEAD = struct.Struct("<BI")
MODEL = "day-mixer"
PART: dict[str, object] = {
    "schema": "ahorraluz.backup.1",
    "part": "data",
    "made_at": "2026-11-24T00:00:00+00:00",
    "ring": None,
    "content": {},
}


def block(data: bytes) -> None:
    """Read bytes as a block of readings: as they are, with a right check sum, or as columns."""
    kind, body = (data[:1] or b"\0")[0] % 3, data[1:]
    if kind == 0:
        _decoded(body)
    elif kind == 1:
        _decoded(summed(body))
    else:
        _packed_and_back(body)


def summed(body: bytes) -> bytes:
    """Return a block of which the check sum is right, and nothing else need be."""
    rows = int.from_bytes(body[:2], "big")
    head = HEAD.pack(1, rows)
    columns = body[2:]
    return head + struct.pack("<I", zlib.crc32(columns, zlib.crc32(head))) + columns


def _decoded(payload: bytes) -> None:
    channel = refused(lambda: decode(payload, id="x", flow=Flow.IMPORT, measure=Measure.ENERGY))
    if channel is not None:
        hold(len(channel) <= 262_144, "more rows than a block has")


def _packed_and_back(body: bytes) -> None:
    cut = Cut(body)
    rows = cut.whole(0, 40)
    start = np.array([cut.whole(-(2**62), 2**62) for _ in range(rows)], dtype=np.int64)
    length = np.array([cut.whole(0, 2**40) for _ in range(rows)], dtype=np.int64)
    value = np.frombuffer(cut.raw(8 * rows).ljust(8 * rows, b"\0"), dtype="<f8").copy()
    line = np.array([cut.whole(0, 2**40) for _ in range(rows)], dtype=np.int64)
    flags = np.frombuffer(cut.raw(rows).ljust(rows, b"\0"), dtype=np.uint8).copy()
    channel = Channel(
        id="x",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + length,
        value=value,
        line=line,
        flags=flags,
    )
    back = [
        decode(one.payload, id="x", flow=Flow.IMPORT, measure=Measure.ENERGY)
        for one in blocks_of(channel)
    ]
    for name in ("start_s", "end_s", "value", "line", "flags"):
        found = b"".join(getattr(part, name).tobytes() for part in back)
        hold(found == getattr(channel, name).tobytes(), f"{name} did not come back")


def key_ring(data: bytes) -> None:
    """Read bytes as the file of keys."""
    refused(lambda: read_ring(kept("ring.json", data)))


def shelf_pointer(data: bytes) -> None:
    """Read bytes as what points to the champion, and as what lists a version's files."""
    home = scratch() / "shelf" / MODEL
    (home / "1").mkdir(parents=True, exist_ok=True)
    pointer, manifest = home / POINTER, home / "1" / MANIFEST
    pointer.write_bytes(data)
    manifest.write_bytes(data)
    refused(lambda: champion(home.parent, name=MODEL))
    refused(lambda: versions(home.parent, name=MODEL))
    with suppress(ValueError, RecursionError):
        listed = listed_in(pointer, MODEL)
        pointer.write_bytes(as_json(listed))
        hold(listed_in(pointer, MODEL).files == listed.files, "a pointer did not come back")


def model_card(data: bytes) -> None:
    """Read bytes as the card of a model; the network beside it is none."""
    folder = scratch() / "model"
    folder.mkdir(exist_ok=True)
    (folder / "card.json").write_bytes(data)
    (folder / "model.tflite").write_bytes(b"no network")
    found = refused(lambda: read_folder(folder))
    hold(found is None, "a card was taken with a network that is none")


def backup_part(data: bytes) -> None:
    """Read bytes as the manifest of a part of a backup, as a file in it, or as the part itself."""
    kind, body = (data[:1] or b"\0")[0] % 3, data[1:]
    into = scratch() / "part"
    shutil.rmtree(into, ignore_errors=True)
    if kind == 0:
        body = packed({MANIFEST_OF_PART: body, "store.db": b"rows"})
    elif kind == 1:
        said, _, content = body.partition(b"\n")
        told = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
        name = said.decode("utf-8", "replace") or "a"
        manifest = {**PART, "files": {name: told}}
        body = packed({MANIFEST_OF_PART: json.dumps(manifest).encode(), name: content})
    part = refused(lambda: read_part(kept("part.zip", body), into, passphrase=None))
    if part is not None:
        inside = [path.resolve() for path in into.rglob("*")]
        hold(all(into.resolve() in path.parents for path in inside), "a file outside its folder")
    hold(not (scratch() / "outside").exists(), "a file outside its folder")
