"""Referral links: a competitor's short code for something to look at."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.catalog.shop.browsing import show_product
from backend.core import clock
from backend.core.database import db
from backend.core.errors import InvalidInput, NotFound
from backend.core.ids import random_code
from backend.core.paging import Page, page_of, read_cursor
from backend.credit.models import ReferralLink

CODE_LENGTH = 8
"""32^8 codes; with a prefix of our own they fit the 32 characters of a mini-program scene."""

CHANNELS = ("miniprogram", "new_media", "exhibition")
TARGETS = ("home", "product")


class LinkNotFound(NotFound):
    code = "link_not_found"
    message = "该推荐链接不存在"


@dataclass(frozen=True)
class Target:
    """What a link leads to: the home page, or one product by its id."""

    kind: str
    id: str | None


def create_link(competitor_id: int, target: Target, channel: str) -> ReferralLink:
    """The competitor's link for this target and channel; asking again gives the same link.

    Raises `InvalidInput` for a target that does not fit, `NotFound` for a product not listed.
    """
    _check_target(target)
    wish = {
        "competitor_id": competitor_id,
        "target_kind": target.kind,
        "target_id": target.id,
        "channel": channel,
    }
    db.session.execute(
        insert(ReferralLink)
        .values(code=random_code(CODE_LENGTH), created_at=clock.now(), **wish)
        .on_conflict_do_nothing()
    )
    return db.session.scalars(select(ReferralLink).filter_by(**wish)).one()


def find_link(code: str) -> ReferralLink:
    """A link by its code, in capitals or not, as people type it; `LinkNotFound` otherwise."""
    link = db.session.scalars(select(ReferralLink).filter_by(code=code.upper())).one_or_none()
    if link is None:
        raise LinkNotFound(field="code")
    return link


def list_links(competitor_id: int, *, limit: int, cursor: str | None) -> Page[ReferralLink]:
    """A competitor's links, the newest first."""
    query = (
        select(ReferralLink)
        .filter_by(competitor_id=competitor_id)
        .order_by(ReferralLink.id.desc())
        .limit(limit + 1)
    )
    if position := read_cursor(cursor, (int,)):
        query = query.where(ReferralLink.id < position[0])
    return page_of(db.session.scalars(query).all(), limit, lambda link: (link.id,))


def _check_target(target: Target) -> None:
    if (target.kind == "home") != (target.id is None):
        raise InvalidInput("首页链接不带编号，商品链接须带商品编号", field="target_id")
    if target.id is not None:
        show_product(int(target.id))
