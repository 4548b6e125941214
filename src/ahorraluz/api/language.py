"""The language of an answer: the one the address asks for, else the program, else its person."""

from flask import g, request

from ahorraluz.api.door import door
from ahorraluz.setting_values import LANGUAGES
from ahorraluz.texts import Texts, open_texts

PARAMETER = "lang"


def language() -> str:
    """Return the language to answer in, ``es`` or ``en``."""
    asked = request.args.get(PARAMETER, "")
    if asked in LANGUAGES:
        return asked
    wanted = request.accept_languages.best_match(LANGUAGES)
    if wanted is not None:
        return wanted
    bearer = g.get("api_bearer")
    return door().language if bearer is None else str(bearer.account.language)


def texts() -> Texts:
    """Return the words of the answer."""
    return open_texts(language(), commands=False)
