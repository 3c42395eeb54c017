"""HTTP of the catalogue. What everybody sees alike is kept in Valkey for one second."""

from typing import Any

from flask import Response, current_app, send_from_directory

from backend.catalog import browsing, stock
from backend.catalog.schemas import (
    AreasOut,
    CategoriesOut,
    ProductOut,
    ProductsOut,
    ProductsQuery,
    StockCorrectionIn,
    StockOut,
)
from backend.core import idempotency
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller, public
from backend.core.errors import InvalidInput, NotFound
from backend.core.paging import Page
from backend.core.schemas import IdempotencyHeader
from backend.core.shown import shown_for

SECONDS = 1.0
"""How long a page is shown again: a change is seen within a second."""

blueprint = Blueprint("catalog", __name__, url_prefix="/v1", description="What can be bought.")
media = Blueprint("media", __name__, url_prefix="/media", description="Pictures.")


@blueprint.get("/areas")
@public()
@shown_for(SECONDS)
@blueprint.response(200, AreasOut)
def get_areas() -> Any:
    """Hunan's prefectures with the counties that are helped, and the class of each."""
    return {"items": browsing.list_areas()}


@blueprint.get("/categories")
@public()
@shown_for(SECONDS)
@blueprint.response(200, CategoriesOut)
def get_categories() -> Any:
    """Categories in the order in which they are shown."""
    return {"items": browsing.list_categories()}


@blueprint.get("/products")
@public()
@refuses(InvalidInput)
@shown_for(SECONDS)
@blueprint.arguments(ProductsQuery, location="query")
@blueprint.response(200, ProductsOut)
def get_products(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """Listed products, the newest first, by category, county or prefecture."""
    return browsing.list_products(**query)


@blueprint.get("/products/<id:product_id>")
@public()
@refuses(NotFound)
@shown_for(SECONDS)
@blueprint.response(200, ProductOut)
def get_product(product_id: int) -> dict[str, Any]:
    """One product with its SKUs, its producer and the recognition valid today."""
    return browsing.show_product(product_id)


@media.get("/<path:path>")
@public()
@media.response(200, {"type": "string", "format": "binary"}, content_type="image/webp")
def get_picture(path: str) -> Response:
    """A picture of a product; its name changes when it does, so it may be kept for ever."""
    return send_from_directory(
        current_app.config["MEDIA_DIRECTORY"], path, max_age=31_536_000, conditional=True
    )


@blueprint.post("/operator/skus/<id:sku_id>/stock-corrections")
@allow(Role.operator)
@refuses(NotFound, stock.StockBelowReserved, idempotency.KeyUsedOtherwise)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.arguments(StockCorrectionIn)
@blueprint.response(201, StockOut)
def correct_stock(headers: dict[str, str], body: dict[str, Any], sku_id: int) -> Any:
    """Add to or take from the stock on hand, for a reason. The same key corrects once."""
    key, by = headers["idempotency_key"], caller().user_id
    cause = f"correction:{by}:{key}"
    earlier = idempotency.claim(by, "stock_correction", key, {"sku": sku_id, **body}, cause)
    if earlier:
        return {"available": stock.available(sku_id)}
    return {"available": stock.correct(sku_id, body["change"], body["reason"], by, cause)}
