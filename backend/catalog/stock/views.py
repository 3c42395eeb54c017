"""HTTP of stock: what staff and the producer's people change and see, each for a reason."""

from collections.abc import Mapping
from typing import Any

from backend.catalog.producers.members import require_member
from backend.catalog.stock import keeping, ledger, low
from backend.catalog.stock.owners import require_own_sku
from backend.catalog.stock.schemas import (
    LowStockIn,
    StockCorrectionIn,
    StockMovementsOut,
    StockNoticeOut,
    StockNoticesOut,
    StockNoticesQuery,
    StockOut,
)
from backend.core import idempotency
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import NotFound
from backend.core.paging import Page
from backend.core.schemas import IdempotencyHeader, PageQuery

blueprint = Blueprint("stock", __name__, url_prefix="/v1", description="How much there is.")


@blueprint.post("/operator/skus/<id:sku_id>/stock-corrections")
@allow(Role.operator)
@refuses(NotFound, keeping.StockBelowReserved, idempotency.KeyUsedOtherwise)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.arguments(StockCorrectionIn)
@blueprint.response(201, StockOut)
def correct_stock(headers: dict[str, str], body: dict[str, Any], sku_id: int) -> Any:
    """Add to or take from the stock on hand, for a reason. The same key corrects once."""
    key = headers["idempotency_key"]
    return {"available": keeping.correct_once(sku_id, **body, by=caller().user_id, key=key)}


@blueprint.get("/operator/skus/<id:sku_id>/stock-movements")
@allow(Role.operator)
@refuses(NotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, StockMovementsOut)
def inspect_stock_movements(query: dict[str, Any], sku_id: int) -> Page[Mapping[str, Any]]:
    """Every change of a stock, the newest first, with what was left after it."""
    return ledger.list_movements(sku_id, **query)


@blueprint.put("/operator/skus/<id:sku_id>/low-stock")
@allow(Role.operator)
@refuses(NotFound)
@blueprint.arguments(LowStockIn)
@blueprint.response(204)
def watch_any_stock(body: dict[str, int], sku_id: int) -> None:
    """Tell the producer when no more than so many units are available."""
    low.set_threshold(sku_id, body["low_at"], caller().user_id)


@blueprint.delete("/operator/skus/<id:sku_id>/low-stock")
@allow(Role.operator)
@refuses(NotFound)
@blueprint.response(204)
def ignore_any_stock(sku_id: int) -> None:
    """Tell nobody any more that this SKU runs low."""
    low.set_threshold(sku_id, None, caller().user_id)


@blueprint.post("/producers/<id:producer_id>/skus/<id:sku_id>/stock-corrections")
@allow(Role.producer)
@refuses(NotFound, keeping.StockBelowReserved, idempotency.KeyUsedOtherwise)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.arguments(StockCorrectionIn)
@blueprint.response(201, StockOut)
def correct_own_stock(
    headers: dict[str, str], body: dict[str, Any], producer_id: int, sku_id: int
) -> Any:
    """Correct the stock of a SKU of one's own producer, for a reason."""
    require_member(caller().user_id, producer_id)
    require_own_sku(producer_id, sku_id)
    key = headers["idempotency_key"]
    return {"available": keeping.correct_once(sku_id, **body, by=caller().user_id, key=key)}


@blueprint.get("/producers/<id:producer_id>/skus/<id:sku_id>/stock-movements")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, StockMovementsOut)
def get_stock_movements(
    query: dict[str, Any], producer_id: int, sku_id: int
) -> Page[Mapping[str, Any]]:
    """Every change of the stock of one's own SKU, the newest first. Buyers are not named."""
    require_member(caller().user_id, producer_id)
    require_own_sku(producer_id, sku_id)
    return ledger.list_movements(sku_id, **query)


@blueprint.put("/producers/<id:producer_id>/skus/<id:sku_id>/low-stock")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.arguments(LowStockIn)
@blueprint.response(204)
def watch_stock(body: dict[str, int], producer_id: int, sku_id: int) -> None:
    """Be told when no more than so many units are available."""
    require_member(caller().user_id, producer_id)
    require_own_sku(producer_id, sku_id)
    low.set_threshold(sku_id, body["low_at"], caller().user_id)


@blueprint.delete("/producers/<id:producer_id>/skus/<id:sku_id>/low-stock")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.response(204)
def ignore_stock(producer_id: int, sku_id: int) -> None:
    """Be told no more that this SKU runs low."""
    require_member(caller().user_id, producer_id)
    require_own_sku(producer_id, sku_id)
    low.set_threshold(sku_id, None, caller().user_id)


@blueprint.get("/producers/<id:producer_id>/stock-notices")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.arguments(StockNoticesQuery, location="query")
@blueprint.response(200, StockNoticesOut)
def get_stock_notices(query: dict[str, Any], producer_id: int) -> Page[Mapping[str, Any]]:
    """What runs low, the newest first; unless told otherwise what nobody has seen yet."""
    require_member(caller().user_id, producer_id)
    return low.list_notices(producer_id, **query)


@blueprint.post("/producers/<id:producer_id>/stock-notices/<id:notice_id>/acknowledgement")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.response(200, StockNoticeOut)
def acknowledge_stock_notice(producer_id: int, notice_id: int) -> Mapping[str, Any]:
    """Mark a notice as seen; who did so first is kept."""
    require_member(caller().user_id, producer_id)
    return low.see(producer_id, notice_id, caller().user_id)
