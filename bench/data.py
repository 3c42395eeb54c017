"""What the measured shop holds: 200 products, 600 SKUs, buyers, and orders waiting for money.

The keys begin far apart and far from anything else, so that in a captured statement each of them
can be told by its value.
"""

from dataclasses import dataclass

import psycopg

PRODUCTS = 200
SKUS = 600
COMPETITORS = 100
FIRST_PRODUCT = 400_000
FIRST_SKU = 500_000
FIRST_BUYER = 1_000_000
FIRST_COMPETITOR = 3_000_000
FIRST_LINK = 4_000_000
FIRST_WAITING = 7_000_000_000
FIRST_ORDER = 8_000_000_000
PLENTY = 1_000_000_000

ATTRIBUTED = "id % 5 = 0"
"""One buyer, and one waiting order, in five was brought by a competitor."""

_SHOP = """
    INSERT INTO categories (code, name, parent_code, sort)
    SELECT 'c' || i, '分类' || i, NULL, i FROM generate_series(1, 4) i;
    INSERT INTO categories (code, name, parent_code, sort)
    SELECT 'c' || 1 + i % 4 || 's' || i, '小类' || i, 'c' || 1 + i % 4, i
      FROM generate_series(1, 12) i;

    CREATE TEMP TABLE counties AS
    SELECT code, row_number() OVER (ORDER BY code) - 1 AS i FROM areas
     WHERE prefecture_code IS NOT NULL;

    INSERT INTO producers (id, name, kind, credit_code, county_code, settlement_mode, story,
                           households, state, created_at)
    SELECT 300000 + i, '云台山茶叶专业合作社' || i, 'cooperative', 'BENCH' || i, code, 'resale',
           repeat('山里的老茶园，一年四季都有人照看。', 6), 120, 'approved', now()
      FROM counties WHERE i < 40;

    INSERT INTO products (id, producer_id, code, category_code, county_code, kind, state, name,
                          subtitle, description, pictures, fresh, shelf_life_days, storage,
                          listed_at)
    SELECT %(product)s + i, p.id, 'B' || i, 'c' || 1 + (1 + i % 12) % 4 || 's' || 1 + i % 12,
           p.county_code, 'goods', 'listed', '安化黑茶千两茶饼 ' || i || ' 号',
           '手筑茯砖，金花茂盛',
           repeat('选用云台山大叶种一芽三四叶，七星灶松柴明火烘焙。', 12),
           ARRAY['pictures/' || i || 'a.webp', 'pictures/' || i || 'b.webp'], i % 3 = 0, 3650,
           '通风干燥，避免阳光直射', now()
      FROM generate_series(0, %(products)s - 1) i JOIN producers p ON p.id = 300000 + i % 40;

    INSERT INTO recognitions (product_id, number, issuer, batch, valid_from, valid_to, status)
    SELECT id, '湘帮认字〔2026〕' || id || '号', '湖南省消费帮扶工作专班', '2026 年第一批',
           current_date - 100, current_date + 300, 'valid'
      FROM products WHERE id % 4 <> 0;

    INSERT INTO skus (id, product_id, code, spec, unit, net_weight_g, price_fen,
                      market_price_fen, case_size, min_quantity, tax_class)
    SELECT %(sku)s + i, %(product)s + i % %(products)s, 'B' || i, 1 + i % 3 || 'kg 装', 'box',
           1000 + 1000 * (i % 3), 1990 + 10 * i, 2990 + 10 * i, 1, 1, 'rate9'
      FROM generate_series(0, %(skus)s - 1) i;
    INSERT INTO product_versions (product_id, number, state, content, created_at, listed_at)
    SELECT p.id, 1, 'listed',
           to_jsonb(p) - '{id,producer_id,state,listed_at}'::text[] || jsonb_build_object(
               'skus', (SELECT jsonb_agg(to_jsonb(s) - '{id,product_id,on_sale}'::text[])
                          FROM skus s WHERE s.product_id = p.id)),
           p.listed_at, p.listed_at
      FROM products p;
    INSERT INTO sku_stocks (sku_id, on_hand, reserved) SELECT id, %(plenty)s, 0 FROM skus;
    INSERT INTO stock_movements (sku_id, kind, cause, on_hand_change, reserved_change, at)
    SELECT sku_id, 'correct', 'opening', on_hand, 0, now() FROM sku_stocks;
"""

_PEOPLE = """
    ALTER TABLE orders ALTER COLUMN id RESTART WITH %(order)s;
    INSERT INTO seasons (id, code, name, starts_at, ends_at)
    VALUES (1, '2026', '2026 赛季', now() - interval '30 days', now() + interval '300 days');
    INSERT INTO tracks (id, season_id, code, name) VALUES (1, 1, 'college', '高校组');
    INSERT INTO institutions (id, code, name, kind, prefecture_code)
    VALUES (1, 'school', '湖南潇湘商贸学院', 'school', '430100');
    INSERT INTO teams (id, season_id, track_id, institution_id, code, name)
    SELECT i, 1, 1, 1, 'T' || i, '橙心队' || i FROM generate_series(1, 20) i;

    INSERT INTO users (id, openid, created_at)
    SELECT %(buyer)s + i, 'oBENCH' || lpad(i::text, 22, '0'), now()
      FROM generate_series(0, %(buyers)s - 1) i;
    INSERT INTO users (id, created_at)
    SELECT %(competitor)s + i, now() FROM generate_series(0, %(competitors)s - 1) i;
    INSERT INTO competitors (id, season_id, team_id, user_id, display_name, is_captain,
                             enrolled_at)
    SELECT id, 1, 1 + id % 20, id, '小橙子' || id, false, now()
      FROM users WHERE id >= %(competitor)s;
    INSERT INTO referral_links (id, code, competitor_id, target_kind, channel, created_at)
    SELECT id + %(link)s - %(competitor)s, 'L' || id, id, 'home', 'miniprogram', now()
      FROM competitors;
    INSERT INTO touches (link_id, user_id, channel, touched_at)
    SELECT %(link)s + id % %(competitors)s, id, 'miniprogram', now() - interval '1 hour'
      FROM users WHERE {attributed} AND id < %(competitor)s;
"""

_WAITING = """
    CREATE TEMP TABLE waiting AS
    SELECT %(first)s + i AS id, %(sku)s + i % %(skus)s AS sku_id,
           (%(first)s + i) % 5 = 0 AS credited, i
      FROM generate_series(%(from)s, %(until)s - 1) i;
    INSERT INTO orders (id, no, buyer_id, state, goods_fen, freight_fen, total_fen,
                        receiver_name, receiver_phone, receiver_area, receiver_address, remark,
                        channel, referral_link_id, competitor_id, team_id, season_id,
                        placed_at, pay_before)
    SELECT w.id, 'X' || w.id, %(buyer)s + i % %(buyers)s, 'pending_payment', 2 * s.price_fen, 0,
           2 * s.price_fen, %(sealed)s, %(sealed)s, '湖南省 长沙市 岳麓区', %(sealed)s, '',
           'miniprogram', CASE WHEN credited THEN c.id + %(link)s - %(competitor)s END,
           CASE WHEN credited THEN c.id END, CASE WHEN credited THEN c.team_id END,
           CASE WHEN credited THEN 1 END, now(), now() + interval '1 day'
      FROM waiting w JOIN skus s ON s.id = w.sku_id
      JOIN competitors c ON c.id = %(competitor)s + i % %(competitors)s;
    INSERT INTO order_lines (order_id, line_no, sku_id, product_name, spec, unit, unit_price_fen,
                             quantity, amount_fen, fresh, tax_class, producer_id, producer_name,
                             producer_county_code, county_code, county_name, county_class)
    SELECT w.id, n, s.id, p.name, s.spec, s.unit, s.price_fen, 1, s.price_fen, p.fresh,
           s.tax_class, m.id, m.name, m.county_code, p.county_code, a.name, a.area_class
      FROM waiting w JOIN skus s ON s.id = w.sku_id JOIN products p ON p.id = s.product_id
      JOIN producers m ON m.id = p.producer_id JOIN areas a ON a.code = p.county_code
      CROSS JOIN generate_series(1, 2) n;
    INSERT INTO payments (id, no, order_no, payer_id, provider, amount_fen, state, prepay_id,
                          expires_at, created_at, next_query_at)
    SELECT id, 'P' || id, no, buyer_id, 'wechat_pay', total_fen, 'prepaid', 'wx' || id,
           pay_before, now(), now() + interval '1 day'
      FROM orders JOIN waiting USING (id);
    WITH held AS (
        SELECT sku_id, 2 * count(*) AS units FROM waiting GROUP BY sku_id
    ), reserved AS (
        UPDATE sku_stocks s SET reserved = reserved + units FROM held h WHERE h.sku_id = s.sku_id
    )
    INSERT INTO stock_movements (sku_id, kind, cause, on_hand_change, reserved_change, at)
    SELECT sku_id, 'reserve', 'waiting:%(from)s', 0, units, now() FROM held;
    DROP TABLE waiting;
"""


@dataclass(frozen=True)
class Shop:
    """What is in the database, by key."""

    buyers: int

    @property
    def buyer_ids(self) -> range:
        return range(FIRST_BUYER, FIRST_BUYER + self.buyers)

    @property
    def sku_ids(self) -> range:
        return range(FIRST_SKU, FIRST_SKU + SKUS)

    @property
    def product_ids(self) -> range:
        return range(FIRST_PRODUCT, FIRST_PRODUCT + PRODUCTS)

    def openid(self, buyer_id: int) -> str:
        return f"oBENCH{buyer_id - FIRST_BUYER:022d}"


def load_shop(database_url: str, buyers: int) -> Shop:
    """Fill an empty, migrated database."""
    with psycopg.connect(database_url) as connection:
        _execute(connection, _SHOP)
        _execute(connection, _PEOPLE.format(attributed=ATTRIBUTED), buyers)
    _analyse(database_url)
    return Shop(buyers)


def load_waiting(database_url: str, shop: Shop, begin: int, until: int, sealed: bytes) -> None:
    """Prepaid orders number `begin` to `until`, which a notice can pay; `sealed` is ciphertext."""
    with psycopg.connect(database_url) as connection:
        sql = _WAITING.replace("%(from)s", str(begin)).replace("%(until)s", str(until))
        sql = sql.replace("%(sealed)s", f"'\\x{sealed.hex()}'::bytea")
        _execute(connection, sql, shop.buyers)
    _analyse(database_url)


def new_hot_sku(database_url: str, sku_id: int, stock: int) -> None:
    """One more SKU, of which there is little."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """
            INSERT INTO skus (id, product_id, code, spec, unit, net_weight_g, price_fen,
                              case_size, min_quantity, tax_class)
            VALUES (%s, %s, %s, '1kg 装', 'box', 1000, 1990, 1, 1, 'rate9')
            """,
            [sku_id, FIRST_PRODUCT, f"HOT{sku_id}"],
        )
        connection.execute("INSERT INTO sku_stocks VALUES (%s, %s, 0)", [sku_id, stock])
        connection.execute(
            "INSERT INTO stock_movements (sku_id, kind, cause, on_hand_change, reserved_change, at)"
            " VALUES (%s, 'correct', 'opening', %s, 0, now())",
            [sku_id, stock],
        )


def _execute(connection: psycopg.Connection[tuple[object, ...]], sql: str, buyers: int = 0) -> None:
    """Several statements at once: our own numbers are written into them."""
    numbers = {
        "product": FIRST_PRODUCT,
        "products": PRODUCTS,
        "sku": FIRST_SKU,
        "skus": SKUS,
        "plenty": PLENTY,
        "buyer": FIRST_BUYER,
        "buyers": buyers,
        "competitor": FIRST_COMPETITOR,
        "competitors": COMPETITORS,
        "link": FIRST_LINK,
        "first": FIRST_WAITING,
        "order": FIRST_ORDER,
    }
    for name, number in numbers.items():
        sql = sql.replace(f"%({name})s", str(number))
    connection.execute(sql.encode())


def _analyse(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
