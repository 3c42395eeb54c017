"""Topics: what each holds, which are shown now, and what operators may write into them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_new

from backend.catalog.areas.models import Area, Category
from backend.catalog.home.banners import check_period
from backend.catalog.home.models import Topic
from backend.catalog.shop.browsing import cards_of
from backend.core import audit, clock
from backend.core.database import db
from backend.core.errors import DomainError, InvalidInput, NotFound
from backend.core.paging import Page, page_of, read_cursor

MOST_SHOWN = 8
AFTER_THE_CHOSEN = 2**31


class TopicNotFound(NotFound):
    code = "topic_not_found"
    message = "该专题不存在或已结束"


class TopicCodeTaken(DomainError):
    code = "topic_code_taken"
    status = 409
    message = "专题代码已被使用"


# Of a topic `t`: the chosen products at their places, and behind them whatever fits every filter.
_PRODUCTS = f"""
    SELECT p.id, c.place
      FROM topic_products c
      JOIN products p ON p.id = c.product_id
      JOIN producers m ON m.id = p.producer_id
     WHERE c.topic_id = t.id AND p.state = 'listed' AND m.state = 'approved'
     UNION ALL
    SELECT p.id, {AFTER_THE_CHOSEN} AS place
      FROM products p
      JOIN producers m ON m.id = p.producer_id
      JOIN areas a ON a.code = p.county_code
     WHERE num_nonnulls(t.prefecture_code, t.county_code, t.category_code) > 0
       AND p.state = 'listed' AND m.state = 'approved'
       AND (t.prefecture_code IS NULL OR a.prefecture_code = t.prefecture_code)
       AND (t.county_code IS NULL OR p.county_code = t.county_code)
       AND (t.category_code IS NULL OR p.category_code IN (
            SELECT code FROM categories
             WHERE code = t.category_code OR parent_code = t.category_code))
       AND NOT EXISTS (SELECT 1 FROM topic_products c
                        WHERE c.topic_id = t.id AND c.product_id = p.id)
"""

_CURRENT = text(f"""
    SELECT t.code, t.title, t.intro, t.picture, t.ends_at,
           ARRAY(SELECT s.id FROM ({_PRODUCTS}) s
                  ORDER BY s.place, s.id DESC LIMIT :first) AS product_ids
      FROM topics t
     WHERE t.starts_at <= :now AND t.ends_at > :now
     ORDER BY t.sort, t.id DESC LIMIT :most
""")

_PAGE = text(f"""
    SELECT s.id, s.place FROM topics t CROSS JOIN LATERAL ({_PRODUCTS}) s
     WHERE t.id = :topic_id
       AND (CAST(:place AS bigint) IS NULL
            OR s.place > :place OR (s.place = :place AND s.id < :id))
     ORDER BY s.place, s.id DESC LIMIT :limit
""")

_CHOOSE = text("""
    INSERT INTO topic_products (topic_id, product_id, place)
    SELECT :topic_id, p.id, w.place
      FROM unnest(CAST(:product_ids AS bigint[])) WITH ORDINALITY AS w (id, place)
      JOIN products p ON p.id = w.id
    RETURNING product_id
""")

_LIST = """
    SELECT t.id, t.code, t.title, t.intro, t.picture, t.starts_at, t.ends_at, t.sort,
           t.prefecture_code, t.county_code, t.category_code,
           ARRAY(SELECT c.product_id FROM topic_products c
                  WHERE c.topic_id = t.id ORDER BY c.place) AS product_ids
      FROM topics t
"""


def current_topics(first: int) -> list[dict[str, Any]]:
    """The topics of this moment in their order, each with the ids of its `first` products."""
    rows = db.session.execute(
        _CURRENT, {"now": clock.now(), "first": first, "most": MOST_SHOWN}
    ).mappings()
    return [dict(row) for row in rows]


def show_topic(code: str, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """A topic of this moment with a page of its products as cards; else `TopicNotFound`."""
    now = clock.now()
    topic = db.session.scalars(
        select(Topic).where(Topic.code == code, Topic.starts_at <= now, Topic.ends_at > now)
    ).one_or_none()
    if topic is None:
        raise TopicNotFound
    of, place, product_id = read_cursor(cursor, (str, int, int)) or (code, None, None)
    if of != code:
        raise InvalidInput("翻页位置无效", field="cursor")
    wanted = {"topic_id": topic.id, "place": place, "id": product_id, "limit": limit + 1}
    rows = db.session.execute(_PAGE, wanted).all()
    page = page_of(rows, limit, lambda row: (code, row.place, row.id))
    cards = cards_of([row.id for row in page.items])
    return {
        "topic": topic,
        "items": [cards[row.id] for row in page.items if row.id in cards],
        "next_cursor": page.next_cursor,
    }


def create_topic(wish: Mapping[str, Any], by: int) -> dict[str, Any]:
    """Write a topic and the products chosen for it.

    Raises `InvalidInput` for a period, area, category or product that cannot be, or for a topic
    without any products or filter; `TopicCodeTaken`.
    """
    values, product_ids = _checked(wish)
    topic_id = db.session.execute(
        insert_new(Topic).values(**values).on_conflict_do_nothing().returning(Topic.id)
    ).scalar_one_or_none()
    if topic_id is None:
        raise TopicCodeTaken(field="code")
    _choose(topic_id, product_ids)
    audit.record(by, "create_topic", f"topic:{topic_id}", code=values["code"])
    return _one(topic_id)


def change_topic(topic_id: int, wish: Mapping[str, Any], by: int) -> dict[str, Any]:
    """Write a topic anew, all but its code. Raises as `create_topic`, and `TopicNotFound`."""
    values, product_ids = _checked(wish)
    _update(topic_id, **values)
    db.session.execute(
        text("DELETE FROM topic_products WHERE topic_id = :topic_id"), {"topic_id": topic_id}
    )
    _choose(topic_id, product_ids)
    audit.record(by, "change_topic", f"topic:{topic_id}", title=values["title"])
    return _one(topic_id)


def end_topic(topic_id: int, by: int, reason: str) -> dict[str, Any]:
    """Show it no more from now on; one that has not begun never begins, an ended one stays so."""
    _update(
        topic_id, ends_at=func.greatest(Topic.starts_at, func.least(Topic.ends_at, clock.now()))
    )
    audit.record(by, "end_topic", f"topic:{topic_id}", reason)
    return _one(topic_id)


def list_topics(*, limit: int, cursor: str | None) -> Page[dict[str, Any]]:
    """Topics of all times, the newest first."""
    position = read_cursor(cursor, (int,))
    before = "WHERE t.id < :before" if position else ""
    rows = db.session.execute(
        text(f"{_LIST} {before} ORDER BY t.id DESC LIMIT :limit"),
        {"limit": limit + 1, **({"before": position[0]} if position else {})},
    ).mappings()
    return page_of([dict(row) for row in rows], limit, lambda row: (row["id"],))


def _one(topic_id: int) -> dict[str, Any]:
    row = db.session.execute(text(f"{_LIST} WHERE t.id = :id"), {"id": topic_id})
    return dict(row.mappings().one())


def _update(topic_id: int, **values: Any) -> None:
    changed = update(Topic).where(Topic.id == topic_id).values(**values).returning(Topic.id)
    if db.session.execute(changed).first() is None:
        raise TopicNotFound


def _choose(topic_id: int, product_ids: Sequence[int]) -> None:
    chosen = db.session.execute(
        _CHOOSE, {"topic_id": topic_id, "product_ids": list(product_ids)}
    ).all()
    if len(chosen) < len(product_ids):
        raise InvalidInput("有商品不存在", field="product_ids")


def _checked(wish: Mapping[str, Any]) -> tuple[dict[str, Any], list[int]]:
    """The topic's own columns and its products, if they make sense."""
    values = dict(wish)
    product_ids: list[int] = values.pop("product_ids")
    check_period(values["starts_at"], values["ends_at"])
    if len(set(product_ids)) < len(product_ids):
        raise InvalidInput("同一商品只能选一次", field="product_ids")
    filters = {
        "prefecture_code": select(Area.code).where(Area.prefecture_code.is_(None)),
        "county_code": select(Area.code).where(Area.prefecture_code.is_not(None)),
        "category_code": select(Category.code),
    }
    for name, known in filters.items():
        code = values[name]
        if code is None:
            continue
        column = known.selected_columns[0]
        if db.session.execute(known.where(column == code)).first() is None:
            raise InvalidInput("不存在", field=name)
    if not product_ids and all(values[name] is None for name in filters):
        raise InvalidInput("请选择商品，或至少给出一个筛选条件", field="product_ids")
    return values, product_ids
