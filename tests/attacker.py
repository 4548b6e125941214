"""Somebody who keeps every table of every outlet that was ever published, and computes.

The attacker knows which homes are in each figure, and nothing of them but what is published.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
from scipy.optimize import linprog

Variable = tuple[str, str, int]
"""Home, of what, and the value: another one in time is another variable."""
Row = Mapping[Variable, int]
"""A published sum: how often each value is in it."""
PRIME = 2_147_483_629
"""Ranks are taken modulo it: exact unless it divides a determinant of zeros and ones."""

NOTHING = 1 << 30
"""Of how many homes no table speaks."""


def reduced(rows: Sequence[Row], columns: Sequence[Variable]) -> np.ndarray:
    """Return the reduced echelon form, modulo ``PRIME``, of rows restricted to columns."""
    place = {variable: at for at, variable in enumerate(columns)}
    matrix = np.zeros((len(rows), len(columns)), dtype=np.int64)
    for at, row in enumerate(rows):
        for variable, value in row.items():
            if variable in place:
                matrix[at, place[variable]] = value
    found = 0
    for column in range(matrix.shape[1]):
        pivots = np.flatnonzero(matrix[found:, column])
        if not pivots.size:
            continue
        matrix[[found, found + pivots[0]]] = matrix[[found + pivots[0], found]]
        inverse = pow(int(matrix[found, column]), -1, PRIME)
        matrix[found] = matrix[found] * inverse % PRIME
        rest = np.flatnonzero(matrix[:, column])
        for other in rest[rest != found]:
            matrix[other] = (matrix[other] - matrix[other, column] * matrix[found]) % PRIME
        found += 1
        if found == len(rows):
            break
    return matrix[:found]


def unique(rows: Iterable[Row]) -> list[dict[Variable, int]]:
    """Return each row once."""
    return [dict(row) for row in dict.fromkeys(tuple(sorted(row.items())) for row in rows)]


def isolates(rows: Iterable[Row], marks: Iterable[str]) -> bool:
    """Tell whether any linear combination of rows speaks of these homes alone."""
    different = unique(rows)
    variables = sorted({variable for row in different for variable in row})
    wanted = set(marks)
    rest = [variable for variable in variables if variable[0] not in wanted]
    return len(reduced(different, rest)) < len(reduced(different, variables))


def smallest_group(rows: Iterable[Row]) -> int:
    """Return the fewest homes that a row, a difference of two, or a reduced row speaks of."""
    different = unique(rows)
    variables = sorted({variable for row in different for variable in row})
    sizes = [len({variable[0] for variable in row}) for row in different]
    for one, other in combinations(different, 2):
        left = {v[0] for v in one.keys() | other.keys() if one.get(v, 0) != other.get(v, 0)}
        sizes.append(len(left))
    for line in reduced(different, variables):
        sizes.append(len({variables[at][0] for at in np.flatnonzero(line)}))
    return min(sizes, default=NOTHING)


def interval(
    rows: Sequence[tuple[Row, float]],
    wanted: Variable,
    *,
    known: Mapping[Variable, tuple[float, float]],
    most: float,
) -> tuple[float, float]:
    """Return between what one value lies, as far as all sums and known ranges tell.

    Parameters
    ----------
    rows
        Published sums, each with its total.
    wanted
        The value that is looked for.
    known
        Ranges of values that the attacker has from elsewhere.
    most
        No home uses more.
    """
    variables = sorted({variable for row, _ in rows for variable in row})
    place = {variable: at for at, variable in enumerate(variables)}
    matrix = np.zeros((len(rows), len(variables)))
    for at, (row, _) in enumerate(rows):
        for variable, value in row.items():
            matrix[at, place[variable]] = value
    aim = np.zeros(len(variables))
    aim[place[wanted]] = 1
    bounds = [known.get(variable, (0.0, most)) for variable in variables]
    ends = []
    for sign in (1, -1):
        found = linprog(sign * aim, A_eq=matrix, b_eq=[total for _, total in rows], bounds=bounds)
        assert found.success, found.message
        ends.append(sign * found.fun)
    return ends[0], ends[1]
