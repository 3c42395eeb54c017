"""HTTP for whoever keeps the service running: the alarms and how they ended."""

from typing import Any

from marshmallow import fields

from backend.core import alarms
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.paging import Page
from backend.core.schemas import Id, Instant, PageQuery, Schema, String

blueprint = Blueprint(
    "operations", __name__, url_prefix="/v1/operator", description="Keeping the service right."
)


class AlarmResolutionIn(Schema):
    resolution = String(required=True, max_length=500)


class AlarmsQuery(PageQuery):
    open_only = fields.Boolean(load_default=True)


class AlarmOut(Schema):
    id = Id()
    kind = fields.String()
    subject = fields.String()
    detail = fields.Dict()
    raised_at = Instant()
    resolved_at = Instant(allow_none=True)
    resolution = fields.String(allow_none=True)


class AlarmsOut(Schema):
    items = fields.List(fields.Nested(AlarmOut))
    next_cursor = fields.String(allow_none=True)


@blueprint.get("/alarms")
@allow(Role.operator, Role.finance)
@blueprint.arguments(AlarmsQuery, location="query")
@blueprint.response(200, AlarmsOut)
def get_alarms(query: dict[str, Any]) -> Page[Any]:
    """Alarms, the newest first."""
    return alarms.list_alarms(**query)


@blueprint.post("/alarms/<id:alarm_id>/resolution")
@allow(Role.operator, Role.finance)
@refuses(alarms.AlarmNotOpen)
@blueprint.arguments(AlarmResolutionIn)
@blueprint.response(200, AlarmOut)
def resolve_alarm(body: dict[str, str], alarm_id: int) -> Any:
    """Say how an alarm ended. It stays in the book."""
    return alarms.resolve_alarm(alarm_id, caller().user_id, body["resolution"])
