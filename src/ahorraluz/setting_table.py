"""The table of settings: what each is called, its default, what it is for and what reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ahorraluz import setting_values

PREFIX = "AHORRALUZ_"
MAX_PROXIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the table of settings."""

    field: str
    """Field of :class:`ahorraluz.settings.Settings`."""
    default: str
    """The default as the documentation writes it."""
    meaning: str
    """What it is for, in one sentence of English."""
    read: Callable[[str], Any]

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return PREFIX + VARIABLES.get(self.field, self.field.upper())

    @property
    def names_a_path(self) -> bool:
        """Tell whether its value is a file or a folder itself."""
        return self.read in (setting_values.file, setting_values.folder)


VARIABLES: Mapping[str, str] = {"language": "LANG"}
"""Variables that are not called like their field."""


TABLE: tuple[Setting, ...] = (
    Setting(
        field="data_dir",
        default="the user's data folder of the operating system, `ahorraluz` in it",
        meaning="Folder of the price sheets and readings a person imported.",
        read=setting_values.folder,
    ),
    Setting(
        field="database_url",
        default="`ahorraluz.db` in the data folder",
        meaning="Database of the readings: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.",
        read=setting_values.database_url,
    ),
    Setting(
        field="keys_url",
        default="`keys.db` in the data folder",
        meaning="Database of the keys of homes and accounts, in the same forms. Never back it up "
        "with the readings: what is deleted stays readable with an old copy of both.",
        read=setting_values.database_url,
    ),
    Setting(
        field="keyring",
        default="`keyring.json` in the data folder",
        meaning="File of the keys that wrap the others, readable by its owner alone.",
        read=setting_values.file,
    ),
    Setting(
        field="queue_url",
        default="`queue.db` in the data folder",
        meaning="Queue of the ids of jobs on a Redis server: "
        "`redis://USER:PASSWORD@HOST:PORT/NUMBER`, or `rediss://…` with TLS.",
        read=setting_values.queue_url,
    ),
    Setting(
        field="language",
        default="`es`",
        meaning="Language of the texts where nobody asked for one: `es` or `en`.",
        read=setting_values.language,
    ),
    Setting(
        field="host",
        default="`127.0.0.1`",
        meaning="Address that `ahorraluz serve` listens on; `0.0.0.0` for every network.",
        read=setting_values.host,
    ),
    Setting(
        field="port",
        default="`8000`",
        meaning="Port that `ahorraluz serve` listens on, 1 to 65535.",
        read=setting_values.whole(1, setting_values.MAX_PORT),
    ),
    Setting(
        field="trusted_proxies",
        default="`0`",
        meaning="How many proxies stand before the server and may name the visitor's address.",
        read=setting_values.whole(0, MAX_PROXIES),
    ),
    Setting(
        field="max_upload_kb",
        default="`2048`",
        meaning="Largest form the server takes, in kilobytes.",
        read=setting_values.whole(1, 102_400),
    ),
    Setting(
        field="max_meter_file_mb",
        default="`32`",
        meaning="Largest meter file the server takes, in megabytes.",
        read=setting_values.whole(1, 512),
    ),
    Setting(
        field="public_url",
        default="none",
        meaning="Address that people reach the pages by, such as `https://ahorraluz.example`: "
        "links in letters and passkeys are for it.",
        read=setting_values.public_url,
    ),
    Setting(
        field="smtp_url",
        default="none: no letters are sent",
        meaning="Mail server for links to a new password: `smtps://USER:PASSWORD@HOST` or "
        "`smtp://…` with STARTTLS.",
        read=setting_values.smtp_url,
    ),
    Setting(
        field="mail_from",
        default="none",
        meaning="Address that letters come from.",
        read=setting_values.mail_from,
    ),
    Setting(
        field="controller",
        default="none: the page of privacy says that nobody said it",
        meaning="Name of who runs this service and answers for the data.",
        read=setting_values.line,
    ),
    Setting(
        field="controller_address",
        default="none",
        meaning="Postal address of who runs it.",
        read=setting_values.line,
    ),
    Setting(
        field="controller_contact",
        default="none",
        meaning="E-mail address or telephone for questions about data.",
        read=setting_values.line,
    ),
    Setting(
        field="hosting_country",
        default="none",
        meaning="Country where the data is kept, as the page of privacy names it.",
        read=setting_values.line,
    ),
    Setting(
        field="data_bank",
        default="none",
        meaning="Number of the data bank in the national register (RNPDP).",
        read=setting_values.line,
    ),
    Setting(
        field="keep_readings_months",
        default="`25`",
        meaning="Months that readings finer than a day are kept, 13 to 120; older ones "
        "leave their monthly totals.",
        read=setting_values.whole(13, 120),
    ),
    Setting(
        field="daily_time",
        default="`03:30`",
        meaning="Time of the day in Peru at which a worker deletes what is past its time and "
        "publishes the groups.",
        read=setting_values.time_of_day,
    ),
    Setting(
        field="reset_wait_hours",
        default="`24`",
        meaning="Hours before a link to a new password that an administrator asked for begins to "
        "work, 1 to 720: meanwhile the owner of the account is told, and can refuse.",
        read=setting_values.whole(1, 720),
    ),
    Setting(
        field="metrics_token",
        default="none: `/metrics` answers this machine alone, and nobody behind a proxy",
        meaning="Bearer token with which `/metrics` is read, 16 characters or more; needed by "
        "another machine, and wherever a proxy stands before the server.",
        read=setting_values.secret,
    ),
    Setting(
        field="log_format",
        default="`line`",
        meaning="Form of the log: `line`, or `json` with one object a line.",
        read=setting_values.log_format,
    ),
    Setting(
        field="broker_url",
        default="none: `ahorraluz live` is told one, or starts its own",
        meaning="MQTT broker of the live readings: `mqtts://USER:PASSWORD@HOST:PORT`, or "
        "`mqtt://…` without TLS.",
        read=setting_values.broker_url,
    ),
    Setting(
        field="broker_public_url",
        default="that of the broker, else the machine of the pages",
        meaning="Where devices reach the broker, as the pages tell it: `mqtts://HOST:PORT`.",
        read=setting_values.broker_url,
    ),
    Setting(
        field="broker_ca",
        default="the authorities that the operating system trusts",
        meaning="File of the authority that signed the certificate of the broker.",
        read=setting_values.file,
    ),
    Setting(
        field="broker_certificate",
        default="none",
        meaning="File of the certificate that `ahorraluz live` shows the broker.",
        read=setting_values.file,
    ),
    Setting(
        field="broker_key",
        default="none",
        meaning="File of the key of that certificate.",
        read=setting_values.file,
    ),
    Setting(
        field="live_raw_days",
        default="`35`",
        meaning="Days that live readings are kept one by one, 2 to 400; their quarter hours stay "
        "as long as other fine readings, their days as long as the home.",
        read=setting_values.whole(2, 400),
    ),
    Setting(
        field="notice_hosts",
        default="none: notices go to computers that everybody reaches, and nowhere inside",
        meaning="Computers in private networks that notices may be sent to, with commas between: "
        "names, addresses or networks, such as `ntfy.casa, 192.168.1.20`.",
        read=setting_values.computers,
    ),
    Setting(
        field="registry_uri",
        default="`registry/mlflow.db` in the data folder",
        meaning="Where MLflow keeps runs and versions of models: `sqlite:///FILE`, "
        "`postgresql://…`, or the `https://…` address of a tracking server.",
        read=setting_values.registry_uri,
    ),
    Setting(
        field="serving_url",
        default="none: this process answers by itself",
        meaning="TensorFlow Serving that is asked for forecasts first: `http://HOST:8501`.",
        read=setting_values.server_url,
    ),
    Setting(
        field="serving_timeout_ms",
        default="`500`",
        meaning="Milliseconds that it has for an answer, 20 to 10000; then this process answers.",
        read=setting_values.whole(20, 10_000),
    ),
)
"""Every setting, for :func:`ahorraluz.settings.read_settings` and for the reference page."""
