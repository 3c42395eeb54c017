"""Attribution: whom an order credits. Asked when quoting, fixed when the order is placed."""

from dataclasses import dataclass

from sqlalchemy import text

from backend.core import clock
from backend.core.database import db


@dataclass(frozen=True)
class Attribution:
    """The competitor whose link the buyer touched last, and the names the buyer is shown."""

    link_id: int
    channel: str
    competitor_id: int
    team_id: int
    season_id: int
    competitor_name: str
    team_name: str
    institution_name: str


_LAST_TOUCH = text("""
    SELECT l.id AS link_id, t.channel, c.id AS competitor_id, c.team_id, c.season_id,
           c.display_name AS competitor_name, m.name AS team_name, i.name AS institution_name
      FROM touches t
      JOIN referral_links l ON l.id = t.link_id
      JOIN competitors c ON c.id = l.competitor_id
      JOIN users u ON u.id = c.user_id
      JOIN seasons s ON s.id = c.season_id
      JOIN teams m ON m.id = c.team_id
      JOIN institutions i ON i.id = m.institution_id
     WHERE t.user_id = :buyer_id
       AND t.touched_at <= :now
       AND t.touched_at > :now - make_interval(days => s.attribution_window_days::int)
       AND s.starts_at <= :now AND s.ends_at > :now
       AND c.withdrawn_at IS NULL AND u.blocked_at IS NULL
       AND c.user_id <> :buyer_id
     ORDER BY t.touched_at DESC, t.id DESC
     LIMIT 1
""")


def attribute(buyer_id: int) -> Attribution | None:
    """The buyer's last touch inside the season's window by an active competitor, if any.

    The buyer's own links do not count, and credit has exactly one level: the competitor whose
    link it was, nobody who recruited that competitor (domain, Credit).
    """
    row = (
        db.session.execute(_LAST_TOUCH, {"buyer_id": buyer_id, "now": clock.now()})
        .mappings()
        .one_or_none()
    )
    return Attribution(**row) if row else None


_NAMES = text("""
    SELECT c.display_name AS competitor_name, m.name AS team_name, i.name AS institution_name
      FROM competitors c
      JOIN teams m ON m.id = c.team_id
      JOIN institutions i ON i.id = m.institution_id
     WHERE c.id = :competitor_id
""")


def names_of(competitor_id: int | None) -> dict[str, str] | None:
    """The names a buyer is shown for the competitor an order credits; `None` for nobody."""
    if competitor_id is None:
        return None
    row = db.session.execute(_NAMES, {"competitor_id": competitor_id}).mappings().one()
    return dict(row)
