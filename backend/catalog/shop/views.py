"""HTTP of the shop. What everybody sees alike is kept in Valkey for one second."""

from typing import Any

from flask import Response, current_app, send_from_directory

from backend.catalog.shop import browsing
from backend.catalog.shop.schemas import (
    AreasOut,
    CategoriesOut,
    ProductOut,
    ProductsOut,
    ProductsQuery,
)
from backend.core.api import Blueprint, refuses
from backend.core.caller import public
from backend.core.errors import InvalidInput, NotFound
from backend.core.paging import Page
from backend.core.shown import shown_for

SECONDS = 1.0
"""How long a page is shown again: a change is seen within a second."""

blueprint = Blueprint("shop", __name__, url_prefix="/v1", description="What can be bought.")
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
