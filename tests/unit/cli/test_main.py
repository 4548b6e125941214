"""The program as a whole: help, languages, refusals, and what happens when it fails."""

import json
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from tests.unit.cli.running import AUGUST, LIMA, faults, run

from ahorraluz.cli import main as door
from ahorraluz.cli.main import COMMANDS, cli
from ahorraluz.cli.words import TextGroup

BILL = ("bill", *LIMA, *AUGUST)


def commands() -> Iterator[tuple[str, ...]]:
    """Yield the words that reach each command, groups opened."""
    context = click.Context(cli, info_name="ahorraluz")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        yield (name,)
        if isinstance(command, TextGroup):
            yield from ((name, inner) for inner in command.list_commands(context))


ALL = [pytest.param(words, id=" ".join(words)) for words in commands()]


@pytest.mark.parametrize("words", ALL)
@pytest.mark.parametrize(("language", "example"), [("es", "Ejemplo:"), ("en", "Example:")])
def test_every_command_helps_with_an_example_in_both_languages(
    words: tuple[str, ...], language: str, example: str
) -> None:
    result = run(*words, "--help", "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert example in result.stdout
    assert f"ahorraluz {' '.join(words)}" in result.stdout


@pytest.mark.parametrize("words", ALL)
def test_no_help_speaks_two_languages(words: tuple[str, ...]) -> None:
    result = run(*words, "--help", "--lang", "es")

    assert [
        word for word in ("Usage", "Options", "Show", "Commands") if word in result.stdout
    ] == []


@pytest.mark.parametrize("words", ALL)
def test_every_command_takes_json_and_language(words: tuple[str, ...]) -> None:
    result = run(*words, "--help")

    assert "--json" in result.stdout
    assert "--lang" in result.stdout


def test_the_program_lists_its_commands() -> None:
    result = run("--help")

    assert result.exit_code == 0
    assert [name for name in COMMANDS if f"  {name} " not in result.stdout] == []


def test_the_language_of_the_help_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHORRALUZ_LANG", "en")

    assert "Usage: ahorraluz" in run("--help").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param((), "Uso: ahorraluz", id="nothing"),
        pytest.param(("data",), "Uso: ahorraluz data", id="a group alone"),
    ],
)
def test_a_call_without_a_command_shows_the_help(words: tuple[str, ...], said: str) -> None:
    result = run(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


# Words, and what the message must name: field or value, and the mend.
REFUSED = [
    pytest.param((*BILL, "--kwh", "-5"), ("-5",), id="negative kWh"),
    pytest.param((*BILL, "--kwh", "1234567890123"), ("1,234,567,890,123",), id="thirteen digits"),
    pytest.param((*BILL, "--kwh", "1,234"), ("--kwh", "1,234", "1.234", "1234"), id="ambiguous"),
    pytest.param((*BILL, "--kwh", "ciento"), ("--kwh", "ciento"), id="a word for a number"),
    pytest.param((*BILL, "--kwh", "1.23456"), ("1.23456",), id="too many decimals"),
    pytest.param((*BILL,), ("--kwh",), id="no kWh"),
    pytest.param(("bill", *LIMA, "--kwh", "3"), ("--from",), id="no dates"),
    pytest.param(("bill", *AUGUST, "--kwh", "3"), ("--distributor",), id="no distributor"),
    pytest.param(
        ("bill", "--distributor", "luz del zur", *AUGUST, "--kwh", "3"),
        ("luz del zur", "Luz del Sur"),
        id="unknown distributor",
    ),
    pytest.param(
        ("bill", *LIMA[:2], "--system", "lima-oeste", *AUGUST, "--kwh", "3"),
        ("lima-oeste", "Lima Sur"),
        id="unknown system",
    ),
    pytest.param(
        ("bill", *LIMA[:4], "--option", "BT9Z", *AUGUST, "--kwh", "3"),
        ("BT9Z", "BT5B"),
        id="unknown option",
    ),
    pytest.param(
        ("bill", *LIMA[:4], "--option", "BT6", *AUGUST, "--kwh", "3"),
        ("BT6", "BT5B"),
        id="an option known by name only",
    ),
    pytest.param(
        ("bill", *LIMA, "--from", "2026-13-05", "--to", "2027-01-05", "--kwh", "3"),
        ("--from", "2026-13-05", "2026-08-04"),
        id="a month that does not exist",
    ),
    pytest.param(
        ("bill", *LIMA, "--from", "2026-02-30", "--to", "2026-03-30", "--kwh", "3"),
        ("--from", "2026-02-30"),
        id="a day that does not exist",
    ),
    pytest.param(
        ("bill", *LIMA, "--from", "2026-09-03", "--to", "2026-08-05", "--kwh", "3"),
        ("2026",),
        id="a period that ends before it starts",
    ),
    pytest.param(
        ("bill", *LIMA, "--from", "2025-08-05", "--to", "2026-08-05", "--kwh", "3"),
        ("365", "2025", "2026"),
        id="a year in one bill",
    ),
    pytest.param(
        (*BILL, "--kwh", "3", "--customer", "vecino"),
        ("--customer", "vecino", "residential"),
        id="a choice that is none",
    ),
    pytest.param(
        (*BILL, "--kwh", "3", "--collective-homes", "0"),
        ("--collective-homes", "0", "1"),
        id="a number too small",
    ),
    pytest.param(
        (*BILL, "--kwh", "3", "--collective-homes", "2.5"),
        ("--collective-homes", "2.5"),
        id="half a home",
    ),
    pytest.param(
        (*BILL, "--kwh", "3", "--fose-discount", "1"),
        ("--fose-discount", "0.99"),
        id="a discount that leaves no price",
    ),
    pytest.param((*BILL, "--kwh-peak", "3", "--kwh", "5"), ("BT5B",), id="bands of no option"),
    pytest.param(
        (*BILL, "--kwh", "3", "--fixed-charge", "2"), ("--unit-price",), id="half a price"
    ),
    pytest.param((*BILL, "--kwhs", "3"), ("--kwhs", "--kwh"), id="a misspelt option"),
    pytest.param((*BILL, "--kwh"), ("--kwh",), id="an option without its value"),
    pytest.param(
        (*BILL, "--kwh", "3", "cuatro"), ("cuatro", "ahorraluz bill"), id="a word too many"
    ),
    pytest.param(("bil",), ("bil", "bill"), id="a misspelt command"),
    pytest.param(("data", "chek"), ("chek", "check"), id="a misspelt command of a group"),
    pytest.param(("audit",), ("FILE",), id="no file"),
    pytest.param(("audit", "no-hay.json"), ("no-hay.json",), id="a file that is not there"),
    pytest.param(("serve", "--port", "99999"), ("--port", "99999", "65535"), id="no such port"),
    pytest.param(
        ("curve", *LIMA, "--used", "30"), ("--days-left",), id="used without the days left"
    ),
]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(("words", "named"), REFUSED)
def test_bad_input_is_refused_by_field_value_and_mend(
    words: tuple[str, ...], named: tuple[str, ...], language: str
) -> None:
    result = run(*words, "--lang", language) if words[-1] != "--kwh" else run(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert [word for word in named if word not in result.stderr] == []
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("words", "named"), REFUSED)
def test_with_json_a_refusal_is_json_on_the_error_stream(
    words: tuple[str, ...], named: tuple[str, ...]
) -> None:
    result = run("bill", "--json", *words[1:]) if words[0] == "bill" else run(*words, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert faults(json.loads(result.stderr), "issues") == []


def test_a_refusal_speaks_the_language_that_was_asked_for() -> None:
    spanish, english = (run(*BILL, "--kwh", "-5", "--lang", lang).stderr for lang in ("es", "en"))

    assert "menos que cero" in spanish
    assert "less than zero" in english


def test_the_language_counts_wherever_it_stands() -> None:
    assert "There is no" in run("bill", "--nope", "--lang=en").stderr
    assert "less than zero" in run("--lang", "en", *BILL, "--kwh", "-5").stderr


@pytest.mark.parametrize("words", [("bill", "--lang", "fr"), ("--lang", "fr", "data", "check")])
def test_an_unknown_language_is_refused_before_anything_is_computed(words: tuple[str, ...]) -> None:
    result = run(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "fr" in result.stderr


def test_a_wrong_variable_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHORRALUZ_PORT", "mil")

    result = run(*BILL, "--kwh", "3")

    assert result.exit_code == 2
    assert "AHORRALUZ_PORT" in result.stderr


@pytest.mark.parametrize(
    ("language", "option", "said"),
    [
        ("es", "--lang=en", "The variable AHORRALUZ_PORT says"),
        ("en", "--lang=es", "La variable AHORRALUZ_PORT dice"),
        ("en", None, "The variable AHORRALUZ_PORT says"),
        ("fr", "--lang=en", "The variable AHORRALUZ_LANG says"),
    ],
)
def test_a_wrong_variable_is_told_in_the_language_of_the_run(
    monkeypatch: pytest.MonkeyPatch, language: str, option: str | None, said: str
) -> None:
    monkeypatch.setenv("AHORRALUZ_PORT", "mil")
    monkeypatch.setenv("AHORRALUZ_LANG", language)

    # A command that needs the settings, whatever the language.
    result = run("readings", "list", *([] if option is None else [option]))

    assert result.exit_code == 2
    assert said in result.stderr


def test_the_version_is_that_of_the_package() -> None:
    result = run("--version")

    assert (result.exit_code, result.stdout) == (0, "ahorraluz 0.2.0\n")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(KeyboardInterrupt(), 130, id="Ctrl-C"),
        pytest.param(RuntimeError("supply 1234567"), 1, id="a fault of ours"),
    ],
)
def test_what_breaks_off_a_run_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("ahorraluz.services.explain_bill.explain_bill", fail)

    result = run(*BILL, "--kwh", "3")

    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.stderr


def test_a_fault_of_ours_is_said_and_logged_without_personal_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("supply 1234567")

    monkeypatch.setattr("ahorraluz.services.explain_bill.explain_bill", fail)

    said, logged = sorted(run(*BILL, "--kwh", "3").stderr.splitlines(), key=lambda s: "ERROR" in s)

    assert "Algo falló" in said
    assert "RuntimeError" in logged
    assert "1234567" not in logged


def test_the_program_is_also_a_module() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "ahorraluz", "--version"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout) == (0, "ahorraluz 0.2.0\n")


def test_every_command_has_its_place() -> None:
    assert set(door.COMMANDS) == {
        "accounts",
        "aggregates",
        "bill",
        "audit",
        "change",
        "curve",
        "plan",
        "renewables",
        "promise",
        "done",
        "verify",
        "scoreboard",
        "backtest",
        "recibo",
        "readings",
        "usage",
        "forecast",
        "train",
        "tariffs",
        "data",
        "policy",
        "prices",
        "serve",
        "work",
        "live",
        "simulate",
        "events",
        "boards",
        "devices",
        "live-spark",
        "drift",
        "features",
        "fleet",
        "models",
        "backup",
        "database",
    }
