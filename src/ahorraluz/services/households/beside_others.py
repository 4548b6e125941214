"""A kept home beside others, as far as its recibos tell: limits of the law, and homes like it."""

from datetime import date

from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.peers import load_peers
from ahorraluz.core.home import Home
from ahorraluz.core.usage.findings import Finding
from ahorraluz.core.usage.peers import compare_with_peers, peer_findings
from ahorraluz.services.describe_home import like_this
from ahorraluz.services.toolbox import Toolbox


def beside_others(name: str, home: Home, *, tools: Toolbox, as_of: date) -> tuple[Finding, ...]:
    """Return what is to be said of a home beside others.

    Parameters
    ----------
    name
        The home in the store.
    home
        Its recibos, and what else is known of it.
    tools
        The store: homes that agreed to be compared.
    as_of
        Today.
    """
    described, others = like_this(name, home, tools=tools)
    months = home.monthly_kwh
    facts = load_peers(load_national(user_folder=tools.user_folder), as_of=as_of)
    mean = float(sum(months) / len(months))
    return peer_findings(compare_with_peers(mean, home=described, peers=facts, own_homes=others))
