"""A third folder of sentences is a third language, however little of it is there yet."""

import shutil
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from flask import Flask

from ahorraluz import texts
from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app
from ahorraluz.settings import Settings
from ahorraluz.texts import languages, open_texts

HEAD = (
    'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
)
SAID = 'msgid "web.start.heading"\nmsgstr "Llank\'ayniykita yachay"\n\n'
NOT_YET = 'msgid "web.nav.about"\nmsgstr ""\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the catalogues with two more, of which one sentence is translated."""
    copy = tmp_path / "locales"
    shutil.copytree(str(files("ahorraluz") / "locales"), copy)
    for language in ("qu", "ay"):
        (copy / language).mkdir()
        head = HEAD.format(language=language)
        (copy / language / "web.po").write_text(head + SAID + NOT_YET, "utf-8")
    (copy / "not a language").mkdir()
    monkeypatch.setattr(texts, "_folder", lambda: copy)
    _forget()
    yield copy
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    texts.further_locales.cache_clear()
    texts._open.cache_clear()


@pytest.fixture
def app(folder: Path, tmp_path: Path) -> Flask:
    settings = Settings(data_dir=tmp_path / "data")
    return create_app(settings, throttle=Throttle(burst=1e9))


@pytest.mark.usefixtures("folder")
def test_further_folders_are_further_languages() -> None:
    assert languages() == ("es", "en", "ay", "qu")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("language", ["qu", "ay"])
def test_what_is_not_translated_yet_is_said_in_spanish(language: str) -> None:
    further, spanish = open_texts(language), open_texts("es")

    assert further.text("web.start.heading") == "Llank'ayniykita yachay"
    assert further.text("web.nav.about") == spanish.text("web.nav.about")
    assert set(further.messages) == set(spanish.messages)
    assert "1" in further.number(Decimal("1234.5"))


@pytest.mark.parametrize("language", ["qu", "ay"])
def test_pages_speak_it_and_lead_to_it(app: Flask, language: str) -> None:
    client = app.test_client()

    spanish = client.get("/").get_data(as_text=True)
    own = client.get(f"/?lang={language}").get_data(as_text=True)

    assert f'href="/?lang={language}" hreflang="{language}"' in spanish
    assert f'<html lang="{language}"' in own
    assert "Llank&#39;ayniykita yachay" in own
    assert 'hreflang="es"' in own


def test_without_further_folders_there_are_two() -> None:
    assert languages() == ("es", "en")
