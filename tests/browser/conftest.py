"""Chromium, and the application served to it on this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from waitress.server import create_server

from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app, server_options
from ahorraluz.settings import Settings

TODAY = date(2026, 11, 24)
PATIENCE_MS = 60_000
"""How long a page may take on a busy machine: only what never comes costs this time."""
expect.set_options(timeout=PATIENCE_MS)
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
ANSWER = "/respuesta?d=luz-del-sur&s=lima-sur&k=152&t=130"
PRINTED = "d=luz-del-sur&s=lima-sur&k=152&p=0.6403&e=107.33&c=2.25&r=1.42&al=5.1"
SIZES = {"phone": PHONE, "desk": DESK}


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve the application on a free port and give its address."""
    app = create_app(settings, today=lambda: TODAY, throttle=Throttle(burst=1e9))
    server = create_server(app, host="127.0.0.1", port=0, threads=4, **server_options(settings))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    port = getattr(server, "effective_port")  # noqa: B009 - the stubs do not know it
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the application, served for all tests."""
    with serving(Settings(data_dir=tmp_path_factory.mktemp("data"))) as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Start Chromium once."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


def follow(page: Page, led_by: str | Locator) -> None:
    """Click what leads to another page, and wait until that has come to its end.

    A click returns when an answer begins to come: what is looked at then may be half a page.
    """
    click = page.locator(led_by).first if isinstance(led_by, str) else led_by
    with page.expect_navigation():
        click.click()


@contextmanager
def context_of(
    browser: Browser, *, size: str = "phone", scripts: bool = True, dark: bool = False
) -> Iterator[BrowserContext]:
    """Open a browser of one size, with or without scripts, that remembers nothing."""
    width, height = SIZES[size]["width"], SIZES[size]["height"]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context
    finally:
        context.close()
