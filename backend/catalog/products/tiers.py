"""Price tiers: who buys more pays less for each, for all units of the line."""

from collections.abc import Mapping, Sequence

from backend.core.errors import DomainError


class PriceTiersInvalid(DomainError):
    code = "price_tiers_invalid"
    status = 422
    message = "阶梯价设置有误"


def check_tiers(
    price_fen: int, min_quantity: int, tiers: Sequence[Mapping[str, int]], *, field: str
) -> None:
    """Refuse tiers that do not rise in quantity above the minimum and fall in price each time.

    Raises `PriceTiersInvalid` with `field`.
    """
    quantity, price = min_quantity, price_fen
    for tier in tiers:
        if tier["from_quantity"] <= quantity:
            raise PriceTiersInvalid("阶梯价的起订数量应逐级增加，且大于最小起订量", field=field)
        if not 0 < tier["price_fen"] < price:
            raise PriceTiersInvalid("阶梯价应逐级降低，且低于单价", field=field)
        quantity, price = tier["from_quantity"], tier["price_fen"]


def unit_price(price_fen: int, tiers: Sequence[Mapping[str, int]], quantity: int) -> int:
    """Fen for each of `quantity` units: the price of the highest tier reached, for all units."""
    reached = [tier for tier in tiers if tier["from_quantity"] <= quantity]
    if not reached:
        return price_fen
    return max(reached, key=lambda tier: tier["from_quantity"])["price_fen"]
