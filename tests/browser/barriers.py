"""What axe finds on a page, with the contrast of each kind of text looked at once.

Nine tenths of the time of axe go into contrasts, text by text, though a page has hundreds of
texts and a dozen looks. Texts that share their own look and all grounds under
them share their contrast.
"""

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

CONTRAST = "color-contrast"
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
SEEN = "data-look-seen"
"""Attribute of what holds no text of a look that was not there before."""

MARK = """
name => {
  const numbers = new Map(), grounds = new WeakMap(), seen = new Set();
  const number = text => {
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text);
  };
  const own = style => [
    style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode,
    style.overflow, style.clipPath, style.clip, style.transform, style.content,
  ].join(" ");
  const ground = element => {
    if (!element) return 0;
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      // What does not flow may lie on anything: it is its own place.
      const place = style.position === "static" && style.float === "none"
        ? "" : `${style.position} ${style.inset} ${style.margin} ${element.className}`;
      const around = ["::before", "::after"].map(part => own(getComputedStyle(element, part)));
      const all = [ground(element.parentElement), own(style), place, ...around];
      grounds.set(element, number(all.join("|")));
    }
    return grounds.get(element);
  };
  const written = element =>
    ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName) ||
    [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  const isNew = element => {
    if (!written(element) || !element.checkVisibility({visibilityProperty: true})) return false;
    const style = getComputedStyle(element);
    const look = [ground(element), style.color, style.fontSize, style.fontWeight,
      style.textShadow, style.webkitTextFillColor, element.tagName, element.disabled].join("|");
    const found = !seen.has(look);
    seen.add(look);
    return found;
  };
  const walk = element => {
    let fresh = isNew(element);
    const old = [];
    for (const child of element.children) {
      if (walk(child)) fresh = true;
      else old.push(child);
    }
    if (fresh) old.forEach(child => child.setAttribute(name, ""));
    return fresh;
  };
  walk(document.body);
}
"""


def violations(page: Page) -> list[dict[str, Any]]:
    """Return every violation that axe finds on a page as it is shown now."""
    without = {**ONLY_VIOLATIONS, "rules": {CONTRAST: {"enabled": False}}}
    found: list[dict[str, Any]] = Axe().run(page, options=without).response["violations"]
    page.evaluate(MARK, SEEN)
    contrasts = page.evaluate(
        "([context, options]) => axe.run(context, options)",
        [{"exclude": [[f"[{SEEN}]"]]}, {**ONLY_VIOLATIONS, "runOnly": [CONTRAST]}],
    )
    page.evaluate(
        "name => document.querySelectorAll(`[${name}]`).forEach(e => e.removeAttribute(name))", SEEN
    )
    return [*found, *contrasts["violations"]]
