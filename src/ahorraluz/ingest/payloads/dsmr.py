"""Telegrams of European smart meters (DSMR, eSMR, Fluvius): the P1 port as text.

Their registers and powers have the codes of OBIS (IEC 62056-61): ``1-0:1.8.1`` is what was taken
from the grid in the first tariff. A check sum follows the exclamation mark since DSMR 4.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken

_LINE = re.compile(
    r"1-\d:(?P<code>\d{1,2}\.\d{1,2}\.\d{1,2})(?:\*\d+)?\((?P<value>\d{1,10}(?:\.\d{1,9})?)"
    r"\*(?P<unit>k?Wh?)\)"
)
_STAMP = re.compile(r"0-0:1\.0\.0\((\d{12})([SW])\)")
_END = re.compile(rb"!\s*([0-9A-Fa-f]{1,4})?\s*(?:\r?\n|$)")
REGISTERS = {
    "1.8.0": ("total", Flow.IMPORT),
    "1.8.1": ("t1", Flow.IMPORT),
    "1.8.2": ("t2", Flow.IMPORT),
    "2.8.0": ("total", Flow.EXPORT),
    "2.8.1": ("t1", Flow.EXPORT),
    "2.8.2": ("t2", Flow.EXPORT),
}
POWERS = {"1.7.0": ("total", Flow.IMPORT), "2.7.0": ("total", Flow.EXPORT)}
HOURS = {"S": 2, "W": 1}
"""Hours that the clock of a telegram is before UTC, in summer and in winter."""


def read(message: Message, taken: Taken) -> bool:
    """Take powers and registers of a telegram.

    A check sum that does not fit is told: the numbers count all the same, as a network brings
    nothing damaged and some gateways write the text anew.
    """
    body = message.body.lstrip()
    end = _END.search(body) if body.startswith(b"/") else None
    if end is None:
        return False
    text = body[: end.start()].decode("ascii", errors="replace")
    at_ms = _moment(text)
    lines = {m["code"]: m for m in map(_LINE.fullmatch, text.split()) if m is not None}
    for code, (name, flow) in POWERS.items():
        if code in lines:
            taken.power(name, lines[code]["value"], lines[code]["unit"], flow, at_ms=at_ms)
    totals = {REGISTERS[code][1] for code in ("1.8.0", "2.8.0") if code in lines}
    for code, (name, flow) in REGISTERS.items():
        if code in lines and (name == "total" or flow not in totals):
            found = lines[code]
            taken.register(name, found["value"], found["unit"], flow, at_ms=at_ms)
    if not taken.samples:
        taken.wrong("live-no-electricity")
    if end[1] and not _fits(body[: end.start() + 1], int(end[1], 16)):
        taken.wrong("live-checksum-differs")
    return True


def _moment(text: str) -> int | None:
    found = _STAMP.search(text)
    if found is None:
        return None
    zone = timezone(timedelta(hours=HOURS[found[2]]))
    try:
        moment = datetime.strptime(found[1], "%y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
    return int(moment.astimezone(UTC).timestamp()) * 1000


def _fits(telegram: bytes, wanted: int) -> bool:
    """Tell whether a check sum is that of a telegram, whatever ends its lines by now."""
    plain = telegram.replace(b"\r\n", b"\n")
    return wanted in (_crc16(telegram), _crc16(plain.replace(b"\n", b"\r\n")))


def _crc16(data: bytes) -> int:
    """Return CRC-16/ARC, which the companion standard of the P1 port asks for."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc
