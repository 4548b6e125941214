"""Imported by the process that workers are forked from: what they all need is read once."""

import ahorraluz.services.fleet.runs
import ahorraluz.services.understand_usage  # noqa: F401 - for those that are forked from here
