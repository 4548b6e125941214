"""Sphinx configuration: Markdown pages in four kinds, and one page per decision."""

project = "AhorraLuz"
author = "AhorraLuz maintainers"
project_copyright = "AhorraLuz maintainers"
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "description"

html_theme = "furo"
html_title = "AhorraLuz"
html_show_sphinx = False
