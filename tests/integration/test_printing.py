"""PDFs one after another and at once: whole each time, and no memory is kept of them."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import ahorraluz
from ahorraluz.services.households.printing import pdf_of

STYLE = (Path(ahorraluz.__file__).parent / "web" / "static" / "report.css").read_text("utf-8")
LINES = "".join(f"<p><strong>Recibo {number}</strong> de 140 kWh</p>" for number in range(120))
PAGE = f"<style>{STYLE}</style><body>{LINES}"
pytestmark = pytest.mark.usefixtures("printer")
MANY, TRIES = 40, 3
MOST_KB_EACH = 60
"""A document that kept its own fonts would keep more than 200, one whose digits ask for a feature
of the font (`tabular-nums`) more than 100: Pango lets go of neither."""
PRINTING = f"""
import gc
from ahorraluz.services.households.printing import pdf_of

def kb():
    status = open("/proc/self/status").read()
    return int(status.partition("VmRSS:")[2].split()[0])

for _ in range(10):
    pdf_of({PAGE!r})
gc.collect()
before = kb()
for _ in range({MANY}):
    pdf_of({PAGE!r})
gc.collect()
print(kb() - before)
"""


def kept_kb() -> int:
    ran = subprocess.run([sys.executable, "-c", PRINTING], check=True, capture_output=True)
    return int(ran.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by /proc")
def test_no_memory_is_kept_of_a_pdf() -> None:
    # What is kept is kept each time; a heap that grows by chance is not.
    assert any(kept_kb() < MANY * MOST_KB_EACH for _ in range(TRIES))


def test_pdfs_that_are_made_at_once_are_all_whole() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(pdf_of, [PAGE] * 8))

    assert all(pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF") for pdf in made)
    assert len({len(pdf) for pdf in made}) == 1
