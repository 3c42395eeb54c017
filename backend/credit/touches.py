"""Touches: a visitor followed a link. Anonymous until the visitor logs in."""

from sqlalchemy import insert, update

from backend.core import clock
from backend.core.database import db
from backend.core.ids import random_token
from backend.credit.models import ReferralLink, Touch


def record_touch(link: ReferralLink, user_id: int | None, visitor_id: str | None) -> str | None:
    """Note a visit. For a stranger the answer is the visitor id to keep until the login."""
    visitor = None if user_id is not None else visitor_id or random_token()
    db.session.execute(
        insert(Touch).values(
            link_id=link.id,
            user_id=user_id,
            visitor_id=visitor,
            channel=link.channel,
            touched_at=clock.now(),
        )
    )
    return visitor


def adopt_touches(user_id: int, visitor_id: str) -> None:
    """The visitor turned out to be this user: what they opened before is theirs now."""
    db.session.execute(
        update(Touch)
        .where(Touch.visitor_id == visitor_id, Touch.user_id.is_(None))
        .values(user_id=user_id)
    )
