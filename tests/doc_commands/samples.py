"""What the names in commands stand for: small files and homes, invented, made when asked for."""

import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from tests import fleet_town
from tests.doc_commands.blocks import ROOT
from tests.doc_commands.desk import Desk, Stand
from tests.made_models import shipped, with_scores, write_model
from tests.meter_samples import csv_of, rows
from tests.price_sheets import BRACKETS, pdf_sheet, sheet_text
from tests.recibo_sheets import sheet_of
from tests.recibos import luz_del_sur
from tests.recorded_homes import record
from tests.spark_files import slices_of, write_json
from tests.unit.cli.test_renewables import PROPOSAL
from tests.unit.learning.invented_homes import hours_of_home

FIRST = datetime(2025, 12, 15)  # noqa: DTZ001 - the local clock of a file
DAYS = 262
SPOKEN = "tres caballos cruzan el puente 83\n"
HOURS = 24
LIMA = np.timedelta64(5, "h")
SHEET = "tests/golden/price_sheets/puno-inventado.html"


def meter(name: str, *, first: datetime = FIRST, days: int = DAYS) -> Stand:
    """Return who writes hours of one home."""

    def write(desk: Desk) -> None:
        (desk.folder / name).write_text(csv_of(rows(days=days, first=first)), "utf-8")

    return write


@cache
def _panel(homes: int, first: str, days: int) -> pd.DataFrame:
    stamps = pd.date_range(first, periods=days * HOURS, freq="h", unit="s") + LIMA
    return pd.DataFrame(
        {
            "timestamp": np.tile(stamps, homes),
            "household_id": np.repeat([f"home-{home}" for home in range(homes)], days * HOURS),
            "kwh": np.concatenate(
                [hours_of_home(home, days).reshape(-1).round(3) for home in range(homes)]
            ),
        }
    )


def panel(name: str, *, homes: int = 3, first: str = "2026-05-01", days: int = 100) -> Stand:
    """Return who writes hours of some homes, as CSV, CSV.gz or Parquet."""

    def write(desk: Desk) -> None:
        path = desk.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        table = _panel(homes, first, days)
        if name.endswith(".parquet"):
            table.assign(timestamp=table["timestamp"].dt.tz_localize("UTC")).to_parquet(path)
        else:
            table.to_csv(path, index=False, date_format="%Y-%m-%dT%H:%M:%SZ")

    return write


def neighbours(name: str) -> Stand:
    """Return who writes the days of other homes, long enough to compare a saving with."""

    def write(desk: Desk) -> None:
        hours = _panel(8, f"{FIRST:%Y-%m-%d}", DAYS)
        days = hours.assign(timestamp=hours["timestamp"].dt.floor("D").dt.strftime("%Y-%m-%d"))
        table = days.groupby(["timestamp", "household_id"], as_index=False)["kwh"].sum()
        table.to_csv(desk.folder / name, index=False)

    return write


def text(name: str, inside: str) -> Stand:
    """Return who writes a small file."""

    def write(desk: Desk) -> None:
        (desk.folder / name).write_text(inside, "utf-8")

    return write


def a_copy(name: str, of: str) -> Stand:
    """Return who copies a file of the repository."""

    def write(desk: Desk) -> None:
        shutil.copy(ROOT / of, desk.folder / name)

    return write


def words(*spoken: str) -> Stand:
    """Return who runs a command first; its words are split at spaces."""

    def say(desk: Desk) -> None:
        for one in spoken:
            desk.must(*desk.put_in(one).split(), typed=SPOKEN)

    return say


def says(word: str) -> Stand:
    """Return who says another word."""
    return lambda _: word


def both(*makers: Stand) -> Stand:
    """Return who does one after the other; the last one says the word."""

    def make(desk: Desk) -> str | None:
        said = None
        for one in makers:
            said = one(desk)
        return said

    return make


def folder(name: str) -> Stand:
    """Return who makes a folder with a price sheet in it."""

    def make(desk: Desk) -> None:
        (desk.folder / name).mkdir(parents=True)
        shutil.copy(ROOT / SHEET, desk.folder / name)

    return make


def hours_and_homes(desk: Desk) -> None:
    """Write hours of twelve homes, and the table of these homes."""
    panel("readings.parquet", homes=12)(desk)
    homes = [f"home-{place}" for place in range(12)]
    pd.DataFrame({"household_id": homes, "distributor": "luz-del-sur"}).to_parquet(
        desk.folder / "homes.parquet"
    )


def recibo(desk: Desk) -> None:
    """Write a recibo as PDF."""
    (desk.folder / "recibo.pdf").write_bytes(luz_del_sur(sheet_of("lds-2026-08")))


def sheet_pdf(desk: Desk) -> None:
    """Write a price sheet as PDF."""
    head = ("Pluz Energía Perú", "Vigencia a partir del 4 de setiembre de 2026")
    dearer = {"35.00": "51.00", "10.50": "15.30", "50.00": "73.00", "51.25": "75.00"}
    body = [_put(line, dearer) for line in BRACKETS]
    (desk.folder / "pliego.pdf").write_bytes(pdf_sheet(sheet_text(head=head, body=body)))


def _put(line: str, others: Mapping[str, str]) -> str:
    """Return a line with its last word replaced."""
    start, _, last = line.rpartition(" ")
    return f"{start} {others.get(last, last)}"


def home_file(desk: Desk) -> None:
    """Write a home file with the height of its place, which comparing homes asks for."""
    text = (ROOT / "examples" / "lima.toml").read_text("utf-8")
    whole = text.replace("[home]\n", "[home]\naltitude_m = 70\n")
    (desk.folder / "casa.toml").write_text(whole, "utf-8")


def kept_home(desk: Desk) -> None:
    """Keep a home by the name casa, with its readings."""
    path = desk.folder.parent / "first.csv"
    path.write_text(csv_of(rows(days=DAYS, first=FIRST)), "utf-8")
    desk.must("readings", "import", path, "--home", "casa")


def three_files(desk: Desk) -> None:
    """Keep three files of the home casa."""
    for place in range(3):
        path = desk.folder.parent / f"part-{place}.csv"
        path.write_text(
            csv_of(rows(days=20, first=FIRST - timedelta(days=20 * (place + 1)))), "utf-8"
        )
        desk.must("readings", "import", path, "--home", "casa")


def proposals(desk: Desk) -> None:
    """Propose three entries of the repository of renewables."""
    for place in range(3):
        path = desk.folder.parent / f"proposal-{place}.toml"
        path.write_text(PROPOSAL.replace("150 L", f"16{place} L"), "utf-8")
        desk.must("renewables", "propose", path)


def months_of_homes(name: str, *, homes: int = 30) -> Stand:
    """Return who writes fifteen months of recibos of some homes."""

    def write(desk: Desk) -> None:
        kwh = np.random.default_rng(3).lognormal(5, 0.3, (homes, 15)).round(1)
        lines = ["household_id,period,kwh"]
        for home, values in enumerate(kwh):
            lines += [
                f"h{home},{2025 + at // 12}-{at % 12 + 1:02d},{value}"
                for at, value in enumerate(values)
            ]
        (desk.folder / name).write_text("\n".join(lines) + "\n", "utf-8")

    return write


def lisbon(desk: Desk) -> None:
    """Write a workbook with hours of a home in Portugal."""
    table = pd.DataFrame(rows(days=30), columns=["Data", "Consumo kWh"])
    table.to_excel(desk.folder / "e-redes.xlsx", index=False)


def fleet(*, homes: str, readings: str, hours: bool = False, count: int = 4) -> Stand:
    """Return who writes the two tables of a fleet, as CSV or Parquet; a folder is made for one."""

    def write(desk: Desk) -> None:
        tables = {
            homes: fleet_town.homes_table(count),
            readings: fleet_town.packed_table(count) if hours else fleet_town.bills_table(count),
        }
        for name, table in tables.items():
            path = desk.folder / name
            if not path.suffix:
                path.mkdir(parents=True)
                path /= "part.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".csv":
                table.to_pandas().to_csv(path, index=False)
            else:
                pq.write_table(table, path)

    return write


def shipped_model(desk: Desk) -> None:
    """Copy the model of the program, as if somebody had trained it."""
    at = desk.folder / "my-model"
    at.mkdir()
    for name in ("card.json", "model.tflite"):
        shutil.copy(shipped() / name, at)


def shipped_trees(desk: Desk) -> None:
    """Copy the trees of the program, as if somebody had trained them."""
    shutil.copytree(shipped().parent / "boosting", desk.folder / "my-trees")


def model(name: str) -> Stand:
    """Return who writes a folder as `ahorraluz train` would, with a card of better scores."""

    def write(desk: Desk) -> None:
        write_model(desk.folder / name, by=0.001, **with_scores(0.95))

    return write


def second_model(desk: Desk) -> None:
    """Serve a disturbed model as version 1, and write a better one."""
    write_model(desk.folder / "disturbed", by=0.05)
    desk.must("models", "register", "disturbed")
    desk.must("models", "promote", "1", "--force", "--reason", "to try going back", "--by", "ana")
    model("my-model")(desk)


def arrivals(desk: Desk) -> None:
    """Write what arrived of a home in a day, as a stream has it."""
    at = desk.folder / "arrivals"
    at.mkdir()
    (table,) = slices_of([record(0, days=1)], 1)
    write_json(table, at / "1.json")


COMMON: Mapping[str, Stand] = {
    "consumo.csv": meter("consumo.csv"),
    "usage.csv": meter("usage.csv"),
    "casa.toml": home_file,
    "vecinos.csv": neighbours("vecinos.csv"),
    "neighbours.csv": neighbours("neighbours.csv"),
    "homes.csv.gz": panel("homes.csv.gz", homes=1, first="2026-06-01", days=45),
    "recibo.pdf": recibo,
    "pliego.html": a_copy("pliego.html", SHEET),
    "pliego.pdf": sheet_pdf,
    "casa": kept_home,
}
"""Names that pages use for what somebody has: the files and the home that stand for them."""
TYPED: Mapping[str, str] = {"ahorraluz accounts add": SPOKEN, "ahorraluz accounts reset": SPOKEN}
