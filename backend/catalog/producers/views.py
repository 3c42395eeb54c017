"""HTTP of producers, for everybody and for the people who act for one."""

from typing import Any

from flask import Response

from backend.catalog.producers import invitations, members, queries, registration
from backend.catalog.producers.licences import BusinessLicenceNotValid
from backend.catalog.producers.life import ProducerStepNotPossible
from backend.catalog.producers.members import require_member
from backend.catalog.producers.schemas import (
    ContactsIn,
    DossierOut,
    InvitationIn,
    InvitationOut,
    LicencesIn,
    MembershipIn,
    MembershipOut,
    MembersOut,
    MyProducersOut,
    ProducerIn,
    ProducerOut,
    ProfileIn,
    RegistrationIn,
    ResubmissionIn,
    StandingOut,
    read_contacts,
    read_licences,
    read_profile,
    read_registration,
)
from backend.core import idempotency
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller, public
from backend.core.errors import InvalidInput, NotFound
from backend.core.paging import Page
from backend.core.schemas import IdempotencyHeader, PageQuery
from backend.core.shown import shown_for

SECONDS = 1.0
"""How long a page is shown again: a change is seen within a second."""

blueprint = Blueprint(
    "producers", __name__, url_prefix="/v1", description="Who produces, and who acts for them."
)
_PRODUCER_IN = ProducerIn()


@blueprint.get("/producers/<id:producer_id>")
@public()
@refuses(NotFound)
@shown_for(SECONDS)
@blueprint.response(200, ProducerOut)
def get_producer(producer_id: int) -> dict[str, Any]:
    """An approved producer with the licences that a shop must show."""
    return queries.show(producer_id)


@blueprint.post("/producers")
@allow(Role.consumer)
@refuses(
    registration.ProducerAlreadyRegistered, InvalidInput, NotFound, idempotency.KeyUsedOtherwise
)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.arguments(ProducerIn)
@blueprint.response(201, DossierOut)
def register_producer(headers: dict[str, str], body: dict[str, Any]) -> Any:
    """Register a producer for review; the caller becomes its first owner.

    The credit code is checked (GB 32100) and must fit the kind. The same `Idempotency-Key` with
    the same body answers with the same producer.
    """
    user_id = caller().user_id
    producer_id = registration.register(
        user_id,
        read_registration(body),
        read_profile(body),
        read_contacts(body),
        read_licences(body),
        key=headers["idempotency_key"],
        body=_PRODUCER_IN.dump(body),
    )
    require_member(user_id, producer_id)
    return queries.dossier(producer_id)


@blueprint.get("/me/producers")
@allow(Role.consumer)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, MyProducersOut)
def get_my_producers(query: dict[str, Any]) -> Page[Any]:
    """The producers that the caller acts for, with their state and the latest reason."""
    return queries.list_mine(caller().user_id, **query)


@blueprint.get("/producers/<id:producer_id>/registration")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.response(200, DossierOut)
def get_registration(producer_id: int) -> Any:
    """Everything about a producer the caller acts for, with contacts and steps of the review."""
    require_member(caller().user_id, producer_id)
    return queries.dossier(producer_id)


@blueprint.put("/producers/<id:producer_id>/registration")
@allow(Role.producer)
@refuses(
    NotFound,
    InvalidInput,
    registration.ProducerNotEditable,
    registration.ProducerAlreadyRegistered,
)
@blueprint.arguments(RegistrationIn)
@blueprint.response(200, DossierOut)
def change_registration(body: dict[str, Any], producer_id: int) -> Any:
    """Correct name, kind, credit code, county or settlement mode, until approved."""
    require_member(caller().user_id, producer_id)
    registration.change_registration(producer_id, read_registration(body))
    return queries.dossier(producer_id)


@blueprint.put("/producers/<id:producer_id>/profile")
@allow(Role.producer)
@refuses(NotFound, registration.ProducerNotEditable)
@blueprint.arguments(ProfileIn)
@blueprint.response(200, DossierOut)
def change_profile(body: dict[str, Any], producer_id: int) -> Any:
    """Tell the producer's story anew; not while it is suspended."""
    require_member(caller().user_id, producer_id)
    registration.change_profile(producer_id, read_profile(body))
    return queries.dossier(producer_id)


@blueprint.put("/producers/<id:producer_id>/contacts")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.arguments(ContactsIn)
@blueprint.response(200, DossierOut)
def change_contacts(body: dict[str, Any], producer_id: int) -> Any:
    """Name the contacts anew: those listed and no others."""
    require_member(caller().user_id, producer_id)
    registration.change_contacts(producer_id, read_contacts(body))
    return queries.dossier(producer_id)


@blueprint.put("/producers/<id:producer_id>/licences")
@allow(Role.producer)
@refuses(NotFound, InvalidInput, BusinessLicenceNotValid)
@blueprint.arguments(LicencesIn)
@blueprint.response(200, DossierOut)
def change_licences(body: dict[str, Any], producer_id: int) -> Any:
    """State the licences anew: those listed and no others."""
    require_member(caller().user_id, producer_id)
    registration.change_licences(producer_id, read_licences(body))
    return queries.dossier(producer_id)


@blueprint.post("/producers/<id:producer_id>/resubmission")
@allow(Role.producer)
@refuses(NotFound, ProducerStepNotPossible)
@blueprint.arguments(ResubmissionIn)
@blueprint.response(201, StandingOut)
def resubmit_producer(body: dict[str, Any], producer_id: int) -> Any:
    """Hand a returned registration in again."""
    who = caller().user_id
    require_member(who, producer_id)
    registration.resubmit(producer_id, who, body["note"])
    return queries.state_of(producer_id)


@blueprint.get("/producers/<id:producer_id>/members")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, MembersOut)
def get_members(query: dict[str, Any], producer_id: int) -> Page[Any]:
    """Who acts for the producer, phones masked."""
    require_member(caller().user_id, producer_id)
    return members.list_members(producer_id, **query)


@blueprint.delete("/producers/<id:producer_id>/members/<id:member_id>")
@allow(Role.producer)
@refuses(NotFound, members.NotProducerOwner, members.LastOwner)
@blueprint.response(204)
def remove_member(producer_id: int, member_id: int) -> Response:
    """End a membership at once: owners anybody's, others their own; one owner stays."""
    members.remove(producer_id, member_id, caller().user_id)
    return Response(status=204)


@blueprint.post("/producers/<id:producer_id>/invitations")
@allow(Role.producer)
@refuses(NotFound, members.NotProducerOwner)
@blueprint.arguments(InvitationIn)
@blueprint.response(201, InvitationOut)
def invite_member(body: dict[str, Any], producer_id: int) -> Any:
    """A code with which one person may join within 72 hours."""
    code, expires_at = invitations.invite(producer_id, caller().user_id, as_owner=body["as_owner"])
    return {"code": code, "expires_at": expires_at}


@blueprint.post("/producer-memberships")
@allow(Role.consumer)
@refuses(invitations.InvitationNotValid, members.AlreadyMember)
@blueprint.arguments(MembershipIn)
@blueprint.response(201, MembershipOut)
def join_producer(body: dict[str, str]) -> Any:
    """Redeem an invitation; the caller then acts for the producer."""
    return {"producer_id": invitations.redeem(body["code"], caller().user_id)}
