"""A large catalogue, the same for the same seed: 40,000 products with 100,000 SKUs from Hunan.

Names are combined from words that real products, places and producers of the province use.
"""

import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

PRODUCTS = 40_000
SKUS = 100_000
PRODUCERS = 2_000
FIRST_PRODUCER = 20_000_000
FIRST_PRODUCT = 20_000_000
FIRST_SKU = 30_000_000
SEED = 20261124

WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
PRODUCER_KINDS = (
    ("农业发展有限公司", "firm"), ("食品有限公司", "firm"), ("生态农业有限公司", "firm"),
    ("专业合作社", "cooperative"), ("种养农民专业合作社", "cooperative"),
    ("家庭农场", "family_farm"), ("村股份经济合作社", "village_collective"),
)  # fmt: skip
SPECS = (("500g 装", 500), ("1kg 装", 1000), ("2.5kg 装", 2500), ("5kg 整箱", 5000),
         ("250g×2 礼盒", 500), ("10kg 食堂装", 10_000))  # fmt: skip


@dataclass(frozen=True)
class County:
    code: str
    short: str


def load_catalogue(database_url: str, seed: int = SEED) -> None:
    """Add the catalogue to a migrated database, in a few seconds; documents are made elsewhere."""
    chosen = random.Random(seed)
    with psycopg.connect(database_url) as connection:
        counties = _counties(connection)
        _categories(connection)
        producers = _producers(connection, chosen, counties)
        _products(connection, chosen, counties, producers)
        _skus(connection, chosen)
        connection.execute(_RECOGNISE.encode())
        connection.execute(_SELL.encode())
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


_RECOGNISE = f"""
    INSERT INTO recognitions (product_id, number, issuer, batch, valid_from, valid_to, status)
    SELECT id, '湘帮认字〔2026〕' || id || '号', '湖南省消费帮扶工作专班', '2026 年第一批',
           current_date - 200, current_date + 200, 'valid'
      FROM products WHERE id >= {FIRST_PRODUCT} AND id % 10 < 7
"""
_SELL = f"""
    INSERT INTO product_sales (product_id, quantity, amount_fen, as_of)
    SELECT id, n, n * 6000, now()
      FROM (SELECT id, (3000 / (1 + (id * 7919) % 3000))::bigint AS n
              FROM products WHERE id >= {FIRST_PRODUCT} AND id % 4 > 0) sold
"""
"""Seven in ten are recognised. Three in four have sold: most of them a little, a few very much."""


def _counties(connection: psycopg.Connection[tuple[str, ...]]) -> list[County]:
    rows = connection.execute(
        "SELECT code, name FROM areas WHERE prefecture_code IS NOT NULL ORDER BY code"
    )
    return [County(code, _short(name)) for code, name in rows]


def _short(name: str) -> str:
    for ending in ("苗族自治县", "瑶族自治县", "侗族自治县", "苗族侗族自治县", "管理区"):
        name = name.removesuffix(ending)
    return name[:-1] if len(name) > 2 and name[-1] in "县市区" else name


def _categories(connection: psycopg.Connection[tuple[str, ...]]) -> None:
    rows: dict[str, tuple[str, str | None]] = {}
    for each in WORDS["categories"]:
        if "parent" in each:
            rows.setdefault(each["parent"], (each["parent_name"], None))
        rows[each["code"]] = (each["name"], each.get("parent"))
    connection.cursor().executemany(
        "INSERT INTO categories (code, name, parent_code, sort) VALUES (%s, %s, %s, %s)",
        [(code, name, parent, at) for at, (code, (name, parent)) in enumerate(rows.items(), 100)],
    )


def _producers(
    connection: psycopg.Connection[tuple[str, ...]],
    chosen: random.Random,
    counties: Sequence[County],
) -> list[County]:
    """Where each producer is, by its number."""
    homes = [chosen.choice(counties) for _ in range(PRODUCERS)]
    with connection.cursor().copy(
        "COPY producers (id, name, kind, credit_code, county_code, settlement_mode, story,"
        " households, state, created_at) FROM STDIN"
    ) as rows:
        for number, home in enumerate(homes):
            ending, kind = chosen.choice(PRODUCER_KINDS)
            name = home.short + chosen.choice(WORDS["producers"]) + ending
            rows.write_row(
                (FIRST_PRODUCER + number, name, kind, f"LARGE{number}", home.code, "resale",
                 "山里的老茶园。", 80, "approved", datetime.now(UTC))
            )  # fmt: skip
    return homes


def _products(
    connection: psycopg.Connection[tuple[str, ...]],
    chosen: random.Random,
    counties: Sequence[County],
    homes: Sequence[County],
) -> None:
    goods = [(each["code"], word) for each in WORDS["categories"] for word in each["words"]]
    now = datetime.now(UTC)
    with connection.cursor().copy(
        "COPY products (id, producer_id, category_code, county_code, kind, state, name, subtitle,"
        " description, pictures, fresh, shelf_life_days, storage, voucher_days, listed_at)"
        " FROM STDIN"
    ) as rows:
        for number in range(PRODUCTS):
            maker = chosen.randrange(PRODUCERS)
            home = homes[maker] if chosen.random() < 0.9 else chosen.choice(counties)
            category, word = chosen.choice(goods)
            service = category in ("homestay", "study", "outing")
            rows.write_row(
                (FIRST_PRODUCT + number, FIRST_PRODUCER + maker, category, home.code,
                 "service" if service else "goods", "listed", _name(chosen, home, word),
                 chosen.choice(WORDS["subtitles"]), "".join(chosen.sample(WORDS["sentences"], 4)),
                 [f"pictures/{word}.webp"], False, None if service else 365, "阴凉干燥",
                 180 if service else None, now - timedelta(minutes=chosen.randrange(500_000)))
            )  # fmt: skip


def _name(chosen: random.Random, home: County, word: str) -> str:
    parts = [home.short] if chosen.random() < 0.7 else []
    parts += chosen.sample(WORDS["adjectives"], chosen.choice((0, 1, 1, 2)))
    parts.append(word)
    if chosen.random() < 0.5:
        parts.append(chosen.choice(WORDS["endings"]))
    return "".join(parts)


def _skus(connection: psycopg.Connection[tuple[str, ...]], chosen: random.Random) -> None:
    with connection.cursor().copy(
        "COPY skus (id, product_id, code, spec, unit, net_weight_g, price_fen, market_price_fen,"
        " case_size, min_quantity, tax_class) FROM STDIN"
    ) as rows:
        for number, product in enumerate(_owners(chosen)):
            spec, grams = chosen.choice(SPECS)
            price = max(500, int(chosen.lognormvariate(8.7, 0.8)) // 10 * 10)
            rows.write_row(
                (FIRST_SKU + number, product, f"LARGE{number}", spec, "box", grams, price,
                 price * 5 // 4, 10, 1, "rate9")
            )  # fmt: skip
    connection.execute(
        f"INSERT INTO sku_stocks (sku_id, on_hand, reserved)"
        f" SELECT id, 500, 0 FROM skus WHERE id >= {FIRST_SKU}".encode()
    )


def _owners(chosen: random.Random) -> Iterator[int]:
    """Whose each SKU is: every product has one, and the rest fall as they do."""
    yield from range(FIRST_PRODUCT, FIRST_PRODUCT + PRODUCTS)
    for _ in range(SKUS - PRODUCTS):
        yield FIRST_PRODUCT + chosen.randrange(PRODUCTS)
