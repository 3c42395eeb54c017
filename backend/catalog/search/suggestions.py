"""What is offered while somebody types: categories, places and names of products."""

from typing import Any

from sqlalchemy import text

from backend.catalog.search.filters import OFFERED
from backend.catalog.search.reading import MATCHES, Reading, answer
from backend.catalog.search.tokens import read_field
from backend.catalog.search.wishes import Word
from backend.core import clock
from backend.core.database import db

MOST = 10
MOST_GROUPS = 4
LOOKED_AT = 40

_GROUPS = text("""
    SELECT 'category' AS kind, c.code, c.name FROM categories c
     WHERE EXISTS (SELECT 1 FROM product_search d WHERE d.category_code = c.code)
        OR EXISTS (SELECT 1 FROM categories b JOIN product_search d ON d.category_code = b.code
                    WHERE b.parent_code = c.code)
    UNION ALL
    SELECT CASE WHEN a.prefecture_code IS NULL THEN 'prefecture' ELSE 'county' END, a.code, a.name
      FROM areas a
     WHERE EXISTS (SELECT 1 FROM product_search d WHERE d.county_code = a.code)
        OR EXISTS (SELECT 1 FROM areas b JOIN product_search d ON d.county_code = b.code
                    WHERE b.prefecture_code = a.code)
""")


def suggest(wish: str) -> list[dict[str, Any]]:
    """At most ten: groups whose name begins with what was typed, then names of products.

    Characters, pinyin and initials all count, as in the search; the best sold come first.
    """
    found, reading = answer(wish, None, _names)
    if reading is None:
        return []
    groups = [dict(row) for row in db.session.execute(_GROUPS).mappings()]
    begun = [each for each in groups if _begins(each["name"], reading.words)]
    names = list(dict.fromkeys(row.name for row in found or ()))
    products = [{"kind": "product", "code": None, "name": name} for name in names]
    return [*begun[:MOST_GROUPS], *products][:MOST]


def _begins(name: str, words: tuple[Word, ...]) -> bool:
    """Whether the name begins with all of the words, one behind the other, however typed."""
    field = read_field(name)
    typed = "".join(word.text for word in words)
    sound = "".join(word.sound for word in words)
    initials = "".join(each[0] for each in field.syllables)
    if any(word.chinese for word in words):
        return "".join(field.runs).startswith(typed)
    return initials.startswith(typed) or "".join(field.syllables).startswith(sound)


def _names(reading: Reading) -> list[Any]:
    relevance, values = reading.relevance()
    sql = f"""
        SELECT p.name
          FROM (SELECT d.product_id, d.sales, {relevance} AS relevance
                  FROM product_search d WHERE {MATCHES} AND {OFFERED}
                 ORDER BY relevance DESC, sales DESC, product_id DESC LIMIT {LOOKED_AT}) d
          JOIN products p ON p.id = d.product_id AND p.state = 'listed'
         ORDER BY d.relevance DESC, d.sales DESC, d.product_id DESC
    """
    given = {"query": reading.query, "today": clock.today(), **values}
    return list(db.session.execute(text(sql), given))
