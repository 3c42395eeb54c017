"""Every product says whom it helps."""

from typing import Any

import pytest

from backend.catalog.recognitions.models import RecognitionStatus
from tests.api import Api
from tests.factories import ProducerFactory, ProductFactory, RecognitionFactory


def helps(api: Api, product_id: int) -> Any:
    return api.call("GET", f"/v1/products/{product_id}", status=200)["helps"]


def test_it_names_county_producer_households_and_recognition(api: Api) -> None:
    producer = ProducerFactory(name="云台茶叶合作社", story="山里的老茶园。", households=86)
    product = ProductFactory(producer_id=producer.id, county_code="431225")
    RecognitionFactory(product_id=product.id, number="湘帮认字1号", issuer="消费帮扶工作专班")
    told = helps(api, product.id)
    assert told == {
        "county_code": "431225",
        "county_name": "会同县",
        "area_class": "national",
        "prefecture_name": "怀化市",
        "producer_name": "云台茶叶合作社",
        "story": "山里的老茶园。",
        "households": 86,
        "recognition_number": "湘帮认字1号",
        "recognition_issuer": "消费帮扶工作专班",
        "recognition_valid_to": "2027-12-31",
        "map_url": "/v1/areas/map.svg?county=431225",
    }


@pytest.mark.parametrize("status", [None, RecognitionStatus.revoked, RecognitionStatus.lapsed])
def test_without_a_valid_recognition_it_claims_none(
    api: Api, status: RecognitionStatus | None
) -> None:
    product = ProductFactory()
    if status is not None:
        RecognitionFactory(product_id=product.id, status=status)
    told = helps(api, product.id)
    recognition = {name: value for name, value in told.items() if name.startswith("recognition")}
    assert set(recognition.values()) == {None}


def test_its_map_can_be_opened(api: Api) -> None:
    url = helps(api, ProductFactory(county_code="431271").id)["map_url"]
    assert api.send("GET", url, None, {}).status_code == 200
