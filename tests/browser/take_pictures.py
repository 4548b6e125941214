"""Take every picture of the documentation again: ``python -m tests.browser.take_pictures``."""

import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from tests.browser.camera import Camera, packed
from tests.browser.conftest import ARGUMENTS
from tests.browser.pictures import IMAGES, take_all, write
from tests.conftest import BROWSERS
from tests.made_once import CHEAP_HASHER, hash_with, make_once


def main() -> None:
    """Take every picture, and keep what it says beside it."""
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        raise SystemExit("no Chromium on this machine")
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        sync_playwright() as playwright,
    ):
        make_once(patch)
        hash_with(CHEAP_HASHER, patch)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        camera = Camera(browser)
        for name, taken in take_all(camera, Path(folder)).items():
            data = packed(taken.image)
            (IMAGES / f"{name}.png").write_bytes(data)
            sys.stdout.write(f"{name} {len(data)}\n")
        write(camera)
        browser.close()


if __name__ == "__main__":
    main()
