"""The compose file: closed services, secrets in files, limits, an order, and true words."""

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.doc_commands.words import faults
from tests.unit.deploy.test_prepare import PREPARE

from ahorraluz.setting_files import SUFFIX
from ahorraluz.setting_table import PREFIX, TABLE
from ahorraluz.settings import read_settings

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = ROOT / "deploy" / "compose"
PREPARED = "/prepared/"
OF_GRAFANA = re.compile(r"AHORRALUZ_(?:BOARDS_[A-Z]+|PROMETHEUS_URL)")
PLACE = re.compile(r"(?<!\$)\$\{[A-Z_]+:-([^}]*)\}")
ONCE = {"prepare", "migrate", "boards"}


@cache
def compose() -> dict[str, Any]:
    """Return the file as an engine reads it where nothing is said otherwise."""
    text = PLACE.sub(lambda found: found[1], (ROOT / "compose.yaml").read_text("utf-8"))
    document: dict[str, Any] = yaml.safe_load(text.replace("$$", "$"))
    return document


SERVICES: dict[str, dict[str, Any]] = compose()["services"]
every_service = pytest.mark.parametrize("name", SERVICES)


def is_ours(service: dict[str, Any]) -> bool:
    return str(service["image"]).startswith("ahorraluz-")


def mounts(name: str) -> list[tuple[str, str, str]]:
    """Return source, place and mode of what a service mounts."""
    split = [str(line).split(":") for line in SERVICES[name].get("volumes", [])]
    return [(one[0], one[1], one[2] if len(one) > 2 else "rw") for one in split]


@every_service
def test_a_service_is_closed(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    # One that makes folders for the users of the others, and speaks to nobody.
    if name == "prepare":
        assert service["network_mode"] == "none"
        assert set(service["cap_add"]) == {"CHOWN", "DAC_OVERRIDE", "FOWNER"}
    else:
        assert int(service["user"].split(":")[0]) > 0
        assert "cap_add" not in service


@every_service
def test_a_service_has_limits(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]

    assert set(limits) == {"cpus", "memory", "pids"}


@every_service
def test_a_service_tells_how_it_is_or_ends_by_itself(name: str) -> None:
    check = SERVICES[name]["healthcheck"]

    if name in ONCE:
        assert check == {"disable": True}
        assert SERVICES[name]["restart"] == "no"
    else:
        assert check["test"][0] == "CMD"
        assert set(check) == {"test", "interval", "timeout", "start_period", "retries"}


@every_service
def test_a_service_waits_for_what_it_needs_to_be_well(name: str) -> None:
    waits = SERVICES[name].get("depends_on", {})

    conditions = {other: wait["condition"] for other, wait in waits.items()}
    expected = {
        other: "service_completed_successfully" if other in ONCE else "service_healthy"
        for other in conditions
    }
    assert conditions == expected
    assert name == "prepare" or "prepare" in everything_before(name)


def everything_before(name: str) -> set[str]:
    before = set(SERVICES[name].get("depends_on", {}))
    return before.union(*(everything_before(other) for other in before))


@every_service
def test_images_of_others_are_pinned_by_a_version(name: str) -> None:
    image, _, tag = str(SERVICES[name]["image"]).rpartition(":")

    if is_ours(SERVICES[name]):
        # Of one service alone: two that build one image at once stand in each other's way.
        built = [
            of["build"]
            for of in SERVICES.values()
            if "build" in of and of["image"] == f"{image}:{tag}"
        ]
        assert [build["target"] for build in built] == [image.removeprefix("ahorraluz-")]
    else:
        assert re.match(r"v?\d+\.\d+", tag)
        assert "." in image.split("/")[0], "the registry is named"


@every_service
def test_no_secret_stands_in_the_file(name: str) -> None:
    environment = {k: str(v) for k, v in SERVICES[name].get("environment", {}).items()}

    secret = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY\b|DATABASE_URL|KEYS_URL|QUEUE_URL|BROKER_URL")
    plain = {k for k in environment if secret.search(k) and not k.endswith(SUFFIX)}
    assert plain == set()
    assert not any(re.search(r"//[^/@]*:[^/@]*@", value) for value in environment.values())


@every_service
def test_what_a_service_mounts_is_there_and_its_secrets_alone(name: str) -> None:
    for source, place, mode in mounts(name):
        if source.startswith("."):
            assert (ROOT / source).exists(), source
            assert mode == "ro"
        else:
            assert source in compose()["volumes"]
        if place.startswith("/run/secrets/"):
            assert source == f"secrets-{place.rpartition('/')[2]}"
            # The one that makes logins for Grafana writes them.
            assert mode == "ro" or name == "boards"
    for value in SERVICES[name].get("environment", {}).values():
        if str(value).startswith("/run/secrets/"):
            assert any(str(value).startswith(f"{place}/") for _, place, _ in mounts(name)), value


def test_the_key_of_the_authority_is_mounted_by_nobody_but_who_signs() -> None:
    holders = {
        name for name in SERVICES if any(source == "authority" for source, _, _ in mounts(name))
    }

    assert holders == {"prepare"}


@every_service
def test_settings_are_real_and_hold_good_values(name: str, tmp_path: Path) -> None:
    environment = {
        k: str(v) for k, v in SERVICES[name].get("environment", {}).items() if k.startswith(PREFIX)
    }
    if not is_ours(SERVICES[name]):
        assert all(OF_GRAFANA.match(variable) for variable in environment)
        return
    # What lies in a file here is what `prepare` writes there.
    written = prepared(tmp_path)
    given = {
        k: str(written / v.removeprefix("/run/secrets/")) if k.endswith(SUFFIX) else v
        for k, v in environment.items()
    }

    settings = read_settings(given)

    known = {setting.variable for setting in TABLE}
    assert {variable.removesuffix(SUFFIX) for variable in environment} <= known
    if environment:
        assert settings.database_url.startswith("postgresql://ahorraluz:")
        assert "sslmode=verify-full" in settings.keys_url


def prepared(folder: Path) -> Path:
    """Return a folder with what is made before the first start."""
    PREPARE.prepare(folder, name="luz.example")
    return folder


def commands() -> list[tuple[str, list[str]]]:
    """Return every call of the program, of services and of their scripts, as words."""
    found = [
        (name, [str(word) for word in service["command"]])
        for name, service in SERVICES.items()
        if str(service["image"]).startswith("ahorraluz-worker:") and "entrypoint" not in service
    ]
    for script in sorted(COMPOSE.glob("*.sh")):
        for line in re.findall(r"^\s*ahorraluz (.+?)\s*(?:\|\||\|)?$", script.read_text(), re.M):
            found.append((script.name, shlex.split(line)))
    return found


@pytest.mark.parametrize(("where", "words"), commands(), ids=lambda given: str(given)[:40])
def test_commands_of_services_are_those_of_the_program(where: str, words: list[str]) -> None:
    assert faults(shlex.join(["ahorraluz", *words])) == [], where


def test_volumes_are_prepared_for_who_mounts_them() -> None:
    made = {place.removeprefix(PREPARED): source for source, place, _ in mounts("prepare")[1:]}

    for folder, source in made.items():
        assert source in (folder, f"secrets-{folder}")
        owner = PREPARE.OWNERS.get(folder, (PREPARE.APP, PREPARE.APP))
        for name in SERVICES:
            if name == "prepare" or source not in {one for one, _, _ in mounts(name)}:
                continue
            user, group = (int(part) for part in SERVICES[name]["user"].split(":"))
            assert user == owner[0] or group == owner[1], f"{name} cannot read {source}"
    assert set(made) == {*PREPARE.OWNERS, *PREPARE.DATA}


def test_only_what_people_and_devices_need_listens_for_others() -> None:
    open_ = {
        name: [str(port).rsplit(":", 1)[1] for port in service["ports"]]
        for name, service in SERVICES.items()
        if any(not str(port).startswith("127.0.0.1:") for port in service.get("ports", []))
    }
    # As the file stands it is for this machine alone; LUZ_ADDRESS opens these two.
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert open_ == {}
    assert sorted(re.findall(r"\$\{LUZ_ADDRESS:-127\.0\.0\.1\}:\S+:(\d+)\"", text)) == [
        "8443",
        "8883",
    ]


def test_databases_and_queue_have_no_way_out() -> None:
    networks = compose()["networks"]

    for name in ("postgres", "redis", "prometheus", "serving"):
        assert all(networks[one]["internal"] for one in SERVICES[name]["networks"])
    assert set(networks) == {one for s in SERVICES.values() for one in s.get("networks", [])}


def test_mlflow_is_the_one_that_its_clients_are_locked_for() -> None:
    lock = (ROOT / "requirements-image-worker.txt").read_text("utf-8")

    locked = re.search(r"(?m)^mlflow-skinny==(\S+)", lock)

    assert locked is not None
    assert SERVICES["mlflow"]["image"].endswith(f":v{locked[1]}")


def test_prometheus_and_the_proxy_ask_where_services_listen() -> None:
    scraped = yaml.safe_load((COMPOSE / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    proxy = (COMPOSE / "nginx.conf").read_text("utf-8")

    targets = [t for job in scraped for c in job.get("static_configs", []) for t in c["targets"]]
    pages = scraped[0]["dns_sd_configs"][0]
    assert targets == ["live:9101", "serving:8501"]
    assert SERVICES["live"]["command"][-1] == "9101"
    assert (pages["names"], pages["port"]) == (["web"], 8000)
    assert "http://web:8000" in proxy
