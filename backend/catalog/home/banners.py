"""Banners: which are shown now, and what operators may write into them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update

from backend.catalog.home.models import Banner, TargetKind
from backend.core import audit, clock
from backend.core.database import db
from backend.core.errors import InvalidInput, NotFound
from backend.core.paging import Page, page_of, read_cursor

MOST_SHOWN = 10

_EXISTS = {
    TargetKind.product: text("SELECT 1 FROM products WHERE id = CAST(:id AS bigint)"),
    TargetKind.topic: text("SELECT 1 FROM topics WHERE code = :id"),
    TargetKind.category: text("SELECT 1 FROM categories WHERE code = :id"),
    TargetKind.county: text("SELECT 1 FROM areas WHERE code = :id AND prefecture_code IS NOT NULL"),
}

# A banner whose product was delisted or whose topic is over would lead nowhere.
_CURRENT = text("""
    SELECT b.id, b.title, b.picture, b.target_kind, b.target_id
      FROM banners b
     WHERE b.starts_at <= :now AND b.ends_at > :now
       AND CASE b.target_kind
           WHEN 'product' THEN EXISTS (
                SELECT 1 FROM products p JOIN producers m ON m.id = p.producer_id
                 WHERE p.id = CAST(b.target_id AS bigint)
                   AND p.state = 'listed' AND m.state = 'approved')
           WHEN 'topic' THEN EXISTS (
                SELECT 1 FROM topics t
                 WHERE t.code = b.target_id AND t.starts_at <= :now AND t.ends_at > :now)
           ELSE true END
     ORDER BY b.sort, b.id DESC LIMIT :most
""")


def current_banners() -> list[dict[str, Any]]:
    """What is shown now and leads somewhere, in its order."""
    rows = db.session.execute(_CURRENT, {"now": clock.now(), "most": MOST_SHOWN})
    return [dict(row) for row in rows.mappings()]


def create_banner(wish: Mapping[str, Any], by: int) -> Banner:
    """Write a banner; `InvalidInput` for a period that ends before it begins or a lost target."""
    _check(wish)
    banner = db.session.scalars(insert(Banner).values(**wish).returning(Banner)).one()
    audit.record(by, "create_banner", f"banner:{banner.id}", title=banner.title)
    return banner


def change_banner(banner_id: int, wish: Mapping[str, Any], by: int) -> Banner:
    """Write a banner anew, all of it. Raises as `create_banner`, and `NotFound`."""
    _check(wish)
    banner = _update(banner_id, **wish)
    audit.record(by, "change_banner", f"banner:{banner_id}", title=banner.title)
    return banner


def end_banner(banner_id: int, by: int, reason: str) -> Banner:
    """Show it no more from now on; one that has not begun never begins, an ended one stays so."""
    over = func.greatest(Banner.starts_at, func.least(Banner.ends_at, clock.now()))
    banner = _update(banner_id, ends_at=over)
    audit.record(by, "end_banner", f"banner:{banner_id}", reason)
    return banner


def list_banners(*, limit: int, cursor: str | None) -> Page[Banner]:
    """Banners of all times, the newest first."""
    query = select(Banner).order_by(Banner.id.desc()).limit(limit + 1)
    if position := read_cursor(cursor, (int,)):
        query = query.where(Banner.id < position[0])
    return page_of(db.session.scalars(query).all(), limit, lambda banner: (banner.id,))


def check_period(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse a period that ends before it begins (`InvalidInput`)."""
    if ends_at <= starts_at:
        raise InvalidInput("结束时间应晚于开始时间", field="ends_at")


def _update(banner_id: int, **values: Any) -> Banner:
    banner = db.session.scalars(
        update(Banner).where(Banner.id == banner_id).values(**values).returning(Banner),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if banner is None:
        raise NotFound("没有找到该横幅")
    return banner


def _check(wish: Mapping[str, Any]) -> None:
    check_period(wish["starts_at"], wish["ends_at"])
    kind, target_id = TargetKind(wish["target_kind"]), wish["target_id"]
    if kind is TargetKind.none:
        if target_id is not None:
            raise InvalidInput("不打开任何页面的横幅不带编号", field="target_id")
        return
    possible = target_id is not None and (
        kind is not TargetKind.product or re.fullmatch("[1-9][0-9]{0,17}", target_id)
    )
    if not possible or db.session.execute(_EXISTS[kind], {"id": target_id}).first() is None:
        raise InvalidInput("要打开的页面不存在", field="target_id")
