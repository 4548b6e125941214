"""What is told of groups of homes, to programs of agencies and providers."""

from flask import Response

from ahorraluz.api.answering import answer
from ahorraluz.api.door import door
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.language import texts
from ahorraluz.security.roles import Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.documents.aggregates import aggregates_document
from ahorraluz.services.publish_aggregates import latest_aggregates


@endpoint(
    Endpoint(
        name="showAggregates",
        method="GET",
        path="/aggregates",
        tag="groups",
        scope=Scope.AGGREGATES_READ,
        permission=Permission.SEE_AGGREGATES,
        gives=Given(schema="aggregates", headers=("ETag",)),
    )
)
def aggregates() -> Response:
    """Return what was published of groups, as ``/agregados.json``."""
    return answer(aggregates_document(latest_aggregates(tools=door().tools), texts()))
