"""Pages and programs are told what is wrong without options of the command line."""

import re
import string
from collections.abc import Iterable

import pytest

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.texts import OF_HOUSEHOLDS, OFF_COMMANDS, SPANISH, Texts, _own, open_texts

COMMANDS = re.compile(r"(?<![\w-])--[a-z]|ahorraluz [a-z]+|«done»|\"done\"|\[[a-z_]+\]")
OPERATED = (
    "account-",
    "address-",
    "backtest-",
    "claim-exists",
    "cohorts-",
    "dung-",
    "forecast-model-",
    "home-without-line",
    "line-and-none",
    "hourly-only-homes",
    "kit-need-",
    "no-reading-there",
    "no-such-file",
    "option-",
    "peers-",
    "people-needed",
    "place-needed",
    "promise-as-of",
    "promise-of-what",
    "promise-option",
    "promise-out-",
    "promise-soles",
    "proposal-",
    "quote-",
    "recibo-incomplete",
    "recibo-out-",
    "role-not-given-here",
    "series-",
    "sheet-",
    "tariffs-system-",
    "train-",
    "undo-alone",
    "usage-unclear",
)
"""Beginnings of codes that only commands raise, or that people with a terminal read."""


def naming_commands(texts: Texts) -> Iterable[str]:
    read = (key for domain in OF_HOUSEHOLDS for key in _own(SPANISH, domain))
    for key in read:
        code, sentence = key.removeprefix("issue."), texts.messages[key]
        if key != code and COMMANDS.search(sentence) and not code.startswith(OPERATED):
            yield code


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_issue_tells_pages_and_programs_of_options(language: str) -> None:
    assert list(naming_commands(open_texts(language, commands=False))) == []
    assert list(naming_commands(open_texts(language))) != []


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_such_sentence_has_an_issue_and_no_place_of_its_own(language: str) -> None:
    messages = open_texts(language).messages

    for key, sentence in messages.items():
        if key.startswith(OFF_COMMANDS):
            usual = messages[f"issue.{key.removeprefix(OFF_COMMANDS)}"]
            assert places(sentence) <= places(usual), key


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_commands_keep_their_options() -> None:
    issue = Issue(
        code="verify-step-unknown",
        severity=Severity.ERROR,
        parameters={"value": "bailar", "suggestion": "led-tubes"},
    )

    on_terminal = open_texts("es").issue(issue)
    on_page = open_texts("es", commands=False).issue(issue)

    assert on_terminal.startswith("--step: «bailar»")
    assert on_page == "«bailar» no es una medida del plan. Prueba con: led-tubes."


@pytest.mark.parametrize(
    ("language", "days", "said"),
    [("en", 1, "1 day "), ("en", 21, "21 days"), ("en", 2, "2 days"), ("es", 1, "1 día,")],
)
def test_one_of_something_is_said_as_one(language: str, days: int, said: str) -> None:
    issue = Issue(code="verify-season-unknown", severity=Severity.NOTE, parameters={"days": days})

    assert said in open_texts(language).issue(issue)


def test_a_number_that_ends_in_one_is_not_one() -> None:
    texts = open_texts("en")

    assert texts._counted("0.1 days, 1,1 days, 101 days") == "0.1 days, 1,1 days, 101 days"
