"""What the content of a version must keep to, beyond its shape; `field` says where it does not."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from backend.catalog.areas.models import Area, Category
from backend.catalog.freight.models import FreightTemplate
from backend.catalog.products.models import Sku
from backend.catalog.products.tiers import check_tiers
from backend.core.database import db
from backend.core.errors import DomainError, InvalidInput

GRAMS = {"kg": 1000, "g": 1}
"""What one unit weighs where goods are sold by weight."""


class SkuCodeTaken(DomainError):
    code = "sku_code_taken"
    status = 409
    message = "规格编码已被其他商品使用"


def check_content(producer_id: int, content: Mapping[str, Any]) -> None:
    """Refuse what contradicts itself or names what there is not.

    Raises `InvalidInput` and `PriceTiersInvalid`, each with a path into the content.
    """
    _check_product(content)
    _check_places(producer_id, content)
    codes: set[str] = set()
    for position, sku in enumerate(content["skus"]):
        field = f"skus.{position}"
        if sku["code"] in codes:
            raise InvalidInput("规格编码重复", field=f"{field}.code")
        codes.add(sku["code"])
        _check_sku(content["kind"], sku, field)


def check_sku_codes(product_id: int, skus: Sequence[Mapping[str, Any]]) -> None:
    """Refuse codes that belong to SKUs of another product. Raises `SkuCodeTaken`."""
    codes = [sku["code"] for sku in skus]
    taken = set(
        db.session.scalars(
            select(Sku.code).where(Sku.code.in_(codes), Sku.product_id != product_id)
        )
    )
    for position, code in enumerate(codes):
        if code in taken:
            raise SkuCodeTaken(field=f"skus.{position}.code")


def _check_product(content: Mapping[str, Any]) -> None:
    service = content["kind"] == "service"
    if service and content["voucher_days"] is None:
        raise InvalidInput("服务类商品应填写券的有效天数", field="voucher_days")
    if not service and content["voucher_days"] is not None:
        raise InvalidInput("只有服务类商品才有券的有效天数", field="voucher_days")
    if content["fresh"] and content["no_return"]:
        raise InvalidInput("鲜活易腐商品不必再标记不适用七天退货", field="no_return")
    if content["fresh"] and service:
        raise InvalidInput("服务类商品不能是鲜活易腐", field="fresh")
    if content["fresh"] and content["shelf_life_days"] is None:
        raise InvalidInput("鲜活易腐商品应填写保质期", field="shelf_life_days")


def _check_places(producer_id: int, content: Mapping[str, Any]) -> None:
    """The category is of the last level, the county a county, the template the producer's own."""
    below = select(Category.code).where(Category.parent_code == content["category_code"])
    if db.session.get(Category, content["category_code"]) is None:
        raise InvalidInput("没有这个类目", field="category_code")
    if db.session.execute(below.limit(1)).first() is not None:
        raise InvalidInput("应选择最末一级类目", field="category_code")
    area = db.session.get(Area, content["county_code"])
    if area is None or area.prefecture_code is None:
        raise InvalidInput("产地应为县（市、区）", field="county_code")
    if content["freight_template_id"] is not None:
        template = db.session.execute(
            select(FreightTemplate.id).where(
                FreightTemplate.id == content["freight_template_id"],
                FreightTemplate.producer_id == producer_id,
                FreightTemplate.retired_at.is_(None),
            )
        ).first()
        if template is None:
            raise InvalidInput("没有这个运费模板", field="freight_template_id")


def _check_sku(kind: str, sku: Mapping[str, Any], field: str) -> None:
    if kind == "goods" and sku["net_weight_g"] <= 0:
        raise InvalidInput("实物商品应填写净重", field=f"{field}.net_weight_g")
    grams = GRAMS.get(sku["unit"])
    if grams is not None and sku["net_weight_g"] != grams:
        raise InvalidInput(f"按此单位销售，净重应为 {grams} 克", field=f"{field}.net_weight_g")
    if (kind == "service") != (sku["tax_class"] == "rate6"):
        raise InvalidInput("服务适用 6% 税率，实物商品适用其他税率", field=f"{field}.tax_class")
    limit = sku["purchase_limit"]
    if limit is not None and limit < sku["min_quantity"]:
        raise InvalidInput("限购数量不能少于最小起订量", field=f"{field}.purchase_limit")
    if sku["limit_days"] is not None and limit is None:
        raise InvalidInput("填写限购天数时应填写限购数量", field=f"{field}.limit_days")
    check_tiers(
        sku["price_fen"], sku["min_quantity"], sku["price_tiers"], field=f"{field}.price_tiers"
    )
