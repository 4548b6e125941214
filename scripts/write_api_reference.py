"""Write docs/reference/api.md from the OpenAPI document of the API.

python scripts/write_api_reference.py          # print the page
python scripts/write_api_reference.py --write  # write it
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from apiflask import APIFlask

from ahorraluz.api.openapi import openapi
from ahorraluz.api.pages import kind_of
from ahorraluz.server import create_app
from ahorraluz.settings import Settings
from ahorraluz.texts import ENGLISH, open_texts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "api.md"
INTRODUCTION = """\
# API

This page is written by `scripts/write_api_reference.py` from the OpenAPI document that a running
service gives at `/api/v1/openapi.json`. How to begin: [Use the API](../guides/api.md).

Every operation takes `lang`. Refusals are `application/problem+json`. An asterisk marks what must
be there.
"""
BODIES = ("Answers", "AnswersAppliance", "HomeSaid", "ReadingsSaid", "Reading")
"""Models of bodies that are told field by field."""
LONGEST_KIND = 160


def page() -> str:
    """Return the whole page in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder)))
        document = openapi(cast(APIFlask, app), open_texts(ENGLISH))
    return INTRODUCTION + "".join(_sections(document))


def _sections(document: dict[str, Any]) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"\n## {tag['description']}\n\n"
        yield "| operation | what it does | scope | parameters | answer |\n"
        yield "| --- | --- | --- | --- | --- |\n"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield _row(f"{method.upper()} {path}", operation)
    yield "\n## Bodies\n"
    for name in BODIES:
        yield from _model(name, document["components"]["schemas"][name])


def _row(name: str, operation: dict[str, Any]) -> str:
    parameters = [
        f"`{one['name']}`{' *' if one['required'] else ''}"
        for one in operation["parameters"]
        if one["in"] != "path" and one["name"] != "lang"
    ]
    scope = operation.get("x-scope")
    cells = (
        f"`{name}`",
        operation["summary"],
        f"`{scope}`" if scope else "none",
        ", ".join(parameters),
        ", ".join(_answers(operation)),
    )
    return f"| {' | '.join(cells)} |\n"


def _answers(operation: dict[str, Any]) -> Iterator[str]:
    for status, told in operation["responses"].items():
        if status.startswith("2"):
            schemas = [c["schema"].get("$ref", "") for c in told.get("content", {}).values()]
            named = {ref.rpartition("/")[2] for ref in schemas if ref}
            yield f"{status} {' '.join(f'`{one}`' for one in sorted(named))}".strip()


def _model(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"\n### `{name}`\n\n| field | what it may be |\n| --- | --- |\n"
    required = schema.get("required", ())
    for field, part in schema["properties"].items():
        kind = kind_of(part) or "object"
        if len(kind) > LONGEST_KIND:
            kind = f"{kind[:LONGEST_KIND].rpartition(' | ')[0]} | …"
        shown = kind.replace(" | ", ", ").replace("|", "\\|")
        yield f"| `{field}`{' *' if field in required else ''} | {shown} |\n"


def main() -> None:
    """Print the page, or write it."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main()
