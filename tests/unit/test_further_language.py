"""A third folder of sentences is a third language, however little of it is there yet."""

import io
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from flask import Flask

from ahorraluz import texts
from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app
from ahorraluz.settings import Settings
from ahorraluz.texts import languages, offered_languages, open_texts

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
    texts.translated.cache_clear()
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
def test_pages_speak_it_and_do_not_offer_it_yet(app: Flask, language: str) -> None:
    client = app.test_client()

    spanish = client.get("/acerca").get_data(as_text=True)
    own = client.get(f"/?lang={language}").get_data(as_text=True)

    assert f'hreflang="{language}"' not in spanish
    assert f'<html lang="{language}"' in own
    assert "Llank&#39;ayniykita yachay" in own
    assert 'hreflang="es"' in own


def grow(folder: Path, locale: str, *, part: float) -> None:
    """Let a folder say a part of what households read: the Spanish, with a mark of its own."""
    (folder / locale).mkdir(exist_ok=True)
    wanted = [
        (domain, message.id, message.string)
        for domain in texts.OF_HOUSEHOLDS
        for message in read_po(io.BytesIO((folder / "es_PE" / f"{domain}.po").read_bytes()))
        if message.id
    ]
    for domain in texts.OF_HOUSEHOLDS:
        catalogue = Catalog(locale=None)
        for said, id_, sentence in wanted[: round(len(wanted) * part)]:
            if said == domain:
                catalogue.add(id_, f"¡{sentence}")
        with (folder / locale / f"{domain}.po").open("wb") as file:
            write_po(file, catalogue)
    _forget()


def test_a_language_is_offered_once_it_says_enough(folder: Path, app: Flask) -> None:
    client = app.test_client()

    grow(folder, "qu", part=texts.OFFERED_FROM - 0.01)
    before = client.get("/acerca").get_data(as_text=True)
    below = texts.translated("qu")
    grow(folder, "qu", part=texts.OFFERED_FROM + 0.01)
    after = client.get("/acerca").get_data(as_text=True)

    assert below < texts.OFFERED_FROM < texts.translated("qu") < 1
    assert 'hreflang="qu"' not in before
    assert 'href="/acerca?lang=qu" hreflang="qu"' in after
    assert offered_languages() == ("es", "en", "qu")
    assert 'hreflang="ay"' not in after


def test_a_locale_with_its_country_says_what_it_has_and_the_rest_in_spanish(
    folder: Path, app: Flask
) -> None:
    shutil.rmtree(folder / "qu")
    (folder / "qu_PE").mkdir()
    (folder / "qu_PE" / "households.po").write_text(
        HEAD.format(language="qu_PE") + 'msgid "web.nav.own-name"\nmsgstr "Runasimi"\n', "utf-8"
    )
    _forget()

    page = app.test_client().get("/?lang=qu").get_data(as_text=True)

    assert languages() == ("es", "en", "ay", "qu")
    assert '<html lang="qu-PE"' in page
    assert open_texts("es").text("web.start.heading") in page
    assert open_texts("qu").text("web.nav.own-name") == "Runasimi"
    assert 0 < texts.translated("qu_PE") < 0.01


def test_a_language_is_called_what_it_calls_itself(folder: Path, app: Flask) -> None:
    grow(folder, "qu", part=1.0)

    page = app.test_client().get("/acerca").get_data(as_text=True)

    assert re.search(r'hreflang="qu"[^>]*>¡Castellano</a>', page)


def test_a_broken_catalogue_is_told_and_not_half_read(folder: Path) -> None:
    (folder / "qu" / "web.po").write_text("esto no es un catálogo\n", "utf-8")
    _forget()

    with pytest.raises(PoFileError):
        open_texts("qu")


def test_without_further_folders_there_are_two() -> None:
    assert languages() == ("es", "en")
