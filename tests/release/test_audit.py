"""What comes of asking about the locks: findings fail, and silence is told."""

from pathlib import Path

import pytest
from scripts import audit_locks
from scripts.audit_locks import Answer, answer_in, main, pins_of

REPORT = {
    "dependencies": [
        {"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "CVE-1", "fix_versions": ["2.8"]}]},
        {"name": "flask", "version": "3.1.3", "vulns": []},
        {"name": "unheard", "skip_reason": "not found"},
    ]
}
BAD = Answer(found=("jinja2 2.4.1: CVE-1, mended in 2.8",), silent=(), told=1)
FINE = Answer(found=(), silent=(), told=2)
SILENT = Answer(found=(), silent=("flask", "jinja2"), told=0)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Return a lock of two packages."""
    path = tmp_path / "requirements.txt"
    path.write_text(
        "flask==3.1.3 \\\n    --hash=sha256:00\n"
        "jinja2==3.1.6 ; python_version < '4'\n    # via flask\n",
        encoding="utf-8",
    )
    return path


def asked(patch: pytest.MonkeyPatch, *answers: Answer | None) -> list[list[str]]:
    """Let the service answer so; return what it is asked."""
    left, pins = list(answers), []

    def ask(wanted: list[str]) -> Answer | None:
        pins.append(sorted(wanted))
        return left.pop(0)

    patch.setattr(audit_locks, "ask", ask)
    return pins


def test_the_pins_of_a_lock_are_read(lock: Path) -> None:
    assert pins_of(lock.read_text("utf-8").splitlines()) == {"flask==3.1.3", "jinja2==3.1.6"}


def test_a_report_is_told_by_package() -> None:
    found = answer_in(REPORT)

    assert found == Answer(
        found=("jinja2 2.4.1: CVE-1, mended in 2.8",), silent=("unheard",), told=2
    )


@pytest.mark.parametrize(
    ("answers", "code", "strict", "said"),
    [
        pytest.param((BAD, FINE), 0, 0, "0 vulnerabilities", id="nothing is known"),
        pytest.param((BAD, BAD), 1, 1, "CVE-1", id="a finding fails"),
        pytest.param((None,), 0, 1, "were NOT looked at", id="nobody answers"),
        pytest.param((SILENT,), 0, 1, "were NOT looked at", id="it does not even know the worst"),
        pytest.param((BAD, None), 0, 1, "were NOT looked at", id="it went away meanwhile"),
        pytest.param((BAD, SILENT), 0, 1, "Nothing is known of 2", id="it does not know ours"),
    ],
)
def test_findings_fail_and_silence_is_told(
    lock: Path,
    answers: tuple[Answer | None, ...],
    code: int,
    strict: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pins = asked(monkeypatch, *answers, *answers)

    codes = main([str(lock)]), main(["--strict", str(lock)])

    assert codes == (code, strict)
    assert capsys.readouterr().out.count(said) == 2
    assert pins[0] == [audit_locks.KNOWN_BAD]
    assert all(asked == ["flask==3.1.3", "jinja2==3.1.6"] for asked in pins[1 : len(answers)])
