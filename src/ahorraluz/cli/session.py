"""What every command works with: language, form of the answer, the day, and the tools."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from itertools import dropwhile, zip_longest
from typing import TYPE_CHECKING

import click

from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.settings import Settings, read_settings, stated_language
from ahorraluz.texts import Texts, open_texts

if TYPE_CHECKING:
    from ahorraluz.services.toolbox import Toolbox

LIMA = timezone(timedelta(hours=-5))
"""Peru keeps one time all year."""


@dataclass
class Session:
    """One run of the program."""

    language: str | None = None
    """As ``--lang`` says it; ``None``: as the environment does."""
    as_json: bool = False
    settings_given: Settings | None = field(default=None)
    """Settings of a test or of another program; ``None``: those of the environment."""

    @classmethod
    def of(cls, words: Sequence[str]) -> "Session":
        """Return the session that a command line asks for.

        Language and form are read before anything is parsed, so that an answer to a
        mistyped option comes in the language and form that were asked for.
        """
        language = None
        for word, following in zip_longest(words, words[1:]):
            if word == "--":
                break
            if word == "--lang":
                language = following
            elif word.startswith("--lang="):
                language = word.removeprefix("--lang=")
        return cls(language=language, as_json="--json" in words)

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises what :func:`~..settings.read_settings` raises."""
        return self.settings_given or read_settings()

    @cached_property
    def texts(self) -> Texts:
        """Sentences in the language of the run; raises ``language-unknown``."""
        return open_texts(self.language or self.settings.language)

    @cached_property
    def any_texts(self) -> Texts:
        """Sentences for messages about what is wrong, which may be the language itself."""
        for language in (self.language, self._language_of_environment):
            try:
                if language:
                    return open_texts(language)
            except InvalidInputError:
                continue
        return open_texts("es")

    @property
    def _language_of_environment(self) -> str:
        try:
            return self.settings.language
        except InvalidInputError:
            # Another variable is wrong: that has to be said, in the language that is right.
            return stated_language()

    @cached_property
    def tools(self) -> "Toolbox":
        """The services' tools."""
        from ahorraluz.services.toolbox import open_toolbox

        return open_toolbox(self.settings)

    def day(self, given: date | None) -> date:
        """Return the day of the answer: as given with ``--as-of``, else today in Peru."""
        return given or datetime.now(tz=LIMA).date()

    def show(self, document: Mapping[str, object], lines: Iterable[str]) -> None:
        """Print an answer: the document with ``--json``, else the lines, no empty one first."""
        if self.as_json:
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
            return
        for line in dropwhile(lambda line: not line, lines):
            click.echo(line)

    def report(self, issues: Sequence[Issue]) -> None:
        """Print what is wrong on the error stream, one line each, or as JSON."""
        texts = self.any_texts
        if self.as_json:
            listed = [
                {
                    "code": issue.code,
                    "severity": issue.severity.value,
                    "text": texts.issue(issue),
                }
                for issue in issues
            ]
            click.echo(json.dumps({"issues": listed}, ensure_ascii=False, indent=2), err=True)
            return
        for issue in issues:
            click.echo(texts.text("cli.error", text=texts.issue(issue)), err=True)
