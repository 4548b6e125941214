"""Every group of pages of administrators, for the application to register."""

from ahorraluz.web.administration.facts import facts
from ahorraluz.web.administration.operations import operations
from ahorraluz.web.administration.people import people

ADMINISTRATION_PAGES = (people, facts, operations)
