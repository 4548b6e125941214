"""What hostile requests come to: told off, never a failure, nothing half-written."""

import gzip
import json
import zlib
from pathlib import Path

import pytest
from tests.programs import ANSWERS, Program, World, readings

from ahorraluz.api.bodies import _unpacked

NDJSON = "application/x-ndjson"
HOSTILE = [
    "' OR '1'='1",
    "1; DROP TABLE homes; --",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "${jndi:ldap://example.com/a}",
    "\x00",
    "a\r\nSet-Cookie: x=1",
    "\u202e\ufeff",
    "A" * 300,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_in_an_address_find_nothing(owner: Program, text: str) -> None:
    home = owner.home()

    for path in (f"/homes/{text}", f"/renewables/{text}", f"/homes/{home}/imports/{text}"):
        response = owner.ask("GET", path)
        assert response.status_code in (400, 404, 405), path
        assert "Set-Cookie" not in response.headers
    for name in ("text", "region", "need", "cursor", "lang"):
        where = "/homes" if name == "cursor" else "/renewables"
        response = owner.get(where, query_string={name: text})
        assert response.status_code in (200, 400, 422)
        assert "<script>" not in response.headers.get("Link", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_kept_as_words_or_refused(owner: Program, text: str) -> None:
    made = owner.post(
        "/homes", json={"answers": {**ANSWERS, "system": text[:60]}, "label": text[:60]}
    )

    assert made.status_code in (201, 400, 422)
    if made.status_code == 201:
        assert made.mimetype == "application/json"
        kept = owner.get(f"/homes/{made.json['id']}").json  # type: ignore[index]
        assert kept is not None
        assert kept["label"] == " ".join(text[:60].split())
    assert owner.get("/homes").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[" * 200_000,
        b'{"answers":' * 30_000,
        b'{"answers": {"kwh": NaN}}',
        b'{"answers": {"kwh": Infinity}}',
        b'{"answers": {"kwh": 1e999}}',
        b'{"answers": {"kwh": ' + b"9" * 20_000 + b"}}",
        b'{"answers": {"kwh": -1}}',
        b'{"answers": {"people": 1e300}}',
        b'{"answers": {"period_from": "0000-00-00"}}',
        b'{"answers": {"label": "\\ud800"}}',
        b'{"answers": {"__proto__": {"a": 1}}}',
        b"\xff\xfe\x00\x01",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ],
)
def test_json_that_cannot_be_is_refused_with_its_place(owner: Program, body: bytes) -> None:
    for path in ("/plan", "/homes"):
        response = owner.post(path, data=body, content_type="application/json")

        assert response.status_code in (400, 413)
        assert response.mimetype == "application/problem+json"
    assert owner.get("/homes").json == {"homes": [], "next": None}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (None, 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=utf-8", 200),
    ],
)
def test_another_type_of_content_is_refused(owner: Program, kind: str | None, status: int) -> None:
    body = json.dumps({"answers": ANSWERS}).encode()

    assert owner.post("/bill", data=body, content_type=kind).status_code == status


def test_a_form_of_another_site_cannot_be_sent(owner: Program) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}

    response = owner.post("/homes", json={"answers": ANSWERS}, headers=headers)

    assert response.status_code == 403
    assert owner.get("/homes").json == {"homes": [], "next": None}


def test_a_body_too_large_is_refused_unread(owner: Program) -> None:
    body = b'{"answers": {"district": "' + b"a" * 70_000 + b'"}}'

    response = owner.post("/plan", data=body, content_type="application/json")

    assert response.status_code == 413
    assert response.json["status"] == 413  # type: ignore[index]


@pytest.mark.parametrize("times", [1, 2])
def test_a_bomb_is_not_unpacked(owner: Program, times: int) -> None:
    home = owner.home()
    bomb = b"0" * 200_000_000
    for _ in range(times):
        bomb = gzip.compress(bomb)
    headers = {"Content-Encoding": "gzip"}
    kind = "application/gzip" if times == 2 else "text/csv"

    response = owner.post(f"/homes/{home}/readings", data=bomb, content_type=kind, headers=headers)

    assert response.status_code == 413
    assert owner.get(f"/homes/{home}/imports").json["imports"] == []  # type: ignore[index]


def test_gzip_of_very_many_empty_parts_is_refused(owner: Program) -> None:
    home = owner.home()
    parts = gzip.compress(gzip.compress(b"") * 2_000_000)

    response = owner.post(
        f"/homes/{home}/readings",
        data=parts,
        content_type="application/gzip",
        headers={"Content-Encoding": "gzip"},
    )

    assert response.status_code == 413


def test_gzip_of_several_parts_is_read_whole() -> None:
    parts = [bytes([number]) * 100_000 for number in range(5)]

    unpacked = _unpacked(b"".join(map(gzip.compress, parts)), most=500_000)

    assert unpacked == b"".join(parts)


def test_gzip_with_something_else_behind_it_is_refused() -> None:
    with pytest.raises(zlib.error):
        _unpacked(gzip.compress(b"a") + b"b", most=100)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x1f\x8b",
        gzip.compress(b"start,kwh\n")[:-9],
        b"not gzip at all",
    ],
    ids=["nothing", "two bytes", "without its end", "no gzip"],
)
def test_gzip_that_is_cut_off_is_told(owner: Program, content: bytes) -> None:
    home = owner.home()

    response = owner.post(f"/homes/{home}/readings", data=content, content_type="application/gzip")

    assert response.status_code == 422
    assert response.json["issues"][0]["code"] == "api-body-not-gzip"  # type: ignore[index]


def test_an_archive_in_the_clothes_of_text_is_not_opened(owner: Program, tmp_path: Path) -> None:
    home = owner.home()
    inner = gzip.compress(gzip.compress(readings(24).encode()))

    for content, kind in ((inner, "application/gzip"), (b"PK\x03\x04" + b"0" * 90, "text/csv")):
        response = owner.post(f"/homes/{home}/readings", data=content, content_type=kind)
        assert response.status_code == 422
        assert response.json["issues"][0]["code"] == "api-readings-not-text"  # type: ignore[index]


def test_readings_are_kept_whole_or_not_at_all(owner: Program) -> None:
    home = owner.home()
    lines = readings(100).splitlines()
    lines[50] = '{"start": "no moment", "end": "never", "kwh": "much"}'

    response = owner.post(f"/homes/{home}/readings", data="\n".join(lines), content_type=NDJSON)

    assert response.status_code == 422
    assert owner.get(f"/homes/{home}/imports").json["imports"] == []  # type: ignore[index]


@pytest.mark.parametrize("value", ["1e400", "NaN", "-5", '"much"', "null", "true"])
def test_energy_that_cannot_be_is_refused(owner: Program, value: str) -> None:
    home = owner.home()
    moments = '"start": "2026-09-01T00:00:00Z", "end": "2026-09-01T01:00:00Z"'
    body = f'{{"readings": [{{{moments}, "kwh": {value}}}]}}'

    response = owner.post(f"/homes/{home}/readings", data=body, content_type="application/json")

    assert response.status_code == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Idempotency-Key", "a b"),
        ("Idempotency-Key", "a" * 101),
        ("Idempotency-Key", "clave'; --"),
        ("If-Match", "1"),
        ("If-Match", '"1", "2"'),
        ("If-Match", '"' + "9" * 40 + '"'),
    ],
)
def test_headers_of_another_form_are_refused(owner: Program, name: str, value: str) -> None:
    home = owner.home()
    method, path = ("POST", "/homes") if name == "Idempotency-Key" else ("PUT", f"/homes/{home}")

    response = owner.ask(method, path, json={"answers": ANSWERS}, headers={name: value})

    assert response.status_code == 400
    assert len(owner.get("/homes").json["homes"]) == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "api-parameter-invalid"),
        ("limit=1&limit=2", "api-parameter-twice"),
        ("limit=1e2", "api-parameter-invalid"),
        ("limit=%D9%A1", "api-parameter-invalid"),
        ("lang=fr", "api-parameter-invalid"),
        ("order=asc", "api-parameter-unknown"),
    ],
)
def test_parameters_are_those_of_the_document(owner: Program, query: str, code: str) -> None:
    response = owner.get(f"/homes?{query}")

    assert response.status_code == 400
    assert response.json["issues"][0]["code"] == code  # type: ignore[index]


def test_a_failure_tells_nothing_of_the_inside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr("ahorraluz.api.views.public.distributor_choices", fail)

    response = world.program().get("/distributors")

    assert response.status_code == 500
    assert response.mimetype == "application/problem+json"
    assert "inside" not in response.text
    assert "Traceback" not in response.text


def test_the_host_that_a_request_names_is_not_repeated(world: World) -> None:
    headers = {"Host": "evil.example"}

    told = world.program().get("/nowhere", headers=headers)
    document = world.program().get("/openapi.json", headers=headers)

    assert "evil" not in told.text + document.text + str(told.headers)
