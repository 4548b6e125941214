"""Send hostile messages of a device, and see that nothing else changes and nothing stops.

    python scripts/fuzz_payloads.py                             # 100,000 messages
    python scripts/fuzz_payloads.py --count 2000 --samples DIR  # and mutations of one's own files

Messages are mutations of what real dialects look like, and random bytes, on topics of all kinds.
They are taken in as those of a broker are, into a database of their own, between readings of a
neighbour. Afterwards the neighbour's readings must be those it sent, a device that was abused must
have no more channels than a device may have, no value may be impossible, and no batch may have
taken long. Ends with 1 otherwise.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.signed_people import PAIRS  # noqa: E402

from ahorraluz.core.live.readings import MAX_POWER_MW, MAX_REGISTER_MWH, Quantity  # noqa: E402
from ahorraluz.services.accounts.entering import Joining, join  # noqa: E402
from ahorraluz.services.households.keeping import keep_home  # noqa: E402
from ahorraluz.services.live.devices import DeviceWish, let_in  # noqa: E402
from ahorraluz.services.live.taking_in import MOST_CHANNELS, Incoming, Intake  # noqa: E402
from ahorraluz.services.toolbox import open_toolbox  # noqa: E402
from ahorraluz.settings import Settings  # noqa: E402
from ahorraluz.store.live.book import LiveBook  # noqa: E402

BATCH = 500
SLOWEST_S = 2.0
"""Longest that one batch may take beyond what its size explains."""
NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
OBJECTS: tuple[bytes, ...] = tuple(
    json.dumps(body).encode()
    for body in (
        {"Time": "2026-11-26T10:00:00", "ENERGY": {"Total": 6.294, "Power": 2635}},
        {
            "StatusSNS": {
                "Time": "2026-11-26T10:00:00",
                "ENERGY": {"Total": [1, 2], "Power": [3, 4]},
            }
        },
        {"params": {"ts": 1.7e9, "switch:0": {"apower": 5.1, "aenergy": {"total": 12.3}}}},
        {"em:0": {"total_act_power": -3.5}, "emdata:0": {"total_act": 1, "total_act_ret": 4}},
        {"unixtime": 1_700_000_000, "meters": [{"power": 5.5, "total": 120, "is_valid": True}]},
        {"energy": 12.05, "power": 7, "linkquality": 40, "last_seen": 1_785_138_101_000},
        {"active_power_w": -5, "total_power_import_kwh": 3.5, "total_power_export_kwh": 0},
        {
            "production": [
                {"type": "eim", "measurementType": "production", "wNow": 1, "whLifetime": 2}
            ]
        },
        {
            "Head": {"Timestamp": "2026-11-26T10:00:00-05:00"},
            "Body": {"Data": {"Site": {"P_Grid": 1}}},
        },
        {"deviceListUsages": {"scale": "1MIN", "devices": [{"channelUsages": [{"usage": 1}]}]}},
        {"event_data": {"new_state": {"entity_id": "sensor.x", "state": "1"}}},
        {"power_w": 5, "energy_kwh": 1.25, "time": 1_700_000_000_123},
        {"P1": 5, "E1": 7, "time": 1_700_000_000},
    )
)
"""What devices of each dialect send."""
SEEDS = (
    *OBJECTS,
    b"/ISk5\\2MT382-1000\r\n\r\n0-0:1.0.0(170102192002W)\r\n1-0:1.8.1(000004.426*kWh)\r\n!FEB5\r\n",
    b"timestamp,a_total_act_energy\n1771180620,0.2134\n",
    b"123.4",
    b"",
)
TOPICS = (
    "", "tele/SENSOR", "stat/STATUS8", "relay/0/power", "emeter/0/total", "status/switch:0",
    "events/rpc", "zigbee2mqtt/z1", "n/sensor/x_power/state", "sensor/x/unit_of_measurement",
    "emon/tx/power1", "power", "kwh", "home/state", "../../x", "a" * 200, "\u202e/power", "\x00",
)  # fmt: skip
SPLICES = (b"null", b"-", b"[", b"{", b'"', b"1e999999999", b"NaN", b"\xff", b"\x00", b"true")


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    """Return a sample with some of it changed, cut out, put in or said twice."""
    if chance.random() < 0.05:
        return chance.randbytes(chance.randrange(400))
    body = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(0, 6)):
        if not body:
            break
        place, way = chance.randrange(len(body)), chance.random()
        if way < 0.4:
            body[place] = chance.randrange(256)
        elif way < 0.6:
            del body[place : place + chance.randint(1, 30)]
        elif way < 0.85:
            splice = (
                chance.choice(SPLICES) if chance.random() < 0.8 else b"9" * chance.randint(1, 80)
            )
            body[place:place] = splice
        else:
            other = chance.randrange(len(body))
            body[place:place] = body[other : other + chance.randint(1, 80)]
    return bytes(body)


def main() -> int:
    """Fuzz and say what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=Path, help="folder with files of real payloads")
    asked = parser.parse_args()
    seeds = [*SEEDS, *samples(asked.samples)]
    with tempfile.TemporaryDirectory() as folder:
        return fuzz(Path(folder), asked.count, random.Random(asked.seed), seeds)


def samples(folder: Path | None) -> list[bytes]:
    """Return the files of a folder, and each line of those with lines of JSON."""
    found: list[bytes] = []
    for path in sorted(folder.rglob("*")) if folder is not None else ():
        if path.is_file() and path.stat().st_size < 20_000:
            found.append(path.read_bytes())
            found += path.read_bytes().splitlines() if path.suffix == ".jsonl" else []
    return found


def fuzz(folder: Path, count: int, chance: random.Random, seeds: list[bytes]) -> int:
    """Take hostile messages in between those of a neighbour; return the exit code."""
    tools = open_toolbox(Settings(data_dir=folder))
    joining = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
    account = join(joining, tools=tools, as_of=NOW)
    home = keep_home(PAIRS, account=account.id, tools=tools, as_of=NOW).id
    dialects = ("auto", "tasmota", "shelly", "dsmr", "home-assistant", "emon")
    abused = [
        let_in(home, DeviceWish(name=dialect, dialect=dialect), tools=tools, as_of=NOW).device.id
        for dialect in dialects
    ]
    neighbour = let_in(home, DeviceWish(name="vecina"), tools=tools, as_of=NOW).device.id
    intake = Intake(tools, clock=lambda: NOW)
    sent: dict[int, int] = {}
    slowest, began, told = 0.0, time.monotonic(), 0
    for start in range(0, count, BATCH):
        first_ms = NOW_MS - count + start
        batch = [
            Incoming(
                f"ahorraluz/{chance.choice(abused)}/{chance.choice(TOPICS)}",
                mutated(chance, seeds),
                first_ms + number,
            )
            for number in range(min(BATCH, count - start))
        ]
        at_ms, value = first_ms, chance.randrange(10**6)
        sent[at_ms] = value
        body = f'{{"power_w": {value / 1000}, "time": {at_ms}}}'.encode()
        batch.insert(
            chance.randrange(len(batch) + 1), Incoming(f"ahorraluz/{neighbour}/m", body, at_ms)
        )
        before = time.monotonic()
        told += intake.take(batch).appended.new
        slowest = max(slowest, time.monotonic() - before)
    wrong = wrong_rows(tools.store.live, abused, neighbour, sent)
    if slowest > SLOWEST_S:
        wrong.append(f"a batch took {slowest:.1f} s")
    tools.store.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{count:,} messages in {time.monotonic() - began:.0f} s, {told:,} readings told, "
        f"slowest batch of {BATCH} {slowest:.2f} s, {memory} MiB at most; "
        f"{len(wrong)} problems"
    )
    for one in wrong:
        print(f"  {one}")
    return 1 if wrong else 0


def wrong_rows(
    live: LiveBook, abused: list[str], neighbour: str, sent: dict[int, int]
) -> list[str]:
    """Return what should not have been kept, or should have been and is not."""
    wrong = []
    rows: dict[int, int] = {}
    for channel in live.devices.channels():
        kept = live.readings(channel.id, first_ms=0, end_ms=2**60, most=10**9)
        if channel.device == neighbour:
            rows = {row.at_ms: row.value for row in kept}
        most = MAX_POWER_MW if channel.quantity is Quantity.POWER else MAX_REGISTER_MWH
        if any(not 0 <= row.value <= most for row in kept):
            wrong.append(f"impossible values of {channel.name!r}")
    if rows != sent:
        wrong.append("the neighbour's readings are not those that were sent")
    for device in abused:
        if sum(channel.device == device for channel in live.devices.channels()) > MOST_CHANNELS:
            wrong.append("a device has more channels than it may")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
