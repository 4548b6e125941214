"""Files that people name: each thing that can be wrong with one has its own issue."""

from pathlib import Path

import pytest

from ahorraluz.ingest.files import FileReadError, read_limited


def test_a_file_within_the_limit_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "recibo.json"
    path.write_bytes(b"12345")

    assert read_limited(path, limit=5) == b"12345"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("large", "file-too-large", id="one byte too many"),
        pytest.param("missing", "file-missing", id="not there"),
        pytest.param(".", "file-is-folder", id="a folder"),
        pytest.param("large/inside", "file-not-read", id="a file taken for a folder"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "large").write_bytes(b"123456")

    with pytest.raises(FileReadError) as caught:
        read_limited(tmp_path / name, limit=5)

    assert caught.value.issue.code == code
    assert caught.value.issue.parameters["file"] == str(tmp_path / name)
