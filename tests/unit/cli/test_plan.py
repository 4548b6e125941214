"""``ahorraluz plan``: every saving is the difference of bills that anybody can recompute."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.running import EXAMPLES, LIMA, answer, faults, run

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import FixedCharges
from ahorraluz.core.issues import Issue
from ahorraluz.core.periods import Period
from ahorraluz.services.explain_bill import BillRequest, explain_bill
from ahorraluz.services.homes import KnownHome, home_from_file, home_of_one_recibo
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import read_settings
from ahorraluz.texts import open_texts

D = Decimal
AS_OF = date(2026, 11, 24)
NOW = ("--as-of", AS_OF.isoformat())
HOMES = ("lima", "arequipa", "andina-rural")
ONE_FIGURE = ("--distributor", "luz-del-sur", "--kwh", "180")
KINDS = ("steps", "options", "targets", "checks")


@cache
def plan_of(home: str) -> Any:
    words = ONE_FIGURE if home == "one figure" else (EXAMPLES / f"{home}.toml",)
    return answer("plan", *words, *NOW)


def known_home(home: str) -> KnownHome:
    if home == "one figure":
        return home_of_one_recibo(SupplyFields(distributor="luz-del-sur"), kwh=D(180), as_of=AS_OF)
    return home_from_file(EXAMPLES / f"{home}.toml", as_of=AS_OF)


def recommendations(plan: Any) -> Iterator[Any]:
    for kind in KINDS:
        yield from plan[kind]


class Teller:
    """The public bill function, asked for the rows of one home's plan."""

    def __init__(self, home: str) -> None:
        self.known = known_home(home)
        self.charges = FixedCharges(
            **{name: D(text) for name, text in plan_of(home)["charges"].items() if text is not None}
        )
        self.tools = open_toolbox(read_settings())
        self.told: dict[str, Decimal] = {}

    def total(
        self, row: Any, kwh: str, supply: Any, bands: dict[str, str] | None = None
    ) -> Decimal:
        """Return the total of a month with this energy."""
        key = json.dumps([row["from"], kwh, supply, bands])
        if key not in self.told:
            request = BillRequest(
                supply=find_supply(SupplyFields(**supply)),
                period=Period(date.fromisoformat(row["from"]), date.fromisoformat(row["to"])),
                kwh=D(kwh),
                bands_kwh={Band(band): D(part) for band, part in (bands or {}).items()},
                charges=self.charges,
                receipt=self.known.receipt,
                others=self.known.evidence.others,
                fose_discount=self.known.evidence.discount,
            )
            explained = explain_bill(request, tools=self.tools, as_of=AS_OF)
            self.told[key] = explained.bill.total
        return self.told[key]


@pytest.mark.parametrize("home", [*HOMES, "one figure"])
def test_every_saving_is_the_difference_of_two_bills(home: str) -> None:
    teller = Teller(home)

    for item in recommendations(plan_of(home)):
        for row in item["rows"]:
            without, then = D(row["total_without"]), D(row["total_with"])
            assert D(row["saving"]) == without - then
            assert then == teller.total(
                row, row["kwh_with"], item["supply_with"], row["bands_with"]
            )
            # Two options are held against each other in one sheet, which need not be the newest.
            if item["supply_with"]["option"] == item["supply_without"]["option"]:
                assert without == teller.total(row, row["kwh_without"], item["supply_without"])
        if item["rows"]:
            assert len(item["rows"]) == 12
            assert D(item["bill_saving_year"]) == sum(D(row["saving"]) for row in item["rows"])


@pytest.mark.parametrize("home", [*HOMES, "one figure"])
def test_the_whole_plan_is_one_difference_of_bills(home: str) -> None:
    plan, teller = plan_of(home), Teller(home)

    saved = D(0)
    for month in plan["months"]:
        now, then = (
            teller.total(month, month[kwh], plan["home"]["supply"])
            for kwh in ("kwh_now", "kwh_then")
        )
        assert (now, then) == (D(month["total_now"]), D(month["total_then"]))
        saved += now - then

    assert D(plan["bill_saving_year"]) == saved
    assert saved == sum(D(step["bill_saving_year"]) for step in plan["steps"])


@pytest.mark.parametrize("home", [*HOMES, "one figure"])
def test_the_document_is_the_one_in_the_docs(home: str) -> None:
    assert faults(plan_of(home), "plan") == []


@pytest.mark.parametrize("home", HOMES)
def test_the_uses_add_up_to_the_energy_and_to_the_bill(home: str) -> None:
    plan = plan_of(home)
    usage = plan["usage"]

    kwh = sum(D(use["kwh_month"]["middle"]) for use in usage["uses"])
    soles = sum(D(use["soles"]) for use in usage["uses"]) + D(usage["connected"])

    assert abs(kwh - D(usage["total_kwh_month"])) <= D("0.05") * (len(usage["uses"]) + 1)
    assert soles == D(plan["bill"]["total"])


def test_a_row_can_be_recomputed_with_the_bill_command() -> None:
    (step, *_) = plan_of("arequipa")["steps"]
    row = step["rows"][3]
    dates = ("--from", row["from"], "--to", row["to"])

    totals = [
        answer("bill", "--home", EXAMPLES / "arequipa.toml", *NOW, *dates, "--kwh", kwh)["total"]
        for kwh in (row["kwh_without"], row["kwh_with"])
    ]

    assert totals == [row["total_without"], row["total_with"]]


def test_the_budget_on_the_command_line_goes_before_that_of_the_file() -> None:
    path = EXAMPLES / "arequipa.toml"

    rich, poor = (answer("plan", path, *NOW, "--budget", soles) for soles in ("3500", "0"))

    assert D(rich["cost"]) > 0
    assert (poor["cost"], poor["budget"]) == ("0.00", "0.00")


def test_charges_typed_beside_one_figure_are_part_of_the_bill() -> None:
    plan = answer("plan", *LIMA, "--kwh", "180", "--connection", "1,42", "--lighting", "10.3", *NOW)

    assert (plan["charges"]["connection"], plan["charges"]["lighting"]) == ("1.42", "10.3")


@pytest.mark.parametrize("home", [*HOMES, "one figure"])
@pytest.mark.parametrize(
    ("language", "heading"), [("es", "Tu plan, en orden"), ("en", "Your plan, in order")]
)
def test_the_text_is_whole_in_both_languages(home: str, language: str, heading: str) -> None:
    words = ONE_FIGURE if home == "one figure" else (EXAMPLES / f"{home}.toml",)

    result = run("plan", *words, *NOW, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert heading in result.stdout


def test_a_tenant_is_told_nothing_about_the_roof(tmp_path: Path) -> None:
    text = (EXAMPLES / "arequipa.toml").read_text("utf-8")
    path = tmp_path / "inquilino.toml"
    path.write_text(text.replace('tenure = "owner"', 'tenure = "tenant"'), "utf-8")

    plan = answer("plan", path, *NOW)

    assert [item["measure"] for item in recommendations(plan) if item["needs_roof"]] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param((), "option-missing", id="nothing"),
        pytest.param(("--kwh", "180"), "option-missing", id="no distributor"),
        pytest.param(("--distributor", "seal"), "option-missing", id="no kWh"),
        pytest.param(
            (EXAMPLES / "lima.toml", "--kwh", "180"), "home-or-options", id="a file and a figure"
        ),
        pytest.param(
            (EXAMPLES / "lima.toml", "--fose", "excluded"), "home-or-options", id="a file and FOSE"
        ),
        pytest.param(("no-hay.toml",), "file-missing", id="a file that is not there"),
        pytest.param(("--distributor", "seal", "--kwh", "-1"), "kwh-negative", id="negative"),
    ],
)
def test_what_no_plan_can_be_made_of_is_refused(words: tuple[Any, ...], code: str) -> None:
    result = run("plan", *words, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr)["issues"][0]["code"] == code


def test_a_target_says_the_same_range_in_words_and_in_the_document() -> None:
    (target,) = plan_of("lima")["targets"]
    words = run("plan", EXAMPLES / "lima.toml", *NOW).stdout

    low, high = (D(target[f"saving_{end}_year"]) for end in ("low", "high"))
    assert low < D(target["saving_year"]) < high
    assert f"(entre S/ {low:.2f} y S/ {high:.2f})" in words


def test_a_note_of_several_steps_is_printed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from ahorraluz.services import advise

    note = Issue(code="usage-without-tariff")
    real = advise.advise

    def noted(*given: Any, **named: Any) -> Any:
        advice = real(*given, **named)
        steps = tuple(replace(step, issues=(note,)) for step in advice.plan.steps)
        plan = replace(advice.plan, steps=steps)
        return replace(advice, plan=plan, issues=(*advice.issues, note))

    monkeypatch.setattr(advise, "advise", noted)

    words = run("plan", EXAMPLES / "lima.toml", *NOW).stdout

    assert words.count(open_texts("es").issue(note)) == 1


@pytest.mark.parametrize("lamps", ["led-for-incandescent", "led-for-compact", "led-tubes"])
def test_one_lamp_is_no_plural_in_brackets(lamps: str) -> None:
    for language in ("es", "en"):
        assert "(s)" not in open_texts(language).text(f"measure.{lamps}.how", count=1)


@pytest.mark.parametrize("objective", ["savings", "npv", "co2"])
def test_the_plan_is_proved_for_every_aim(objective: str) -> None:
    plan = answer("plan", EXAMPLES / "lima.toml", "--objective", objective, *NOW)

    assert plan["optimum"]["objective"] == objective
    assert plan["optimum"]["proved"]
    assert plan["optimum"]["gap"] == "0"


def test_the_lines_that_fall_add_up_to_each_step() -> None:
    for step in plan_of("lima")["steps"]:
        assert sum(map(D, step["fallen"].values())) == D(step["bill_saving_year"])
        assert step["place"]


def test_the_total_and_what_is_left_after_its_cost_are_told_apart() -> None:
    words = ("--budget", "300", "--assume", "cost-led-lamp=8")
    said = run("plan", EXAMPLES / "lima.toml", *words, *NOW).output

    assert "ya descontado lo que cuestan" in said
    assert "Todo el plan, si todo sigue como en tus recibos" in said
    assert "En la mitad de los años posibles el plan ahorra más de" in said


def test_the_frontier_rises_with_the_budget() -> None:
    plan = answer("plan", EXAMPLES / "arequipa.toml", "--frontier", *NOW)

    budgets = [D(point["budget"]) for point in plan["frontier"]]
    values = [D(point["value"]) for point in plan["frontier"]]
    assert budgets == sorted(budgets)
    assert values == sorted(values)
    assert all(budget % 100 == 0 for budget in budgets)
    assert all(D(point["cost"]) <= D(point["budget"]) for point in plan["frontier"])


def test_a_plan_chooses_its_option_where_it_is_asked_to() -> None:
    plan = answer("plan", EXAMPLES / "lima.toml", "--any-option", *NOW)

    chosen = [one for one in plan["options_tried"] if one["chosen"]]
    assert {one["option"] for one in plan["options_tried"]} == {"BT5F", "BT5I"}
    assert len(chosen) == 1
    assert D(chosen[0]["gain"]) == max(D(one["gain"]) for one in plan["options_tried"])
    assert plan["optimum"]["value"] == chosen[0]["value"]
    assert plan["optimum"]["proved"]
    (switch,) = [item for item in plan["options"] if item["measure"] == chosen[0]["measure"]]
    assert switch["standing"] == "if-granted"
    assert switch["bill_saving_year"] == chosen[0]["switch_year"]
    assert all(row["bands_without"] for step in plan["steps"] for row in step["rows"])
    assert plan_of("lima")["options_tried"] == []


def test_an_instalment_buys_later_out_of_what_is_saved() -> None:
    now = answer("plan", EXAMPLES / "lima.toml", "--budget", "0", *NOW)
    later = answer("plan", EXAMPLES / "lima.toml", "--budget", "0", "--instalment", "30", *NOW)

    assert {step["start_month"] for step in now["steps"]} == {0}
    assert max(step["start_month"] for step in later["steps"]) > 0
    assert D(later["optimum"]["value"]) > D(now["optimum"]["value"])


def test_effort_leaves_out_habits_that_save_less_than_it_is_worth() -> None:
    plan = answer("plan", EXAMPLES / "lima.toml", "--effort", "50", *NOW)

    assert [step["measure"] for step in plan["steps"] if step["effort"] == "daily"] == []


def test_a_figure_that_moves_nothing_is_said_to() -> None:
    words = ("--assume", "minutes-shower=6", "--assume", "ducha-electrica.minutes_shower=9")

    plan = answer("plan", EXAMPLES / "lima.toml", *words, *NOW)

    assert "assume-idle" in {issue["code"] for issue in plan["issues"]}


def test_a_moved_figure_moves_the_plan() -> None:
    moved = answer(
        "plan", EXAMPLES / "lima.toml", "--assume", "ducha-electrica.minutes_shower=20", *NOW
    )

    def of(plan: Any) -> Decimal:
        return D(
            next(s for s in plan["steps"] if s["measure"] == "shorter-showers")["kwh_year"][
                "middle"
            ]
        )

    assert of(moved) != of(plan_of("lima"))


def test_an_option_that_nobody_can_compare_is_told() -> None:
    told = answer("plan", EXAMPLES / "arequipa.toml", "--any-option")

    assert told["options_tried"] == []
    assert "no-option-to-try" in {issue["code"] for issue in told["issues"]}


def test_a_figure_that_is_assumed_twice_is_refused() -> None:
    twice = ("--assume", "cost-led-lamp=9", "--assume", "cost-led-lamp=12")

    refused = run("plan", EXAMPLES / "lima.toml", *twice)

    assert refused.exit_code == 2
    assert "cost-led-lamp" in refused.stderr
