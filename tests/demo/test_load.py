"""Loading the demo data twice is loading it once, and what was sold meanwhile stays sold."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend import Service
from backend.core import clock
from backend.core.database import db, transaction
from demo import dataset
from demo.errors import DemoDataError
from demo.load import PICTURES, draw, load

TABLES = (
    "categories", "producers", "freight_templates", "freight_rules",
    "products", "recognitions", "skus", "sku_stocks", "stock_movements",
    "seasons", "tracks", "institutions", "teams", "users", "competitors", "role_grants",
    "referral_links",
)  # fmt: skip


def contents() -> dict[str, list[tuple[Any, ...]]]:
    with transaction():
        return {
            table: sorted(
                tuple(row) for row in db.session.execute(text(f"SELECT {table}::text FROM {table}"))
            )
            for table in TABLES
        }


def test_a_second_time_changes_nothing(app: Service) -> None:
    load(app)
    with transaction():
        db.session.execute(text("UPDATE sku_stocks SET reserved = 5 WHERE sku_id = 1"))
        db.session.execute(text("UPDATE products SET state = 'delisted' WHERE id = 1"))
    before = contents()
    assert set(load(app).values()) == {0}
    assert contents() == before


def test_everything_is_there_and_the_stock_is_explained(app: Service) -> None:
    load(app)
    data = dataset.read()
    counts = {table: len(rows) for table, rows in contents().items()}
    assert counts["products"] == len(data.products)
    assert counts["sku_stocks"] == counts["stock_movements"] == len(data.skus)
    assert counts["competitors"] == counts["role_grants"] == len(data.competitors)
    assert counts["referral_links"] == len(data.referral_links)
    with transaction():
        unexplained = db.session.execute(
            text("""
                SELECT s.sku_id FROM sku_stocks s LEFT JOIN stock_movements m USING (sku_id)
                 GROUP BY s.sku_id, s.on_hand
                HAVING s.on_hand <> coalesce(sum(m.on_hand_change), 0)
            """)
        )
        assert unexplained.all() == []


def test_fresh_goods_travel_by_a_template_of_their_own(app: Service) -> None:
    load(app)
    data = dataset.read()
    apart = {each.producer_code for each in data.freight if each.fresh_only}
    fresh = [each for each in data.products if each.fresh and each.producer_code in apart]
    with transaction():
        found = db.session.execute(
            text("""
                SELECT p.fresh, t.producer_id = p.producer_id, t.is_default
                  FROM products p JOIN freight_templates t ON t.id = p.freight_template_id
            """)
        )
        assert [tuple(row) for row in found] == [(True, True, False)] * len(fresh)


def test_a_template_that_its_producer_retired_does_not_come_back(app: Service) -> None:
    load(app)
    with transaction():
        db.session.execute(text("UPDATE freight_templates SET retired_at = now() WHERE id = 1"))
    assert load(app)["freight_templates"] == 0


def test_a_new_sku_of_a_known_product_is_added_to_it(
    app: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = dataset.read()
    fewer = replace(data, skus=tuple(sku for sku in data.skus if sku.code != "fuzhuan-2"))
    monkeypatch.setattr(dataset, "read", lambda: fewer)
    load(app)
    monkeypatch.setattr(dataset, "read", lambda: data)
    assert load(app)["skus"] == 1
    with transaction():
        products = db.session.execute(
            text("SELECT DISTINCT product_id FROM skus WHERE code LIKE 'fuzhuan-%'")
        )
        assert len(products.all()) == 1


def test_the_season_runs_today_and_next_year(app: Service) -> None:
    load(app)
    assert seasons_today() == 1
    clock.travel(timedelta(days=400))
    try:
        assert seasons_today() == 0
        load(app)
        assert seasons_today() == 1
    finally:
        clock.use(None)


def seasons_today() -> int:
    with transaction():
        running = text("SELECT count(*) FROM seasons WHERE starts_at <= :now AND ends_at > :now")
        return int(db.session.execute(running, {"now": clock.now()}).scalar_one())


def test_a_database_with_a_season_of_its_own_is_left_alone(app: Service) -> None:
    with transaction():
        db.session.execute(
            text("""
                INSERT INTO seasons (code, name, starts_at, ends_at)
                VALUES ('real', '正式赛', now() - interval '1 day', now() + interval '1 day')
            """)
        )
    with pytest.raises(DemoDataError, match="season real"):
        load(app)
    db.session.rollback()
    assert contents()["products"] == []


def test_pictures_are_drawn_where_the_products_say(tmp_path: Path) -> None:
    directory = tmp_path / PICTURES
    directory.mkdir()
    data = dataset.read()
    for product in data.products[1:]:
        (directory / f"{product.code}.webp").touch()
    assert draw(tmp_path, workers=1) == 1
    assert (directory / f"{data.products[0].code}.webp").stat().st_size > 1000
    assert draw(tmp_path, workers=1) == 0
