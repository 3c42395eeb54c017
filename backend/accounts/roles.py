"""Roles beyond consumer: a grant is a row with an author and an end."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.models import RoleGrant
from backend.accounts.people import AlreadySo, find_user
from backend.core import audit, clock
from backend.core.caller import Role
from backend.core.database import db
from backend.core.errors import DomainError


class RoleNotGrantable(DomainError):
    code = "role_not_grantable"
    status = 422
    message = "该角色不能这样授予"


GRANTABLE = frozenset({Role.operator, Role.finance, Role.reviewer, Role.organiser})
"""Staff roles. A competitor is made by entering a team, other roles by their own registration."""


def grant_by_hand(user_id: int, role: Role, by: int | None, reason: str) -> None:
    """An operator grants a staff role. Raises `RoleNotGrantable`, `AlreadySo`, `NotFound`."""
    if role not in GRANTABLE:
        raise RoleNotGrantable(field="role")
    find_user(user_id)
    if not grant(user_id, role, by):
        raise AlreadySo(field="role")
    audit.record(by, "grant_role", f"user:{user_id}", reason, role=role)


def revoke_by_hand(user_id: int, role: Role, by: int, reason: str) -> None:
    """An operator takes a staff role back, never the own one, so that one operator remains."""
    if role not in GRANTABLE or user_id == by:
        raise RoleNotGrantable("不能撤销该角色", field="role")
    find_user(user_id)
    if not revoke(user_id, role, by):
        raise AlreadySo(field="role")
    audit.record(by, "revoke_role", f"user:{user_id}", reason, role=role)


def grant(user_id: int, role: Role, by: int | None) -> bool:
    """Give a role; `False` when the person holds it already."""
    granted = db.session.execute(
        insert(RoleGrant)
        .values(user_id=user_id, role=role, granted_by=by, granted_at=clock.now())
        .on_conflict_do_nothing()
        .returning(RoleGrant.id)
    ).one_or_none()
    return granted is not None


def revoke(user_id: int, role: Role, by: int | None) -> bool:
    """Take a role back; `False` when the person does not hold it."""
    revoked = db.session.execute(
        update(RoleGrant)
        .where(
            RoleGrant.user_id == user_id,
            RoleGrant.role == role,
            RoleGrant.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now(), revoked_by=by)
        .returning(RoleGrant.id)
    ).one_or_none()
    return revoked is not None
