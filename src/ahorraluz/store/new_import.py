"""A file made ready to be kept, before the database is held: nothing of this needs it."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from ahorraluz.core.readings.channels import Channel, MeterFile, home_channels
from ahorraluz.core.readings.quality import channel_kwh
from ahorraluz.store.blocks import Block, blocks_of
from ahorraluz.store.errors import StoreError

MAX_FILE_NAME = 255
"""Longest file name kept. [characters]"""


class NewImport:
    """Blocks and description of a file; raises ``import-without-readings``."""

    def __init__(self, file: MeterFile, *, sha256: str, file_name: str) -> None:
        self.channels = tuple(channel for channel in file.channels if len(channel))
        if not self.channels:
            raise StoreError("import-without-readings", file=file_name)
        self.zone = file.zone
        self.blocks: list[tuple[Channel, Block]] = [
            (channel, block) for channel in self.channels for block in blocks_of(channel)
        ]
        self.start_s = min(block.first_s for _, block in self.blocks)
        self.end_s = max(block.end_s for _, block in self.blocks)
        home = home_channels(self.channels)
        names = sorted({channel.id for channel in self.channels})
        self.columns: dict[str, Any] = {
            "channels": json.dumps(names, ensure_ascii=False),
            "sha256": sha256,
            "read_sha256": read_sha256(self.channels),
            "file_name": plain_name(file_name),
            "format": file.format,
            "rows": sum(len(channel) for channel in self.channels),
            "start_s": self.start_s,
            "end_s": self.end_s,
            "kwh": sum((channel_kwh(channel, zone=file.zone) for channel in home), 0.0),
        }


def plain_name(file_name: str) -> str:
    r"""Return the name of a file without its folders, and without what no database takes.

    Examples
    --------
    >>> plain_name("C:\\casa\\mayo\x00.csv")
    'mayo.csv'
    """
    name = file_name.replace("\0", "").replace("\\", "/").rpartition("/")[2]
    # Half of a letter, as broken file systems have it, is no text to a database either.
    return name.encode(errors="replace").decode()[-MAX_FILE_NAME:]


def read_sha256(channels: Iterable[Channel]) -> str:
    """Return a digest of what was read: the same file read in another way has another."""
    digest = hashlib.sha256()
    for channel in channels:
        name = f"{channel.id}\0{channel.flow}\0{channel.measure}\0{len(channel)}\0"
        digest.update(name.encode())
        for column in (channel.start_s, channel.end_s, channel.value, channel.flags):
            digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()
