"""A meter that was looked at by itself joins the home it belongs to."""

from datetime import datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Reach
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.jobs import drop_calls
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.joining import join_homes


class JoinError(AhorraLuzError):
    """Homes that cannot become one."""


def join_meter(meter: str, home: str, *, account: str, tools: Toolbox, as_of: datetime) -> None:
    """Put everything kept of a meter alone into a home of an account.

    Parameters
    ----------
    meter
        Home of the store that belongs to nobody: it is gone afterwards.
    home
        Where it goes.
    account
        Who owns that.
    tools
        The store.
    as_of
        The moment.

    Raises
    ------
    JoinError
        ``home-taken``: the meter is somebody's; ``home-not-own``: the home is not the account's.
    """
    people = tools.store.people
    if people.households.reach(home, account) is not Reach.OWNER:
        raise JoinError("home-not-own")
    if home == meter or people.households.reached_by(meter):
        raise JoinError("home-taken")
    of_nobody = people.jobs.of_nobody(meter)
    moved = join_homes(people, meter, home)
    people.jobs.drop_keys(of_nobody)
    tools.store.wipe()
    drop_calls(tools=tools)
    note_home(
        "readings-added", home, tools=tools, as_of=as_of, actor=account, detail=f"joined {moved}"
    )
