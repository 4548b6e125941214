"""A camera for pages: a picture, and beside it the words that are seen on it and where they stand.

Pixels are drawn a little differently by each browser; words are not. What two machines agree on is
so compared to the letter, and the rest as closely as their fonts and browsers allow.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Browser, Page
from tests.browser.conftest import PATIENCE_MS, SIZES

MOST_PIXELS_HIGH = 700
COLOURS = 128
"""Of a picture as it is kept: pages have few, and the repository stays small."""
STAND_INS = (
    (r"ald_[A-Za-z0-9_-]{43}", "ald_la-clave-de-tu-aparato-se-ve-solo-esta-vez0"),
    (r"ahorraluz/[0-9a-f]{20,}", "ahorraluz/7c1e0a"),
    (r"\b[0-9a-f]{20,}\b", "7c1e0a"),
    (r"https?://(?:127\.0\.0\.1|localhost):\d+", "https://ahorraluz.example"),
    (r"(?:127\.0\.0\.1|localhost):\d+", "ahorraluz.example"),
)
SECRETS = {
    ".secret": "JBSW Y3DP EHPK 3PXP",
    ".codes code": "k7m2q-4wz9h-p3x8d-b6t5n",
    "output#codigo, code#codigo, p#codigo": "ABCDE-23456-FGHJK-789MN",
}
"""What is drawn by lot or by the machine, and what a picture shows in its place."""
FONTS = """
* { font-family: "DejaVu Sans", sans-serif !important; }
code, pre, kbd, samp { font-family: "DejaVu Sans Mono", monospace !important; }
"""
"""What pages are drawn in: their own words for a font mean another one on each machine."""
_PREPARE = """async ([fonts, stand_ins, secrets]) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(fonts);
    document.adoptedStyleSheets = [sheet];
    await document.fonts.ready;
    document.activeElement?.blur();
    for (const code of document.querySelectorAll('.qr svg')) {
        code.replaceChildren();
        code.style.background =
            'repeating-conic-gradient(#14201d 0 25%, #fff 0 50%) 0 0 / 16px 16px';
    }
    for (const [where, becomes] of Object.entries(secrets))
        for (const told of document.querySelectorAll(where)) told.textContent = becomes;
    const rules = stand_ins.map(([is, becomes]) => [new RegExp(is, 'g'), becomes]);
    const shown = text => rules.reduce((t, [is, becomes]) => t.replace(is, becomes), text);
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const changed = shown(walk.currentNode.data);
        if (changed !== walk.currentNode.data) walk.currentNode.data = changed;
    }
    for (const field of document.querySelectorAll('input[readonly]'))
        field.value = shown(field.value);
    // A browser draws this button in the language of its machine.
    for (const field of document.querySelectorAll('input[type=file]')) {
        const chosen = document.createElement('span');
        chosen.className = 'stand-in';
        chosen.textContent = 'Elegir archivo: ' + (field.files[0]?.name ?? 'ninguno');
        chosen.style.padding = '.7rem .85rem';
        field.before(chosen);
        field.style.display = 'none';
    }
}"""
_UNDO = """() => {
    for (const one of document.querySelectorAll('.stand-in')) one.remove();
    for (const field of document.querySelectorAll('input[type=file]')) field.style.display = '';
}"""
_SEEN = """() => {
    const seen = [];
    const add = (text, box, node) => {
        if (!text || box.width < 2 || box.height < 2) return;
        if (!node.checkVisibility({visibilityProperty: true})) return;
        const at = [box.left + scrollX, box.top + scrollY, box.width, box.height];
        seen.push([text, ...at.map(Math.round)]);
    };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const node = walk.currentNode, range = document.createRange();
        if (node.parentElement.closest('option, script, style, noscript, title, .qr')) continue;
        range.selectNodeContents(node);
        add(node.data.replace(/\\s+/g, ' ').trim(), range.getBoundingClientRect(),
            node.parentElement);
    }
    for (const field of document.querySelectorAll('input, select, textarea')) {
        if (['hidden', 'password', 'checkbox', 'radio', 'file'].includes(field.type)) continue;
        const told = field.tagName === 'SELECT' ? field.selectedOptions[0]?.text : field.value;
        add((told || '').replace(/\\s+/g, ' ').trim(), field.getBoundingClientRect(), field);
    }
    for (const field of document.querySelectorAll('input:checked')) {
        const box = field.getBoundingClientRect();
        add('☑ ' + field.name + ' ' + field.value, box, field);
    }
    return seen;
}"""
_RULER = """() => [['span', 400], ['span', 700], ['code', 400]].map(([element, weight]) => {
    const line = document.body.appendChild(document.createElement(element));
    line.textContent = 'Tu recibo de luz: S/ 128.40, 152 kWh';
    line.style.cssText = 'position:absolute;white-space:nowrap;font-size:16px';
    line.style.fontWeight = weight;
    const width = Math.round(line.getBoundingClientRect().width * 10) / 10;
    line.remove();
    return width;
})"""
Line = tuple[str, int, int, int, int]
"""A piece of text, and its box from the left and the top of the picture. [px]"""
SAME_PLACE = 3
"""Boxes may be off by it: widths are rounded, and hinting is another's business. [px]"""
TILE = 16
"""Pictures are compared in squares of it: what changed in one is not drowned by the rest. [px]"""
MOST_ALIKE, MOST_OTHERWISE = 18, 40
"""Mean difference of a square, of 255: by the same browser (what few colours cost, and no more),
and by another, whose edges of letters are softer or harder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One picture of a page."""

    image: Image.Image
    lines: tuple[Line, ...]
    """What is seen of the page within the picture, in the order of the page."""
    words: frozenset[str] = frozenset()
    """Everything that the whole page says."""
    ruler: tuple[float, ...] = ()
    """Widths of a line of text in each font, which tell another font. [px]"""


@dataclass
class Camera:
    """What takes pictures, and has those that it took."""

    browser: Browser
    taken: dict[str, Taken] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Which browser draws: the number that changes every few weeks."""
        return self.browser.version.partition(".")[0]

    @contextmanager
    def page(self, size: str, cookies: Sequence[Mapping[str, object]] = ()) -> Iterator[Page]:
        """Open a page of one size, in the Spanish of Peru, that remembers nothing else."""
        context = self.browser.new_context(
            viewport={"width": SIZES[size]["width"], "height": SIZES[size]["height"]},
            locale="es-PE",
            timezone_id="America/Lima",
            color_scheme="light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        try:
            context.add_cookies(list(cookies))  # type: ignore[arg-type]
            yield context.new_page()
        finally:
            context.close()

    def shoot(self, page: Page, name: str, part: str | None = None, *, margin: int = 0) -> None:
        """Take a picture of the window, or of one element of the page."""
        page.wait_for_load_state("load")
        if part is None:
            page.evaluate("scrollTo(0, 0)")
        page.evaluate(_PREPARE, [FONTS, STAND_INS, SECRETS])
        clip = _clip(page, name, part, margin)
        seen = page.evaluate(_SEEN)
        image = page.screenshot(full_page=True, clip=clip, animations="disabled", scale="css")  # type: ignore[arg-type]
        page.evaluate(_UNDO)
        self.taken[name] = Taken(
            image=Image.open(io.BytesIO(image)).convert("RGB"),
            lines=tuple(_within(seen, clip)),
            words=frozenset(text for text, *_ in seen),
            ruler=tuple(page.evaluate(_RULER)),
        )


def packed(image: Image.Image) -> bytes:
    """Return a picture as a small PNG."""
    few = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    file = io.BytesIO()
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


def misread(kept: Sequence[Line], new: Taken, *, same_font: bool) -> list[str]:
    """Return what a picture says that its page does not say, or says elsewhere."""
    if not same_font:
        return [text for text, *_ in kept if text not in new.words]
    if [text for text, *_ in kept] != [text for text, *_ in new.lines]:
        before, after = ({text for text, *_ in lines} for lines in (kept, new.lines))
        return [f"- {text}" for text in before - after] + [f"+ {text}" for text in after - before]
    return [
        f"{text}: {was} -> {now}"
        for (text, *was), (_, *now) in zip(kept, new.lines, strict=True)
        if any(abs(a - b) > SAME_PLACE for a, b in zip(was, now, strict=True))
    ]


def looks_other(kept: Image.Image, new: Image.Image, *, same_browser: bool) -> list[str]:
    """Return the squares in which two pictures differ by more than their drawing may."""
    if kept.size != new.size:
        return [f"{kept.size} -> {new.size}"]
    off = ImageChops.difference(kept.convert("RGB"), new).convert("L")
    across, down = (-(-side // TILE) for side in off.size)
    whole = Image.new("L", (across * TILE, down * TILE))
    whole.paste(off)
    means = whole.filter(ImageFilter.BoxBlur(0)).resize((across, down), Image.Resampling.BOX)
    most = MOST_ALIKE if same_browser else MOST_OTHERWISE
    values: Sequence[Any] = list(means.tobytes())
    return [
        f"at {at % across * TILE}, {at // across * TILE}: {value}"
        for at, value in enumerate(values)
        if value > most
    ]


def _clip(page: Page, name: str, part: str | None, margin: int) -> dict[str, float]:
    """Return the rectangle to show, in pixels of the page."""
    window = page.viewport_size
    assert window is not None
    if part is None:
        top = page.evaluate("scrollY")
        return {"x": 0, "y": top, "width": window["width"], "height": window["height"]}
    box = page.locator(part).first.evaluate(
        "e => { const b = e.getBoundingClientRect();"
        " return [b.left + scrollX, b.top + scrollY, b.width, b.height] }"
    )
    x, y, width, height = map(round, box)
    if not width or not height:
        raise SystemExit(f"{name}: nothing to show at {part}")
    left = max(x - margin, 0)
    return {
        "x": left,
        "y": max(y - margin, 0),
        "width": min(width + 2 * margin, window["width"] - left),
        "height": min(height + 2 * margin, MOST_PIXELS_HIGH),
    }


def _within(seen: Sequence[Sequence[Any]], clip: Mapping[str, float]) -> Iterator[Line]:
    """Yield what stands whole within a rectangle."""
    for text, x, y, width, height in seen:
        left, top = round(x - clip["x"]), round(y - clip["y"])
        whole = left + width <= clip["width"] and top + height <= clip["height"]
        if whole and left >= 0 and top >= 0:
            yield re.sub(r"\s+", " ", text), left, top, width, height
