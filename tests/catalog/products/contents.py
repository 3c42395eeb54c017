"""What a producer says of a product, as the schema hands it on."""

from typing import Any

from backend.catalog.products.content import ProductContentIn
from tests.factories import CategoryFactory


def sku_said(code: str = "AH-TEA-1KG", **changes: Any) -> dict[str, Any]:
    said = {
        "code": code,
        "spec": "1kg 装",
        "unit": "box",
        "net_weight_g": 1000,
        "price_fen": 5990,
        "market_price_fen": 6990,
        "tax_class": "rate9",
    }
    return said | changes


def said(*skus: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A body as a client sends it, with one SKU unless others are given."""
    body = {
        "code": "AH-TEA",
        "category_code": changes.get("category_code") or CategoryFactory().code,
        "county_code": "430923",
        "kind": "goods",
        "name": "安化千两茶饼",
        "pictures": ["pictures/tea.webp"],
        "shelf_life_days": 3650,
        "skus": list(skus) or [sku_said()],
    }
    return body | changes


def content(*skus: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same, loaded."""
    loaded: dict[str, Any] = ProductContentIn().load(said(*skus, **changes))
    return loaded
