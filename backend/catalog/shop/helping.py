"""Whom buying a product helps: the county, the producer, the households, and by what right."""

from collections.abc import Mapping
from typing import Any


def whom_it_helps(product: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a product's page that says so; recognition is that valid today, or `None`."""
    recognition = product["recognition"] or {}
    return {
        "county_code": product["county_code"],
        "county_name": product["county_name"],
        "area_class": product["area_class"],
        "prefecture_name": product["prefecture_name"],
        "producer_name": product["producer_name"],
        "story": product["producer_story"],
        "households": product["producer_households"],
        "recognition_number": recognition.get("number"),
        "recognition_issuer": recognition.get("issuer"),
        "recognition_valid_to": recognition.get("valid_to"),
        "map_url": f"/v1/areas/map.svg?county={product['county_code']}",
    }
