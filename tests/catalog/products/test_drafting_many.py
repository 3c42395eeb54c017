"""Many drafts at once become what each would have become by itself."""

from typing import Any

from flask import Flask

from backend.catalog.products.drafting import save_draft, submit
from backend.catalog.products.drafting_many import Saved, save_drafts, submit_many
from backend.catalog.products.listing import list_version
from backend.catalog.products.models import Product, ProductVersion, ProductVersionEvent, Sku
from backend.core.database import db, transaction
from backend.core.errors import DomainError
from backend.core.life import operator, producer
from tests.catalog.products.contents import content, sku_said
from tests.factories import ProducerFactory, change

BY = producer(1)


def product(code: str, **changes: Any) -> dict[str, Any]:
    return content(sku_said(f"{code}-1"), code=code, **changes)


def scene(producer_id: int) -> list[dict[str, Any]]:
    """Products in every state, and what is asked of each."""
    for code in ("DRAFTED", "REVIEWED", "LISTED", "SAME"):
        with transaction():
            version = save_draft(producer_id, product(code), BY)
            if code in ("REVIEWED", "LISTED"):
                submit(version.id, BY)
            if code == "LISTED":
                list_version(version.id, operator(2))
    return [
        product("NEW"),
        product("DRAFTED", name="新名字"),
        product("REVIEWED", name="新名字"),
        product("LISTED", name="新名字"),
        product("SAME"),
        product("WRONG", category_code="nowhere"),
        content(sku_said("LISTED-1"), code="TAKEN"),
    ]


def outcome(answer: Any) -> str:
    return f"{answer.code} {answer.field}" if isinstance(answer, DomainError) else answer.state


def left_behind(producer_id: int) -> dict[str, Any]:
    db.session.expire_all()
    found = {}
    for each in db.session.query(Product).filter_by(producer_id=producer_id):
        kept = db.session.query(ProductVersion).filter_by(product_id=each.id)
        found[str(each.code)] = (
            each.state,
            each.name,
            [
                (version.number, version.state, version.content["name"], _steps(version.id))
                for version in kept.order_by(ProductVersion.number)
            ],
        )
    return found


def _steps(version_id: int) -> list[tuple[str, str | None, str, int | None]]:
    events = db.session.query(ProductVersionEvent).filter_by(version_id=version_id)
    return [
        (event.step, event.from_state, event.to_state, event.by_user_id)
        for event in events.order_by(ProductVersionEvent.id)
    ]


def one_by_one(producer_id: int, asked: list[dict[str, Any]]) -> list[str]:
    answers = []
    for each in asked:
        try:
            with transaction():
                answers.append(save_draft(producer_id, each, BY).state)
        except DomainError as error:
            answers.append(outcome(error))
    return [str(answer) for answer in answers]


def test_all_at_once_is_the_same_as_one_by_one(app: Flask) -> None:
    first, second = ProducerFactory().id, ProducerFactory().id
    alone = one_by_one(first, scene(first))
    expected = left_behind(first)
    change(db.session.query(Sku).one(), code="OTHERWISE")
    asked = scene(second)
    with transaction():
        together = save_drafts(second, asked, BY)
    assert [outcome(answer) for answer in together] == alone
    assert left_behind(second) == expected
    assert "WRONG" not in expected
    assert "TAKEN" not in expected


def test_many_are_handed_in_and_those_without_a_picture_are_not(app: Flask) -> None:
    producer_id = ProducerFactory().id
    asked = [product("A"), product("B", pictures=[]), product("C")]
    with transaction():
        saved = save_drafts(producer_id, asked, BY)
        drafts = {
            answer.version_id: each
            for answer, each in zip(saved, asked, strict=True)
            if isinstance(answer, Saved)
        }
        refused = submit_many(producer_id, drafts, BY)
    assert [error.code for error in refused.values()] == ["picture_missing"]
    states = {code: kept[2][0][1] for code, kept in left_behind(producer_id).items()}
    assert states == {"A": "review", "B": "draft", "C": "review"}


def test_a_suspended_producer_hands_nothing_in(app: Flask) -> None:
    producer_id = ProducerFactory(state="suspended").id
    with transaction():
        (saved,) = save_drafts(producer_id, [product("A")], BY)
        assert isinstance(saved, Saved)
        refused = submit_many(producer_id, {saved.version_id: product("A")}, BY)
    assert [error.code for error in refused.values()] == ["producer_not_approved"]
