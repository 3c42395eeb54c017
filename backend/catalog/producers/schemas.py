"""What comes in and goes out about producers."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.catalog.areas.codes import SixDigits
from backend.catalog.producers.contacts import MOST_CONTACTS, Contact
from backend.catalog.producers.licences import MOST_LICENCES, Licence
from backend.catalog.producers.models import Duty, LicenceKind, ProducerKind, ProducerState
from backend.catalog.producers.registration import Profile, Registration
from backend.core.credit_codes import LENGTH, what_is_wrong
from backend.core.personal_data import mask_phone
from backend.core.schemas import (
    Choice,
    Day,
    EventOut,
    Flag,
    Id,
    Instant,
    PageQuery,
    Schema,
    String,
    Whole,
)

SETTLEMENT_MODES = ("resale", "profit_sharing")
MOST_HOUSEHOLDS = 1_000_000


class CreditCode(String):
    """A unified social credit code; small letters are taken for capitals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LENGTH, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code = super()._deserialize(value, attr, data, **kwargs).upper()
        wrong = what_is_wrong(code)
        if wrong is not None:
            raise ValidationError(wrong)
        return code


class ContactIn(Schema):
    name = String(required=True, max_length=30, metadata={"example": "谌秋菊"})
    phone = String(
        required=True,
        max_length=13,
        validate=validate.Regexp(
            r"^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})$",
            error="应为 11 位手机号，或带区号的固定电话",
        ),
        metadata={"example": "13800001234"},
    )
    duty = Choice(list(Duty), required=True)


class LicenceIn(Schema):
    kind = Choice(
        list(LicenceKind),
        required=True,
        metadata={"description": "`business`: 营业执照, or 登记证 of a collective."},
    )
    number = String(required=True, max_length=60, metadata={"example": "SC10243092300001"})
    issuer = String(required=True, max_length=60, metadata={"example": "安化县市场监督管理局"})
    valid_from = Day(required=True, metadata={"example": "2024-05-01"})
    valid_to = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "The last day; null for 长期.", "example": "2029-04-30"},
    )
    scan = String(
        load_default=None,
        allow_none=True,
        max_length=32,
        validate=validate.Regexp(r"^[0-9A-Z]{8,32}$", error="文件编号无效"),
        metadata={"description": "The number of an uploaded document."},
    )


def _contacts() -> fields.List:
    return fields.List(
        fields.Nested(ContactIn),
        required=True,
        validate=validate.Length(1, MOST_CONTACTS, error=f"应有 1 到 {MOST_CONTACTS} 位联系人"),
    )


def _licences() -> fields.List:
    return fields.List(
        fields.Nested(LicenceIn),
        required=True,
        validate=validate.Length(0, MOST_LICENCES, error=f"最多 {MOST_LICENCES} 份证照"),
    )


class RegistrationIn(Schema):
    name = String(required=True, max_length=60, metadata={"example": "安化县老鹞湾茶叶专业合作社"})
    kind = Choice(list(ProducerKind), required=True)
    credit_code = CreditCode(required=True, metadata={"example": "N2433122MF0000005D"})
    county_code = SixDigits(required=True, metadata={"description": "Where it is registered."})
    settlement_mode = Choice(SETTLEMENT_MODES, required=True)


class ProfileIn(Schema):
    story = String(required=True, max_length=2000, metadata={"example": "山里的老茶园。"})
    households = Whole(
        required=True, most=MOST_HOUSEHOLDS, metadata={"description": "Farmers it works with."}
    )


class ContactsIn(Schema):
    contacts = _contacts()


class LicencesIn(Schema):
    licences = _licences()


class ProducerIn(RegistrationIn, ProfileIn):
    contacts = _contacts()
    licences = _licences()


class ResubmissionIn(Schema):
    note = String(
        load_default=None,
        allow_none=True,
        max_length=200,
        metadata={"description": "What was corrected.", "example": "已补营业执照"},
    )


class InvitationIn(Schema):
    as_owner = Flag(load_default=False, metadata={"description": "Owners invite and remove."})


class MembershipIn(Schema):
    code = String(required=True, max_length=20, metadata={"example": "7KQ2M9XTAB"})


class ReviewIn(Schema):
    reason = String(required=True, max_length=200, metadata={"example": "营业执照照片看不清"})


class ReinstatementIn(ReviewIn):
    revision = Whole(
        required=True,
        least=1,
        metadata={"description": "Of the registration that was looked at.", "example": 1},
    )


class ApprovalIn(ReinstatementIn):
    reason = String(load_default=None, allow_none=True, max_length=200)


class ProducersQuery(PageQuery):
    state = Choice(list(ProducerState), load_default=None)
    search = String(
        load_default=None,
        max_length=60,
        metadata={"description": "A part of the name or of the credit code."},
    )


class LicencesQuery(PageQuery):
    within_days = fields.Integer(
        load_default=30,
        validate=validate.Range(min=0, max=3660, error="应在 0 到 3660 之间"),
        metadata={"description": "Those that have run out are always listed."},
    )


class LicenceOut(Schema):
    kind = fields.String(metadata={"enum": [kind.value for kind in LicenceKind]})
    number = fields.String()
    issuer = fields.String()
    valid_from = Day()
    valid_to = Day(allow_none=True)


class LicenceInFullOut(LicenceOut):
    scan = fields.String(allow_none=True)


class ContactOut(Schema):
    name = fields.String()
    phone = fields.String()
    duty = fields.String(metadata={"enum": [duty.value for duty in Duty]})


class ProducerCardOut(Schema):
    id = Id()
    name = fields.String()
    kind = fields.String(metadata={"enum": [kind.value for kind in ProducerKind]})
    credit_code = fields.String()
    county_code = fields.String(metadata={"description": "Where it is registered."})
    county_name = fields.String()
    area_class = fields.String(metadata={"description": "`national`, `provincial` or `other`."})
    prefecture_name = fields.String(allow_none=True)


class ProducerOut(ProducerCardOut):
    """What everybody may know; the licences are what a shop must show of itself."""

    story = fields.String()
    households = fields.Integer()
    licences = fields.List(fields.Nested(LicenceOut))


class ProducerForStaffOut(ProducerCardOut):
    state = fields.String(metadata={"enum": [state.value for state in ProducerState]})
    created_at = Instant()


class ProducersOut(Schema):
    items = fields.List(fields.Nested(ProducerForStaffOut))
    next_cursor = fields.String(allow_none=True)


class DossierOut(ProducerForStaffOut):
    settlement_mode = fields.String(metadata={"enum": list(SETTLEMENT_MODES)})
    story = fields.String()
    households = fields.Integer()
    revision = fields.Integer(metadata={"description": "An approval names the one it is about."})
    contacts = fields.List(fields.Nested(ContactOut))
    licences = fields.List(fields.Nested(LicenceInFullOut))
    events = fields.List(fields.Nested(EventOut))


class MyProducerOut(Schema):
    id = Id()
    name = fields.String()
    state = fields.String(metadata={"enum": [state.value for state in ProducerState]})
    is_owner = fields.Boolean()
    since = Instant()
    reason = fields.String(
        allow_none=True, metadata={"description": "Of the latest step, where one was given."}
    )


class MyProducersOut(Schema):
    items = fields.List(fields.Nested(MyProducerOut))
    next_cursor = fields.String(allow_none=True)


class InvitationOut(Schema):
    code = fields.String(metadata={"description": "Shown this once.", "example": "7KQ2M9XTAB"})
    expires_at = Instant()


class MembershipOut(Schema):
    producer_id = Id()


class MemberOut(Schema):
    id = Id()
    user_id = Id()
    phone_masked = fields.Function(
        lambda member: mask_phone(member.phone) if member.phone else None,
        metadata={"type": ["string", "null"], "example": "138****1234"},
    )
    is_owner = fields.Boolean()
    since = Instant()


class MembersOut(Schema):
    items = fields.List(fields.Nested(MemberOut))
    next_cursor = fields.String(allow_none=True)


class StandingOut(Schema):
    id = Id()
    state = fields.String(metadata={"enum": [state.value for state in ProducerState]})
    reason = fields.String(allow_none=True)
    at = Instant()


class RunningOutOut(Schema):
    kind = fields.String(metadata={"enum": [kind.value for kind in LicenceKind]})
    number = fields.String()
    valid_to = Day()
    producer_id = Id()
    producer_name = fields.String()
    producer_state = fields.String(metadata={"enum": [state.value for state in ProducerState]})


class RunningOutListOut(Schema):
    items = fields.List(fields.Nested(RunningOutOut))
    next_cursor = fields.String(allow_none=True)


def read_registration(body: dict[str, Any]) -> Registration:
    names = ("name", "credit_code", "county_code", "settlement_mode")
    return Registration(kind=ProducerKind(body["kind"]), **{name: body[name] for name in names})


def read_profile(body: dict[str, Any]) -> Profile:
    return Profile(body["story"], body["households"])


def read_contacts(body: dict[str, Any]) -> list[Contact]:
    return [Contact(**{**row, "duty": Duty(row["duty"])}) for row in body["contacts"]]


def read_licences(body: dict[str, Any]) -> list[Licence]:
    return [Licence(**{**row, "kind": LicenceKind(row["kind"])}) for row in body["licences"]]
