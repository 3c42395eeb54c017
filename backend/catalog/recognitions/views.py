"""HTTP of recognitions, for operators."""

from typing import Any

from backend.accounts.schemas import ReasonIn
from backend.catalog.products.versions import ProductNotFound
from backend.catalog.recognitions import queries, registering
from backend.catalog.recognitions.life import RecognitionNotFound
from backend.catalog.recognitions.schemas import (
    KeptRecognitionOut,
    RecognitionIn,
    RecognitionsOut,
    RecognitionsQuery,
)
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.life import StepNotPossible
from backend.core.paging import Page

blueprint = Blueprint(
    "recognitions",
    __name__,
    url_prefix="/v1/operator",
    description="What makes a product an assistance product.",
)


@blueprint.get("/recognitions")
@allow(Role.operator)
@blueprint.arguments(RecognitionsQuery, location="query")
@blueprint.response(200, RecognitionsOut)
def list_recognitions(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """Recognitions by status, or those that soon run out, the newest first."""
    return queries.list_recognitions(**query)


@blueprint.post("/products/<id:product_id>/recognitions")
@allow(Role.operator)
@refuses(ProductNotFound, registering.RecognitionKnown)
@blueprint.arguments(RecognitionIn)
@blueprint.response(201, KeptRecognitionOut)
def register_recognition(body: dict[str, Any], product_id: int) -> Any:
    """Enter a certificate. A renewal is a certificate of its own."""
    return registering.register(product_id, body, caller().user_id)


@blueprint.post("/recognitions/<id:recognition_id>/revocation")
@allow(Role.operator)
@refuses(RecognitionNotFound, StepNotPossible)
@blueprint.arguments(ReasonIn)
@blueprint.response(201, KeptRecognitionOut)
def revoke_recognition(body: dict[str, str], recognition_id: int) -> Any:
    """Take a recognition back for good."""
    return registering.revoke(recognition_id, caller().user_id, body["reason"])
