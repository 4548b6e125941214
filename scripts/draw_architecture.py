"""Draw the house from its real imports: ``python scripts/draw_architecture.py --write``.

The floors are those of the import contracts in ``pyproject.toml``, the arrows are imports that are
in the code. Counts are told by a round number that they reach, so that the pages change when the
house does and not with every line of it.
"""

import ast
import sys
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
PAGE = ROOT / "docs" / "explanation" / "architecture.md"
IMAGES = ROOT / "docs" / "images"
PACKAGE, CORE = "ahorraluz", "ahorraluz.core"
PICTURES = {PACKAGE: "architecture.svg", CORE: "architecture-core.svg"}
ROUND = (1, 5, 20, 50, 200, 500, 2000, 5000)
BEGIN = "<!-- rooms of {}, written by scripts/draw_architecture.py -->"
END = "<!-- end of the rooms of {} -->"
WIDTH, BOXES, ROW, TOP = 720, 400, 74, 14
"""Of a picture: its width, that of the boxes, the height of a floor, the margin above. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Rooms of a package by floor, and who imports what."""

    package: str
    floors: tuple[tuple[str, ...], ...]
    modules: Mapping[str, int]
    imports: Mapping[tuple[str, str], int]

    def floor_of(self, room: str) -> int:
        """Return the floor of a room, counted from above."""
        return next(at for at, rooms in enumerate(self.floors) if room in rooms)

    def between_floors(self) -> dict[tuple[int, int], int]:
        """Return the imports from each floor to those below it."""
        found = Counter[tuple[int, int]]()
        for (importer, imported), count in self.imports.items():
            found[self.floor_of(importer), self.floor_of(imported)] += count
        return {pair: n for pair, n in sorted(found.items()) if pair[0] != pair[1]}


@cache
def imports() -> grimp.ImportGraph:
    """Return every import of the package, as the code is now."""
    return grimp.build_graph(PACKAGE, cache_dir=None)


def houses() -> tuple[House, House]:
    """Return the whole house, and its ground floor."""
    return _house(imports(), PACKAGE), _house(imports(), CORE)


def _house(graph: grimp.ImportGraph, package: str) -> House:
    depth = package.count(".") + 2
    modules, imports = Counter[str](), Counter[tuple[str, str]]()
    inside = [name for name in graph.modules if name.startswith(f"{package}.")]
    for name in inside:
        room = name.split(".")[depth - 1]
        modules[room] += 1
        for other in graph.find_modules_directly_imported_by(name):
            if other.startswith(f"{package}."):
                imported = other.split(".")[depth - 1]
                if imported != room:
                    imports[room, imported] += 1
    floors = tuple(tuple(room for room in rooms if room in modules) for rooms in _contract(package))
    return House(package=package, floors=floors, modules=modules, imports=imports)


def _contract(package: str) -> Iterator[tuple[str, ...]]:
    """Yield the floors of the import contract of a package, from above."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for contract in told["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers" and contract["containers"] == [package]:
            for line in contract["layers"]:
                yield tuple(name.strip(" ()") for name in line.split("|"))


def more_than(count: int) -> str:
    """Return a count as people keep it in mind.

    Examples
    --------
    >>> [more_than(n) for n in (1, 3, 47, 816)]
    ['<5', '<5', '20+', '500+']
    """
    least = ROUND[bisect_right(ROUND, count) - 1]
    return f"{least}+" if least > 1 else f"<{ROUND[1]}"


# --- the picture -------------------------------------------------------------------------------

STYLE = """
  .card { fill: #fbf7f0; } .floor { fill: #fff; stroke: #d8cfc0; }
  .room { fill: #e3efe9; stroke: #0b5c4f; }
  text { fill: #14201d; font: 13px system-ui, sans-serif; }
  .small { font-size: 11px; fill: #4a5a55; } .count { font-size: 11px; }
  .lane { fill: none; stroke: #0b5c4f; } .head { fill: #0b5c4f; } .halo { fill: #fbf7f0; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #10201d; } .floor { fill: #16302b; stroke: #2f5049; }
    .room { fill: #1f463e; stroke: #7fc9b4; } text { fill: #eef5f2; } .small { fill: #b9cbc5; }
    .lane { stroke: #7fc9b4; } .head { fill: #7fc9b4; } .halo { fill: #10201d; }
  }
"""


def picture(house: House) -> str:
    """Return the house as SVG: a row for each floor, an arrow for each pair of floors."""
    height = TOP * 2 + ROW * len(house.floors)
    arrows = house.between_floors()
    told = f"Floors of {house.package}: " + "; ".join(", ".join(rooms) for rooms in house.floors)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(told)}</title><style>{STYLE}</style>",
        f'<rect class="card" width="{WIDTH}" height="{height}" rx="10"/>',
        *_floors(house),
        *_lanes(arrows),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _floors(house: House) -> Iterator[str]:
    for at, rooms in enumerate(house.floors):
        y = TOP + ROW * at
        yield f'<rect class="floor" x="10" y="{y + 6}" width="{BOXES}" height="{ROW - 16}" rx="8"/>'
        columns = -(-len(rooms) // (1 if len(rooms) <= 4 else 2))
        wide = (BOXES - 10) / columns
        deep = (ROW - 28) / (1 if len(rooms) <= 4 else 2)
        for place, room in enumerate(rooms):
            x, row = 15 + wide * (place % columns), y + 12 + deep * (place // columns)
            yield (
                f'<rect class="room" x="{x:.0f}" y="{row:.0f}" width="{wide - 6:.0f}" '
                f'height="{deep - 4:.0f}" rx="5"/>'
            )
            middle = x + (wide - 6) / 2
            if deep > 40:
                yield _text(middle, row + deep / 2 - 3, room)
                yield _text(middle, row + deep / 2 + 12, _modules(house, room), of="small")
            else:
                yield _text(middle, row + deep / 2 + 3, room, of="small")


def _modules(house: House, room: str) -> str:
    count = house.modules[room]
    return "1 module" if count == 1 else f"{more_than(count)} modules"


def _lanes(arrows: Mapping[tuple[int, int], int]) -> Iterator[str]:
    """Yield one arrow for each pair of floors, each in a lane of its own beside the boxes."""
    step = (WIDTH - BOXES - 36) / max(len(arrows), 1)
    leaving, coming = Counter[int](), Counter[int]()
    outs = Counter(pair[0] for pair in arrows)
    ins = Counter(pair[1] for pair in arrows)
    # Short ways run near the boxes, long ones around them.
    for lane, ((importer, imported), count) in enumerate(
        sorted(arrows.items(), key=lambda arrow: (arrow[0][1] - arrow[0][0], arrow[0]))
    ):
        x = BOXES + 26 + step * lane
        leaving[importer] += 1
        coming[imported] += 1
        start = _port(importer, leaving[importer], outs[importer], lower=True)
        end = _port(imported, coming[imported], ins[imported], lower=False)
        edge, thick = BOXES + 10, 0.5 + 0.5 * bisect_right(ROUND, count)
        yield (
            f'<path class="lane" stroke-width="{thick:.1f}" '
            f'd="M{edge} {start:.1f}H{x:.1f}V{end:.1f}H{edge + 7}"/>'
        )
        yield f'<path class="head" d="M{edge} {end:.1f}l8 -4v8z"/>'
        middle = (start + end) / 2
        label = more_than(count)
        shown = escape(label)
        yield (
            f'<rect class="halo" x="{x - 7:.1f}" y="{middle - 3.5 * len(label) - 3:.1f}" '
            f'width="14" height="{7 * len(label) + 6}"/>'
            f'<text class="count" text-anchor="middle" '
            f'transform="translate({x + 4:.1f} {middle:.1f}) rotate(-90)">{shown}</text>'
        )


def _port(floor: int, place: int, count: int, *, lower: bool) -> float:
    """Return where an arrow leaves a floor (its lower half) or comes to it (its upper half)."""
    half = (ROW - 20) / 2
    top = TOP + ROW * floor + 8 + (half if lower else 0)
    return top + half * place / (count + 1)


def _text(x: float, y: float, words: str, *, of: str = "") -> str:
    style = f' class="{of}"' if of else ""
    return f'<text{style} text-anchor="middle" x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'


# --- the table ---------------------------------------------------------------------------------


def table(house: House) -> str:
    """Return the rooms as a table: what each is, and what it imports."""
    lines = ["| floor | room | what it is | imports |", "| --- | --- | --- | --- |"]
    for at, rooms in enumerate(house.floors):
        for room in rooms:
            imports = ", ".join(
                f"`{imported}` {more_than(count)}"
                for (importer, imported), count in sorted(
                    house.imports.items(), key=lambda one: (house.floor_of(one[0][1]), one[0][1])
                )
                if importer == room
            )
            what = _first_line(house.package, room)
            lines.append(f"| {len(house.floors) - at} | `{room}` | {what} | {imports or '–'} |")
    return "\n".join(lines)


def _first_line(package: str, room: str) -> str:
    """Return the first sentence of what a package or module says of itself."""
    place = SOURCE.joinpath(*package.split("."), room)
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    said = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    first = " ".join(said.split("\n\n")[0].split())
    return first.rstrip(".").replace("|", "\\|").replace("``", "`")


def page(text: str, drawn: Sequence[House]) -> str:
    """Return the page with its tables as the code is now."""
    for house in drawn:
        begin, end = BEGIN.format(house.package), END.format(house.package)
        before, rest = text.split(begin)
        _, after = rest.split(end)
        text = f"{before}{begin}\n\n{table(house)}\n\n{end}{after}"
    return text


def files() -> dict[Path, str]:
    """Return what the page and its pictures are to hold."""
    drawn = houses()
    found = {IMAGES / PICTURES[house.package]: picture(house) for house in drawn}
    return {**found, PAGE: page(PAGE.read_text("utf-8"), drawn)}


def main() -> None:
    """Write the page and its pictures, or say which are not as the code is."""
    old = {
        path: text
        for path, text in files().items()
        if not path.exists() or path.read_text("utf-8") != text
    }
    if "--write" in sys.argv:
        for path, text in old.items():
            path.write_text(text, "utf-8")
    elif old:
        raise SystemExit(f"not as the code is: {', '.join(path.name for path in old)}; --write")


if __name__ == "__main__":
    main()
