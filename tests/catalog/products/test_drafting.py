"""What a producer writes down: kept as one open draft, refused where it contradicts itself."""

from typing import Any

import pytest
from flask import Flask

from backend.catalog.areas.models import Category
from backend.catalog.freight.models import FreightTemplate
from backend.catalog.products import drafting, listing
from backend.catalog.products.models import Product, ProductVersion, ProductVersionEvent
from backend.core import clock
from backend.core.database import db, transaction
from backend.core.errors import DomainError, InvalidInput
from backend.core.life import StepNotPossible, operator, producer
from tests.catalog.products.contents import content, sku_said
from tests.factories import CategoryFactory, ProducerFactory, SkuFactory, change
from tests.racing import at_once

BY = producer(1)


def save(producer_id: int, said: dict[str, Any], product_id: int | None = None) -> ProductVersion:
    with transaction():
        return drafting.save_draft(producer_id, said, BY, product_id)


def put_on_sale(version_id: int) -> None:
    with transaction():
        drafting.submit(version_id, BY)
        listing.list_version(version_id, operator(2))


def refusal(said: dict[str, Any], producer_id: int | None = None) -> tuple[str, str | None]:
    """The code and field of the error; and nothing was written."""
    before = db.session.query(Product).count()
    with pytest.raises(DomainError) as refused, transaction():
        drafting.save_draft(producer_id or ProducerFactory().id, said, BY)
    assert db.session.query(Product).count() == before
    return refused.value.code, refused.value.field


def test_the_first_draft_begins_a_product_that_nobody_sees(app: Flask) -> None:
    version = save(ProducerFactory().id, content())
    product = db.session.query(Product).one()
    assert (product.state, product.code, product.listed_at) == ("draft", "AH-TEA", None)
    assert (version.number, version.state, version.content) == (1, "draft", content())


def test_a_draft_is_replaced_as_a_whole(app: Flask) -> None:
    producer_id = ProducerFactory().id
    first = save(producer_id, content(season_months=[3, 1, 3]))
    second = save(producer_id, content(name="新名字"))
    assert second.id == first.id
    assert (second.content["name"], second.content["season_months"]) == ("新名字", [])
    assert db.session.query(Product).one().name == "新名字"


def test_saying_the_same_again_changes_nothing(app: Flask) -> None:
    producer_id = ProducerFactory().id
    version = save(producer_id, content())
    assert save(producer_id, content()).id == version.id
    put_on_sale(version.id)
    assert save(producer_id, content()).state == "listed"
    assert db.session.query(ProductVersion).count() == 1
    steps = [event.step for event in db.session.query(ProductVersionEvent)]
    assert sorted(steps) == ["draft", "list", "submit"]


def test_a_draft_can_go_back_to_what_is_listed(app: Flask) -> None:
    producer_id = ProducerFactory().id
    put_on_sale(save(producer_id, content()).id)
    changed = save(producer_id, content(name="新名字"))
    back = save(producer_id, content())
    assert (back.id, back.number, back.content) == (changed.id, 2, content())


def test_in_review_nothing_is_changed_until_it_is_taken_back(app: Flask) -> None:
    producer_id = ProducerFactory().id
    version = save(producer_id, content())
    with transaction():
        drafting.submit(version.id, BY)
    with pytest.raises(drafting.VersionInReview):
        save(producer_id, content(name="新名字"))
    db.session.rollback()
    assert save(producer_id, content()).id == version.id
    with transaction():
        assert drafting.withdraw(version.id, BY).state == "draft"
    assert save(producer_id, content(name="新名字")).content["name"] == "新名字"
    with pytest.raises(StepNotPossible), transaction():
        drafting.withdraw(version.id, BY)


def test_a_draft_without_a_picture_is_kept_and_not_reviewed(app: Flask) -> None:
    version = save(ProducerFactory().id, content(pictures=[]))
    with pytest.raises(drafting.PictureMissing), transaction():
        drafting.submit(version.id, BY)


@pytest.mark.parametrize("state", ["submitted", "returned", "suspended"])
def test_only_an_approved_producer_submits_and_is_listed(app: Flask, state: str) -> None:
    made = ProducerFactory(state=state)
    version = save(made.id, content())
    with pytest.raises(drafting.ProducerNotApproved), transaction():
        drafting.submit(version.id, BY)
    change(made, state="approved")
    with transaction():
        drafting.submit(version.id, BY)
    change(made, state=state)
    with pytest.raises(drafting.ProducerNotApproved), transaction():
        listing.list_version(version.id, operator(2))


def test_the_code_stays_with_the_product(app: Flask) -> None:
    producer_id = ProducerFactory().id
    product_id = save(producer_id, content()).product_id
    with pytest.raises(InvalidInput) as refused:
        save(producer_id, content(code="OTHER"), product_id)
    assert refused.value.field == "code"


def test_two_producers_may_use_the_same_code(app: Flask) -> None:
    one = save(ProducerFactory().id, content(sku_said("A")))
    other = save(ProducerFactory().id, content(sku_said("B")))
    assert one.product_id != other.product_id


def test_first_drafts_at_once_begin_one_product_with_one_draft(app: Flask) -> None:
    producer_id = ProducerFactory().id

    def draft(number: int) -> int:
        with app.app_context(), transaction():
            return drafting.save_draft(producer_id, said | {"name": f"茶 {number}"}, BY).id

    said = content()
    assert len(set(at_once(draft, range(6)))) == 1
    assert db.session.query(ProductVersion).one().number == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category_code": "nothing"}, "category_code"),
        ({"category_code": "food"}, "category_code"),
        ({"county_code": "430900"}, "county_code"),
        ({"county_code": "999999"}, "county_code"),
        ({"kind": "service"}, "voucher_days"),
        ({"voucher_days": 90}, "voucher_days"),
        ({"fresh": True, "shelf_life_days": None}, "shelf_life_days"),
        ({"fresh": True, "no_return": True}, "no_return"),
        ({"freight_template_id": "77"}, "freight_template_id"),
    ],
)
def test_a_product_that_contradicts_itself_is_refused(
    app: Flask, changes: dict[str, Any], field: str
) -> None:
    CategoryFactory(code="food", name="食品")
    CategoryFactory(code="rice", name="大米", parent_code="food")
    assert db.session.get(Category, "rice") is not None
    assert refusal(content(**changes)) == ("invalid_input", field)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"net_weight_g": 0}, "invalid_input", "net_weight_g"),
        ({"unit": "kg", "net_weight_g": 999}, "invalid_input", "net_weight_g"),
        ({"unit": "g", "net_weight_g": 2}, "invalid_input", "net_weight_g"),
        ({"tax_class": "rate6"}, "invalid_input", "tax_class"),
        ({"min_quantity": 3, "purchase_limit": 2}, "invalid_input", "purchase_limit"),
        ({"limit_days": 7}, "invalid_input", "limit_days"),
        (
            {"price_tiers": [{"from_quantity": 5, "price_fen": 5990}]},
            "price_tiers_invalid",
            "price_tiers",
        ),
        ({"code": "FIRST"}, "invalid_input", "code"),
        ({"code": "TAKEN"}, "sku_code_taken", "code"),
    ],
)
def test_a_sku_that_contradicts_itself_is_refused_by_its_position(
    app: Flask, changes: dict[str, Any], code: str, field: str
) -> None:
    SkuFactory(code="TAKEN")
    said = content(sku_said("FIRST"), sku_said(**{"code": "SECOND", **changes}))
    assert refusal(said) == (code, f"skus.1.{field}")


def test_a_service_is_taxed_as_one_and_weighs_nothing(app: Flask) -> None:
    night = sku_said(unit="piece", net_weight_g=0, tax_class="rate6", persons=2)
    said = content(night, kind="service", voucher_days=180, shelf_life_days=None)
    assert save(ProducerFactory().id, said).content["skus"][0]["persons"] == 2
    goods = content(sku_said(), kind="service", voucher_days=180, code="S2")
    assert refusal(goods) == ("invalid_input", "skus.0.tax_class")


def test_a_freight_template_is_the_producers_own_and_in_use(app: Flask) -> None:
    mine, other = ProducerFactory().id, ProducerFactory().id
    template = FreightTemplate(
        producer_id=mine, name="省内包邮", charged_by="piece", created_at=clock.now()
    )
    db.session.add(template)
    db.session.commit()
    said = content(freight_template_id=str(template.id))
    assert save(mine, said).content["freight_template_id"] == template.id
    assert refusal(said, other) == ("invalid_input", "freight_template_id")
    change(template, retired_at=clock.now())
    assert refusal(said | {"name": "改"}, mine) == ("invalid_input", "freight_template_id")
