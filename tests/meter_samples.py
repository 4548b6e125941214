"""Small meter files of an invented home, written by the tests that need them."""

from datetime import datetime, timedelta
from pathlib import Path

FIRST = datetime(2026, 1, 1)  # noqa: DTZ001 - the local clock of a file
HOURS_DAY = 24


def usual_kwh(moment: datetime) -> float:
    """Return the energy of an hour: little all day, much from seven to ten in the evening. [kWh]"""
    evening = 0.9 if 19 <= moment.hour < 22 else 0.0
    return round(0.1 + evening + 0.001 * ((moment.toordinal() * HOURS_DAY + moment.hour) % 7), 4)


def rows(*, days: int, first: datetime = FIRST, step_minutes: int = 60) -> list[tuple[str, float]]:
    """Return local moments with the energy of the interval that begins there. [kWh]"""
    count = days * HOURS_DAY * 60 // step_minutes
    moments = [first + timedelta(minutes=step_minutes * place) for place in range(count)]
    hours = step_minutes / 60
    if hours > 1:
        return [(f"{m:%Y-%m-%d}", _day_kwh(m)) for m in moments]
    return [(f"{m:%Y-%m-%d %H:%M}", round(usual_kwh(m) * hours, 5)) for m in moments]


def _day_kwh(day: datetime) -> float:
    return round(sum(usual_kwh(day + timedelta(hours=hour)) for hour in range(HOURS_DAY)), 4)


def csv_of(table: list[tuple[str, float]]) -> str:
    """Return rows as a CSV with a Spanish heading."""
    return "\n".join(["fecha,consumo kWh", *(f"{at},{kwh}" for at, kwh in table)]) + "\n"


def write_meter(path: Path, *, days: int = 60, step_minutes: int = 60) -> Path:
    """Write a meter file and return its path."""
    path.write_text(csv_of(rows(days=days, step_minutes=step_minutes)), "utf-8")
    return path


def write_broken(path: Path, *, days: int = 30) -> Path:
    """Write a meter file of which one row, line 101, holds no number; return its path."""
    lines = csv_of(rows(days=days)).splitlines()
    lines[100] = f"{lines[100].partition(',')[0]},no se pudo leer"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def write_months(path: Path, *, year: int = 2025) -> Path:
    """Write the energy of twelve months and return the path."""
    lines = [f"{year}-{month:02d},{100 + month}" for month in range(1, 13)]
    path.write_text("\n".join(["mes,kWh", *lines]) + "\n", "utf-8")
    return path
