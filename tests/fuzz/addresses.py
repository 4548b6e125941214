"""What stands in addresses, headers, forms and variables: short texts that mean something."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs

from tests.fuzz.cutting import Cut
from tests.fuzz.refusing import hold, refused, tell

from ahorraluz.api import parameters
from ahorraluz.api.parameters import Parameter
from ahorraluz.core.home import Home
from ahorraluz.security.tokens import hash_token, same
from ahorraluz.services.inquiries.checking import checked
from ahorraluz.services.inquiries.inquiry import inquire
from ahorraluz.services.inquiries.query import Query, read_query
from ahorraluz.services.inquiries.typed import parse_day, parse_number, parse_numbers
from ahorraluz.services.typed_numbers import read_number
from ahorraluz.services.what_if import assume
from ahorraluz.setting_table import TABLE
from ahorraluz.settings import read_settings, stated_language

AS_OF = date(2026, 11, 24)
KINDS: tuple[Parameter, ...] = (
    parameters.LANGUAGE,
    parameters.LIMIT,
    parameters.CURSOR,
    parameters.IDEMPOTENCY,
    parameters.IF_MATCH,
    *parameters.WISHES,
    parameters.day("since"),
    parameters.text("step", pattern=parameters.STEP),
)
VARIABLES = tuple(setting.variable for setting in TABLE)


def address(data: bytes) -> None:
    """Read bytes as what stands behind the question mark of a page's address."""
    text = data.decode("utf-8", "replace")
    with suppress(ValueError):  # a browser sends no more fields than that
        given = parse_qs(text, keep_blank_values=True, max_num_fields=500)
        query = read_query(given)
        _told(query)
        again = read_query(parse_qs(query.encoded(), keep_blank_values=True))
        hold(dict(again.pairs()) == dict(query.pairs()), "an address did not come back")
        _asked(checked(query))


def _told(query: Query) -> None:
    if query.errors:
        tell(tuple(query.errors.values()))
    for value in query.values.values():
        hold(not isinstance(value, Decimal) or value.is_finite(), "a number without end")


def _asked(query: Query) -> None:
    _told(query)
    if query.errors:
        return
    asked = refused(lambda: inquire(query, as_of=AS_OF))
    hold(asked is None or asked.kwh.is_finite(), "kWh that are no number")


def header(data: bytes) -> None:
    """Read bytes as each parameter of the API, as a key, and as numbers and days that are typed."""
    text = data.decode("utf-8", "replace")
    for parameter in KINDS:
        refused(lambda one=parameter: one.read(text))  # type: ignore[misc]
    hold(same(hash_token(text), hash_token(text)), "a key is not its own hash")
    number = refused(lambda: read_number(text, field="kwh"))
    hold(number is None or number.is_finite(), "a number without end")
    for read in (parse_number, parse_numbers, parse_day):
        refused(lambda read=read: read(text))  # type: ignore[misc]


def variables(data: bytes) -> None:
    """Read lines as variables of the environment; a byte says which, or the line does."""
    cut = Cut(data)
    given: dict[str, str] = {}
    for _ in range(cut.whole(1, 6)):
        name = cut.one_of(VARIABLES) if cut.yes() else f"AHORRALUZ_{cut.text(20)}"
        given[name] = cut.line().decode("utf-8", "replace")
    refused(lambda: _settings(given))
    hold(stated_language(given) in ("es", "en"), "a language that there is not")


def _settings(given: Mapping[str, str]) -> None:
    settings = read_settings(given)
    hold(bool(repr(settings)), "settings that cannot be shown")


def what_if(data: bytes) -> None:
    """Read lines as figures typed over those of a home."""
    home = _home()
    typed = data.decode("utf-8", "replace").split("\n")[:20]
    moved = refused(lambda: assume(home, typed))
    if moved is not None:
        hold(moved.history == home.history, "what-if changed the recibos")


def _home() -> Home:
    query = read_query({"d": ["luz-del-sur"], "k": ["180"]})
    return inquire(query, as_of=AS_OF).home
