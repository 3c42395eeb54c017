"""HTTP of products for the people who act for a producer."""

from typing import Any

from flask import Response

from backend.accounts.schemas import ReasonIn
from backend.catalog.producers.members import require_member
from backend.catalog.products import drafting, listing, queries
from backend.catalog.products.checks import SkuCodeTaken
from backend.catalog.products.content import ProductContentIn
from backend.catalog.products.schemas import (
    KeptVersionsOut,
    OwnProductsOut,
    OwnProductsQuery,
    ProductVersionOut,
)
from backend.catalog.products.tiers import PriceTiersInvalid
from backend.catalog.products.versions import ProductNotFound, VersionNotFound
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import InvalidInput, NotFound
from backend.core.life import StepNotPossible, producer
from backend.core.paging import Page
from backend.core.schemas import PageQuery

blueprint = Blueprint(
    "own_products",
    __name__,
    url_prefix="/v1/producers/<id:producer_id>/products",
    description="A producer's own products, from draft to listed.",
)


@blueprint.get("")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.arguments(OwnProductsQuery, location="query")
@blueprint.response(200, OwnProductsOut)
def list_own_products(query: dict[str, Any], producer_id: int) -> Page[dict[str, Any]]:
    """The producer's products with state and open version, the newest first."""
    require_member(caller().user_id, producer_id)
    return queries.own_products(producer_id, **query)


@blueprint.post("")
@allow(Role.producer)
@refuses(NotFound, drafting.ProductCodeTaken, SkuCodeTaken, PriceTiersInvalid)
@blueprint.arguments(ProductContentIn)
@blueprint.response(201, ProductVersionOut)
def begin_product(body: dict[str, Any], producer_id: int) -> dict[str, Any]:
    """Begin a product with its first draft. The same again answers the same draft."""
    require_member(caller().user_id, producer_id)
    author = producer(caller().user_id)
    return queries.shown(drafting.begin_product(producer_id, body, author))


@blueprint.put("/<id:product_id>/draft")
@allow(Role.producer)
@refuses(NotFound, ProductNotFound, drafting.VersionInReview, SkuCodeTaken, PriceTiersInvalid)
@blueprint.arguments(ProductContentIn)
@blueprint.response(200, ProductVersionOut)
def put_draft(body: dict[str, Any], producer_id: int, product_id: int) -> dict[str, Any]:
    """Make or replace the open draft. What is listed stays on sale until a review."""
    require_member(caller().user_id, producer_id)
    author = producer(caller().user_id)
    return queries.shown(drafting.save_draft(producer_id, body, author, product_id))


@blueprint.get("/<id:product_id>/versions")
@allow(Role.producer)
@refuses(NotFound, ProductNotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, KeptVersionsOut)
def list_versions(query: dict[str, Any], producer_id: int, product_id: int) -> Page[dict[str, Any]]:
    """Every version with its steps, the newest first."""
    require_member(caller().user_id, producer_id)
    queries.require_own(producer_id, product_id)
    return queries.history(product_id, **query)


@blueprint.post("/<id:product_id>/versions/<id:number>/submission")
@allow(Role.producer)
@refuses(
    NotFound,
    ProductNotFound,
    VersionNotFound,
    drafting.PictureMissing,
    drafting.ProducerNotApproved,
    StepNotPossible,
)
@blueprint.response(201, ProductVersionOut)
def submit_version(producer_id: int, product_id: int, number: int) -> dict[str, Any]:
    """Hand a draft in for review."""
    require_member(caller().user_id, producer_id)
    version_id = queries.own_version(producer_id, product_id, number)
    return queries.shown(drafting.submit(version_id, producer(caller().user_id)))


@blueprint.post("/<id:product_id>/versions/<id:number>/withdrawal")
@allow(Role.producer)
@refuses(NotFound, ProductNotFound, VersionNotFound, StepNotPossible)
@blueprint.response(201, ProductVersionOut)
def withdraw_version(producer_id: int, product_id: int, number: int) -> dict[str, Any]:
    """Take a version back out of review, to change it."""
    require_member(caller().user_id, producer_id)
    version_id = queries.own_version(producer_id, product_id, number)
    return queries.shown(drafting.withdraw(version_id, producer(caller().user_id)))


@blueprint.post("/<id:product_id>/delisting")
@allow(Role.producer)
@refuses(NotFound, ProductNotFound, StepNotPossible, InvalidInput)
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
def delist_own_product(body: dict[str, str], producer_id: int, product_id: int) -> Response:
    """Take a product off sale."""
    require_member(caller().user_id, producer_id)
    queries.require_own(producer_id, product_id)
    listing.delist(product_id, producer(caller().user_id), body["reason"])
    return Response(status=204)
