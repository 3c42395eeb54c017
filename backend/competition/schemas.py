"""What organisers send about entries."""

from marshmallow import fields

from backend.core.schemas import Flag, Id, Schema, String


class EntryIn(Schema):
    user_id = Id(required=True, metadata={"example": "12"})
    display_name = String(
        required=True, max_length=20, metadata={"description": "Chosen name, not the real one."}
    )
    is_captain = Flag(load_default=False)
    invited_by = Id(
        load_default=None, allow_none=True, metadata={"description": "A competitor's id."}
    )


class EntryOut(Schema):
    competitor_id = Id(attribute="id")
    team_id = Id()
    season_id = Id()


class TeamOut(Schema):
    id = Id()
    code = fields.String()
    name = fields.String()
    institution_name = fields.String()
    members = fields.Integer()


class TeamsOut(Schema):
    items = fields.List(fields.Nested(TeamOut))
    next_cursor = fields.String(allow_none=True)
