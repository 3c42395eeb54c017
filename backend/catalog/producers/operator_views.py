"""HTTP of producers for staff: finding, reviewing, and licences that run out."""

from typing import Any

from backend.catalog.producers import licences, life, queries, review
from backend.catalog.producers.schemas import (
    ApprovalIn,
    DossierOut,
    LicencesQuery,
    ProducersOut,
    ProducersQuery,
    ReinstatementIn,
    ReviewIn,
    RunningOutListOut,
    StandingOut,
)
from backend.core import audit
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import NotFound
from backend.core.paging import Page

blueprint = Blueprint(
    "producer_review", __name__, url_prefix="/v1/operator", description="Reviewing producers."
)


@blueprint.get("/producers")
@allow(Role.operator)
@blueprint.arguments(ProducersQuery, location="query")
@blueprint.response(200, ProducersOut)
def find_producers(query: dict[str, Any]) -> Page[Any]:
    """Producers, the newest first, by state, name or credit code."""
    return queries.list_for_staff(**query)


@blueprint.get("/producers/<id:producer_id>")
@allow(Role.operator)
@refuses(NotFound)
@blueprint.response(200, DossierOut)
def inspect_producer(producer_id: int) -> Any:
    """Any producer. Whoever looks is noted, because the contacts are shown."""
    found = queries.dossier(producer_id)
    audit.record(caller().user_id, "inspect_producer", f"producer:{producer_id}")
    return found


@blueprint.post("/producers/<id:producer_id>/approval")
@allow(Role.operator)
@refuses(
    NotFound,
    life.ProducerStepNotPossible,
    review.OwnProducer,
    review.ProducerChanged,
    licences.BusinessLicenceNotValid,
)
@blueprint.arguments(ApprovalIn)
@blueprint.response(201, StandingOut)
def approve_producer(body: dict[str, Any], producer_id: int) -> Any:
    """Approve the registration as it was seen; it needs a valid business licence."""
    review.approve(producer_id, caller().user_id, **body)
    return queries.state_of(producer_id)


@blueprint.post("/producers/<id:producer_id>/correction-request")
@allow(Role.operator)
@refuses(NotFound, life.ProducerStepNotPossible)
@blueprint.arguments(ReviewIn)
@blueprint.response(201, StandingOut)
def return_producer(body: dict[str, str], producer_id: int) -> Any:
    """Return a registration to its people with what is to be corrected."""
    review.ask_for_corrections(producer_id, caller().user_id, **body)
    return queries.state_of(producer_id)


@blueprint.post("/producers/<id:producer_id>/suspension")
@allow(Role.operator)
@refuses(NotFound, life.ProducerStepNotPossible)
@blueprint.arguments(ReviewIn)
@blueprint.response(201, StandingOut)
def suspend_producer(body: dict[str, str], producer_id: int) -> Any:
    """Shut an approved producer out of the shop."""
    review.suspend(producer_id, caller().user_id, **body)
    return queries.state_of(producer_id)


@blueprint.post("/producers/<id:producer_id>/reinstatement")
@allow(Role.operator)
@refuses(
    NotFound,
    life.ProducerStepNotPossible,
    review.OwnProducer,
    review.ProducerChanged,
    licences.BusinessLicenceNotValid,
)
@blueprint.arguments(ReinstatementIn)
@blueprint.response(201, StandingOut)
def reinstate_producer(body: dict[str, Any], producer_id: int) -> Any:
    """End a suspension, on the same conditions as an approval."""
    review.reinstate(producer_id, caller().user_id, **body)
    return queries.state_of(producer_id)


@blueprint.get("/licences")
@allow(Role.operator)
@blueprint.arguments(LicencesQuery, location="query")
@blueprint.response(200, RunningOutListOut)
def get_licences_running_out(query: dict[str, Any]) -> Page[Any]:
    """Producers' licences that have run out or soon will, the first to end first."""
    return licences.list_running_out(**query)
