"""The teams of the running season."""

from typing import Any

from sqlalchemy import text

from backend.core import clock
from backend.core.database import db
from backend.core.paging import Page, page_of, read_cursor

_TEAMS = text("""
    SELECT t.id, t.code, t.name, i.name AS institution_name,
           (SELECT count(*) FROM competitors c
             WHERE c.team_id = t.id AND c.withdrawn_at IS NULL) AS members
      FROM teams t
      JOIN seasons s ON s.id = t.season_id AND s.starts_at <= :now AND s.ends_at > :now
      JOIN institutions i ON i.id = t.institution_id
     WHERE t.id > :after ORDER BY t.id LIMIT :limit
""")


def list_teams(*, limit: int, cursor: str | None) -> Page[dict[str, Any]]:
    """Teams in the order of their entry."""
    position = read_cursor(cursor, (int,))
    rows = db.session.execute(
        _TEAMS,
        {"now": clock.now(), "after": position[0] if position else 0, "limit": limit + 1},
    )
    return page_of([dict(row) for row in rows.mappings()], limit, lambda row: (row["id"],))
