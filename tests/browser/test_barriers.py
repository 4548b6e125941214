"""Contrasts that are looked at once for each look are those that axe finds text by text."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser
from tests.browser.barriers import CONTRAST, violations
from tests.browser.conftest import context_of

pytestmark = pytest.mark.browser

PAGE = """
<html lang="en"><head><title>Looks</title><style>
  body {{ background: #fff; color: #222 }} .pale {{ color: #bbb }} .dark {{ background: #333 }}
  .gone {{ display: none }} .faint {{ opacity: 0.3 }}
</style></head><body><main><h1>Looks</h1>{parts}</main></body></html>
"""
FINE = "<p>One may read this</p>" * 3


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        pytest.param(FINE, 0, id="nothing is pale"),
        pytest.param(f'{FINE}<p class="pale">pale</p>{FINE}', 1, id="one is pale among many"),
        pytest.param(f'{FINE}<div class="dark"><p>dark</p></div>', 1, id="on another ground"),
        pytest.param(f'{FINE}<div class="faint"><p>faint</p></div>', 1, id="fainter than others"),
        pytest.param('<p class="gone pale">no</p><p class="pale">pale</p>', 1, id="one was hidden"),
        pytest.param(f'{FINE}<p>fine <b class="pale">pale</b></p>', 1, id="a word of a sentence"),
        pytest.param('<p class="pale">pale</p>' * 4, 1, id="many of one look are told once"),
        pytest.param(
            '<input class="pale" aria-label="a" value="pale">', 1, id="what is typed into a field"
        ),
    ],
)
def test_a_look_that_is_hard_to_read_is_found(browser: Browser, parts: str, wrong: int) -> None:
    with context_of(browser) as context:
        page = context.new_page()
        page.set_content(PAGE.format(parts=parts))
        each = Axe().run(page, options={"runOnly": [CONTRAST]}).response["violations"]

        found = [one for one in violations(page) if one["id"] == CONTRAST]

        assert sum(len(one["nodes"]) for one in found) == wrong
        assert bool(each) == bool(found)
        assert page.evaluate("document.querySelectorAll('[data-look-seen]').length") == 0
