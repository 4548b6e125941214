"""Files that people ask for are written all at once."""

from pathlib import Path

import pytest

from ahorraluz.services.write_file import FileWriteError, replaced, write_whole


@pytest.mark.parametrize("content", ["señal ⚡\n", b"\x00\xff"], ids=["text", "bytes"])
def test_the_file_has_what_was_given(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "informe.html"

    write_whole(path, content)

    data = content.encode("utf-8") if isinstance(content, str) else content
    assert path.read_bytes() == data
    assert [item.name for item in tmp_path.iterdir()] == ["informe.html"]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "informe.html"
    path.write_text("antes", "utf-8")

    def half() -> None:
        with replaced(path) as part:
            part.write_text("a medias", "utf-8")
            assert path.read_text("utf-8") == "antes"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()

    assert path.read_text("utf-8") == "antes"
    assert [item.name for item in tmp_path.iterdir()] == ["informe.html"]


@pytest.mark.parametrize(
    "name",
    ["no/informe.html", "carpeta", "x" * 300],
    ids=["no such folder", "a folder of that name", "a name too long"],
)
def test_what_cannot_be_written_is_named_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "carpeta").mkdir()

    with pytest.raises(FileWriteError) as caught:
        write_whole(tmp_path / name, "x")

    assert caught.value.issue.code == "file-not-written"
    assert caught.value.issue.parameters["file"] == str(tmp_path / name)
    assert [item.name for item in tmp_path.iterdir()] == ["carpeta"]
