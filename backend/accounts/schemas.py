"""What comes in and goes out about people."""

from marshmallow import fields, validate

from backend.accounts.staff import SHORTEST_PASSWORD
from backend.core.caller import Role
from backend.core.personal_data import mask_phone
from backend.core.schemas import Choice, Id, Instant, Schema, String


class SessionOut(Schema):
    token = fields.String(metadata={"description": "Send as `Authorization: Bearer …`."})
    expires_in = fields.Integer(metadata={"description": "Seconds.", "example": 604800})
    user_id = Id()
    is_new = fields.Boolean(metadata={"description": "True at the first login."})


class MeOut(Schema):
    id = Id()
    phone_masked = fields.Function(
        lambda user: mask_phone(user["phone"]) if user["phone"] else None,
        metadata={"type": ["string", "null"], "example": "138****1234"},
    )
    roles = fields.List(fields.String(), metadata={"example": ["consumer", "competitor"]})
    created_at = Instant()


class StaffLoginIn(Schema):
    login = String(required=True, max_length=64, metadata={"example": "liu.operations"})
    password = String(required=True, max_length=200)


class StaffIn(Schema):
    login = String(
        required=True,
        max_length=64,
        validate=validate.Regexp(
            r"^[A-Za-z0-9._-]{3,64}$", error="应为 3 至 64 个字母、数字、点、横线或下划线"
        ),
        metadata={"example": "liu.operations"},
    )
    password = String(
        required=True,
        max_length=200,
        metadata={"minLength": SHORTEST_PASSWORD, "description": "At least 12 characters."},
    )
    role = Choice([Role.operator, Role.finance, Role.reviewer, Role.organiser], required=True)


class PasswordIn(Schema):
    old_password = String(required=True, max_length=200)
    new_password = String(required=True, max_length=200)


class ReasonIn(Schema):
    reason = String(required=True, max_length=200, metadata={"example": "多次恶意退款"})


class RoleGrantIn(ReasonIn):
    role = Choice(list(Role), required=True)


class StaffOut(Schema):
    user_id = Id()
