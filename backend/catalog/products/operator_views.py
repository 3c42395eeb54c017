"""HTTP of the review of products, for operators."""

from typing import Any

from flask import Response

from backend.accounts.schemas import ReasonIn
from backend.catalog.products import queries, review
from backend.catalog.products.checks import SkuCodeTaken
from backend.catalog.products.drafting import ProducerNotApproved
from backend.catalog.products.schemas import (
    ProductVersionOut,
    ReviewQueueQuery,
    VersionApprovalIn,
    VersionForReviewOut,
    WaitingVersionsOut,
)
from backend.catalog.products.tiers import PriceTiersInvalid
from backend.catalog.products.versions import ProductNotFound, VersionNotFound
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.life import StepNotPossible
from backend.core.paging import Page

blueprint = Blueprint(
    "product_review", __name__, url_prefix="/v1/operator", description="What may be listed."
)


@blueprint.get("/product-versions")
@allow(Role.operator)
@blueprint.arguments(ReviewQueueQuery, location="query")
@blueprint.response(200, WaitingVersionsOut)
def list_waiting_versions(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """Versions waiting for review, the oldest first."""
    return queries.review_queue(**query)


@blueprint.get("/product-versions/<id:version_id>")
@allow(Role.operator)
@refuses(VersionNotFound)
@blueprint.response(200, VersionForReviewOut)
def get_version_for_review(version_id: int) -> dict[str, Any]:
    """A version, and what it changes in what is listed."""
    return queries.version_for_review(version_id)


@blueprint.post("/product-versions/<id:version_id>/approval")
@allow(Role.operator)
@refuses(
    VersionNotFound,
    StepNotPossible,
    review.OwnProduct,
    review.ReasonMissing,
    review.VersionChanged,
    ProducerNotApproved,
    SkuCodeTaken,
    PriceTiersInvalid,
)
@blueprint.arguments(VersionApprovalIn)
@blueprint.response(201, ProductVersionOut)
def approve_version(body: dict[str, Any], version_id: int) -> dict[str, Any]:
    """List a version. A flagged price needs a reason."""
    return queries.shown(review.approve(version_id, caller().user_id, **body))


@blueprint.post("/product-versions/<id:version_id>/return")
@allow(Role.operator)
@refuses(VersionNotFound, StepNotPossible)
@blueprint.arguments(ReasonIn)
@blueprint.response(201, ProductVersionOut)
def return_version(body: dict[str, str], version_id: int) -> dict[str, Any]:
    """Send a version back to its producer, who reads the reason."""
    return queries.shown(review.send_back(version_id, caller().user_id, body["reason"]))


@blueprint.post("/products/<id:product_id>/delisting")
@allow(Role.operator)
@refuses(ProductNotFound, StepNotPossible)
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
def delist_product(body: dict[str, str], product_id: int) -> Response:
    """Take a product off sale; only an operator or a new review brings it back."""
    review.take_off(product_id, caller().user_id, body["reason"])
    return Response(status=204)


@blueprint.post("/products/<id:product_id>/relisting")
@allow(Role.operator)
@refuses(
    ProductNotFound,
    StepNotPossible,
    review.OwnProduct,
    ProducerNotApproved,
    SkuCodeTaken,
    PriceTiersInvalid,
)
@blueprint.arguments(ReasonIn)
@blueprint.response(201, ProductVersionOut)
def relist_product(body: dict[str, str], product_id: int) -> dict[str, Any]:
    """Put a delisted product on sale again as it last was."""
    return queries.shown(review.bring_back(product_id, caller().user_id, body["reason"]))
