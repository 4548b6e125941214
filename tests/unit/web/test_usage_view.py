"""What the page and the report of a home's use show."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.meter_samples import write_meter, write_months

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Option, Supply
from ahorraluz.core.issues import Issue
from ahorraluz.services.connection import Connection
from ahorraluz.services.documents.readings import step_text
from ahorraluz.services.find_readings import find_readings
from ahorraluz.services.forecast_home import PresentMonth, month_of
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.services.understand_usage import About, Understanding, understand_usage
from ahorraluz.settings import Settings
from ahorraluz.texts import Texts, open_texts
from ahorraluz.web.report import usage_report
from ahorraluz.web.usage_view import LEAST_SHOWN, certainty_text, finding_cost, usage_view

AS_OF = date(2026, 11, 24)
LIMA = Connection(supply=Supply(distributor="luz-del-sur", system="lima-sur"))

Understand = Callable[..., Understanding]


@pytest.fixture(scope="module")
def understand(tmp_path_factory: pytest.TempPathFactory) -> Understand:
    """Return what makes an understanding of an invented file."""
    tools = open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))

    def made(path: Path, connection: Connection | None = None) -> Understanding:
        found = find_readings(str(path), tools=tools)
        return understand_usage(found, about=About(connection=connection), tools=tools, as_of=AS_OF)

    return made


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_meter(tmp_path_factory.mktemp("m") / "medidor.csv", days=90)


@pytest.fixture(params=["es", "en"])
def texts(request: pytest.FixtureRequest) -> Texts:
    return open_texts(request.param)


def words(value: object) -> list[str]:
    """Return every text in a view."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple | list):
        return [text for item in value for text in words(item)]
    if is_dataclass(value):
        return [text for item in fields(value) for text in words(getattr(value, item.name))]
    return []


def test_hours_have_every_picture(understand: Understand, hours: Path, texts: Texts) -> None:
    view = usage_view(understand(hours, LIMA), texts)

    assert None not in (view.heat, view.days, view.months)
    assert len(view.tiles) == 4
    assert view.priced
    assert view.name == "medidor.csv"


def test_days_have_months_and_no_hours(
    understand: Understand, tmp_path: Path, texts: Texts
) -> None:
    path = write_meter(tmp_path / "d.csv", days=90, step_minutes=1440)

    view = usage_view(understand(path, LIMA), texts)

    assert (view.heat, view.days) == (None, None)
    assert view.months is not None
    assert [bar.partial for bar in view.months.bars] == [False, False, False]


def test_months_are_bars_alone(understand: Understand, tmp_path: Path, texts: Texts) -> None:
    view = usage_view(understand(write_months(tmp_path / "m.csv")), texts)

    assert view.months is not None
    assert [bar.kwh for bar in view.months.bars] == [float(100 + m) for m in range(1, 13)]
    assert {bar.base_kwh for bar in view.months.bars} == {0.0}
    assert not view.priced


def test_nothing_shown_is_a_slip_of_the_program(
    understand: Understand, hours: Path, texts: Texts
) -> None:
    view = usage_view(understand(hours, LIMA), texts)

    shown = words(view)
    assert not [text for text in shown if "nan" in text.split() or "{" in text or "None" in text]
    assert all(text == text.strip() for text in shown)


def test_the_limit_of_the_own_tariff_is_drawn(understand: Understand, hours: Path) -> None:
    texts = open_texts("es")
    known = understand(hours, LIMA)

    assert (months := usage_view(known, texts).months) is not None
    assert months.limit_kwh == 140
    without = usage_view(replace(known, terms=()), texts).months
    assert without is not None
    assert without.limit_kwh is None


def test_an_option_with_hours_has_no_limit_and_no_costs(
    understand: Understand, hours: Path, texts: Texts
) -> None:
    hourly = replace(LIMA, supply=replace(LIMA.supply, system=None, option=Option.BT5F))

    view = usage_view(understand(hours, hourly), texts)

    assert view.months is not None
    assert view.months.limit_kwh is None
    assert {found.cost for found in view.findings} == {""}


def test_every_finding_with_a_cost_is_shown_at_once(
    understand: Understand, hours: Path, texts: Texts
) -> None:
    view = usage_view(understand(hours, LIMA), texts)

    costed = [found for found in view.findings if found.cost]
    assert costed
    assert view.shown == max(LEAST_SHOWN, len(costed))


@pytest.mark.parametrize(
    ("low", "middle", "high", "said"),
    [
        pytest.param(10, 20, 30, ("S/ 20", "S/ 10", "S/ 30"), id="it costs"),
        pytest.param(-30, -20, -10, ("S/ 20", "S/ 10", "S/ 30"), id="it saves"),
    ],
)
def test_a_cost_is_said_without_a_sign_and_with_its_range(
    low: float, middle: float, high: float, said: tuple[str, ...], texts: Texts
) -> None:
    cost = Estimate(low=low, middle=middle, high=high, unit="PEN/month", basis="b")

    shown = finding_cost(cost, texts)

    assert said[0] in shown[0]
    assert all(part in shown[1] for part in said[1:])
    assert "-" not in "".join(shown)


def test_what_costs_and_what_saves_read_differently(texts: Texts) -> None:
    costs = Estimate(low=10, middle=20, high=30, unit="PEN/month", basis="b")

    assert finding_cost(costs, texts)[0] != finding_cost(costs.scaled(-1), texts)[0]
    assert finding_cost(None, texts) == ("", "")
    small = finding_cost(costs.scaled(0.01), texts)
    assert small[0]
    assert small[1] == ""


def test_certainty_has_three_words_and_none_where_it_was_counted(texts: Texts) -> None:
    said = [certainty_text(level, texts) for level in (0.95, 0.6, 0.2)]

    assert len(set(said)) == 3
    assert certainty_text(None, texts) == ""


def test_the_report_says_what_the_view_shows(
    understand: Understand, hours: Path, texts: Texts
) -> None:
    known = understand(hours, LIMA)

    html = usage_report(known, texts, day=AS_OF)

    view = usage_view(known, texts)
    assert html.startswith("<!doctype html>")
    assert all(tile.value in html for tile in view.tiles)
    assert "<script" not in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")


def test_a_name_like_a_tag_is_text_in_the_report(
    understand: Understand, tmp_path: Path, texts: Texts
) -> None:
    path = write_meter(tmp_path / "<img src=x onerror=alert(1)>.csv", days=30)

    html = usage_report(understand(path), texts, day=AS_OF)

    assert "<img" not in html


def test_the_span_ends_with_the_last_day_that_was_read(
    understand: Understand, tmp_path: Path
) -> None:
    rows = [
        f"2026-11-{day:02d}T{hour:02d}:00:00-05:00,0.2" for day in (19, 20) for hour in range(24)
    ]
    path = tmp_path / "dos-dias.csv"
    path.write_text("timestamp,kwh\n" + "\n".join(rows), "utf-8")

    view = usage_view(understand(path), open_texts("es"))

    assert view.span.startswith("Del 19 de noviembre de 2026 al 20 de noviembre de 2026")


def test_parts_of_the_energy_add_up_to_a_hundred(
    understand: Understand, hours: Path, texts: Texts
) -> None:
    view = usage_view(understand(hours, LIMA), texts)

    shares = [int(row.share.partition(" ")[0]) for row in view.uses if "<" not in row.share]
    assert sum(shares) == 100


def test_always_on_is_the_name_of_one_thing(
    understand: Understand, hours: Path, texts: Texts
) -> None:
    view = usage_view(understand(hours, LIMA), texts)

    label = texts.text("usage-page.tile-base")
    assert label in [tile.label for tile in view.tiles]
    assert [row.name for row in view.uses if label.casefold() in row.name.casefold()] == []


@pytest.mark.parametrize(
    ("seconds", "said"), [(86_400, "1 día"), (7 * 86_400, "7 días"), (3_600, "1 h")]
)
def test_lengths_have_their_plural(seconds: int, said: str) -> None:
    assert step_text(seconds, open_texts("es")) == said


def test_what_the_uses_rest_on_goes_on_in_small_letters(
    understand: Understand, hours: Path, texts: Texts
) -> None:
    report = usage_report(understand(hours, LIMA), texts, day=AS_OF)

    before, _, _ = texts.messages["usage-page.uses-basis"].partition("{basis}")
    _, _, basis = report.partition(before)
    assert basis[:1].islower()


def test_old_readings_are_said_to_be_old_beside_their_month(
    understand: Understand, hours: Path, texts: Texts, tmp_path: Path
) -> None:
    known = understand(hours, LIMA)
    tools = open_toolbox(Settings(data_dir=tmp_path))
    month = month_of(known, tools=tools, today=AS_OF + timedelta(days=200))

    view = usage_view(known, texts, month=month)

    said = tuple(map(texts.issue, month.issues))
    assert [issue.code for issue in month.issues] == ["forecast-readings-stale"]
    assert view.month[:1] == said
    assert said[0] not in view.issues


def test_why_there_is_no_month_is_said_unless_there_are_only_recibos(
    understand: Understand, hours: Path, texts: Texts
) -> None:
    known = understand(hours)
    parameters = {"first": date(2027, 1, 1), "day": AS_OF}
    future = Issue(code="forecast-readings-future", parameters=parameters)
    recibos = Issue(code="forecast-needs-days")

    view = usage_view(known, texts, month=PresentMonth(ahead=None, issues=(future, recibos)))

    assert view.fan is None
    assert texts.issue(future) in view.issues
    assert texts.issue(recibos) not in view.issues
