"""``ahorraluz usage``: what the readings of a file or of a home say."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.meter_samples import rows, write_meter, write_months
from tests.unit.cli.running import EXAMPLES, answer, faults, run
from typing_extensions import override

pytestmark = pytest.mark.usefixtures("data_folder")

AS_OF = ("--as-of", "2026-11-24")
LIMA = ("--distributor", "luz-del-sur", "--system", "lima-sur")


@pytest.fixture
def meter(tmp_path: Path) -> Path:
    return write_meter(tmp_path / "medidor.csv")


@pytest.fixture
def in_days(tmp_path: Path) -> Path:
    return write_meter(tmp_path / "dias.csv", days=120, step_minutes=1440)


@pytest.fixture
def in_months(tmp_path: Path) -> Path:
    return write_months(tmp_path / "meses.csv")


class Outside(HTMLParser):
    """Addresses a page would load or lead to, and the elements it runs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.scripts = 0
        self.feed(html)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.addresses += [
            value or ""
            for name, value in attrs
            if name in ("src", "href", "action") and not (value or "").startswith(("#", "data:"))
        ]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("step", ["meter", "in_days", "in_months"])
def test_every_kind_of_file_says_its_months(
    language: str, step: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(step)

    result = run("usage", path, *AS_OF, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert path.name in result.stdout
    assert ("enero" if language == "es" else "January") in result.stdout


def test_the_documents_follow_their_schema(
    meter: Path, in_days: Path, in_months: Path, tmp_path: Path
) -> None:
    quarters = write_meter(tmp_path / "cuartos.csv", days=30, step_minutes=15)
    documents = [
        answer("usage", meter, *AS_OF),
        answer("usage", meter, *AS_OF, *LIMA, "--city", "cusco", "--lang", "en"),
        answer("usage", meter, *AS_OF, *LIMA, "--option", "BT5F"),
        answer("usage", meter, *AS_OF, "--home", EXAMPLES / "arequipa.toml"),
        answer("usage", quarters, *AS_OF, *LIMA),
        answer("usage", in_days, *AS_OF, *LIMA, "--city", "lima"),
        answer("usage", in_months, *AS_OF, *LIMA),
    ]

    assert [faults(document, "usage") for document in documents] == [[]] * len(documents)


def test_the_months_are_the_sums_of_the_rows(meter: Path) -> None:
    document = answer("usage", meter, *AS_OF)

    table = rows(days=60)
    for month, total in (("2026-01", 0), ("2026-02", 1)):
        kwh = sum(kwh for at, kwh in table if at.startswith(month))
        assert document["months"][total]["kwh"] == pytest.approx(kwh, abs=0.001)
    assert document["months"][0]["known"] == 1


def test_a_file_and_the_home_it_is_kept_for_say_the_same(meter: Path) -> None:
    answer("readings", "import", meter, "--home", "casa")

    of_file, of_home = (answer("usage", target, *AS_OF, *LIMA) for target in (meter, "casa"))

    assert (of_file.pop("name"), of_home.pop("name")) == ("medidor.csv", "casa")
    assert of_file == of_home


def test_a_folder_of_its_name_does_not_hide_a_home(
    meter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer("readings", "import", meter, "--home", "casa")
    (tmp_path / "casa").mkdir()
    monkeypatch.chdir(tmp_path)

    assert answer("usage", "casa", *AS_OF)["name"] == "casa"


def test_findings_cost_soles_where_the_tariff_is_known(meter: Path) -> None:
    without, with_ = (answer("usage", meter, *AS_OF, *words) for words in ((), LIMA))

    base = {item["id"]: item for item in with_["findings"]}["base-load"]
    assert base["cost"]["unit"] == "PEN/month"
    assert float(base["cost"]["middle"]) > 0
    assert all(item["cost"] is None for item in without["findings"])
    assert "usage-without-tariff" in {issue["code"] for issue in without["issues"]}


def test_an_option_with_hours_prices_no_finding_and_says_so(meter: Path) -> None:
    document = answer("usage", meter, *AS_OF, *LIMA, "--option", "BT5F")

    assert {item["cost"] for item in document["findings"]} == {None}
    assert "usage-option-with-hours" in {issue["code"] for issue in document["issues"]}


def test_measured_temperatures_come_before_the_normals_of_a_city(
    in_days: Path, tmp_path: Path
) -> None:
    weather = tmp_path / "t.csv"
    days = [at for at, _ in rows(days=120, step_minutes=1440)]
    weather.write_text(
        "".join(f"{at},{15 + place % 9}\n" for place, at in enumerate(days)), "utf-8"
    )

    normals = answer("usage", in_days, *AS_OF, "--city", "lima")
    measured = answer("usage", in_days, *AS_OF, "--city", "lima", "--temperatures", weather)

    assert (normals["temperature"] or {}).get("source") != "measured"
    assert measured["temperature"]["source"] == "measured"


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("step", ["meter", "in_days", "in_months"])
def test_the_report_needs_nothing_else(
    language: str, step: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    report = tmp_path / "informe.html"

    result = run(
        *("usage", request.getfixturevalue(step), *AS_OF, *LIMA),
        *("--html", report, "--lang", language),
    )

    assert result.exit_code == 0
    assert "informe.html" in result.stdout
    html = report.read_text("utf-8")
    page = Outside(html)
    assert (page.addresses, page.scripts) == ([], 0)
    assert f'lang="{language}' in html
    assert re.search(r"\b(nan|None|inf)\b", re.sub(r"<style>.*?</style>", "", html)) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("no.csv",), "no.csv", id="no such file"),
        pytest.param(("nadie",), "nadie", id="no such home"),
        pytest.param(("x" * 300,), "x" * 300, id="a name too long for a file"),
        pytest.param(("{tmp}",), "{tmp}", id="a folder"),
        pytest.param(("{meter}", "--html", "{tmp}/no/i.html"), "i.html", id="report to no folder"),
        pytest.param(("{meter}", "--html", "{tmp}"), "{tmp}", id="report over a folder"),
        pytest.param(("{meter}", "--city", "Gotham"), "Gotham", id="a city nobody knows"),
        pytest.param(("{meter}", "--temperatures", "{tmp}/t.csv"), "3", id="a row of no day"),
        pytest.param(("{meter}", "--temperatures", "{tmp}/no.csv"), "no.csv", id="no such weather"),
        pytest.param(("{meter}", "--home", "{tmp}/no.toml"), "no.toml", id="no such home file"),
        pytest.param(("{meter}", "--distributor", "luz-de-nadie"), "luz-de-nadie", id="no company"),
        pytest.param(("{meter}", "--zone", "Lima"), "America/Lima", id="no such zone"),
    ],
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_what_cannot_be_is_refused_in_one_sentence(
    language: str, words: tuple[str, ...], said: str, meter: Path, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("día,t\n2026-01-01,20\nayer,calor\n", "utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())

    typed = [word.format(tmp=tmp_path, meter=meter) for word in words]
    result = run("usage", *typed, *AS_OF, "--lang", language)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said.format(tmp=tmp_path) in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before
