"""A run over very many homes as a document and as lines for a terminal."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal

from ahorraluz.core.anonymity import K
from ahorraluz.core.issues import Severity
from ahorraluz.services.documents.parts import Document
from ahorraluz.services.fleet.grouping import Group
from ahorraluz.services.fleet.summing import DeadSum, Summary
from ahorraluz.services.sealed_issues import CODE, PARAMETERS, SEVERITY, issues_in
from ahorraluz.texts import Texts

SCHEMA, GROUPS_SCHEMA = "ahorraluz.fleet-report.1", "ahorraluz.fleet-aggregates.1"
NOTHING = "—"
MOST_PLACES = 12
Lines = Sequence[Sequence[str]]


def fleet_document(found: Summary, groups: Sequence[Group], texts: Texts) -> Document:
    """Return a run in short; layout in ``docs/reference/schemas/fleet-report.json``."""
    return {
        "schema": SCHEMA,
        "complete": found.complete,
        "homes": found.homes,
        "dead": found.dead,
        "rows_left_aside": found.left_aside,
        "kwh_last_year": round(found.kwh_last_year, 3),
        "kwh_year": round(found.kwh_year, 3),
        "bill_year": str(found.bill_year),
        "saving_year": str(found.saving_year),
        "fose_homes": found.fose,
        "act_homes": found.act_homes,
        "array_homes": found.array_homes,
        "array_kwp": found.array_kwp,
        "steps": [
            {
                "measure": step.measure,
                "title": texts.text(f"measure.{step.measure}.title"),
                "homes": step.homes,
                "saving_year": str(step.saving_year),
            }
            for step in found.steps
        ],
        "options": [
            {
                "measure": one.measure,
                "title": texts.text(f"measure.{one.measure}.title"),
                "homes": one.homes,
                "saving_year": str(one.saving_year),
                "expected_year": None if one.expected_year is None else str(one.expected_year),
            }
            for one in found.options
        ],
        "dead_letters": [
            {
                "stage": one.stage,
                "code": one.code,
                "homes": one.homes,
                "example": one.example,
                "text": sentence_of(one, texts),
            }
            for one in found.reasons
        ],
        "places": place_documents(groups),
        "versions": dict(found.versions),
    }


def groups_document(day: date, groups: Sequence[Group]) -> Document:
    """Return groups; layout in ``docs/reference/schemas/fleet-aggregates.json``."""
    return {
        "schema": GROUPS_SCHEMA,
        "as_of": day.isoformat(),
        "least_homes": K,
        "places": place_documents(groups),
    }


def place_documents(groups: Sequence[Group]) -> list[Document]:
    """Return each group with its figures."""
    return [
        {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in asdict(group).items()
        }
        for group in groups
    ]


def sentence_of(one: DeadSum, texts: Texts) -> str:
    """Return why a home was put aside, as a sentence."""
    said = {CODE: one.code, SEVERITY: Severity.ERROR, PARAMETERS: json.loads(one.reason)}
    return texts.issue(issues_in([said])[0])


def figures_rows(found: Summary, texts: Texts) -> Lines:
    """Return the sums of a run as rows of two cells."""
    mean = Decimal(found.homes or 1)
    share = found.fose / found.homes if found.homes else 0.0
    return [
        (texts.text("fleet.homes"), texts.number(found.homes, places=0)),
        (texts.text("fleet.dead"), texts.number(found.dead, places=0)),
        (texts.text("fleet.left-aside"), texts.number(found.left_aside, places=0)),
        (texts.text("fleet.kwh-last-year"), f"{texts.number(found.kwh_last_year, places=0)} kWh"),
        (texts.text("fleet.kwh-year"), f"{texts.number(found.kwh_year, places=0)} kWh"),
        (texts.text("fleet.bill-year"), texts.soles(found.bill_year)),
        (texts.text("fleet.saving-year"), texts.soles(found.saving_year)),
        (texts.text("fleet.saving-home"), texts.soles(found.saving_year / mean)),
        (texts.text("fleet.fose"), texts.percent(share)),
        (texts.text("fleet.act"), texts.number(found.act_homes, places=0)),
        (texts.text("fleet.array"), f"{texts.number(found.array_kwp, places=0)} kWp"),
    ]


def step_rows(found: Summary, texts: Texts) -> Lines:
    """Return the measures that most plans hold."""
    return [
        (
            texts.text(f"measure.{step.measure}.title"),
            texts.number(step.homes, places=0),
            texts.soles(step.saving_year),
        )
        for step in found.steps
    ]


def option_rows(found: Summary, texts: Texts) -> Lines:
    """Return what homes would save beside their plans, under the names of the columns."""
    columns = ("option", "homes", "if-owned", "expected-saving")
    return [
        [texts.text(f"fleet.column-{name}") for name in columns],
        *(
            (
                texts.text(f"measure.{one.measure}.title"),
                texts.number(one.homes, places=0),
                texts.soles(one.saving_year),
                NOTHING if one.expected_year is None else texts.soles(one.expected_year),
            )
            for one in found.options
        ),
    ]


def place_rows(groups: Sequence[Group], texts: Texts) -> Lines:
    """Return the country and its departments."""
    return [
        (
            group.name,
            texts.number(group.homes, places=0),
            f"{texts.number(group.consumption_kwh_month, places=1)} kWh",
            f"{texts.number(group.forecast_kwh_month, places=1)} kWh",
            texts.percent(float(group.fose_share)),
            texts.number(group.saving_homes, places=0),
            NOTHING if group.saving_pen_year is None else texts.soles(group.saving_pen_year),
        )
        for group in groups
        if group.level in ("country", "department")
    ][: MOST_PLACES + 1]


def dead_lines(found: Summary, texts: Texts) -> Iterator[str]:
    """Yield why homes were put aside, with one of each."""
    for one in found.reasons:
        homes = texts.number(one.homes, places=0)
        yield texts.text(
            "fleet.dead-line", homes=homes, example=one.example, text=sentence_of(one, texts)
        )
