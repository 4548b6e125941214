"""Milliseconds a home for the best plan, beside a plain PuLP/CBC programme of the same choice.

    python -m venv peer && peer/bin/pip install pulp
    python benchmarks/plan.py [--peer peer/bin/python] [--homes 30]

Homes have one of nearly everything, a typed price for all that has none on file, and every
measure of the catalogue is judged: the same seed gives the same homes. ``choose`` is the
proved optimum from a board; ``plan`` is everything: judging, choosing, writing and reasons;
beside it what a frontier and the draws of how sure it is add; ``what if`` is a whole plan
again in a warm process with one figure moved.
``how sure`` is the Monte Carlo of a chosen plan, beside what the same bills take one by one.

The peer gets the same bundles of measures, with a binary for each, a binary for each price
bracket of each month, and the rounding of the recibo as an integer; its plan is then priced
exactly, since CBC knows nothing of the céntimos of each line. Times are of the processor,
one core, so that a busy machine does not count. Prints a table.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from typing_extensions import override

from ahorraluz.core.advice.bundles import Bundles, choices_on_all
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.chances import DRAWS, Sampling
from ahorraluz.core.advice.choosing import Board, Choice, choose_best
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import WATT_HOUR
from ahorraluz.core.advice.plan import board_of, make_plan
from ahorraluz.core.advice.pricing import price_year
from ahorraluz.core.advice.problem import Problem
from ahorraluz.core.advice.uncertainty import assess
from ahorraluz.core.advice.wishes import Wishes
from ahorraluz.core.home import Appliance, CookingFuel, Home, MonthlyUse, Roof, Supply, Tenure
from ahorraluz.core.periods import months_from
from ahorraluz.core.tariffs.curve import bill_curve
from ahorraluz.services.advise import plan_context
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import read_settings

AS_OF = date(2026, 11, 24)
SEED = 20_261_126
RUNS = 5
PEER_LIMIT_S = 60
APPLIANCES = (
    "refrigeradora-convencional", "ducha-electrica", "terma-electrica", "foco-incandescente-100",
    "foco-ahorrador-20", "fluorescente-36", "tv-generico", "decodificador", "estabilizador",
    "lavadora-calentador", "secadora-ropa", "plancha", "aire-12000", "ventilador", "calefactor",
    "hornilla-electrica", "electrobomba-05hp",
)  # fmt: skip
PRICES = {
    "cost-led-lamp": 8, "cost-led-tube": 15, "cost-refrigerator": 1500, "cost-fan": 90,
    "new-refrigerator-kwh-year": 250, "cost-pressure-cooker": 120, "cost-electric-blanket": 80,
    "cost-gas-heater": 900, "cost-gas-connection": 900, "cost-induction-hob": 250,
    "cost-pv-kwp": 4500, "shower-summer-power-w": 2500,
}  # fmt: skip
PEER = """
import json, resource, sys, pulp
def spent():
    mine, theirs = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime
said = []
for home in json.load(open(sys.argv[1])):
    began = spent()
    p = pulp.LpProblem("plan", pulp.LpMaximize)
    worth, cost = [], []
    y = [p.add_variable(f"y{g}", cat="Binary") if hasattr(p, "add_variable")
         else pulp.LpVariable(f"y{g}", cat="Binary") for g in range(len(home["choices"]))]
    new = (lambda n, **k: p.add_variable(n, **k)) if hasattr(p, "add_variable") else pulp.LpVariable
    p += pulp.lpSum(y) == 1
    columns = len(home["weights"]) * 12
    taken = [[] for _ in range(columns)]
    z = {}
    for g, choice in enumerate(home["choices"]):
        worth.append(-choice["fixed"] * y[g]); cost.append(choice["cost"] * y[g])
        for c in range(columns):
            taken[c].append(choice["taken"][c] * y[g])
        for k, group in enumerate(choice["groups"]):
            picks = []
            for j, bundle in enumerate(group):
                v = z[g, k, j] = new(f"z{g}_{k}_{j}", cat="Binary")
                picks.append(v)
                worth.append(-bundle["fixed"] * v); cost.append(bundle["cost"] * v)
                for c in range(columns):
                    if bundle["taken"][c]:
                        taken[c].append(bundle["taken"][c] * v)
            p += pulp.lpSum(picks) == y[g]
    if home["spend"] is not None:
        p += pulp.lpSum(cost) <= home["spend"]
    for c in range(columns):
        month, weight = home["months"][c % 12], home["weights"][c // 12]
        left = []; bill = []; on = []
        for k, (low, high, start, slope) in enumerate(month["segments"]):
            u = new(f"u{c}_{k}", cat="Binary"); x = new(f"x{c}_{k}", lowBound=0)
            p += x >= low * u; p += x <= high * u
            left.append(x); on.append(u); bill.append(start * u + slope * x)
        p += pulp.lpSum(on) == 1
        p += pulp.lpSum(left) + pulp.lpSum(taken[c]) == month["kwh"]
        n = new(f"n{c}", lowBound=0, cat="Integer")
        p += month["step"] * n >= pulp.lpSum(bill) - month["step"] + 0.01
        worth.append(weight * (month["now"] - month["step"] * n))
    p += pulp.lpSum(worth)
    p.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=float(sys.argv[2]), threads=1))
    members = []
    for g, choice in enumerate(home["choices"]):
        if y[g].value() and y[g].value() > 0.5:
            members += choice["members"]
            for k, group in enumerate(choice["groups"]):
                members += [m for j, b in enumerate(group) if z[g, k, j].value() > 0.5
                            for m in b["members"]]
    said.append({"seconds": spent() - began, "members": members,
                 "status": pulp.LpStatus[p.status]})
print(json.dumps(said))
"""


def invented_home(rng: np.random.Generator) -> Home:
    """Return a home with nearly everything, in Lima or Arequipa."""
    lima = rng.random() < 0.6
    level = float(rng.choice([145.0, 180.0, 260.0, 400.0]))
    typed = {name: Decimal(str(round(price * rng.uniform(0.6, 1.6), 2)))
             for name, price in PRICES.items()}  # fmt: skip
    return Home(
        supply=Supply(distributor="luz-del-sur" if lima else "seal"),
        history=tuple(
            MonthlyUse(period=period, kwh=Decimal(str(round(level * rng.uniform(0.9, 1.1), 1))))
            for period in months_from(date(2025, 11, 1), months=12)
        ),
        people=int(rng.integers(2, 7)),
        city="lima" if lima else "arequipa",
        tenure=Tenure.OWNER,
        roof=Roof.OWN,
        cooking=CookingFuel.LPG,
        appliances=tuple(Appliance(id=name, count=int(rng.integers(1, 4))) for name in APPLIANCES),
        budget_pen=Decimal(int(rng.integers(50, 5000))),
        lpg_cylinder_pen=Decimal(52),
        assumptions={**typed, "gas-network": Decimal(1)},
    )


def milliseconds(work: Callable[[], object]) -> float:
    """Return the best of a few runs. [ms]"""
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times) * 1000


class Plain(Problem):
    """The choice of a home with every bundle of measures, none dropped beforehand."""

    @property
    @override
    def rising(self) -> bool:
        return False


def programme(board: Board) -> dict[str, Any]:
    """Return the choice of a home as plain numbers for the peer."""
    problem = Plain(**{item.name: getattr(board.problem, item.name) for item in fields(Problem)})
    choices = []
    for on_all in choices_on_all(problem.leaving, problem.rules):
        ready = problem.prepared(on_all)
        if ready is None:
            continue
        groups = [as_numbers(level) for level in ready.ladder.levels]
        choices.append({**as_numbers(ready.rest)[0], "groups": groups})
    spend = board.limits.spend
    return {
        "weights": list(problem.weights),
        "months": bills(board),
        "choices": choices,
        "spend": spend if np.isfinite(spend) else None,
    }


def as_numbers(bundles: Bundles) -> list[dict[str, Any]]:
    """Return bundles of measures as plain numbers, energy in kWh."""
    return [
        {
            "members": np.flatnonzero(bundles.sets[row]).tolist(),
            "fixed": float(bundles.fixed[row, 0]),
            "cost": float(bundles.cost[row]),
            "taken": (bundles.taken[row] / 1000).tolist(),
        }
        for row in range(len(bundles))
    ]


def bills(board: Board) -> list[dict[str, Any]]:
    """Return the bill of each month as straight lines, with the step it is rounded to."""
    start = board.start.total_wh
    paid = board.prices.totals(start[:, None])[:, 0]
    months = []
    for terms, wh, cents in zip(board.prices.year, start, paid, strict=True):
        segments = []
        for segment in bill_curve(terms).segments:
            low, end, slope = float(segment.start_kwh), segment.end_kwh, float(segment.slope)
            high = 10_000.0 if end is None else float(end)
            at_zero = float(segment.start_cost) - low * slope
            segments.append((low + 0.001 if low else low, high, at_zero, slope))
        months.append(
            {
                "kwh": int(wh) / 1000,
                "now": int(cents) / 100,
                "step": float(terms.total_rounding.step),
                "segments": segments,
            }
        )
    return months


def ask_peer(peer: str, boards: list[Board]) -> list[dict[str, Any]]:
    """Return the peer's plan of each home and the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "homes.json"
        asked.write_text(json.dumps([programme(board) for board in boards]))
        command = [peer, "-c", PEER, str(asked), str(PEER_LIMIT_S)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(run.stdout.splitlines()[-1])
    return found


def compared(peer: str, boards: list[Board]) -> str:
    """Return how the peer did on the same homes."""
    said = ask_peer(peer, boards)
    times, ours, short = [], [], []
    for board, answer in zip(boards, said, strict=True):
        best = choose_best(board).best
        if best is None:
            continue
        ours.append(milliseconds(lambda board=board: choose_best(replace(board))))  # type: ignore[misc]
        times.append(answer["seconds"] * 1000)
        worth = board.problem.of_sets(board.problem.mask(answer["members"]))[0, 0]
        short.append(best.worth - float(worth))
    ratio = statistics.median(times) / statistics.median(ours)
    solved = sum(answer["status"] == "Optimal" for answer in said)
    return (
        f"CBC by PuLP: {statistics.median(times):8.0f} ms a home ({solved} of {len(said)} solved "
        f"in {PEER_LIMIT_S} s), ours {statistics.median(ours):6.1f} ms: {ratio:.0f} times\n"
        f"its plans, priced exactly, are worth S/ {max(short):.2f} a year less at most "
        f"(median {statistics.median(short):.2f}), S/ {max(0.0, -min(short)):.2f} more at most"
    )


def sureness(boards: list[Board], found: list[Choice]) -> str:
    """Return what it takes to say how sure the plans are, and how much chance is in that."""
    times, alone, moved = [], [], []
    for board, choice in zip(boards, found, strict=True):
        if not choice.steps:
            continue
        work = partial(assess, board, choice.steps)
        times.append(milliseconds(lambda work=work: work(sampling=Sampling())))  # type: ignore[misc]
        months = [int(wh) * WATT_HOUR for wh in board.start.total_wh]
        one = milliseconds(lambda kwh=months, b=board: price_year(kwh, b.context.year))  # type: ignore[misc]
        alone.append(one * DRAWS * (len(choice.steps) + 1))
        said = [work(sampling=Sampling(seed=seed)) for seed in range(8)]
        ends = np.array(
            [[float(one.plan.year.p10), float(one.plan.year.p90)] for one in said if one]
        )
        moved.append(float((ends.std(axis=0) / ends.mean(axis=0)).max()))
    steps = [len(choice.steps) for choice in found]
    ratio = statistics.median(alone) / statistics.median(times)
    return (
        f"{'how sure':22} {statistics.median(times):6.1f} ms median {max(times):6.1f} ms most, "
        f"{DRAWS} years of {min(steps)} to {max(steps)} steps; "
        f"its bills one by one {ratio:.0f} times\n"
        f"{'another seed':22} moves P10 and P90 by {100 * statistics.median(moved):.1f} % "
        f"(median; most {100 * max(moved):.1f} %)"
    )


def contexts(count: int, tools: Toolbox) -> list[PlanContext]:
    """Return the homes, ready to be planned for."""
    rng = np.random.default_rng(SEED)
    return [plan_context(invented_home(rng), tools=tools, as_of=AS_OF) for _ in range(count)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--homes", type=int, default=30)
    parser.add_argument("--peer-homes", type=int, default=8)
    given = parser.parse_args()
    tools = open_toolbox(read_settings())
    homes = contexts(given.homes, tools)
    boards = [board_of(context) for context in homes]
    found = [choose_best(board) for board in boards]
    proved = sum(choice.best is not None and choice.best.proved for choice in found)
    sizes = [len(board.candidates) for board in boards]
    effort = Wishes(effort_pen_month=Decimal("1.5"))
    rows = {
        "choose": lambda context: choose_best(board_of(context)),
        "choose, effort counts": lambda context: choose_best(board_of(context, wishes=effort)),
        "plan": make_plan,
        "plan and frontier": partial(make_plan, wishes=Wishes(frontier=True)),
        "plan and how sure": partial(make_plan, sampling=Sampling()),
        "what if": lambda context: make_plan(
            replace(
                context,
                home=replace(
                    context.home,
                    assumptions={**context.home.assumptions, "cost-pv-kwp": Decimal(4000)},
                ),
            )
        ),
    }
    print(f"{len(ALL_MEASURES)} measures judged, {min(sizes)} to {max(sizes)} candidates, "
          f"{proved} of {len(homes)} proved")  # fmt: skip
    for name, work in rows.items():
        times = [milliseconds(lambda c=context, w=work: w(c)) for context in homes]  # type: ignore[misc]
        print(
            f"{name:22} {statistics.median(times):6.1f} ms median "
            f"{np.quantile(times, 0.9):6.1f} ms nine in ten {max(times):6.1f} ms most"
        )
    print(sureness(boards, found))
    if given.peer:
        print(compared(given.peer, boards[: given.peer_homes]))


if __name__ == "__main__":
    main()
