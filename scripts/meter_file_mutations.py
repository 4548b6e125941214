"""Meter files that went wrong: small invented seeds, and ways to mutate any file."""

import bz2
import gzip
import io
import random
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

MAX_SEED_BYTES = 4 * 1024 * 1024
"""Longer seeds are cut: what breaks a reader stands in the first rows. [byte]"""

Mutator = Callable[[bytes, random.Random], bytes]


# --- seeds of our own ------------------------------------------------------------------------


def own_seeds() -> list[bytes]:
    """Return one small invented file of each format."""
    day = ",".join(f"{0.1 + at / 100:.3f}" for at in range(48))
    nem12 = (
        "100,NEM12,202001010000,A,B\n200,1234567890,E1B1,1,E1,N1,S1,kWh,30,\n"
        f"300,20200101,{day},A,,,20200102000000,\n300,20200102,{day},V,,,,\n"
        "400,1,24,S14,32,\n400,25,48,A,,\n900\n"
    )
    block = "".join(
        f"<IntervalReading><timePeriod><duration>3600</duration><start>{1577836800 + 3600 * at}"
        f"</start></timePeriod><value>{100 + at}</value></IntervalReading>"
        for at in range(24)
    )
    green = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><content>'
        '<ReadingType xmlns="http://naesb.org/espi"><powerOfTenMultiplier>0'
        "</powerOfTenMultiplier><uom>72</uom></ReadingType></content></entry><entry><content>"
        f'<IntervalBlock xmlns="http://naesb.org/espi">{block}</IntervalBlock></content></entry>'
        "</feed>"
    )
    rows = [(f"2020-01-{1 + at // 24:02d} {at % 24:02d}:00", at / 10) for at in range(72)]
    table = "fecha;consumo kWh\n" + "".join(
        f"{time};{value:.1f}\n".replace(".", ",") for time, value in rows
    )
    comma = "time,import kWh\n" + "".join(f"{time},{value}\n" for time, value in rows)
    items = ",".join(f'{{"date": "{time}", "value": {value}}}' for time, value in rows)
    document = f'{{"energy": {{"timeUnit": "HOUR", "unit": "Wh", "values": [{items}]}}}}'
    texts = [nem12, green, table, comma, document]
    seeds = [text.encode() for text in texts]
    return [*seeds, zipped(seeds[0]), gzip.compress(seeds[3], mtime=0), bz2.compress(seeds[2])]


def zipped(content: bytes, name: str = "a.csv") -> bytes:
    """Return a zip with one member."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def seeds_of(places: Sequence[Path]) -> list[bytes]:
    """Return the files named, and those in the folders named."""
    files = [
        path
        for place in places
        for path in (sorted(place.rglob("*")) if place.is_dir() else [place])
        if path.is_file()
    ]
    return [path.read_bytes()[:MAX_SEED_BYTES] for path in files]


# --- mutators --------------------------------------------------------------------------------


def _spot(data: bytes, rng: random.Random, longest: int = 64) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.randint(1, longest))


def truncate(data: bytes, rng: random.Random) -> bytes:
    """Cut the end, or the beginning."""
    at = rng.randrange(len(data) + 1)
    return data[:at] if rng.random() < 0.8 else data[at:]


def shuffle_lines(data: bytes, rng: random.Random) -> bytes:
    """Mix some lines, or all."""
    lines = data.split(b"\n")
    if rng.random() < 0.5:
        head, tail = lines[:3], lines[3:]
        rng.shuffle(tail)
        return b"\n".join(head + tail)
    rng.shuffle(lines)
    return b"\n".join(lines)


def edit_lines(data: bytes, rng: random.Random) -> bytes:
    """Delete, repeat or swap lines."""
    lines = data.split(b"\n")
    for _ in range(rng.randint(1, 8)):
        one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
        match rng.randrange(3):
            case 0:
                lines[one] = lines[two]
            case 1:
                lines[one], lines[two] = lines[two], lines[one]
            case _:
                lines.insert(one, lines[two])
    return b"\n".join(lines)


def flip_bits(data: bytes, rng: random.Random) -> bytes:
    """Turn single bits."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def edit_bytes(data: bytes, rng: random.Random) -> bytes:
    """Delete, repeat or put in pieces."""
    for _ in range(rng.randint(1, 5)):
        start, end = _spot(data, rng)
        piece = rng.choice([b"", data[start:end] * 2, rng.randbytes(end - start), b"\x00" * 9])
        data = data[:start] + piece + data[end:]
    return data


def mix_encodings(data: bytes, rng: random.Random) -> bytes:
    """Write a part, or all, in another encoding."""
    text = data.decode("latin-1")
    name = rng.choice(["utf-16", "utf-16-be", "utf-8-sig", "utf-32", "cp037"])
    if rng.random() < 0.5:
        return text.encode(name, errors="replace")
    start, end = _spot(data, rng, 4000)
    middle = ("ñáéí¿" + text[start:end]).encode(name, errors="replace")
    return data[:start] + middle + data[end:]


def strange_numbers(data: bytes, rng: random.Random) -> bytes:
    """Replace numbers by ones that break arithmetic."""
    strange = [
        b"1e999",
        b"-1e308",
        b"9" * 400,
        b"NaN",
        b"-0",
        b"1_000",
        b"0x1F",
        b"1.2.3",
        b"1e-400",
    ]
    for _ in range(rng.randint(1, 10)):
        digits = [
            at
            for at in range(0, len(data), max(1, len(data) // 997))
            if data[at : at + 1].isdigit()
        ]
        if digits:
            at = rng.choice(digits)
            data = data[:at] + rng.choice(strange) + data[at + rng.randint(0, 8) :]
    return data


def huge_line(data: bytes, rng: random.Random) -> bytes:
    """Put in a line of megabytes."""
    start, _ = _spot(data, rng)
    unit = rng.choice([b"1", b"a,", b'"', b";", b"<a>", b"[", b'{"a":'])
    return data[:start] + unit * rng.randint(50_000, 1_500_000) + data[start:]


def swap_delimiters(data: bytes, rng: random.Random) -> bytes:
    """Write one sign for another, everywhere or up to a place."""
    one, two = rng.sample([b",", b";", b"\t", b"|", b".", b'"', b"\n", b"\r", b" ", b"-", b":"], 2)
    at = rng.randrange(len(data) + 1) if rng.random() < 0.3 else len(data)
    return data[:at].replace(one, two) + data[at:]


def edit_dates(data: bytes, rng: random.Random) -> bytes:
    """Move years and months out of what can be."""
    table = [(b"20", b"99"), (b"20", b"00"), (b"-01", b"-13"), (b"/01", b"/00"), (b":00", b":99")]
    one, two = rng.choice(table)
    return data.replace(one, two, rng.randint(1, 50))


def deep_json(_: bytes, rng: random.Random) -> bytes:
    """Nest JSON without end."""
    unit, end = rng.choice([(b"[", b"]"), (b'{"a":', b"}"), (b'[{"values":', b"}]")])
    depth = rng.choice([100, 5_000, 200_000])
    return unit * depth + b"1" + (end * depth if rng.random() < 0.5 else b"")


def deep_xml(_: bytes, rng: random.Random) -> bytes:
    """Nest XML without end, or hold back one endless tag."""
    if rng.random() < 0.5:
        return b"<feed>" + b"<IntervalBlock>" * rng.choice([50, 5_000, 300_000])
    return b"<feed><entry a='" + b"x" * rng.choice([1_000, 8_000_000])


def entity_bomb(_: bytes, rng: random.Random) -> bytes:
    """Declare entities that grow, or that fetch."""
    levels = "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, rng.randint(2, 12))
    )
    fetch = '<!ENTITY f SYSTEM "file:///etc/passwd">'
    return (
        f'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a0 "a">{levels}{fetch}]>'
        "<feed><entry>&a1;&f;</entry></feed>"
    ).encode()


def zip_bomb(_: bytes, rng: random.Random) -> bytes:
    """Pack zeros, in one layer or in several."""
    size = rng.choice([1, 20, 60]) * 1024 * 1024
    packed = zipped(b"0" * size) if rng.random() < 0.5 else gzip.compress(b"0" * size, 6)
    for _layer in range(rng.randrange(4)):
        packed = zipped(packed, "inner.zip")
    return packed


def many_members(_: bytes, rng: random.Random) -> bytes:
    """Pack thousands of files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for at in range(rng.choice([50, 1_200, 10_500])):
            archive.writestr(zipfile.ZipInfo(f"../../{at}.csv"), b"x")
    return file.getvalue()


def pack(data: bytes, rng: random.Random) -> bytes:
    """Put the file into an archive."""
    name = rng.choice(["a.csv", "../../etc/passwd", "C:\\a\\b.xml", "\u202ea.csv", "a" * 500])
    match rng.randrange(3):
        case 0:
            return zipped(data, name)
        case 1:
            return gzip.compress(data, mtime=0)
        case _:
            return bz2.compress(data)


MUTATORS: Sequence[Mutator] = (
    *(truncate, shuffle_lines, edit_lines, flip_bits, edit_bytes, mix_encodings),
    *(strange_numbers, swap_delimiters, edit_dates, pack),
)
"""Mutators that keep the file in part; two thirds of all draws."""
ATTACKS: Sequence[Mutator] = (
    *(huge_line, deep_json, deep_xml, entity_bomb, zip_bomb, many_members),
)


def mutated(seeds: Sequence[bytes], *, seed: int, number: int) -> bytes:
    """Return case ``number``: it depends on nothing but these arguments."""
    rng = random.Random(f"{seed}:{number}")
    data = rng.choice(seeds)
    if rng.random() < 0.1:
        other = rng.choice(seeds)
        data = data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(MUTATORS)(data, rng)
    return rng.choice(ATTACKS)(data, rng) if rng.random() < 0.08 else data
