"""Plans learn from promises that were measured: of homes that count alone, when it is told."""

from collections.abc import Collection

from ahorraluz.core.usage.robust import DAYS_MONTH
from ahorraluz.services.agreed_homes import PromisedHomes
from ahorraluz.services.learn_savings import keep_learnt, realised
from ahorraluz.services.outlets import SCORES
from ahorraluz.services.toolbox import Toolbox


def learn_of_promises(homes: PromisedHomes, *, anew: Collection[str], tools: Toolbox) -> None:
    """Let plans learn from promises that count, when the scoreboard tells something new.

    Parameters
    ----------
    homes
        What was measured of them.
    anew
        Parts of the publication that are new.
    """
    if SCORES in anew:
        results = tools.store.promises.results()
        keep_learnt(
            realised(homes.promises, results, month_days=DAYS_MONTH), folder=tools.user_folder
        )
