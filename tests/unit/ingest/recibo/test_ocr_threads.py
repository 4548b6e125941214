"""How Tesseract is asked: one thread, which is a fifth of the work."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from ahorraluz.ingest.recibo.ocr import image_words

PROGRAM = r"""#!/bin/sh
echo "$OMP_THREAD_LIMIT" >> "$0.asked"
echo "tesseract 5.3.0"
[ -z "$2" ] || printf 'left\ttop\twidth\theight\tconf\ttext\n1\t2\t3\t4\t90\tLUZ\n' > "$2.tsv"
"""


@pytest.mark.skipif(os.name == "nt", reason="the shell of POSIX")
@pytest.mark.parametrize(("given", "threads"), [(None, "1"), ("3", "3")])
def test_one_thread_reads_a_photo_unless_somebody_says_otherwise(
    given: str | None, threads: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tesseract"
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", str(program))
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    if given is not None:
        monkeypatch.setenv("OMP_THREAD_LIMIT", given)
    picture = io.BytesIO()
    Image.new("L", (800, 800), 255).save(picture, "PNG")

    words = image_words(picture.getvalue(), name="foto.png")

    assert [word.text for word in words] == ["LUZ"]
    assert set(Path(f"{program}.asked").read_text("utf-8").split()) == {threads}
