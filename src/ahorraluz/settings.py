"""Every setting, its default and its environment variable; nothing else reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from difflib import get_close_matches
from pathlib import Path

from platformdirs import user_data_path

from ahorraluz import setting_files, setting_values
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.setting_table import PREFIX, TABLE, VARIABLES

APP_NAME = "ahorraluz"
MAX_SHOWN = 60
"""Longest part of a wrong value that a message repeats."""
DATABASE_FILE = "ahorraluz.db"
"""File of the readings in the data folder where no database is named."""
KEYS_FILE = "keys.db"
"""File of the wrapped keys in the data folder: kept apart from the database, and not with it."""
KEYRING_FILE = "keyring.json"
"""File of the keys that wrap the others, in the data folder."""
CLOSEST = 5
"""Variables that are named where one is misspelt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the program may be told by its environment."""

    data_dir: Path
    database_url: str = field(default="", repr=False)
    """May hold a password, so that nothing shows it; :attr:`database` is what to open."""
    keys_url: str = field(default="", repr=False)
    keyring: str = ""
    queue_url: str = field(default="", repr=False)
    language: str = "es"
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: int = 0
    max_upload_kb: int = 2_048
    max_meter_file_mb: int = 32
    public_url: str = ""
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    controller: str = ""
    controller_address: str = ""
    controller_contact: str = ""
    hosting_country: str = ""
    data_bank: str = ""
    keep_readings_months: int = 25
    daily_time: time = time(3, 30)
    reset_wait_hours: int = 24
    metrics_token: str = field(default="", repr=False)
    log_format: str = "line"
    broker_url: str = field(default="", repr=False)
    broker_public_url: str = ""
    broker_ca: str = ""
    broker_certificate: str = ""
    broker_key: str = ""
    live_raw_days: int = 35
    notice_hosts: str = ""
    registry_uri: str = field(default="", repr=False)
    serving_url: str = ""
    serving_timeout_ms: int = 500

    @property
    def database(self) -> str:
        """URL of the database: the one named, or a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / DATABASE_FILE}"

    @property
    def keys(self) -> str:
        """URL of the database of keys: the one named, or a SQLite file in the data folder."""
        return self.keys_url or f"sqlite:///{self.data_dir / KEYS_FILE}"

    @property
    def key_ring(self) -> Path:
        """File of the key ring: the one named, or one in the data folder."""
        return Path(self.keyring) if self.keyring else self.data_dir / KEYRING_FILE


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an environment; a variable left empty counts as not set.

    A setting may also lie in a file, which ``AHORRALUZ_<NAME>_FILE`` names: a secret then stands
    in no environment. What such a file holds is repeated by no message.

    Parameters
    ----------
    environment
        Variables by name; ``None``: those of this process.

    Raises
    ------
    InvalidInputError
        ``setting-unknown``, ``setting-not-a-whole-number``, ``setting-not-one-of``,
        ``setting-not-a-folder``, ``setting-not-a-database``, ``setting-not-a-queue``,
        ``setting-not-a-registry``,
        ``setting-not-a-time``, ``setting-not-a-host``, ``setting-not-an-address``,
        ``setting-not-a-mail-server``, ``setting-not-a-mail-address``,
        ``setting-not-a-computer``, ``setting-not-a-server``, ``setting-not-a-secret``, or what
        :func:`ahorraluz.setting_files.read_files` says of files: every wrong variable at once.
    """
    given = os.environ if environment is None else environment
    by_variable = {setting.variable: setting for setting in TABLE}
    held = setting_files.read_files(
        given, [setting.variable for setting in TABLE if not setting.names_a_path]
    )
    settings = Settings(data_dir=user_data_path(APP_NAME, appauthor=False))
    issues = [*_unknown(given), *held.issues]
    for variable, setting in by_variable.items():
        text = (held.texts.get(variable) or given.get(variable, "")).strip()
        if not text or variable in held.refused:
            continue
        try:
            settings = replace(settings, **{setting.field: setting.read(text)})
        except setting_values.WrongValueError as wrong:
            named = {"variable": variable, "value": text[:MAX_SHOWN]}
            parameters = {**named, **wrong.issue.parameters, **held.shown(variable)}
            issues.append(replace(wrong.issue, parameters=parameters))
    if issues:
        raise InvalidInputError.of(issues)
    return settings


def _unknown(given: Mapping[str, str]) -> list[Issue]:
    """Return an issue for each variable of ours that is none."""
    variables = [setting.variable for setting in TABLE]
    in_files = [
        setting.variable + setting_files.SUFFIX for setting in TABLE if not setting.names_a_path
    ]
    known = {*variables, *in_files}
    return [
        Issue(
            code="setting-unknown",
            severity=Severity.ERROR,
            parameters={
                "variable": name,
                "allowed": get_close_matches(
                    name,
                    [*variables, *in_files] if name.endswith(setting_files.SUFFIX) else variables,
                    n=CLOSEST,
                    cutoff=0.0,
                ),
            },
        )
        for name in sorted(given)
        if name.startswith(PREFIX) and name not in known
    ]


def stated_language(environment: Mapping[str, str] | None = None) -> str:
    """Return the language of an environment of which other variables may be wrong.

    Parameters
    ----------
    environment
        Variables by name; ``None``: those of this process.
    """
    given = os.environ if environment is None else environment
    variable = PREFIX + VARIABLES["language"]
    held = setting_files.read_files(given, [variable])
    wanted = (held.texts.get(variable) or given.get(variable, "")).strip().casefold()
    languages = setting_values.LANGUAGES
    return wanted if wanted in languages else languages[0]
