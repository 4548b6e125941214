"""Running the command inside the test, and holding its JSON against the documented schemas."""

import json
import re
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ahorraluz.cli.main import cli

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
RECIBOS = EXAMPLES / "recibos"
GOLDEN = ROOT / "tests" / "golden" / "bills"
SCHEMAS = ROOT / "docs" / "reference" / "schemas"

AUGUST = ("--from", "2026-08-05", "--to", "2026-09-03")
LIMA = ("--distributor", "luz-del-sur", "--system", "lima-sur", "--option", "BT5B")
WORDS = {
    *("$schema", "title", "description", "$defs", "$ref", "anyOf", "const", "enum", "pattern"),
    *("type", "items", "properties", "required", "additionalProperties"),
}
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "array": list,
    "null": type(None),
}


Schema = dict[str, Any]


def run(*words: str | Path) -> Result:
    """Return what the command says to these words."""
    return CliRunner().invoke(cli, [str(word) for word in words])


def answer(*words: str | Path) -> Any:
    """Return the JSON answer of a command that must succeed."""
    result = run(*words, "--json")
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr
    return json.loads(result.stdout)


def faults(document: Any, name: str) -> list[str]:
    """Return every place where a document differs from the schema ``name``."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return _faults(document, schema, schema.get("$defs", {}), "$")


def _faults(value: Any, schema: Schema, known: Schema, place: str) -> list[str]:
    """Check the few words of JSON Schema that our schemas use; any other is a fault."""
    strange = schema.keys() - WORDS
    found = [f"{place}: the checker does not know {word}" for word in strange]
    if "$ref" in schema:
        found += _faults(value, known[schema["$ref"].rpartition("/")[2]], known, place)
    if "anyOf" in schema:
        tried = [_faults(value, choice, known, place) for choice in schema["anyOf"]]
        found += [] if [] in tried else tried[0]
    if "const" in schema and value != schema["const"]:
        found.append(f"{place}: {value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r} is not in {schema['enum']}")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{place}: {value!r} does not match {schema['pattern']}")
    if "type" in schema and not _is_a(value, schema["type"]):
        found.append(f"{place}: {value!r} is no {schema['type']}")
    if isinstance(value, list):
        for at, item in enumerate(value):
            found += _faults(item, schema.get("items", {}), known, f"{place}[{at}]")
    if isinstance(value, dict):
        found += _object_faults(value, schema, known, place)
    return found


def _is_a(value: Any, names: str | list[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, TYPES[n]) for n in ([names] if isinstance(names, str) else names))


def _object_faults(value: dict[str, Any], schema: Schema, known: Schema, place: str) -> list[str]:
    properties = schema.get("properties", {})
    found = [
        f"{place}: {name} is missing" for name in schema.get("required", ()) if name not in value
    ]
    for name, item in value.items():
        inside = properties.get(name, schema.get("additionalProperties", {}))
        if inside is False:
            found.append(f"{place}: {name} is not in the schema")
        else:
            found += _faults(item, inside, known, f"{place}.{name}")
    return found
