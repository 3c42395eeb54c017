"""What the mini-program sends to log in."""

from marshmallow import fields

from backend.core.schemas import Schema, String


class LoginIn(Schema):
    code = String(
        required=True,
        max_length=128,
        metadata={"description": "From `wx.login`; lives five minutes, works once."},
    )
    visitor_id = String(
        load_default=None,
        max_length=64,
        metadata={"description": "The id under which links were opened before logging in."},
    )


class PhoneIn(Schema):
    code = String(
        required=True,
        max_length=128,
        metadata={"description": "From the `getPhoneNumber` button; works once."},
    )


class PhoneOut(Schema):
    phone_masked = fields.String(metadata={"example": "138****1234"})
