"""The page of models tells administrators what their watch found."""

import pytest
from tests.signed_people import Service, Signed

from ahorraluz.store.model_watch import WatchCheck

PAGE = "/administracion/modelos"
ALARM = {
    "series": "jump.day",
    "kind": "fault",
    "group": "level:high",
    "since": "2026-11-20",
    "found": "2026-11-20",
    "until": None,
    "value": 0.1,
    "direction": 1,
    "score": 9.5,
    "homes": 14,
}
COURSE = {
    "series": "level.week",
    "group": "",
    "homes": 40,
    "value": 0.04,
    "score": 1.25,
    "on": False,
    "scores": [0.5, None, 1.25],
}
FOUND = {
    "day": "2026-11-24",
    "homes": 40,
    "model": "day-mixer ec6740bf56d0",
    "reference": {"model": "", "made_of": "Londres <2013>", "homes": 50, "days": 365},
    "retrain": True,
    "why": ["errors", "faults"],
    "alarms": [ALARM, {**ALARM, "group": "", "until": "2026-11-22"}],
    "series": [COURSE, {**COURSE, "group": "department:04", "homes": 12, "scores": [3.5]}],
    "distances": {"level": 0.5, "night": 0.1},
    "realised": [
        {
            "group": "",
            "ahead": 1,
            "homes": 40,
            "nmae": 0.41,
            "over_naive": 0.8,
            "over_usual": 0.9,
            "coverage": 0.79,
        }
    ],
    "versions": {"day-mixer ec6740bf56d0": "2026-11-01"},
}


def keep(service: Service, content: dict[str, object]) -> None:
    service.tools.store.model_watch.keep_check(
        WatchCheck(day="2026-11-24", at_s=1_800_000_000, content=content)
    )


def test_before_the_first_night_the_page_says_so(administrator: Signed) -> None:
    _, text = administrator.get(PAGE)

    assert "La vigilancia de los modelos todavía no corrió" in text


def test_of_few_homes_nothing_is_told(service: Service, administrator: Signed) -> None:
    keep(service, {"homes": 3})

    _, text = administrator.get(PAGE)

    assert "Hay 3 hogares con medidor" in text
    assert "<polyline" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "",
            (
                "Alarmas encendidas: 1.",
                "consumo alto",
                "departamento 04",
                "ec6740bf56d0, desde el 1",
            ),
        ),
        ("?lang=en", ("Train the model anew: yes", "high use", "department 04", "mend them first")),
    ],
    ids=["Spanish", "English"],
)
def test_alarms_courses_and_errors_are_shown(
    service: Service, administrator: Signed, language: str, words: tuple[str, ...]
) -> None:
    keep(service, FOUND)

    _, text = administrator.get(f"{PAGE}{language}")

    assert [word for word in words if word.casefold() not in text.casefold()] == []
    assert text.count("<polyline") == 2
    assert "Londres &lt;2013&gt;" in text
    assert "web.drift" not in text


def test_counters_tell_what_the_watch_found(service: Service, administrator: Signed) -> None:
    keep(service, FOUND)

    text = administrator.client.get("/metrics").get_data(as_text=True)

    assert "ahorraluz_model_retrain 1.0" in text
    assert 'ahorraluz_model_alarms{kind="fault"} 1.0' in text
    assert 'ahorraluz_model_alarms{kind="error"} 0.0' in text
    assert 'ahorraluz_model_drift_score{cohort="",series="level.week"} 1.25' in text
    assert 'ahorraluz_model_error_ratio{cohort="",hours="24"} 0.8' in text
