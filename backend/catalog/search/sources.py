"""What documents are made from: one query over the catalogue, with a digest of all that matters.

A product has a document while it is listed, its producer is approved, and it has either never
had a recognition or has one that is valid now or will be. From which day to which it is offered is
part of the document, so a recognition that begins or ends needs nobody to be told.
"""

VERSION = "1"
"""Another one makes every document out of date: raise it when tokens or keys change."""

SOURCES = f"""
    SELECT s.*, md5('{VERSION}' || s::text) AS digest
      FROM (
        SELECT p.id AS product_id, p.name, p.subtitle, p.description,
               p.category_code, concat_ws(' ', c.name, above.name) AS category,
               p.county_code, coalesce(a.prefecture_code, a.code) AS prefecture_code,
               a.area_class, concat_ws(' ', a.name, f.name) AS place,
               m.name AS producer, price.from_price_fen,
               coalesce(p.listed_at, 'epoch') AS listed_at,
               r.product_id IS NOT NULL AS recognised,
               coalesce(lower(r.span), '0001-01-01') AS offered_from,
               coalesce(upper(r.span) - 1, '9999-12-31') AS offered_to
          FROM products p
          JOIN producers m ON m.id = p.producer_id AND m.state = 'approved'
          JOIN categories c ON c.code = p.category_code
          LEFT JOIN categories above ON above.code = c.parent_code
          JOIN areas a ON a.code = p.county_code
          LEFT JOIN areas f ON f.code = a.prefecture_code
          LEFT JOIN (
               SELECT s.product_id, min(s.price_fen) AS from_price_fen
                 FROM skus s WHERE s.on_sale {{of_skus}} GROUP BY s.product_id
          ) price ON price.product_id = p.id
          LEFT JOIN (
               SELECT h.product_id,
                      (SELECT span FROM unnest(h.spans) span ORDER BY span LIMIT 1) AS span
                 FROM (SELECT r.product_id,
                              range_agg(daterange(r.valid_from, r.valid_to, '[]')) FILTER
                              (WHERE r.status = 'valid' AND r.valid_to >= :today) AS spans
                         FROM recognitions r WHERE true {{of_recognitions}}
                        GROUP BY r.product_id) h
          ) r ON r.product_id = p.id
         WHERE p.state = 'listed' AND (r.product_id IS NULL OR r.span IS NOT NULL)
               {{of_products}}
      ) s
"""

OF_ALL = SOURCES.format(of_skus="", of_recognitions="", of_products="")
OF_SOME = SOURCES.format(
    of_skus="AND s.product_id = ANY(:ids)",
    of_recognitions="AND r.product_id = ANY(:ids)",
    of_products="AND p.id = ANY(:ids)",
)
