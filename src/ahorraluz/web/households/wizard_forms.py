"""The form of each step by which a home is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.issues import Issue
from ahorraluz.security.roles import Act, reach_allows
from ahorraluz.services.accounts.consents import Purpose, holding, words_of
from ahorraluz.services.households.keeping import KeptHome
from ahorraluz.services.households.recibos import ReadRecibo
from ahorraluz.services.what_if import EFFORTS
from ahorraluz.web.choices import (
    appliance_groups,
    bill_options,
    department_options,
    distributor_options,
    home_options,
    system_options,
)
from ahorraluz.web.guard import reach_of
from ahorraluz.web.households import steps
from ahorraluz.web.households.kept import actor
from ahorraluz.web.households.pictures import picture_of
from ahorraluz.web.households.steps import BILL_LINES, STEPS
from ahorraluz.web.households.strip import drawn, month_of_latest, strip_of
from ahorraluz.web.page import Page, door, show, this_moment

NAME, VERSION = "nombre", "version"
COMPARE = "comparar"
FILE_FIELD = "archivo"
NEEDED = ("d", "k", "t")
"""Fields of a recibo that are asked for where they are not found; others may not be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown of a step beside its fields."""

    issues: tuple[Issue, ...] = ()
    status: int = 200
    conflict: bool = False
    """Whether somebody else kept another version meanwhile."""
    theirs: Sequence[tuple[str, str]] = ()
    """Fields that differ from what is kept now, with what is kept."""
    strip: tuple[str, ...] | None = None
    """What was typed in the strip; ``None``: as the page's query says."""
    read: Sequence[str] = ()
    """What was read off a file and is to be looked at."""


def show_step(kept: KeptHome, step: str, page: Page, shown: Shown) -> Response:
    """Show the form of a step, with what was typed in it."""
    beside = tuple(page.query.errors.values())
    issues = [issue for issue in shown.issues if issue not in beside]
    return show(
        f"households/step_{step}.html",
        page,
        status=shown.status,
        wrong=[page.issue(issue) for issue in issues],
        shown=shown,
        kept=kept,
        step=step,
        number=STEPS.index(step) + 1,
        steps=STEPS,
        **_context(kept, step, page, shown),
    )


def _context(kept: KeptHome, step: str, page: Page, shown: Shown) -> dict[str, object]:
    """Return what only the form of one step needs."""
    texts = page.texts
    match step:
        case steps.BILLS:
            values = strip_of(page.query) if shown.strip is None else shown.strip
            latest = month_of_latest(page.query, door().today())
            return {
                "bars": drawn(values, latest=latest, texts=texts),
                "options": bill_options(texts),
                "lines": BILL_LINES,
                "file_field": FILE_FIELD,
                "limit_mb": door().tools.settings.max_meter_file_mb,
            }
        case steps.APPLIANCES:
            return {"groups": appliance_groups(texts), "picture_of": picture_of}
        case steps.GOALS:
            return {
                "objectives": _objectives(page),
                "efforts": _efforts(page),
                **_compared(kept, page),
            }
        case steps.PLACE:
            return {
                "departments": department_options(),
                "distributors": distributor_options(None),
                "systems": system_options(page.query.text("d")),
            }
        case _:
            return {"options": home_options(texts)}


def read_lines(found: ReadRecibo, page: Page) -> tuple[str, ...]:
    """Return what was read off a recibo in words, and what has to be typed."""
    sure = [
        page.t("told.read-sure", field=page.label(name), value=value)
        for name, value in found.pairs.items()
    ]
    asked = [
        page.t("told.read-unsure", field=page.label(name), values=", ".join(row.values))
        if row.values
        else page.t("told.read-missing", field=page.label(name))
        for name, row in found.rows
        if row.values or name in NEEDED
    ]
    return (*asked, *sure)


def may_consent(home: str) -> bool:
    """Tell whether who asks may agree to something for a home: its owner alone."""
    reach = reach_of(home)
    return reach is not None and reach_allows(reach, Act.GRANT)


def own_consent(home: str, account: str) -> int | None:
    """Return the consent to compare a home that holds; ``None``: there is none."""
    held = holding(account, tools=door().tools, as_of=this_moment())
    found = [c.id for c in held if c.home == home and c.purpose == Purpose.COMPARE]
    return found[0] if found else None


def _compared(kept: KeptHome, page: Page) -> dict[str, object]:
    if not may_consent(kept.id):
        return {"compared": None, "consent_words": None}
    return {
        "compared": own_consent(kept.id, actor()) is not None,
        "consent_words": words_of(Purpose.COMPARE, page.texts).split("\n"),
    }


def _objectives(page: Page) -> list[tuple[str, str]]:
    return [(o.value, page.t(f"goal.{o.value}")) for o in Objective]


def _efforts(page: Page) -> list[tuple[str, str]]:
    return [(effort, page.t(f"goal.effort-{effort}")) for effort in EFFORTS]
