"""Run every notebook in a clean kernel and look at what it shows.

python -m scripts.run_notebooks                        # run and check
python -m scripts.run_notebooks --write                # and keep what they show
python -m scripts.run_notebooks data_preprocessing     # one of them
"""

import os
import sys
import tempfile
import time
from typing import Any

import nbformat
from nbclient import NotebookClient
from scripts.notebook_checks import FOLDER, IMAGES, PICTURES, SHOWN, pictures, problems

KERNEL = "python3"
MOST_S = 900
"""Of one cell. [s]"""
OWN_DATA = ("AHORRALUZ_NOTEBOOK_READINGS", "AHORRALUZ_NOTEBOOK_ZONE", "AHORRALUZ_NOTEBOOK_AS_OF")
KEPT = ("display_name", "language", "name")


def run(name: str) -> Any:  # noqa: ANN401 - nbformat has no types
    """Return a notebook with what it shows in a kernel of its own.

    Its folder is an empty one: nothing that lies about can be read by chance.
    """
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    notebook.metadata = {"kernelspec": dict(zip(KEPT, ("Python 3", "python", KERNEL), strict=True))}
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=MOST_S,
            kernel_name=KERNEL,
            record_timing=False,
            resources={"metadata": {"path": folder}},
            startup_timeout=MOST_S,
            extra_arguments=["--Application.log_level=40"],
        )
        client.execute()
    # The version of Python would change the file on every machine.
    notebook.metadata = {
        "kernelspec": notebook.metadata["kernelspec"],
        "language_info": {"name": "python"},
    }
    return notebook


def write_shown(name: str, made: list[bytes]) -> None:
    """Write the pictures of a notebook that the guide shows."""
    for file, (notebook, place) in SHOWN.items():
        if notebook == name:
            (IMAGES / file).write_bytes(made[place])


def main() -> None:
    """Run the notebooks that were named, all without a name."""
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")] or list(PICTURES)
    for variable in OWN_DATA:
        os.environ.pop(variable, None)
    wrong: list[str] = []
    for name in wanted:
        began = time.monotonic()
        notebook = run(name)
        wrong += problems(name, notebook)
        print(f"{name}: {len(pictures(notebook))} pictures, {time.monotonic() - began:.0f} s")
        if "--write" in sys.argv:
            nbformat.write(notebook, FOLDER / f"{name}.ipynb")
            write_shown(name, pictures(notebook))
    print(*wrong, sep="\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
