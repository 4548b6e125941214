"""Lines of curl as requests to the application itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.programs import World, make_world

if TYPE_CHECKING:
    from tests.doc_commands.desk import Done

__all__ = ["World", "curl", "make_world"]
FAILED = 22
"""Exit code of `curl --fail` for an answer that is none."""
_WITHOUT_VALUE = ("-s", "-S", "-f", "-i", "-L", "-k", "--silent", "--show-error", "--fail", "-N")


@dataclass
class _Asked:
    url: str = ""
    method: str = ""
    body: str | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    out: str = ""


def curl(words: Sequence[str], *, world: World) -> "Done":
    """Ask the application what a line of curl asks; an answer of 400 or more is a failure."""
    from tests.doc_commands.desk import Done

    asked = _read(words)
    address = urlsplit(asked.url)
    path = address.path + (f"?{address.query}" if address.query else "")
    answer = world.app.test_client().open(
        path,
        method=asked.method or ("GET" if asked.body is None else "POST"),
        data=asked.body,
        headers=asked.headers,
        base_url=f"{address.scheme}://{address.netloc}",
    )
    text = answer.get_data(as_text=True)
    if asked.out:
        Path(asked.out).write_bytes(answer.get_data())
    failed = answer.status_code >= 400
    return Done(
        code=FAILED if failed else 0,
        out="" if failed or asked.out else text,
        err=f"{answer.status}: {text}" if failed else "",
    )


def _read(words: Sequence[str]) -> _Asked:
    asked, rest = _Asked(), list(words)
    while rest:
        word = rest.pop(0)
        if word in _WITHOUT_VALUE or (word.startswith("-") and set(word[1:]) <= set("sSfiLkN")):
            continue
        if word in {"-X", "--request"}:
            asked.method = rest.pop(0)
        elif word in {"-H", "--header"}:
            name, _, value = rest.pop(0).partition(":")
            asked.headers[name] = value.strip()
        elif word in {"-d", "--data", "--data-binary"}:
            body = rest.pop(0)
            asked.body = Path(body[1:]).read_bytes() if body.startswith("@") else body
            asked.headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif word in {"-o", "--output"}:
            asked.out = rest.pop(0)
        elif word.startswith("-"):
            raise AssertionError(
                f"curl {word}: tests/doc_commands/asking.py does not know it; add it to _read."
            )
        else:
            asked.url = word if "://" in word else f"http://{word}"
    return asked
