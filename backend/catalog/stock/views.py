"""HTTP of stock: what staff change, with a reason."""

from typing import Any

from backend.catalog.stock import keeping
from backend.catalog.stock.schemas import StockCorrectionIn, StockOut
from backend.core import idempotency
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import NotFound
from backend.core.schemas import IdempotencyHeader

blueprint = Blueprint("stock", __name__, url_prefix="/v1", description="How much there is.")


@blueprint.post("/operator/skus/<id:sku_id>/stock-corrections")
@allow(Role.operator)
@refuses(NotFound, keeping.StockBelowReserved, idempotency.KeyUsedOtherwise)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.arguments(StockCorrectionIn)
@blueprint.response(201, StockOut)
def correct_stock(headers: dict[str, str], body: dict[str, Any], sku_id: int) -> Any:
    """Add to or take from the stock on hand, for a reason. The same key corrects once."""
    key, by = headers["idempotency_key"], caller().user_id
    cause = f"correction:{by}:{key}"
    earlier = idempotency.claim(by, "stock_correction", key, {"sku": sku_id, **body}, cause)
    if earlier:
        return {"available": keeping.available(sku_id)}
    return {"available": keeping.correct(sku_id, body["change"], body["reason"], by, cause)}
