"""The lists of parts name every locked package, with the hashes of the lock."""

import json
import re
from pathlib import Path

import pytest
from scripts.list_parts import LOCKS, PROGRAM, parts_of, version

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="what lists the parts: make sbom")


@pytest.mark.parametrize("name", LOCKS)
def test_a_list_holds_every_locked_package_and_no_other(name: str) -> None:
    lock = (ROOT / LOCKS[name]).read_text("utf-8")

    document = parts_of(ROOT / LOCKS[name], name=name)

    parts = {(part["name"], part["version"]) for part in document["components"]}
    hashes = {
        each["content"]
        for part in document["components"]
        for reference in part.get("externalReferences", ())
        for each in reference.get("hashes", ())
    }
    assert parts == set(PINNED.findall(lock))
    assert hashes == set(HASH.findall(lock))


def test_a_list_says_what_the_parts_make_up_and_is_the_same_each_time() -> None:
    lock = ROOT / LOCKS["ahorraluz"]

    document = parts_of(lock, name="ahorraluz")

    whole = document["metadata"]["component"]
    assert document["bomFormat"] == "CycloneDX"
    assert (whole["name"], whole["version"]) == ("ahorraluz", version())
    assert {"ref": "ahorraluz"}.items() <= document["dependencies"][0].items()
    assert json.dumps(document) == json.dumps(parts_of(lock, name="ahorraluz"))
