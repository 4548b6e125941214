"""A release is made only where its tag, its version and the changelog agree."""

from pathlib import Path

import pytest
from scripts.release_notes import main

CHANGELOG = (
    "# Changelog\n\n## 0.2.0 (2026-12-01)\n\n### Added\n\n- New.\n\n"
    "## 0.1.0 (2026-11-27)\n\n- Old.\n"
)


def repository(folder: Path, *, version: str = "0.2.0", left: str = "") -> Path:
    (folder / "changes").mkdir()
    (folder / "changes" / "README.md").write_text("what goes here\n", encoding="utf-8")
    if left:
        (folder / "changes" / left).write_text("news\n", encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n', encoding="utf-8")
    return folder


def test_what_agrees_is_released(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository(tmp_path)

    codes = main(["--tag", "v0.2.0"], root), main(["--tag", "v0.2.0", "--notes"], root)

    assert codes == (0, 0)
    said = capsys.readouterr().out
    assert said.startswith("version=0.2.0\n### Added\n\n- New.\n")
    assert "Old" not in said


@pytest.mark.parametrize(
    ("tag", "version", "left", "why"),
    [
        pytest.param("v0.3.0", "0.2.0", "", "pyproject.toml says 0.2.0", id="another tag"),
        pytest.param("0.2.0", "0.2.0", "", "looks like v1.2.3", id="a tag of another form"),
        pytest.param("v0.3.0", "0.3.0", "", "begins with 0.2.0", id="a changelog of before"),
        pytest.param("v0.2.0", "0.2.0", "x.added.md", "x.added.md", id="news that was left"),
    ],
)
def test_what_disagrees_is_refused_with_the_reason(
    tmp_path: Path,
    tag: str,
    version: str,
    left: str,
    why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = repository(tmp_path, version=version, left=left)

    code = main(["--tag", tag], root)

    assert code == 1
    assert why in capsys.readouterr().err
