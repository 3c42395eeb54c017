"""HTTP of referral: a competitor's links and credit, a visitor's visit."""

from typing import Any

from backend.competition.entries import NotCompeting, standing_of
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller, caller_if_any, public
from backend.core.errors import InvalidInput, NotFound
from backend.core.paging import Page
from backend.core.schemas import PageQuery
from backend.credit import ledger, links, touches
from backend.credit.schemas import (
    BalanceOut,
    LinkIn,
    LinkOut,
    LinksOut,
    TransfersOut,
    VisitIn,
    VisitOut,
)

blueprint = Blueprint(
    "credit", __name__, url_prefix="/v1", description="Referral links and what they earned."
)


@blueprint.post("/referral-links/<code:code>/visits")
@public()
@refuses(links.LinkNotFound)
@blueprint.arguments(VisitIn)
@blueprint.response(201, VisitOut)
def visit_link(body: dict[str, Any], code: str) -> Any:
    """Somebody opened a link. Before the login the visit belongs to a visitor id."""
    link = links.find_link(code)
    who = caller_if_any()
    visitor_id = touches.record_touch(link, who.user_id if who else None, body["visitor_id"])
    return {
        "visitor_id": visitor_id,
        "target_kind": link.target_kind,
        "target_id": link.target_id,
    }


@blueprint.post("/competitor/referral-links")
@allow(Role.competitor)
@refuses(NotCompeting, InvalidInput, NotFound)
@blueprint.arguments(LinkIn)
@blueprint.response(201, LinkOut)
def create_link(body: dict[str, Any]) -> Any:
    """The competitor's code for a target and channel; asking again gives the same code."""
    standing = standing_of(caller().user_id)
    target_id = body["target_id"]
    target = links.Target(body["target_kind"], None if target_id is None else str(target_id))
    return links.create_link(standing.competitor_id, target, body["channel"])


@blueprint.get("/competitor/referral-links")
@allow(Role.competitor)
@refuses(NotCompeting)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, LinksOut)
def get_links(query: dict[str, Any]) -> Page[Any]:
    """The competitor's own links, the newest first."""
    return links.list_links(standing_of(caller().user_id).competitor_id, **query)


@blueprint.get("/competitor/credit")
@allow(Role.competitor)
@refuses(NotCompeting)
@blueprint.response(200, BalanceOut)
def get_credit() -> Any:
    """The competitor's credit, added up from the ledger at this moment."""
    standing = standing_of(caller().user_id)
    return {
        **vars(ledger.balance(standing.competitor_id)),
        "team_name": standing.team_name,
        "institution_name": standing.institution_name,
    }


@blueprint.get("/competitor/credit/transfers")
@allow(Role.competitor)
@refuses(NotCompeting)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, TransfersOut)
def get_transfers(query: dict[str, Any]) -> Page[Any]:
    """Every transfer behind the figure, the newest first."""
    return ledger.list_transfers(standing_of(caller().user_id).competitor_id, **query)
