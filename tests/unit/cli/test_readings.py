"""``ahorraluz readings``: what is in a file, and what is kept of a home."""

import csv
from pathlib import Path

import pytest
from click.testing import Result
from tests.meter_samples import csv_of, rows, write_broken, write_meter, write_months
from tests.unit.cli.running import answer, faults, run

pytestmark = pytest.mark.usefixtures("data_folder")

HOME = ("--home", "casa")
NOON = "2026-01-05T12:00"


@pytest.fixture
def meter(tmp_path: Path) -> Path:
    return write_meter(tmp_path / "medidor.csv")


@pytest.fixture
def kept(meter: Path) -> Path:
    """Return a meter file that is kept for the home ``casa``."""
    answer("readings", "import", meter, *HOME)
    return meter


def energy_of(tmp_path: Path, *words: str) -> dict[str, float]:
    """Return the kept energy by the start of its interval, as an export says it."""
    path = tmp_path / "salida.csv"
    answer("readings", "export", path, *HOME, *words)
    with path.open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    return {row["start"]: float(row.get("kwh") or row["value"]) for row in table}


def refusal(result: Result) -> str:
    """Return the sentence of a command that refused, as it must: one line, nothing else."""
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    sentence, *rest = result.stderr.strip().splitlines()
    assert rest == []
    return sentence


# --- check -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    ("days", "step_minutes", "shown"),
    [(3, 15, "15 min"), (30, 60, "1 h"), (40, 1440, "1 d")],
    ids=["quarters of an hour", "hours", "days"],
)
def test_a_check_says_what_is_in_the_file(
    language: str, days: int, step_minutes: int, shown: str, tmp_path: Path
) -> None:
    path = write_meter(tmp_path / "m.csv", days=days, step_minutes=step_minutes)

    result = run("readings", "check", path, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "m.csv" in result.stdout
    assert shown in result.stdout


def test_the_total_of_a_check_is_the_sum_of_the_column(meter: Path) -> None:
    with meter.open(encoding="utf-8") as file:
        total = sum(float(row["consumo kWh"]) for row in csv.DictReader(file))

    document = answer("readings", "check", meter)

    assert document["kwh_total"] == pytest.approx(total, abs=1e-6)
    assert (document["rows"], document["intervals"], document["interval_seconds"]) == (
        1440,
        1440,
        3600,
    )
    assert (document["start"], document["end"]) == (
        "2026-01-01T00:00:00-05:00",
        "2026-03-02T00:00:00-05:00",
    )


def test_the_documents_follow_their_schemas(tmp_path: Path, meter: Path) -> None:
    checked = [
        answer("readings", "check", path)
        for path in (meter, write_broken(tmp_path / "b.csv"), write_months(tmp_path / "m.csv"))
    ]
    imported = answer("readings", "import", tmp_path / "b.csv", *HOME, "--keep-rest")
    exported = answer("readings", "export", tmp_path / "s.csv", *HOME)
    acts = [
        answer("readings", "set-aside", *HOME, "--at", NOON, "--reason", "visita"),
        answer("readings", "restore", "1", *HOME),
        answer("readings", "undo", "1", *HOME),
        answer("readings", "redo", "1", *HOME),
    ]
    listed = [answer("readings", "list"), answer("readings", "list", *HOME)]
    acts.append(answer("readings", "forget", *HOME, "--yes"))

    assert [faults(document, "readings-check") for document in checked] == [[], [], []]
    assert faults(imported, "readings-import") == []
    assert faults(exported, "readings-export") == []
    assert [faults(document, "readings-list") for document in listed] == [[], []]
    assert [faults(document, "readings-act") for document in acts] == [[], [], [], [], []]


def test_what_is_wrong_with_the_readings_is_counted_with_examples(tmp_path: Path) -> None:
    table = rows(days=20)
    path = tmp_path / "repetido.csv"
    path.write_text(csv_of([*table[:50], table[49], *table[50:100], *table[130:]]), "utf-8")

    document = answer("readings", "check", path)

    found = {issue["code"]: issue for issue in document["issues"]}
    gaps = next(issue for code, issue in found.items() if "gap" in code)
    assert gaps["examples"]
    assert document["clean"]["missing"] + document["clean"]["estimated"] == 30


def test_a_hint_goes_before_what_the_file_seems_to_say(meter: Path) -> None:
    as_found, as_wh = (
        answer("readings", "check", meter, *words)["kwh_total"] for words in ((), ("--unit", "Wh"))
    )

    assert as_wh == pytest.approx(as_found / 1000)


def test_times_are_of_lima_unless_told(meter: Path) -> None:
    document = answer("readings", "check", meter, "--zone", "Europe/Madrid")

    assert document["start"] == "2026-01-01T00:00:00+01:00"


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("check", "{tmp}/no.csv"), "no.csv", id="no such file"),
        pytest.param(("check", "{tmp}"), "carpeta", id="a folder"),
        pytest.param(("check", "{tmp}/nota.txt"), "nota.txt", id="no meter file"),
        pytest.param(("check", "{tmp}/vacio.csv"), "vacio.csv", id="an empty file"),
        pytest.param(("check", "{meter}", "--zone", "Lima"), "America/Lima", id="no such zone"),
        pytest.param(("check", "{meter}", "--unit", "litros"), "litros", id="no such unit"),
        pytest.param(("check", "{meter}", "--value-column", "gas"), "gas", id="no such column"),
        pytest.param(("import", "{meter}"), "--home", id="no home named"),
        pytest.param(("import", "{meter}", "--home", "Mi casa"), "Mi casa", id="a bad name"),
        pytest.param(("import", "{meter}", "--home", "../x"), "../x", id="a name like a path"),
        pytest.param(("list", "--home", "nadie"), "nadie", id="list of a home that is not there"),
        pytest.param(("export", "{tmp}/s.csv", "--home", "nadie"), "nadie", id="export of none"),
        pytest.param(("export", "{tmp}/s.xlsx", *HOME), ".parquet", id="an export as a workbook"),
        pytest.param(("export", "{tmp}/no/s.csv", *HOME), "s.csv", id="export to no folder"),
        pytest.param(("undo", "7", *HOME), "7", id="undo of no import"),
        pytest.param(("undo", "uno", *HOME), "uno", id="undo of a word"),
        pytest.param(("undo", "1.5", *HOME), "1.5", id="undo of half an import"),
        pytest.param(("undo", "9" * 30, *HOME), "9" * 30, id="undo of a huge number"),
        pytest.param(("redo", "7", *HOME), "7", id="redo of no import"),
        pytest.param(("restore", "7", *HOME), "7", id="restore of nothing"),
        pytest.param(("set-aside", *HOME), "--at", id="set aside nothing"),
        pytest.param(("set-aside", *HOME, "--at", "ayer"), "ayer", id="a moment in words"),
        pytest.param(
            ("set-aside", *HOME, "--at", "2026-01-05T12:30"), "12:30", id="a moment between two"
        ),
        pytest.param(
            ("set-aside", *HOME, "--at", "9999-12-31T23:59"), "9999", id="the end of time"
        ),
        pytest.param(
            ("set-aside", *HOME, "--at", NOON, "--channel", "gas"), "gas", id="no such channel"
        ),
        pytest.param(("forget", *HOME), "--yes", id="forget without a yes"),
        pytest.param(("forget", "--home", "nadie", "--yes"), "nadie", id="forget of nobody"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    words: tuple[str, ...], said: str, kept: Path, tmp_path: Path
) -> None:
    (tmp_path / "nota.txt").write_text("una nota cualquiera\n", "utf-8")
    (tmp_path / "vacio.csv").touch()
    before = answer("readings", "list", *HOME)

    result = run("readings", *(word.format(tmp=tmp_path, meter=kept) for word in words))

    assert said in refusal(result)
    assert answer("readings", "list", *HOME) == before


def test_a_refusal_is_in_the_language_and_form_asked_for(tmp_path: Path) -> None:
    result = run("readings", "check", tmp_path / "no.csv", "--lang", "en", "--json")

    assert result.exit_code == 2
    assert '"file-missing"' in result.stderr
    assert "There is no file" in result.stderr or "does not exist" in result.stderr


def test_nothing_kept_yet_is_said_with_the_way_to_begin(data_folder: Path) -> None:
    result = run("readings", "list")

    assert result.exit_code == 0
    assert "readings import" in result.stdout
    assert not data_folder.exists()


# --- import ----------------------------------------------------------------------------------


def test_a_broken_row_keeps_the_whole_file_out_and_is_named(
    tmp_path: Path, data_folder: Path
) -> None:
    result = run("readings", "import", write_broken(tmp_path / "b.csv"), *HOME)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "--keep-rest" in result.stderr
    assert "101" in result.stderr
    assert not (data_folder / "ahorraluz.db").exists()


def test_the_rest_is_kept_where_that_was_chosen(tmp_path: Path) -> None:
    document = answer("readings", "import", write_broken(tmp_path / "b.csv"), *HOME, "--keep-rest")

    assert (document["outcome"], document["added"], document["broken_rows"]) == ("stored", 719, 1)
    assert len(energy_of(tmp_path, "--raw")) == 719


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_same_file_again_changes_nothing(language: str, kept: Path, tmp_path: Path) -> None:
    before = energy_of(tmp_path), answer("readings", "list", *HOME)

    said = run("readings", "import", kept, *HOME, "--lang", language)
    document = answer("readings", "import", kept, *HOME)

    assert said.exit_code == 0
    assert (document["outcome"], document["added"], document["changed"]) == ("unchanged", 0, 0)
    assert (energy_of(tmp_path), answer("readings", "list", *HOME)) == before


def test_a_corrected_file_supersedes_and_can_be_taken_back(kept: Path, tmp_path: Path) -> None:
    before = energy_of(tmp_path)
    table = rows(days=60)
    table[12] = (table[12][0], 5.5)
    corrected = tmp_path / "corregido.csv"
    corrected.write_text(csv_of(table), "utf-8")

    document = answer("readings", "import", corrected, *HOME)

    assert (document["added"], document["changed"], document["unchanged"]) == (0, 1, 1439)
    after = energy_of(tmp_path)
    assert {at for at in before if before[at] != after[at]} == {"2026-01-01T17:00:00Z"}
    assert after["2026-01-01T17:00:00Z"] == 5.5
    answer("readings", "undo", str(document["import"]), *HOME)
    assert energy_of(tmp_path) == before
    answer("readings", "redo", str(document["import"]), *HOME)
    assert energy_of(tmp_path) == after


def test_a_home_without_files_that_count_has_no_readings(kept: Path, tmp_path: Path) -> None:
    answer("readings", "undo", "1", *HOME)

    assert "casa" in refusal(run("readings", "export", tmp_path / "s.csv", *HOME))
    assert "casa" in refusal(run("usage", "casa"))
    assert answer("readings", "list", *HOME)["imports"][0]["state"] == "undone"
    assert not (tmp_path / "s.csv").exists()


# --- one reading aside -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(NOON, id="on the local clock"),
        pytest.param("2026-01-05T12:00-05:00", id="with its offset"),
        pytest.param("2026-01-05T17:00Z", id="in UTC"),
    ],
)
def test_a_reading_set_aside_counts_no_more_until_it_is_restored(
    at: str, kept: Path, tmp_path: Path
) -> None:
    before = energy_of(tmp_path, "--raw")

    said = answer("readings", "set-aside", *HOME, "--at", at, "--reason", "visita")

    assert said["numbers"] == [1]
    assert before.keys() - energy_of(tmp_path, "--raw").keys() == {"2026-01-05T17:00:00Z"}
    aside = answer("readings", "list", *HOME)["set_aside"]
    assert [(item["reason"], item["released"]) for item in aside] == [("visita", False)]
    answer("readings", "restore", "1", *HOME)
    assert energy_of(tmp_path, "--raw") == before
    assert answer("readings", "list", *HOME)["set_aside"][0]["released"]


def test_a_gap_of_one_hour_is_estimated_and_says_so(kept: Path, tmp_path: Path) -> None:
    answer("readings", "set-aside", *HOME, "--at", NOON)

    path = tmp_path / "s.csv"
    answer("readings", "export", path, *HOME)

    with path.open(encoding="utf-8") as file:
        quality = {row["start"]: row["quality"] for row in csv.DictReader(file)}
    assert quality.pop("2026-01-05T17:00:00Z") == "estimated"
    assert set(quality.values()) == {"measured"}


# --- out again, and gone ---------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".CSV"])
@pytest.mark.parametrize("words", [(), ("--raw",)], ids=["clean", "raw"])
def test_what_was_exported_comes_in_again_as_the_same_series(
    suffix: str, words: tuple[str, ...], kept: Path, tmp_path: Path
) -> None:
    out = tmp_path / f"salida{suffix}"
    answer("readings", "export", out, *HOME, *words)

    answer("readings", "import", out, "--home", "otra")

    paths = [tmp_path / name for name in ("uno.csv", "dos.csv")]
    for home, path in zip(("casa", "otra"), paths, strict=True):
        answer("readings", "export", path, "--home", home)
    assert paths[0].read_text("utf-8") == paths[1].read_text("utf-8")


def test_gaps_and_days_survive_the_way_out_and_in(tmp_path: Path) -> None:
    table = rows(days=40, step_minutes=1440)
    path = tmp_path / "dias.csv"
    path.write_text(csv_of([*table[:10], *table[20:]]), "utf-8")
    answer("readings", "import", path, *HOME)
    out = tmp_path / "salida.csv"
    answer("readings", "export", out, *HOME)

    clean, again = (answer("readings", "check", file)["clean"] for file in (path, out))

    assert clean["kwh_total"] == pytest.approx(again["kwh_total"])
    assert (clean["intervals"], clean["missing"]) == (again["intervals"], again["missing"])


def test_an_export_that_fails_leaves_the_file_that_was_there(kept: Path, tmp_path: Path) -> None:
    out = tmp_path / "salida.csv"
    out.write_text("mío", "utf-8")

    refusal(run("readings", "export", out, "--home", "nadie"))

    assert out.read_text("utf-8") == "mío"
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_what_is_forgotten_is_gone(kept: Path) -> None:
    answer("readings", "forget", *HOME, "--yes")

    assert answer("readings", "list")["homes"] == []
    assert "casa" in refusal(run("readings", "undo", "1", *HOME))


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_is_kept_is_listed_with_how_to_take_it_back(language: str, kept: Path) -> None:
    answer("readings", "set-aside", *HOME, "--at", NOON, "--reason", "visita")

    every = run("readings", "list", "--lang", language)
    one = run("readings", "list", *HOME, "--lang", language)

    assert "casa" in every.stdout
    assert all(word in one.stdout for word in (kept.name, "1440", "310.32", "visita"))
