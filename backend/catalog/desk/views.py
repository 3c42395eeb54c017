"""HTTP of a producer's own product as a whole."""

from typing import Any

from backend.catalog.desk import page
from backend.catalog.desk.schemas import OwnProductOut
from backend.catalog.producers.members import require_member
from backend.catalog.products.versions import ProductNotFound
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import NotFound

blueprint = Blueprint(
    "desk",
    __name__,
    url_prefix="/v1/producers/<id:producer_id>/products",
    description="A producer's own product as a whole.",
)


@blueprint.get("/<id:product_id>")
@allow(Role.producer)
@refuses(NotFound, ProductNotFound)
@blueprint.response(200, OwnProductOut)
def get_own_product(producer_id: int, product_id: int) -> dict[str, Any]:
    """Draft and listed content, stock and recognitions of one product."""
    require_member(caller().user_id, producer_id)
    return page.own_product(producer_id, product_id)
