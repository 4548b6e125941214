"""What the list of a part may say: anything else is damage, found before anything is touched."""

import pytest

from ahorraluz.services.backup.parts import _is_content

MODEL = {"name": "day-mixer", "number": 1, "version": "1", "champion": True}


@pytest.mark.parametrize("content", [{}, {"rows": 3}, {"models": []}, {"models": [MODEL]}])
def test_what_a_part_says_of_itself_is_read(content: object) -> None:
    assert _is_content(content)


@pytest.mark.parametrize(
    "content",
    [
        ["x"],
        None,
        {"models": {}},
        {"models": ["day-mixer"]},
        {"models": [{name: MODEL[name] for name in MODEL if name != "number"}]},
        {"models": [{**MODEL, "number": "1"}]},
    ],
)
def test_what_it_cannot_say_is_damage(content: object) -> None:
    assert not _is_content(content)
