"""Write the parts of the program, with their hashes, as CycloneDX: ``make sbom``.

One file for what every installation has, and one for each image; all of them in ``dist``.
"""

import json
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / ".venv-release" / "bin" / "cyclonedx-py"
DIST = ROOT / "dist"
LOCKS = {
    "ahorraluz": "requirements.txt",
    "ahorraluz-web": "requirements-image-web.txt",
    "ahorraluz-worker": "requirements-image-worker.txt",
    "ahorraluz-train": "requirements-image-train.txt",
}


def version() -> str:
    """Return the version of the program."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def parts_of(lock: Path, *, name: str) -> dict[str, Any]:
    """Return what a lock pins as a CycloneDX document of the program.

    Parameters
    ----------
    lock
        File of pins with hashes.
    name
        What the parts make up, such as an image.
    """
    words = ("requirements", lock, "--of", "JSON", "--output-reproducible", "-o", "-")
    run = subprocess.run(
        [PROGRAM, *words],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    document: dict[str, Any] = json.loads(run.stdout)
    whole = {"type": "application", "bom-ref": name, "name": name, "version": version()}
    document.setdefault("metadata", {})["component"] = whole
    refs = [part["bom-ref"] for part in document["components"]]
    document["dependencies"] = [{"ref": name, "dependsOn": refs}, *({"ref": r} for r in refs)]
    return document


def main() -> None:
    """Write every list."""
    DIST.mkdir(exist_ok=True)
    for name, lock in LOCKS.items():
        document = parts_of(ROOT / lock, name=name)
        path = DIST / f"{name}-{version()}.cdx.json"
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {len(document['components'])} parts")


if __name__ == "__main__":
    main()
