"""Sphinx configuration: Markdown pages in English, first steps in Spanish."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SPANISH = "primeros-pasos/"
"""Pages that are written in the Spanish of Peru."""

project = "AhorraLuz"
author = "AhorraLuz maintainers"
project_copyright = "AhorraLuz maintainers, Apache License 2.0"
release = PROJECT["version"]
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "description"
# The pages are checked among themselves; what is elsewhere is nobody's promise here.
linkcheck_ignore = [r"https?://.*"]

html_theme = "furo"
html_title = "AhorraLuz"
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"sidebar_hide_name": False}


def tell_the_language(
    _app: object, page: str, _template: str, context: dict[str, Any], _: object
) -> None:
    """Say in which language a page is, for browsers and for who hears it read."""
    if page.startswith(SPANISH):
        context["language"] = "es-PE"


def setup(app: Any) -> None:  # noqa: ANN401 - Sphinx brings no small type for it
    """Connect what a setting cannot say."""
    app.connect("html-page-context", tell_the_language)
