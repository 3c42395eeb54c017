"""Documents follow the catalogue: refreshed with each change, and by state whatever was missed."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import RowMapping

from backend.catalog.search.sources import OF_ALL, OF_SOME
from backend.catalog.search.spelling import without_legal_form
from backend.catalog.search.tokens import read_field, read_text, tokens_of
from backend.core import clock
from backend.core.database import db, transaction

BATCH = 500

_LOCK = text("SELECT 1 FROM products WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")

_SOURCES = text(OF_SOME + " ORDER BY product_id")

_EVERY = text("SELECT id FROM products ORDER BY id")

_DROP = text("DELETE FROM product_search WHERE product_id = ANY(:ids)")

_WRITE = text("""
    INSERT INTO product_search AS d (
           product_id, refreshed_at, digest, offered_from, offered_to, recognised,
           category_code, county_code, prefecture_code, area_class, from_price_fen, sales,
           listed_at,
           name_key, category_key, place_key, producer_key, tokens)
    VALUES (:product_id, :refreshed_at, :digest, :offered_from, :offered_to, :recognised,
            :category_code, :county_code, :prefecture_code, :area_class, :from_price_fen,
            coalesce((SELECT quantity FROM product_sales WHERE product_id = :product_id), 0),
            :listed_at, :name_key, :category_key, :place_key, :producer_key,
            array_to_tsvector(CAST(:tokens AS text[])))
    ON CONFLICT (product_id) DO UPDATE SET
           refreshed_at = excluded.refreshed_at,
           digest = excluded.digest, offered_from = excluded.offered_from,
           offered_to = excluded.offered_to, recognised = excluded.recognised,
           category_code = excluded.category_code, county_code = excluded.county_code,
           prefecture_code = excluded.prefecture_code, area_class = excluded.area_class,
           from_price_fen = excluded.from_price_fen, sales = excluded.sales,
           listed_at = excluded.listed_at, name_key = excluded.name_key,
           category_key = excluded.category_key, place_key = excluded.place_key,
           producer_key = excluded.producer_key, tokens = excluded.tokens
     WHERE d.digest <> excluded.digest OR :anew
""")

_STALE = text(f"""
    SELECT coalesce(d.product_id, s.product_id) AS product_id
      FROM product_search d FULL JOIN ({OF_ALL}) s ON s.product_id = d.product_id
     WHERE s.digest IS DISTINCT FROM d.digest
     ORDER BY 1
""")


def refresh(product_ids: Collection[int], *, anew: bool = False) -> None:
    """Bring the documents of these products up to date, or drop them, in the running transaction.

    What is up to date stays untouched, unless it is to be written `anew`.

    The products are locked in the order of their ids before they are read, so that of two
    transactions that change the same product the later one writes what both have done.
    """
    ids = sorted(set(product_ids))
    if not ids:
        return
    db.session.flush()
    db.session.execute(_LOCK, {"ids": ids})
    sources = db.session.execute(_SOURCES, {"ids": ids, "today": clock.today()}).mappings().all()
    gone = set(ids) - {row["product_id"] for row in sources}
    if gone:
        db.session.execute(_DROP, {"ids": sorted(gone)})
    if sources:
        db.session.execute(_WRITE, [{**_document(row), "anew": anew} for row in sources])


def refresh_stale() -> int:
    """Put right every document that is missing, out of date or of a product not offered any more.

    In transactions of its own, some hundred documents each; how many there were.
    """
    with transaction():
        stale = list(db.session.scalars(_STALE, {"today": clock.today()}))
    _in_batches(stale)
    return len(stale)


def rebuild() -> int:
    """Write every document anew, some hundred at a time, while they are searched; their number."""
    with transaction():
        every = list(db.session.scalars(_EVERY))
    _in_batches(every, anew=True)
    with transaction():
        db.session.execute(text("ANALYZE product_search"))
        return int(db.session.execute(text("SELECT count(*) FROM product_search")).scalar_one())


def _in_batches(product_ids: Sequence[int], *, anew: bool = False) -> None:
    for at in range(0, len(product_ids), BATCH):
        with transaction():
            refresh(product_ids[at : at + BATCH], anew=anew)


def _document(row: RowMapping) -> dict[str, Any]:
    name, category = read_field(row["name"]), read_field(row["category"])
    place, producer = (
        read_field(without_legal_form(row["place"])),
        read_field(without_legal_form(row["producer"])),
    )
    tokens = tokens_of(
        [name, category, place, producer], read_text(row["subtitle"]), read_text(row["description"])
    )
    return {
        **row,
        "refreshed_at": clock.now(),
        "name_key": name.key,
        "category_key": category.key,
        "place_key": place.key,
        "producer_key": producer.key,
        "tokens": tokens,
    }
