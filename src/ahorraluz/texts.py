"""Sentences for people: a key or an issue to words in Spanish of Peru or in English.

``locales/<locale>/<domain>.po`` holds them; a message id is a key such as
``issue.kwh-negative``, its string a sentence with ``{named}`` places. All domains of
a locale are one catalogue, read once.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from ahorraluz.core.issues import InvalidInputError, Issue, Parameter

SPANISH, ENGLISH = "es_PE", "en"
LOCALES = (SPANISH, ENGLISH)
"""First the language of the program, then the second one; both have every key.

Another folder beside theirs, such as ``qu_PE``, is another language: what it does not say yet
is said in Spanish, and it is offered once it says enough (:func:`offered_languages`).
"""
OF_HOUSEHOLDS = (
    "accounts",
    "appliances",
    "bills",
    "claim",
    "compare",
    "consents",
    "end_use_findings",
    "findings",
    "forecast_asked",
    "forecast_pages",
    "hourly",
    "households",
    "issues",
    "jobs",
    "measures",
    "meter_files",
    "meter_pages",
    "optimal",
    "own_account",
    "own_sun",
    "privacy",
    "quality",
    "readings",
    "recibo",
    "renewable_steps",
    "renewables",
    "uncertainty",
    "usage",
    "usage_pages",
    "verify",
    "web",
)
"""Domains whose sentences households read."""
OFFERED_FROM = 0.8
"""Part of the sentences of these domains that a further language says itself before the pages
offer it: with less, every other sentence of a page would be Spanish. [0 to 1]"""
OFF_COMMANDS = "issue-off-cli."
"""Beginning of the keys of issues as pages and programs say them, where their usual sentence
names options of the command line."""
ONES = "texts.ones"
"""Key of the words that follow a number, each with its form after the number one."""

NAMED_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "field": ("field",),
    "charge": ("line", "charge"),
    "segment": ("segment",),
    "figure": ("figure",),
    "appliance": ("appliance",),
    "distributor": ("distributor",),
    "missing": ("band",),
    "bands": ("band",),
    "uses": ("end-use",),
}
"""Parameters of an issue that hold identifiers, with the keys of their names for people."""
MOST_PLACES = 3
NOTHING = "—"
LOCALE_NAME = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?", re.ASCII)
EXACT = Context(prec=5_000)
"""A number that somebody wrote with fifty digits is shown as it is in what refuses it."""
MAX_SHOWN = 20
"""Longest part of a wrong language that a message repeats."""


class _Shown(dict[str, str]):
    """Values as they are shown, with a dash for what nobody gave."""

    def __missing__(self, name: str) -> str:
        return NOTHING


@dataclass(frozen=True)
class Texts:
    """Every sentence of one language, and its way to write numbers and days."""

    locale: str
    messages: Mapping[str, str]

    @cached_property
    def _babel(self) -> Locale:
        try:
            return Locale.parse(self.locale)
        except (UnknownLocaleError, ValueError):
            # Babel has no numbers and months of every language of Peru.
            return Locale.parse(SPANISH)

    @property
    def language(self) -> str:
        """The language tag for a web page, such as ``es-PE``."""
        return self.locale.replace("_", "-")

    def has(self, key: str) -> bool:
        """Tell whether there is a sentence for ``key``."""
        return key in self.messages

    def text(self, key: str, **parameters: Parameter) -> str:
        """Return the sentence of ``key`` with its places filled.

        Numbers keep the digits they have, days are written out, lists are joined;
        amounts and rounded quantities are passed as text (:meth:`soles`, :meth:`number`).

        Raises
        ------
        KeyError
            No sentence has that key, or a place of it was not given: a raw key is
            never shown to a person.
        """
        shown = {name: self.shown(value) for name, value in parameters.items()}
        return self._counted(self.messages[key].format_map(shown))

    def issue(self, issue: Issue) -> str:
        """Return the sentence of an issue: field, value and mend.

        Identifiers are shown by their name where they have one; the sentence may also
        use ``{field_key}``, the field as files and commands write it. A place nobody
        filled shows a dash: an error must not hide behind an error.
        """
        shown = _Shown({name: self.shown(value) for name, value in issue.parameters.items()})
        if "field" in shown:
            shown["field_key"] = shown["field"]
        for name, prefixes in NAMED_PARAMETERS.items():
            if name in shown:
                shown[name] = self._named(issue.parameters[name], prefixes)
        return self._counted(self.messages[f"issue.{issue.code}"].format_map(shown))

    @cached_property
    def _ones(self) -> tuple[re.Pattern[str], Mapping[str, str]]:
        pairs = (pair.partition("=") for pair in self.messages.get(ONES, "").split())
        forms = {many: one for many, _, one in pairs}
        words = "|".join(map(re.escape, forms)) or "(?!)"
        return re.compile(rf"(?<![\d.,])1 ({words})\b"), forms

    def _counted(self, sentence: str) -> str:
        """Return a sentence in which one of something is not said as many."""
        if "1 " not in sentence:
            return sentence
        pattern, forms = self._ones
        return pattern.sub(lambda found: f"1 {forms[found.group(1)]}", sentence)

    def _named(self, value: Parameter, prefixes: tuple[str, ...]) -> str:
        if isinstance(value, str):
            keys = (f"{prefix}.{value}" for prefix in prefixes)
            return next((self.messages[key] for key in keys if key in self.messages), value)
        if isinstance(value, Sequence):
            return ", ".join(self._named(part, prefixes) for part in value) or NOTHING
        return self.shown(value)

    def shown(self, value: Parameter) -> str:
        """Return one value as a person reads it inside a sentence."""
        match value:
            case None:
                return NOTHING
            case str():
                return value
            case dt.date():
                return self.date(value)
            case Decimal() | float():
                return self.number(value)
            case int():
                return str(value)
            case Sequence():
                return ", ".join(self.shown(part) for part in value) or NOTHING

    def number(self, value: Decimal | float, *, places: int | None = None) -> str:
        """Return a number with the separators of the language.

        Parameters
        ----------
        value
            The number; halves are rounded away from zero.
        places
            Decimals to show; ``None``: those of a ``Decimal``, at most three of a float.

        Examples
        --------
        >>> open_texts("es_PE").number(Decimal("1234.50"))
        '1,234.50'
        >>> open_texts("es_PE").number(0.125, places=2)
        '0.13'
        """
        exact = value if isinstance(value, Decimal) else Decimal(repr(value))
        if not exact.is_finite():
            return NOTHING
        if places is None:
            places = _places(exact, keep_zeros=isinstance(value, Decimal))
        pattern = "#,##0" + ("." + "0" * places if places else "")
        with localcontext(EXACT):
            rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
            return format_decimal(rounded, format=pattern, locale=self._babel)

    def soles(self, amount: Decimal, *, places: int = 2) -> str:
        """Return an amount of money, to the céntimo.

        Examples
        --------
        >>> open_texts("es_PE").soles(Decimal("1234.5"))
        'S/ 1,234.50'
        >>> open_texts("en").soles(Decimal("-0.03"))
        '-S/ 0.03'
        """
        shown = self.number(abs(amount), places=places)
        sign = "-" if amount < 0 and shown.strip("0.,") else ""
        return f"{sign}S/ {shown}"

    def percent(self, share: Decimal | float, *, places: int = 0) -> str:
        """Return a share, 0 to 1, as a percentage.

        Examples
        --------
        >>> open_texts("es_PE").percent(0.27)
        '27 %'
        """
        return f"{self.number(Decimal(str(share)) * 100, places=places)} %"

    def whole_percent(self, percent: int) -> str:
        """Return a percentage that was rounded with others (:func:`.rounding.whole_percents`)."""
        return f"{percent} %"

    def date(self, day: dt.date, *, form: Literal["short", "medium", "long"] = "long") -> str:
        """Return a day as people write it.

        Examples
        --------
        >>> open_texts("es_PE").date(dt.date(2026, 8, 4))
        '4 de agosto de 2026'
        """
        from babel.dates import format_date

        return format_date(day, format=form, locale=self._babel)

    def month(self, day: dt.date) -> str:
        """Return the month of a day with its year.

        Examples
        --------
        >>> open_texts("es_PE").month(dt.date(2026, 8, 4))
        'agosto de 2026'
        """
        from babel.dates import format_skeleton

        return format_skeleton("yMMMM", day, locale=self._babel)

    def days(self, start: dt.date, end: dt.date) -> str:
        """Return the days from one meter reading to the next, where the year is plain.

        Examples
        --------
        >>> open_texts("es_PE").days(dt.date(2026, 11, 26), dt.date(2026, 12, 26))
        '26 nov. – 26 dic.'
        """
        from babel.dates import format_date

        first, last = (format_date(day, "d MMM", locale=self._babel) for day in (start, end))
        return f"{first} – {last}"


def _places(value: Decimal, *, keep_zeros: bool) -> int:
    if keep_zeros:
        exponent = value.as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0
    rounded = round(value, MOST_PLACES).normalize().as_tuple().exponent
    return max(0, -rounded) if isinstance(rounded, int) else 0


def open_texts(locale: str, *, commands: bool = True) -> Texts:
    """Return the sentences of a language: ``es_PE`` or ``en``, or a tag that begins so.

    Parameters
    ----------
    locale
        The language.
    commands
        Whether issues may name options of the command line; pages and programs have none.

    Raises
    ------
    InvalidInputError
        ``language-unknown``: no catalogue begins like that.

    Examples
    --------
    >>> open_texts("es").locale, open_texts("en-GB").locale
    ('es_PE', 'en')
    """
    wanted = locale.replace("-", "_").partition("_")[0].casefold()
    for known in (*LOCALES, *further_locales()):
        if known.partition("_")[0] == wanted:
            return _open(known, commands=commands)
    raise InvalidInputError(
        "language-unknown", field="lang", value=locale[:MAX_SHOWN], allowed=list(languages())
    )


def languages() -> tuple[str, ...]:
    """Return the languages there are, as addresses write them.

    Examples
    --------
    >>> languages()[:2]
    ('es', 'en')
    """
    return tuple(known.partition("_")[0] for known in (*LOCALES, *further_locales()))


@cache
def further_locales() -> tuple[str, ...]:
    """Return the languages of further folders, in the order of their names."""
    names = (entry.name for entry in _folder().iterdir() if entry.is_dir())
    return tuple(sorted(n for n in names if n not in LOCALES and LOCALE_NAME.fullmatch(n)))


def offered_languages() -> tuple[str, ...]:
    """Return the languages that the pages offer: a further one once it says enough itself.

    Examples
    --------
    >>> offered_languages()[:2]
    ('es', 'en')
    """
    offered = (known for known in further_locales() if translated(known) >= OFFERED_FROM)
    return tuple(known.partition("_")[0] for known in (*LOCALES, *offered))


@cache
def translated(locale: str) -> float:
    """Return the part of the sentences for households that a further folder says. [0 to 1]"""
    asked = {key for domain in OF_HOUSEHOLDS for key in _own(SPANISH, domain)}
    said = {key for domain in OF_HOUSEHOLDS for key in _own(locale, domain)}
    return len(asked & said) / len(asked)


def _own(locale: str, domain: str) -> Mapping[str, str]:
    """Return what a folder itself says of a domain; nothing where it does not have it."""
    file = _folder() / locale / f"{domain}.po"
    return _read(file, locale=locale) if file.is_file() else {}


@cache
def _open(locale: str, *, commands: bool = True) -> Texts:
    messages = {} if locale in LOCALES else dict(_open(SPANISH).messages)
    for domain in _domains(locale):
        messages |= _read(domain, locale=locale)
    if not commands:
        off = [key for key in messages if key.startswith(OFF_COMMANDS)]
        messages |= {f"issue.{key.removeprefix(OFF_COMMANDS)}": messages[key] for key in off}
    return Texts(locale, MappingProxyType(messages))


def _folder() -> Traversable:
    return files("ahorraluz") / "locales"


def _domains(locale: str) -> Iterator[Traversable]:
    folder = _folder() / locale
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".po"))
    return (folder / name for name in names)


def _read(domain: Traversable, *, locale: str) -> dict[str, str]:
    with domain.open("rb") as file:
        catalogue = read_po(file, locale=locale, abort_invalid=True)
    # What nobody translated yet is empty.
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string}
