"""Erasing a home for good: with its rows, what jobs have made of it for whoever reached it."""

from ahorraluz.services.jobs import drop_calls, drop_files
from ahorraluz.services.toolbox import Toolbox


def forget_home(home: str, *, tools: Toolbox) -> None:
    """Erase a home: its key, its rows, their bytes, its jobs, and files that jobs packed it into.

    A file of an account, such as an export, is sealed by the key of the account and not of the
    home, so it would outlive the home for days.
    """
    reached = [one.account for one in tools.store.people.households.reached_by(home)]
    jobs = tools.store.people.jobs
    of_nobody = jobs.of_nobody(home)
    tools.store.forget(home)
    jobs.drop_keys(of_nobody)
    # Only now: what a worker packs from here on holds the home no more.
    drop_files(reached, tools=tools)
    drop_calls(tools=tools)
