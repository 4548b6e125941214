"""The report of a home's use: one HTML file that needs nothing else."""

from datetime import date
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ahorraluz.services.forecast_home import PresentMonth
from ahorraluz.services.understand_usage import Understanding
from ahorraluz.texts import Texts
from ahorraluz.web.usage_view import usage_view


def usage_report(
    known: Understanding, texts: Texts, *, day: date, month: PresentMonth | None = None
) -> str:
    """Return the report as HTML, with its style and its pictures in it."""
    return (
        _environment()
        .get_template("report.html")
        .render(view=usage_view(known, texts, month=month), texts=texts, style=_style(), day=day)
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("ahorraluz.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> Markup:
    sheet = (files("ahorraluz") / "web" / "static" / "app.css").read_text("utf-8")
    return Markup(sheet)  # noqa: S704 - our own style sheet
