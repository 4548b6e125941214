"""The blueprints of agencies."""

from flask import Blueprint

from ahorraluz.web.agencies.aggregates import aggregates
from ahorraluz.web.agencies.policies import policies

AGENCY_PAGES: tuple[Blueprint, ...] = (aggregates, policies)
