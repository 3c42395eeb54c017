"""A product is an assistance product on the days on which a recognition of it is valid."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend import Service
from backend.catalog.recognitions.models import Recognition
from backend.catalog.shop.browsing import list_products, show_product
from backend.catalog.shop.offers import offers
from backend.core.database import db
from tests.conftest import Time
from tests.factories import ProductFactory, RecognitionFactory, SkuFactory

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)


@pytest.fixture
def recognition(app: Service, time: Time) -> Recognition:
    """Valid in May 2026, on a product with one SKU."""
    time.freeze(datetime(2026, 5, 10, tzinfo=UTC))
    made = RecognitionFactory(number="湘帮认字1号", valid_from=FIRST, valid_to=LAST)
    SkuFactory(product_id=made.product_id)
    return made


def is_assistance(recognition: Recognition) -> bool:
    """What list, detail and offer say, which is always the same."""
    db.session.commit()
    cards = list_products().items
    detail = show_product(recognition.product_id)
    (sku,) = detail["skus"]
    offered = offers([sku["id"]])[sku["id"]].recognition_id is not None
    assert [card["is_assistance"] for card in cards] == [True] * offered, "not in the list without"
    assert (detail["recognition"] is not None) == offered
    return offered


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 4, 30, 16, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 5, 15, tzinfo=UTC), True),
        (datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 5, 31, 16, 0, 0, tzinfo=UTC), False),
    ],
)
def test_it_holds_from_its_first_to_its_last_day_in_shanghai(
    recognition: Recognition, time: Time, instant: datetime, expected: bool
) -> None:
    time.freeze(instant)
    assert is_assistance(recognition) is expected


@pytest.mark.parametrize("status", ["lapsed", "revoked"])
def test_what_has_lapsed_or_was_revoked_holds_no_more(
    recognition: Recognition, status: str
) -> None:
    assert is_assistance(recognition)
    recognition.status = status
    assert not is_assistance(recognition)


def test_one_valid_recognition_is_enough(recognition: Recognition) -> None:
    recognition.status = "revoked"
    RecognitionFactory(product_id=recognition.product_id, valid_from=FIRST, valid_to=FIRST)
    assert not is_assistance(recognition)
    RecognitionFactory(product_id=recognition.product_id, valid_from=FIRST, valid_to=LAST)
    assert is_assistance(recognition)


def test_another_products_recognition_does_not_help(recognition: Recognition) -> None:
    other = ProductFactory()
    cards: list[dict[str, Any]] = list(list_products().items)
    assert [(card["id"], card["is_assistance"]) for card in cards] == [
        (other.id, False),
        (recognition.product_id, True),
    ]


def test_the_one_shown_is_the_one_that_stays_valid_longest(recognition: Recognition) -> None:
    longer = RecognitionFactory(
        product_id=recognition.product_id, number="湘帮认字2号", valid_to=date(2027, 12, 31)
    )
    RecognitionFactory(product_id=recognition.product_id, valid_to=date(2026, 6, 1))
    shown = show_product(recognition.product_id)["recognition"]
    assert shown == {
        "number": "湘帮认字2号",
        "issuer": longer.issuer,
        "batch": longer.batch,
        "valid_to": "2027-12-31",
    }
    (sku,) = show_product(recognition.product_id)["skus"]
    assert offers([sku["id"]])[sku["id"]].recognition_number == "湘帮认字2号"
