"""HTTP for people: oneself, and what operators do about others."""

from typing import Any

from flask import Response

from backend.accounts import people, roles, staff
from backend.accounts.schemas import (
    MeOut,
    PasswordIn,
    ReasonIn,
    RoleGrantIn,
    SessionOut,
    StaffIn,
    StaffLoginIn,
    StaffOut,
)
from backend.accounts.sessions import Session, revoke_tokens
from backend.accounts.tokens import UserBlocked
from backend.core.api import Blueprint, refuses
from backend.core.caller import STAFF, Role, allow, caller, public
from backend.core.database import commit_before_waiting
from backend.core.errors import InvalidInput, NotFound

blueprint = Blueprint("accounts", __name__, url_prefix="/v1", description="People and logins.")


@blueprint.get("/me")
@allow(Role.consumer)
@blueprint.response(200, MeOut)
def get_me() -> Any:
    """The caller: masked phone and roles."""
    who = caller()
    user = people.find_user(who.user_id)
    return {
        "id": user.id,
        "phone": user.phone,
        "roles": sorted(who.roles),
        "created_at": user.created_at,
    }


@blueprint.delete("/session")
@allow(Role.consumer)
@blueprint.response(204)
def log_out() -> Response:
    """Log out everywhere: every token of the caller ends at once."""
    revoke_tokens(caller().user_id)
    return Response(status=204)


@blueprint.post("/operator/sessions")
@public()
@refuses(staff.WrongPassword, staff.LoginLocked, UserBlocked)
@blueprint.arguments(StaffLoginIn)
@blueprint.response(201, SessionOut)
def log_in_as_staff(body: dict[str, str]) -> Session:
    """Staff log in with name and password; five failures lock the name for 15 minutes."""
    session = staff.log_in_staff(body["login"], body["password"])
    if session is None:
        commit_before_waiting()
        raise staff.WrongPassword
    return session


@blueprint.post("/operator/password")
@allow(*STAFF)
@refuses(staff.WrongPassword, InvalidInput)
@blueprint.arguments(PasswordIn)
@blueprint.response(204)
def change_own_password(body: dict[str, str]) -> Response:
    """Staff change their own password; every login of theirs ends."""
    staff.change_password(caller().user_id, body["old_password"], body["new_password"])
    return Response(status=204)


@blueprint.post("/operator/staff")
@allow(Role.operator)
@refuses(staff.LoginNameTaken, InvalidInput)
@blueprint.arguments(StaffIn)
@blueprint.response(201, StaffOut)
def create_staff(body: dict[str, str]) -> Any:
    """Create a staff account with its first role."""
    user_id = staff.create_staff(
        body["login"], body["password"], Role(body["role"]), caller().user_id
    )
    return {"user_id": user_id}


@blueprint.post("/operator/users/<id:user_id>/roles")
@allow(Role.operator)
@refuses(roles.RoleNotGrantable, people.AlreadySo, NotFound)
@blueprint.arguments(RoleGrantIn)
@blueprint.response(204)
def grant_role(body: dict[str, str], user_id: int) -> Response:
    """Grant a staff role."""
    roles.grant_by_hand(user_id, Role(body["role"]), caller().user_id, body["reason"])
    return Response(status=204)


@blueprint.post("/operator/users/<id:user_id>/role-revocations")
@allow(Role.operator)
@refuses(roles.RoleNotGrantable, people.AlreadySo, NotFound)
@blueprint.arguments(RoleGrantIn)
@blueprint.response(204)
def revoke_role(body: dict[str, str], user_id: int) -> Response:
    """Take a staff role back."""
    roles.revoke_by_hand(user_id, Role(body["role"]), caller().user_id, body["reason"])
    return Response(status=204)


@blueprint.post("/operator/users/<id:user_id>/blocking")
@allow(Role.operator)
@refuses(people.AlreadySo, NotFound)
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
def block_user(body: dict[str, str], user_id: int) -> Response:
    """Shut a person out; their tokens end at once."""
    people.block(user_id, caller().user_id, body["reason"])
    return Response(status=204)


@blueprint.post("/operator/users/<id:user_id>/unblocking")
@allow(Role.operator)
@refuses(people.AlreadySo, NotFound)
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
def unblock_user(body: dict[str, str], user_id: int) -> Response:
    """Let a blocked person log in again."""
    people.unblock(user_id, caller().user_id, body["reason"])
    return Response(status=204)
