"""Who may act for a producer: the people it has named, each until removed."""

from sqlalchemy import select

from backend.catalog.producers.models import ProducerMember
from backend.core.database import db
from backend.core.errors import NotFound


def require_member(user_id: int, producer_id: int) -> None:
    """Refuse whoever does not act for the producer, as if there were no such producer."""
    acting = select(ProducerMember.id).filter_by(
        producer_id=producer_id, user_id=user_id, ended_at=None
    )
    if db.session.execute(acting).first() is None:
        raise NotFound("没有找到该生产主体")
