"""Settings: read from an environment, all mistakes told at once."""

from dataclasses import fields
from datetime import time
from pathlib import Path

import pytest

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.setting_table import TABLE
from ahorraluz.settings import Settings, read_settings, stated_language
from ahorraluz.texts import open_texts


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({})

    assert settings == Settings(data_dir=settings.data_dir)
    assert settings.data_dir.name == "ahorraluz"


def test_a_variable_left_empty_counts_as_not_set() -> None:
    assert read_settings({"AHORRALUZ_PORT": "  "}).port == 8000


def test_every_setting_can_be_given(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "AHORRALUZ_DATA_DIR": str(tmp_path),
            "AHORRALUZ_DATABASE_URL": "postgresql://ahorraluz@db.example/readings",
            "AHORRALUZ_LANG": "EN",
            "AHORRALUZ_HOST": "0.0.0.0",
            "AHORRALUZ_PORT": "8080",
            "AHORRALUZ_TRUSTED_PROXIES": "1",
            "AHORRALUZ_MAX_UPLOAD_KB": "512",
            "AHORRALUZ_PUBLIC_URL": "https://luz.example/",
            "AHORRALUZ_SMTP_URL": "smtps://luz:s%20s@mail.example:465",
            "AHORRALUZ_MAIL_FROM": "luz@example.pe",
            "AHORRALUZ_CONTROLLER": "Luz  para\tTodos",
            "AHORRALUZ_KEEP_READINGS_MONTHS": "13",
            "AHORRALUZ_DAILY_TIME": "23:05",
            "AHORRALUZ_RESET_WAIT_HOURS": "48",
            "AHORRALUZ_METRICS_TOKEN": "0123456789abcdef",
            "AHORRALUZ_LOG_FORMAT": "json",
            "AHORRALUZ_SERVING_URL": "http://tf-serving:8501/",
            "AHORRALUZ_SERVING_TIMEOUT_MS": "250",
            "PATH": "/bin",
        }
    )

    assert settings == Settings(
        data_dir=tmp_path,
        database_url="postgresql://ahorraluz@db.example/readings",
        language="en",
        host="0.0.0.0",
        port=8080,
        trusted_proxies=1,
        max_upload_kb=512,
        public_url="https://luz.example",
        smtp_url="smtps://luz:s%20s@mail.example:465",
        mail_from="luz@example.pe",
        controller="Luz para Todos",
        keep_readings_months=13,
        daily_time=time(23, 5),
        reset_wait_hours=48,
        metrics_token="0123456789abcdef",
        log_format="json",
        serving_url="http://tf-serving:8501",
        serving_timeout_ms=250,
    )


def test_the_table_names_every_field_of_the_settings_once() -> None:
    assert [setting.field for setting in TABLE] == [item.name for item in fields(Settings)]
    assert len({setting.variable for setting in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        pytest.param("PORT", "0", "setting-not-a-whole-number", id="port zero"),
        pytest.param("PORT", "65536", "setting-not-a-whole-number", id="a port too high"),
        pytest.param("PORT", "9" * 5000, "setting-not-a-whole-number", id="thousands of digits"),
        pytest.param("PORT", "80a", "setting-not-a-whole-number", id="a letter in the port"),
        pytest.param("PORT", "-1", "setting-not-a-whole-number", id="a negative port"),
        pytest.param("LANG", "fr", "setting-not-one-of", id="another language"),
        pytest.param("HOST", "http://x", "setting-not-a-host", id="an address with scheme"),
        pytest.param(
            "DATABASE_URL", "mysql://db/x", "setting-not-a-database", id="another database"
        ),
        pytest.param("DATABASE_URL", "ahorraluz.db", "setting-not-a-database", id="a bare path"),
        pytest.param("DATABASE_URL", "sqlite:///:memory:", "setting-not-a-database", id="no file"),
        pytest.param("QUEUE_URL", "http://h:6379", "setting-not-a-queue", id="no Redis"),
        pytest.param("QUEUE_URL", "redis://:p w@h", "setting-not-a-queue", id="a space"),
        pytest.param("DAILY_TIME", "24:00", "setting-not-a-time", id="no time of the day"),
        pytest.param("DAILY_TIME", "3:30", "setting-not-a-time", id="a time of one digit"),
        pytest.param("TRUSTED_PROXIES", "99", "setting-not-a-whole-number", id="many proxies"),
        pytest.param("PROT", "8000", "setting-unknown", id="a misspelt variable"),
    ],
)
def test_a_wrong_value_names_variable_value_and_mend(variable: str, value: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_settings({f"AHORRALUZ_{variable}": value})

    sentence = open_texts("es").issue(refused.value.issue)
    assert refused.value.issue.code == code
    assert f"AHORRALUZ_{variable}" in sentence
    assert len(sentence) < 400


def test_readings_lie_in_the_data_folder_unless_a_database_is_named(tmp_path: Path) -> None:
    named = Settings(data_dir=tmp_path, database_url="sqlite:///other.db")

    assert Settings(data_dir=tmp_path).database == f"sqlite:///{tmp_path / 'ahorraluz.db'}"
    assert named.database == "sqlite:///other.db"


@pytest.mark.parametrize("url", ["mysql://ana:s3cr3t@db/x", "postgres:ana:s3cr3t@db", "s3cr3t"])
def test_a_wrong_database_is_told_without_its_password(url: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_settings({"AHORRALUZ_DATABASE_URL": url})

    assert "s3cr3t" not in str(refused.value)
    assert "s3cr3t" not in open_texts("es").issue(refused.value.issue)


def test_settings_do_not_show_the_password_of_the_database() -> None:
    settings = read_settings({"AHORRALUZ_DATABASE_URL": "postgresql://ana:s3cr3t@db/x"})

    assert "s3cr3t" not in repr(settings)


def test_a_file_where_a_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(InvalidInputError) as refused:
        read_settings({"AHORRALUZ_DATA_DIR": str(tmp_path / "file")})

    assert refused.value.issue.code == "setting-not-a-folder"


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_settings({"AHORRALUZ_PORT": "x", "AHORRALUZ_LANG": "x"})

    assert len(refused.value.issues) == 2


def test_the_reference_page_lists_every_setting_as_the_table_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"

    table = page.read_text("utf-8").partition("\n## ")[0]
    listed = [line for line in table.splitlines() if line.startswith("| `")]

    assert listed == [f"| `{s.variable}` | {s.default} | {s.meaning} |" for s in TABLE]


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("PUBLIC_URL", "http://luz.example", "setting-not-an-address"),
        ("SERVING_URL", "tf-serving:8501", "setting-not-a-server"),
        ("SERVING_URL", "http://", "setting-not-a-server"),
        ("SERVING_URL", "http://[", "setting-not-a-server"),
        ("SERVING_URL", "http://tf-serving:99999", "setting-not-a-server"),
        ("SERVING_URL", "http://ana:x@tf-serving", "setting-not-a-server"),
        ("SERVING_URL", "file:///etc/passwd", "setting-not-a-server"),
        ("SERVING_URL", "http://tf-serving?x=1", "setting-not-a-server"),
        ("SERVING_TIMEOUT_MS", "5", "setting-not-a-whole-number"),
        ("PUBLIC_URL", "https://luz.example/sub", "setting-not-an-address"),
        ("PUBLIC_URL", "https://a@luz.example", "setting-not-an-address"),
        ("SMTP_URL", "http://mail.example", "setting-not-a-mail-server"),
        ("SMTP_URL", "smtp://mail.example\r\nX: 1", "setting-not-a-mail-server"),
        ("MAIL_FROM", "luz@example.pe\nBcc: x@y.pe", "setting-not-a-mail-address"),
        ("METRICS_TOKEN", "short-secret", "setting-not-a-secret"),
        ("KEEP_READINGS_MONTHS", "6", "setting-not-a-whole-number"),
        ("LOG_FORMAT", "xml", "setting-not-one-of"),
    ],
)
def test_wrong_settings_of_a_service_are_refused(variable: str, value: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        read_settings({f"AHORRALUZ_{variable}": value})

    assert [issue.code for issue in error.value.issues] == [code]


def test_a_secret_that_is_refused_is_not_repeated() -> None:
    with pytest.raises(InvalidInputError) as error:
        read_settings(
            {
                "AHORRALUZ_METRICS_TOKEN": "hushhush",
                "AHORRALUZ_SMTP_URL": "x://u:hushhush@h",
                "AHORRALUZ_SERVING_URL": "http://u:hushhush@h",
            }
        )

    told = [open_texts("es").issue(issue) for issue in error.value.issues]
    assert len(told) == 3
    assert not any("hushhush" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"AHORRALUZ_LANG": "en", "AHORRALUZ_PORT": "x"}, "en"),
        ({"AHORRALUZ_LANG": "EN", "AHORRALUZ_NONE": "x"}, "en"),
        ({"AHORRALUZ_LANG": "fr"}, "es"),
        ({}, "es"),
    ],
)
def test_the_language_is_known_where_another_variable_is_wrong(
    environment: dict[str, str], language: str
) -> None:
    assert stated_language(environment) == language
