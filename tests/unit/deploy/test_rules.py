"""What Prometheus is given is sound, and each rule warns when it should and no sooner."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from scripts.boards.warnings import WARNINGS
from tests.boards_as_grafana import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
PROMTOOL = shutil.which("promtool")
pytestmark = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool, of Debian's package prometheus, is not installed"
)
HOURS_40 = 40 * 60
UP = 'up{job="ahorraluz-live",instance="a"}'
BUCKETS = ("0.5", "1.0", "2.5", "5.0", "10.0", "+Inf")


def histogram(name: str, end: str) -> dict[str, str]:
    """Return a histogram whose every measurement lies just below an end."""
    counts = {le: BUCKETS.index(le) >= BUCKETS.index(end) for le in BUCKETS}
    return {f'{name}_bucket{{le="{le}"}}': f"0+{600 * n}x2500" for le, n in counts.items()}


@dataclass(frozen=True, slots=True)
class Case:
    """Series of a minute's step that make a rule warn, and like ones that do not."""

    alert: str
    bad: dict[str, str]
    good: dict[str, str]
    minute: int = 60


LAG, SECONDS = "ahorraluz_live_lag_seconds", "ahorraluz_request_seconds"
MESSAGES = 'ahorraluz_live_messages_total{outcome="read"}'
DUTY = 'ahorraluz_duty_ended_seconds{duty="publish",outcome="%s"}'
ALARMS = 'ahorraluz_model_alarms{kind="%s"}'
CASES = (
    Case("AhorraLuzDown", {'up{job="ahorraluz"}': "0x2500"}, {'up{job="ahorraluz"}': "1x2500"}),
    Case("AhorraLuzNotReady", {"ahorraluz_ready": "0x2500"}, {"ahorraluz_ready": "1x2500"}),
    Case(
        "LiveNoMessages", {MESSAGES: "5x2500", UP: "1x2500"}, {MESSAGES: "0+5x2500", UP: "1x2500"}
    ),
    Case("LiveLagHigh", histogram(LAG, "5.0"), histogram(LAG, "1.0")),
    Case(
        "LiveBatchesWait",
        {"ahorraluz_live_waits_total": "0+1x2500"},
        {"ahorraluz_live_waits_total": "7x2500"},
    ),
    Case(
        "LiveBrokerLost",
        {"ahorraluz_live_connected": "0x2500"},
        {"ahorraluz_live_connected": "1x2500"},
    ),
    Case(
        "LiveQueueLong",
        {"ahorraluz_live_waiting": "4001x2500"},
        {"ahorraluz_live_waiting": "4000x2500"},
    ),
    Case(
        "LiveSumsLate",
        {"ahorraluz_live_summed_seconds": "60x2500"},
        # Sums are made as time goes on; nought: none were made yet.
        {"ahorraluz_live_summed_seconds": "0+60x2500"},
        minute=80,
    ),
    Case(
        "RequestErrors",
        {
            'ahorraluz_requests_total{status="200"}': "0+98x2500",
            'ahorraluz_requests_total{status="500"}': "0+2x2500",
        },
        {
            'ahorraluz_requests_total{status="200"}': "0+995x2500",
            'ahorraluz_requests_total{status="503"}': "0+5x2500",
        },
    ),
    Case("RequestsSlow", histogram(SECONDS, "10.0"), histogram(SECONDS, "5.0")),
    Case(
        "JobsWait",
        {'ahorraluz_jobs{state="waiting"}': "51x2500"},
        {'ahorraluz_jobs{state="waiting"}': "50x2500", 'ahorraluz_jobs{state="done"}': "99x2500"},
    ),
    Case(
        "AggregatesNotPublished",
        {DUTY % "done": "0x2500"},
        {DUTY % "done": "0+60x2500"},
        minute=HOURS_40,
    ),
    Case("DutyFailed", {DUTY % "failed": "60x2500"}, {DUTY % "done": "60x2500"}),
    Case("ModelMetersFaulty", {ALARMS % "fault": "1x2500"}, {ALARMS % "fault": "0x2500"}),
    Case("ModelInputsMoved", {ALARMS % "input": "2x2500"}, {ALARMS % "error": "2x2500"}),
    Case("ModelErrorsUp", {ALARMS % "error": "1x2500"}, {ALARMS % "error": "0x2500"}),
    Case(
        "ModelRetrain",
        {"ahorraluz_model_retrain": "1x2500"},
        {"ahorraluz_model_retrain": "0x2500"},
    ),
    Case(
        "ModelWatchLate",
        {"ahorraluz_model_checked_seconds": "60x2500"},
        # Nought: it has not looked yet, which its duty tells.
        {"ahorraluz_model_checked_seconds": "0x2500"},
        minute=HOURS_40,
    ),
)


def promtool(*words: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [str(PROMTOOL), *map(str, words)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_configuration_and_rules_are_sound(tmp_path: Path) -> None:
    for name in ("prometheus.yml", "rules.yml"):
        shutil.copy(PROMETHEUS / name, tmp_path)
    (tmp_path / "metrics-token").write_text("secret", "utf-8")

    code, said = promtool("check", "config", tmp_path / "prometheus.yml")

    assert code == 0, said
    assert f"{len(WARNINGS)} rules found" in said
    assert promtool("check", "rules", "--lint=all", "--lint-fatal", tmp_path / "rules.yml")[0] == 0


def unit_test(case: Case, series: dict[str, str], *, minute: int, warns: bool) -> dict[str, object]:
    expected: Sequence[object] = ()
    if warns:
        [warned] = [each for each in WARNINGS if each.name == case.alert]
        labels = {"severity": warned.severity}
        if case.alert == "AhorraLuzDown":
            labels["job"] = "ahorraluz"
        if case.alert == "DutyFailed":
            labels["duty"] = "publish"
        said = {"summary": warned.summary, "description": warned.mend}
        expected = [{"exp_labels": labels, "exp_annotations": said}]
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [
            {"eval_time": f"{minute}m", "alertname": case.alert, "exp_alerts": list(expected)}
        ],
    }


def test_every_rule_is_tested() -> None:
    assert [case.alert for case in CASES] == [warned.name for warned in WARNINGS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_a_rule_warns_when_it_should_and_no_sooner(case: Case, tmp_path: Path) -> None:
    [warned] = [each for each in WARNINGS if each.name == case.alert]
    file = {
        "rule_files": [str(PROMETHEUS / "rules.yml")],
        "evaluation_interval": "1m",
        "tests": [
            unit_test(case, case.bad, minute=case.minute, warns=True),
            unit_test(case, case.good, minute=case.minute, warns=False),
            # It has to last.
            unit_test(case, case.bad, minute=warned.minutes - 1, warns=False),
        ],
    }
    path = tmp_path / "rules_test.yml"
    path.write_text(yaml.safe_dump(file), "utf-8")

    code, said = promtool("test", "rules", path)

    assert code == 0, said
