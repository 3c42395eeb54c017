"""HTTP of the shop window: what everybody sees, and what operators put there."""

from typing import Any

from backend.catalog.home import banners, topics
from backend.catalog.home.front import front
from backend.catalog.home.models import Banner
from backend.catalog.home.schemas import (
    BannerIn,
    BannerOut,
    BannersOut,
    EndingIn,
    HomeOut,
    NewTopicIn,
    TopicIn,
    TopicOut,
    TopicPageOut,
    TopicsOut,
)
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller, public
from backend.core.errors import NotFound
from backend.core.paging import Page
from backend.core.schemas import PageQuery
from backend.core.shown import shown_for

SECONDS = 1.0

blueprint = Blueprint("home", __name__, url_prefix="/v1", description="The shop window.")


@blueprint.get("/home")
@public()
@shown_for(SECONDS)
@blueprint.response(200, HomeOut)
def get_home() -> dict[str, Any]:
    """The home page in one call: banners, topics, what is in season, the counties' ranking."""
    return front()


@blueprint.get("/topics/<code:code>")
@public()
@refuses(topics.TopicNotFound)
@shown_for(SECONDS)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, TopicPageOut)
def get_topic(query: dict[str, Any], code: str) -> dict[str, Any]:
    """A topic and its products: the chosen ones in their order, then the newest that fit."""
    return topics.show_topic(code, **query)


@blueprint.get("/operator/banners")
@allow(Role.operator)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, BannersOut)
def get_banners(query: dict[str, Any]) -> Page[Banner]:
    """Banners of all times, the newest first."""
    return banners.list_banners(**query)


@blueprint.post("/operator/banners")
@allow(Role.operator)
@blueprint.arguments(BannerIn)
@blueprint.response(201, BannerOut)
def create_banner(body: dict[str, Any]) -> Banner:
    """Put up a banner for a while. What it leads to must exist."""
    return banners.create_banner(body, caller().user_id)


@blueprint.put("/operator/banners/<id:banner_id>")
@allow(Role.operator)
@refuses(NotFound)
@blueprint.arguments(BannerIn)
@blueprint.response(200, BannerOut)
def change_banner(body: dict[str, Any], banner_id: int) -> Banner:
    """Write a banner anew, all of it."""
    return banners.change_banner(banner_id, body, caller().user_id)


@blueprint.post("/operator/banners/<id:banner_id>/ending")
@allow(Role.operator)
@refuses(NotFound)
@blueprint.arguments(EndingIn)
@blueprint.response(200, BannerOut)
def end_banner(body: dict[str, str], banner_id: int) -> Banner:
    """Take a banner down now."""
    return banners.end_banner(banner_id, caller().user_id, body["reason"])


@blueprint.get("/operator/topics")
@allow(Role.operator)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, TopicsOut)
def get_topics(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """Topics of all times, the newest first."""
    return topics.list_topics(**query)


@blueprint.post("/operator/topics")
@allow(Role.operator)
@refuses(topics.TopicCodeTaken)
@blueprint.arguments(NewTopicIn)
@blueprint.response(201, TopicOut)
def create_topic(body: dict[str, Any]) -> dict[str, Any]:
    """Put up a topic: chosen products in order, or whatever fits its filters, or both."""
    return topics.create_topic(body, caller().user_id)


@blueprint.put("/operator/topics/<id:topic_id>")
@allow(Role.operator)
@refuses(topics.TopicNotFound)
@blueprint.arguments(TopicIn)
@blueprint.response(200, TopicOut)
def change_topic(body: dict[str, Any], topic_id: int) -> dict[str, Any]:
    """Write a topic anew, all but its code."""
    return topics.change_topic(topic_id, body, caller().user_id)


@blueprint.post("/operator/topics/<id:topic_id>/ending")
@allow(Role.operator)
@refuses(topics.TopicNotFound)
@blueprint.arguments(EndingIn)
@blueprint.response(200, TopicOut)
def end_topic(body: dict[str, str], topic_id: int) -> dict[str, Any]:
    """Take a topic down now."""
    return topics.end_topic(topic_id, caller().user_id, body["reason"])
