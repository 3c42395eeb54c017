"""HTTP of the shop. What everybody sees alike is kept in Valkey for one second."""

from typing import Any

from flask import Response, current_app, send_from_directory

from backend.catalog.search.facets import count_facets
from backend.catalog.search.filters import Filters
from backend.catalog.search.suggestions import suggest
from backend.catalog.shop import browsing
from backend.catalog.shop.schemas import (
    AreasOut,
    CategoriesOut,
    FacetsOut,
    FiltersQuery,
    ProductOut,
    ProductsOut,
    ProductsQuery,
    SuggestionsOut,
    SuggestionsQuery,
)
from backend.core.api import Blueprint, refuses
from backend.core.caller import public
from backend.core.errors import InvalidInput, NotFound
from backend.core.paging import Page
from backend.core.shown import shown_for

SECONDS = 1.0
"""How long a page is shown again: a change is seen within a second."""
FACET_SECONDS = 5.0
"""Counts and suggestions may be a little older: they are dear to make and decide nothing."""

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
    """Products on offer: searched by `q`, narrowed by filters, the newest first unless told.

    A cursor belongs to the list it came from: with another `q`, filter or sort it is refused.
    """
    return browsing.list_products(**query)


@blueprint.get("/products/facets")
@public()
@refuses(InvalidInput)
@shown_for(FACET_SECONDS)
@blueprint.arguments(FiltersQuery, location="query")
@blueprint.response(200, FacetsOut)
def get_product_facets(query: dict[str, Any]) -> dict[str, Any]:
    """How many products each filter leaves, with all other filters applied but not its own."""
    return count_facets(query.pop("q"), Filters(**query))


@blueprint.get("/search-suggestions")
@public()
@refuses(InvalidInput)
@shown_for(FACET_SECONDS)
@blueprint.arguments(SuggestionsQuery, location="query")
@blueprint.response(200, SuggestionsOut)
def get_search_suggestions(query: dict[str, Any]) -> dict[str, Any]:
    """What to offer while somebody types: categories, places, names of products."""
    return {"items": suggest(query["q"])}


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
