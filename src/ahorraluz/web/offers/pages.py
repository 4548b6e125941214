"""The blueprints of providers, and of those who may be met by them."""

from flask import Blueprint

from ahorraluz.web.offers.providers import providers
from ahorraluz.web.offers.residents import wishes

OFFER_PAGES: tuple[Blueprint, ...] = (providers, wishes)
