"""What a list is narrowed by, as SQL over `product_search d`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Filters:
    """`None`: whichever. A category brings those below it along; prices are fen, inclusive."""

    category: str | None = None
    county: str | None = None
    prefecture: str | None = None
    area_class: str | None = None
    price_from_fen: int | None = None
    price_to_fen: int | None = None
    assistance: bool | None = None

    def conditions(self) -> dict[str, str]:
        """By facet, the condition of each filter that is given."""
        return {
            facet: condition
            for facet, condition, needed in _CONDITIONS
            if getattr(self, needed) is not None
        }

    def values(self) -> dict[str, Any]:
        """What the conditions' parameters stand for."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def told(self) -> Iterator[str]:
        """Each filter that is given, for telling one list from another."""
        return (f"{name}={value}" for name, value in sorted(self.values().items()))


_CONDITIONS = (
    (
        "category",
        "d.category_code IN (SELECT code FROM categories"
        " WHERE code = :category OR parent_code = :category)",
        "category",
    ),
    ("county", "d.county_code = :county", "county"),
    ("prefecture", "d.prefecture_code = :prefecture", "prefecture"),
    ("class", "d.area_class = :area_class", "area_class"),
    ("price_from", "d.from_price_fen >= :price_from_fen", "price_from_fen"),
    ("price_to", "d.from_price_fen <= :price_to_fen", "price_to_fen"),
    ("assistance", "d.recognised = :assistance", "assistance"),
)

OFFERED = "d.offered_from <= :today AND d.offered_to >= :today"
