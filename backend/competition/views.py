"""HTTP of entries: organisers enter and withdraw competitors."""

from typing import Any

from flask import Response

from backend.accounts.schemas import ReasonIn
from backend.competition import entries, teams
from backend.competition.schemas import EntryIn, EntryOut, TeamsOut
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import NotFound
from backend.core.paging import Page
from backend.core.schemas import PageQuery

blueprint = Blueprint(
    "competition", __name__, url_prefix="/v1/operator", description="Teams and competitors."
)


@blueprint.get("/teams")
@allow(Role.organiser, Role.operator)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, TeamsOut)
def get_teams(query: dict[str, Any]) -> Page[Any]:
    """Teams of the running season with the number of their active members."""
    return teams.list_teams(**query)


@blueprint.post("/teams/<id:team_id>/competitors")
@allow(Role.organiser, Role.operator)
@refuses(
    entries.TeamFull,
    entries.AlreadyCompeting,
    entries.CaptainTaken,
    entries.SeasonOver,
    NotFound,
)
@blueprint.arguments(EntryIn)
@blueprint.response(201, EntryOut)
def enter_competitor(body: dict[str, Any], team_id: int) -> Any:
    """Enter a user into a team. Whoever invited them is noted and earns nothing by it."""
    return entries.enter(team_id, by=caller().user_id, **body)


@blueprint.post("/competitors/<id:competitor_id>/withdrawal")
@allow(Role.organiser, Role.operator)
@refuses(NotFound)
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
def withdraw_competitor(body: dict[str, str], competitor_id: int) -> Response:
    """End a competitor's season; earlier credit stays."""
    entries.withdraw(competitor_id, caller().user_id, body["reason"])
    return Response(status=204)
