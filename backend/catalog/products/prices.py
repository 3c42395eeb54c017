"""Prices a reviewer should look at twice: far above what the market asks. They never block."""

from collections.abc import Mapping, Sequence
from typing import Any

ABOVE_MARKET = "price_above_market"

FLAGGED = """
    EXISTS (SELECT 1 FROM jsonb_array_elements(v.content->'skus') s
             WHERE (s->>'price_fen')::bigint * 10 > (s->>'market_price_fen')::bigint * 13)
"""
"""The same rule as SQL over `product_versions v`."""


def flags(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """SKUs that cost more than 1.3 times their market price, by their place in the content."""
    skus: Sequence[Mapping[str, Any]] = content["skus"]
    return [
        {"flag": ABOVE_MARKET, "field": f"skus.{position}.price_fen"}
        for position, sku in enumerate(skus)
        if sku["market_price_fen"] is not None
        and sku["price_fen"] * 10 > sku["market_price_fen"] * 13
    ]
