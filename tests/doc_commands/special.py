"""What pages need beside their own words: what stands for the names they use, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.doc_commands.desk import Stand
from tests.doc_commands.kept import (
    a_database,
    account,
    address,
    backup,
    broker_key,
    device,
    device_key,
    empty_machine,
    key,
    live_home,
    login,
    own_home,
    prices_of_a_home,
    watched_home,
)
from tests.doc_commands.samples import (
    arrivals,
    both,
    fleet,
    folder,
    hours_and_homes,
    kept_home,
    lisbon,
    meter,
    model,
    months_of_homes,
    panel,
    proposals,
    says,
    second_model,
    shipped_model,
    shipped_trees,
    text,
    three_files,
    words,
)
from tests.unit.cli.test_renewables import PROPOSAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page needs."""

    stands: Mapping[str, Stand] = field(default_factory=dict)
    """Who makes what a word of the page names, before a command with it is run; once a page."""
    looked: Mapping[str, str] = field(default_factory=dict)
    """Commands of which the words are checked only, by how they begin, and why."""
    small: Mapping[str, str] = field(default_factory=dict)
    """Words that are run as other words: fewer homes, less time."""
    ends: Mapping[str, int] = field(default_factory=dict)
    """Exit code of commands that do not end with 0, by how they begin."""
    like: tuple[str, ...] = ()
    """How commands begin whose figures are of another run: only the words are compared."""
    apart: bool = False
    """Whether each block has a folder and store of its own."""
    together: tuple[str, ...] = ()
    """Of pages whose blocks are apart: blocks that begin so have one folder and store."""


QUICK = "--seeds 1 --epochs 1 --write-anyway"
KAFKA = "needs a server of Kafka"
ONE_PART = {"--checkpoint checkpoint --once": "--checkpoint checkpoint --once --parts 1"}
METERS = panel("meters/homes.csv", homes=12, days=60)
DRILL = "takes minutes; tests/unit/cli/test_drift.py runs it on few homes"
TREES = "takes minutes; tests/unit/cli/test_train.py fits small ones"
NIGHT = fleet(homes="homes.parquet", readings="readings", hours=True)
FLEET_CSV = fleet(homes="homes.csv", readings="readings.csv", count=1)
ANA = account("ana@example.pe", "administrator")
ROSA = account("rosa@example.pe", "administrator")

COPIES: Mapping[str, Stand] = {
    "backup restore": empty_machine,
    "ahorraluz-20261127T033000Z-data.zip": backup("data"),
    "/copias/datos/ahorraluz-20261127T033000Z-data.zip": backup("data"),
    "ahorraluz-20261127T033000Z-keys.zip": backup("keys"),
    "ahorraluz-20261101T033000Z-ring.zip": backup("ring"),
    "backup make": ANA,
    "/copias/datos": says("copias/datos"),
    "/copias-llaves": says("copias-llaves"),
    "/copia-llavero": says("copia-llavero"),
}
PRICES = 'curl -H "Authorization: Bearer KEY" "https://ahorraluz.example/api/v1/homes/HOME/prices'

COMMANDS = Page(
    apart=True,
    together=("ahorraluz boards", "ahorraluz fleet", "ahorraluz models"),
    looked={"ahorraluz drift drill": DRILL, "ahorraluz live-spark --kafka": KAFKA},
    stands={
        "--arrivals arrivals": arrivals,
        "my-model": model("my-model"),
        "--data meters": METERS,
        "--data features": panel("features/homes.csv", homes=12, days=60),
        "renewables propose": text("proposal.toml", PROPOSAL),
        "renewables publish 3": proposals,
        "renewables reject 3": proposals,
        "e-redes.xlsx": lisbon,
        "readings undo 3": three_files,
        "readings redo 3": both(three_files, words("readings undo 3 --home casa")),
        "readings restore 1": both(
            kept_home, words("readings set-aside --home casa --at 2026-08-04T19:00")
        ),
        "done casa": both(kept_home),
        "scoreboard": kept_home,
        "prices casa": watched_home,
        "events casa": watched_home,
        "--readings readings --homes homes.parquet": NIGHT,
        "--homes homes.parquet --readings readings": NIGHT,
        "readings.parquet": panel("readings.parquet", homes=10, days=121),
        "models same model": model("model"),
        "--sheets sheets": folder("sheets"),
        "homes.csv --readings bills.csv": fleet(homes="homes.csv", readings="bills.csv"),
        "homes.csv --readings readings.csv": FLEET_CSV,
        "homes.parquet --readings bills": fleet(homes="homes.parquet", readings="bills"),
        "data tidy nights": folder("nights/2026-11-01"),
        "accounts role": both(ROSA, ANA),
        "accounts suspend": both(ROSA, ANA),
        "accounts reset": both(ROSA, ANA),
        "accounts tidy": ANA,
        "accounts trail": ANA,
        "accounts keys": ANA,
        "aggregates publish": ANA,
        "--for ana@example.pe": account("ana@example.pe", "consultant"),
        "bills.csv --fose-limit": text("bills.csv", "kwh,distributor\n25,pluz\n300,luz-del-sur\n"),
        "h-3f9a": live_home,
        "0a1b2c": device,
        "message.json": text("message.json", '{"ENERGY": {"Power": 250}}'),
        "/etc/mosquitto/ahorraluz": broker_key,
        "ahorraluz boards": a_database,
        "ahorraluz_home_0123456789": login,
        "database status": ANA,
        **COPIES,
    },
    small={
        "--homes 1000": "--homes 12",
        "--homes 200": "--homes 20",
        "train --data features --out model": f"train --data features --out model {QUICK}",
        "train --data meters --out my-model": f"train --data meters --out my-model {QUICK}",
        "models compare --data meters": "models compare",
        **ONE_PART,
    },
)

PAGES: Mapping[str, Page] = {
    "README.md": Page(small={"--homes 1000": "--homes 12"}),
    "docs/explanation/forecast-accuracy.md": Page(
        stands={"homes.csv.gz": panel("homes.csv.gz", homes=1, first="2013-09-01", days=45)}
    ),
    "docs/guides/agencies.md": Page(stands={"aggregates publish": ANA}),
    "docs/guides/alerts.md": Page(stands={"events casa": watched_home}),
    "docs/guides/api.md": Page(
        stands={
            "ahorraluz_…": key,
            "http://127.0.0.1:8000": address,
            "from api_client import": says("from examples.api_client import"),
        }
    ),
    "docs/guides/consultants.md": Page(
        stands={
            "homes.csv --readings readings.csv": FLEET_CSV,
            "ana@ejemplo.pe": account("ana@ejemplo.pe", "consultant"),
        }
    ),
    "docs/guides/drift.md": Page(
        looked={"ahorraluz drift drill": DRILL},
        stands={
            "readings.parquet": hours_and_homes,
            "last-year.parquet": panel("last-year.parquet", homes=10, days=121),
        },
    ),
    "docs/guides/fleet.md": Page(
        small={"--homes 1000": "--homes 12", "/shared/result": "result-of-all"},
        stands={"--homes homes --readings readings": fleet(homes="homes", readings="readings")},
    ),
    "docs/guides/forecast.md": Page(
        stands={
            "homes.csv": panel("homes.csv", homes=1, first="2026-06-01", days=45),
            "months.csv": months_of_homes("months.csv", homes=4),
            "groups.csv": text(
                "groups.csv", "household_id,cohort\n" + "".join(f"h{n},{n % 2}\n" for n in range(4))
            ),
        }
    ),
    "docs/guides/grafana.md": Page(stands={"ahorraluz boards": a_database}),
    "docs/guides/meter-file.md": Page(
        stands={"readings undo 3": three_files},
    ),
    "docs/guides/notebooks.md": Page(
        small={"--homes 100000": "--homes 50", "--homes 1000": "--homes 5"}
    ),
    "docs/guides/back-up.md": Page(stands=COPIES),
    "docs/guides/operate.md": Page(stands=COPIES),
    "docs/guides/upgrade.md": Page(stands={"database status": ANA}),
    "docs/guides/pipelines.md": Page(
        stands={
            "--sheets sheets": both(folder("price-sheets"), says("--sheets price-sheets")),
            "--homes homes.parquet --readings readings": NIGHT,
            "night/model": model("night/model"),
            "train --data night/features": panel("night/features/homes.csv", homes=12, days=60),
        },
        small={
            "--out night/model --write-anyway": f"--out trained {QUICK}",
            "models compare --data night/features": "models compare",
        },
    ),
    "docs/guides/renewables.md": Page(
        stands={
            "terma.toml": text("terma.toml", PROPOSAL),
            "renewables publish 3": proposals,
        }
    ),
    "docs/guides/serving.md": Page(
        stands={"$KEY": key, "my-home": own_home, "my-model": shipped_model}
    ),
    "docs/guides/smart-home.md": Page(
        stands={
            "devices add HOME": both(live_home, says("devices add h-3f9a")),
            "devices list HOME": says("devices list h-3f9a"),
            "/etc/mosquitto/ahorraluz": broker_key,
            'POST -H "Authorization: Bearer KEY"': device_key,
            PRICES: prices_of_a_home,
        }
    ),
    "docs/guides/canary.md": Page(stands={"register my-model": model("my-model")}),
    "docs/guides/model-registry.md": Page(
        stands={"register my-model": second_model, "--data meters": METERS},
        small={
            "models compare 1 --data meters": "models compare 0 --data meters",
            "models compare 2 --data meters": "models compare 2",
        },
        like=("ahorraluz models",),
    ),
    "docs/guides/spark.md": Page(
        looked={"ahorraluz live-spark --kafka": KAFKA},
        small=ONE_PART,
        stands={"--arrivals arrivals": arrivals},
    ),
    "docs/guides/train-a-model.md": Page(
        looked={"ahorraluz train --boosting": TREES},
        stands={
            "models register my-model": model("my-model"),
            "my-model": shipped_model,
            "my-trees": shipped_trees,
            "--data meters": METERS,
        },
        small={
            "train --data meters --out my-model": f"train --data meters --out trained {QUICK}",
            "models compare --data meters": "models compare",
        },
    ),
    "docs/reference/model-card.md": Page(
        stands={"--data meters": METERS}, small={"--seeds 3 --epochs 20": QUICK}
    ),
    "docs/guides/verify-a-saving.md": Page(
        stands={"consumo-nuevo.csv": meter("consumo-nuevo.csv")},
    ),
    "docs/guides/web-app.md": Page(
        stands={"from waitress import serve": says("from tests.doc_commands.serving import serve")}
    ),
    "docs/privacy/retention.md": Page(stands={"accounts tidy": ANA}),
    "docs/reference/cli.md": COMMANDS,
}
"""By page; a page that is not here needs nothing but the names of :data:`~.samples.COMMON`."""
