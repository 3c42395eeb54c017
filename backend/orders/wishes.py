"""What a buyer asks for, held against what is offered: each reason why a wish is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.catalog.areas.matching import covers
from backend.catalog.shop.offers import Offer
from backend.catalog.stock.keeping import OutOfStock
from backend.core.errors import DomainError


class SkuNotOnSale(DomainError):
    code = "sku_not_on_sale"
    status = 409
    message = "该商品已下架或不存在"


class SkuTwice(DomainError):
    code = "sku_twice"
    status = 422
    message = "同一规格请合并为一行"


class BelowMinimum(DomainError):
    code = "below_minimum_quantity"
    status = 409
    message = "未达到起购数量"


class NotSoldThere(DomainError):
    code = "not_sold_there"
    status = 409
    message = "该商品不在收货地区销售"


class RecognitionLapsed(DomainError):
    code = "recognition_lapsed"
    status = 409
    message = "该商品的消费帮扶认定不在有效期内，暂不销售"


WISH_ERRORS = (SkuNotOnSale, SkuTwice, BelowMinimum, NotSoldThere, RecognitionLapsed, OutOfStock)


@dataclass(frozen=True)
class Wish:
    """What the buyer asks for: so many units of a SKU."""

    sku_id: int
    quantity: int


@dataclass(frozen=True)
class Removed:
    """A wish that fell out by itself, because of what became of the product, and why."""

    sku_id: int
    product_name: str
    code: str
    message: str


def check_wishes(
    wishes: Sequence[Wish], offered: Mapping[int, Offer], area_code: str | None
) -> tuple[Removed, ...]:
    """Refuse what cannot be had, with the line at fault; answer what a lapse has removed.

    A recognition that lapses takes just its product out of the order; when nothing else is
    left, that is the refusal. Raises one of `WISH_ERRORS`.
    """
    seen: set[int] = set()
    removed = []
    for i, wish in enumerate(wishes):
        path = f"lines.{i}"
        if wish.sku_id in seen:
            raise SkuTwice(field=f"{path}.sku_id")
        seen.add(wish.sku_id)
        offer = offered.get(wish.sku_id)
        if offer is None or not offer.on_sale:
            raise SkuNotOnSale(field=f"{path}.sku_id", sku_ids=[str(wish.sku_id)])
        if offer.recognition_lapsed:
            removed.append(_removed(offer))
        else:
            _check(wish, offer, path, area_code)
    if len(removed) == len(wishes):
        raise RecognitionLapsed(sku_ids=[str(each.sku_id) for each in removed])
    return tuple(removed)


def _removed(offer: Offer) -> Removed:
    message = f"{offer.product_name}的消费帮扶认定不在有效期内，已从订单中移除"
    return Removed(offer.sku_id, offer.product_name, RecognitionLapsed.code, message)


def _check(wish: Wish, offer: Offer, path: str, area_code: str | None) -> None:
    if wish.quantity < offer.min_quantity:
        raise BelowMinimum(
            f"{offer.product_name}至少购买 {offer.min_quantity} 件",
            field=f"{path}.quantity",
            min_quantity=offer.min_quantity,
        )
    if area_code is not None and not offer.is_service and not covers(offer.sale_areas, area_code):
        raise NotSoldThere(
            f"{offer.product_name}不在收货地区销售",
            field=f"{path}.sku_id",
            sku_ids=[str(wish.sku_id)],
        )
    if wish.quantity > offer.available:
        raise OutOfStock(
            f"{offer.product_name}库存不足",
            field=f"{path}.quantity",
            sku_ids=[str(wish.sku_id)],
            available=offer.available,
        )
