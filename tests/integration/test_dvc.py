"""The pipeline of DVC: run to its end on made-up homes, and the same bits when run again.

DVC lives in `.venv-dvc`; `make airflow` installs it. Without it, or without TensorFlow, these
tests are skipped.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DVC = ROOT / ".venv-dvc" / "bin" / "dvc"
COPIED = (".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore", "dvc.yaml", "params.yaml")
SCRIPT = "scripts/pipeline_figures.py"

pytestmark = [
    pytest.mark.skipif(not DVC.exists(), reason="DVC: make airflow"),
    pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow: make tools"),
]


def dvc(folder: Path, *words: str) -> str:
    """Run DVC in a checkout; the program it calls is the one of this environment."""
    programs = str(Path(sys.executable).parent)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AHORRALUZ_")}
    run = subprocess.run(
        [str(DVC), *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=kept
        | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "AHORRALUZ_DATA_DIR": str(folder / "data"),
        },
    )
    assert run.returncode == 0, run.stdout[-3_000:] + run.stderr[-3_000:]
    return run.stdout


def checkout(folder: Path) -> Path:
    """Return a folder with the pipeline of this repository alone, and few homes."""
    for name in (*COPIED, SCRIPT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    text = (folder / "params.yaml").read_text("utf-8")
    small = text.replace("homes: 60", "homes: 16").replace("months: 9", "months: 5")
    assert small != text
    (folder / "params.yaml").write_text(small, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], check=True, cwd=folder)
    return folder


def network(folder: Path) -> str:
    """Return the hash of the network that a checkout has made."""
    return hashlib.sha256((folder / "pipeline" / "model" / "model.tflite").read_bytes()).hexdigest()


def test_the_pipeline_runs_to_its_end_and_gives_the_same_bits_again(tmp_path: Path) -> None:
    one, other = (checkout(tmp_path / name) for name in ("one", "other"))

    dvc(one, "repro")
    dvc(other, "repro", "train")

    same = json.loads((one / "pipeline" / "same.json").read_text("utf-8"))
    metrics = json.loads((one / "pipeline" / "metrics.json").read_text("utf-8"))
    assert network(one) == network(other)
    for name in ("features/homes.parquet", "features/manifest.json", "model/card.json"):
        assert (one / "pipeline" / name).read_bytes() == (other / "pipeline" / name).read_bytes()
    assert same["equal"] is False
    assert "same-data-differs" in {reason["code"] for reason in same["reasons"]}
    assert metrics["24h"]["wql"] > 0
    assert (one / "pipeline" / "scores.csv").read_text("utf-8").startswith("model,hours,wql")
    assert "up to date" in dvc(one, "repro")
    dvc(one, "push")
    assert any((one / "pipeline-remote").rglob("*"))
