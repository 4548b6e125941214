"""What an inquiry still lacks, and what of it cannot be: told beside each field, all at once."""

from dataclasses import replace

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.inquiries.inquiry import (
    PRINTED,
    check_costs,
    check_pairs,
    issues_by_parameter,
    missing,
)
from ahorraluz.services.inquiries.query import Query
from ahorraluz.services.supplies import distributors_in


def checked(query: Query, *, needs_printed: bool = False) -> Query:
    """Return the query with its distributor found and the issues of what is still missing.

    Parameters
    ----------
    query
        What was typed.
    needs_printed
        Whether something off a recibo is needed too, beside distributor and kWh.
    """
    query = with_distributor(query)
    query = query.with_errors(check_pairs(query)).with_errors(check_costs(query))
    query = query.with_errors(missing(query, names=("d", "k")))
    if needs_printed and not query.has(PRINTED):
        query = query.with_errors(missing(query, names=("p",)))
    return query


def with_distributor(query: Query) -> Query:
    """Return the query with the only distributor of its department, where that is enough."""
    department = query.text("dep")
    if department is None:
        return query
    try:
        serving = distributors_in(department)
    except InvalidInputError as error:
        return query.with_errors(issues_by_parameter(error, otherwise="dep"))
    if "d" in query.raw or len(serving) != 1:
        return query
    chosen = {"d": serving[0].id}
    return replace(query, raw={**query.raw, **chosen}, values={**query.values, **chosen})
