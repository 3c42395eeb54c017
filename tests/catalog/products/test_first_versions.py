"""Products that were there before there were versions have a first one."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from flask import Flask
from psycopg.rows import dict_row

from backend.catalog.products.content import ProductContentIn
from backend.core.database import db, transaction
from demo.load import load
from local.servers import Postgres
from tests.conftest import ROOT
from tests.factories import ProductFactory, SkuFactory
from tests.test_house import made_database

BEFORE = """
    INSERT INTO categories (code, name, sort) VALUES ('tea', '茶叶', 1);
    INSERT INTO producers (name, kind, credit_code, county_code, settlement_mode, story,
                           households, created_at)
    VALUES ('云台茶叶合作社', 'cooperative', 'X1', '430923', 'resale', '', 1, now());
    INSERT INTO products (producer_id, category_code, county_code, kind, state, name, subtitle,
                          description, pictures, fresh, shelf_life_days, storage, listed_at)
    SELECT 1, 'tea', '430923', kind, state, '安化黑茶', '', '', '{pictures/tea.webp}', false, NULL,
           '', CASE WHEN state <> 'draft' THEN timestamptz '2026-01-01' END
      FROM (VALUES ('goods', 'listed'), ('service', 'listed'), ('goods', 'delisted'),
                   ('goods', 'draft')) v (kind, state);
    INSERT INTO skus (product_id, code, spec, unit, net_weight_g, price_fen, case_size,
                      min_quantity, tax_class, on_sale)
    SELECT id, 'S' || id || n, n || 'kg 装', 'box', 1000 * n, 5990, 1, 1, 'rate9', n < 3
      FROM products, generate_series(1, 3) n;
    INSERT INTO recognitions (product_id, number, issuer, batch, valid_from, valid_to, status)
    VALUES (1, 'R1', '专班', '一', '2026-01-01', '2027-01-01', 'valid'),
           (1, 'R0', '专班', '一', '2024-01-01', '2025-01-01', 'revoked');
"""

NOT_ONE_LISTED_VERSION = """
    SELECT p.id FROM products p
     WHERE (SELECT count(*) FROM product_versions v
             WHERE v.product_id = p.id AND v.state = 'listed') <> (p.state = 'listed')::int
"""


@pytest.fixture
def old_shop(postgres: Postgres, worker_id: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database as it was before there were versions, brought up to date."""
    config = Config(str(ROOT / "alembic.ini"))
    with made_database(postgres, f"old_shop_{worker_id}") as url:
        monkeypatch.setenv("DATABASE_URL", url)
        command.upgrade(config, "0004_areas")
        with psycopg.connect(url) as connection:
            connection.execute(BEFORE.encode())
        command.upgrade(config, "head")
        yield url


def test_products_that_were_there_have_a_first_version(old_shop: str) -> None:
    with psycopg.connect(old_shop, row_factory=dict_row) as connection:
        query = "SELECT v.*, p.state AS shown FROM product_versions v JOIN products p"
        rows = connection.execute(f"{query} ON p.id = v.product_id ORDER BY p.id".encode())
        versions = rows.fetchall()
        assert connection.execute(NOT_ONE_LISTED_VERSION.encode()).fetchall() == []
        events = connection.execute(
            b"SELECT step, to_state FROM product_version_events ORDER BY version_id, id"
        ).fetchall()
        certified = connection.execute(
            b"SELECT recognition_id AS id, to_state FROM recognition_events ORDER BY 1, id"
        ).fetchall()
    assert [(v["shown"], v["state"], v["number"]) for v in versions] == [
        ("listed", "listed", 1),
        ("listed", "listed", 1),
        ("delisted", "ended", 1),
        ("draft", "draft", 1),
    ]
    for version in versions:
        assert ProductContentIn().load(version["content"]) == version["content"]
        assert version["content"]["code"] == f"P{version['product_id']}"
        assert len(version["content"]["skus"]) == 2
    assert [event["step"] for event in events] == ["list", "list", "list", "delist", "draft"]
    assert [tuple(event.values()) for event in certified] == [
        (1, "valid"),
        (2, "valid"),
        (2, "revoked"),
    ]


def test_every_listed_product_has_exactly_one_listed_version(app: Flask) -> None:
    load(app)
    SkuFactory()
    SkuFactory(product_id=SkuFactory().product_id)
    ProductFactory(state="delisted")
    with transaction():
        assert db.session.execute(db.text(NOT_ONE_LISTED_VERSION)).all() == []
        contents = db.session.execute(db.text("SELECT content FROM product_versions")).scalars()
        schema = ProductContentIn()
        for each in contents:
            assert schema.load(schema.dump(each)) == each
