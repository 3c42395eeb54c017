"""The life of a recognition: registered by an operator, revoked for a reason, lapsed by its day."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.catalog.products.models import Product
from backend.catalog.products.versions import ProductNotFound
from backend.catalog.recognitions.life import (
    LAPSE,
    RECOGNITIONS,
    REGISTER,
    REVOKE,
    RecognitionNotFound,
)
from backend.catalog.recognitions.models import Recognition, RecognitionStatus
from backend.core import audit, clock
from backend.core.database import db, table_of
from backend.core.errors import DomainError, InvalidInput
from backend.core.hooks import Hook
from backend.core.jobs import each_in_transaction
from backend.core.life import SYSTEM, StepNotPossible, operator

recognition_changed: Hook[[int]] = Hook("recognition_changed")
"""A product's recognitions are no longer what they were: the product's id."""

AT_A_TIME = 1000
_TABLE = table_of(Recognition)


class RecognitionKnown(DomainError):
    code = "recognition_known"
    status = 409
    message = "该商品已登记过此认定编号"


def register(product_id: int, said: Mapping[str, Any], by: int) -> Recognition:
    """Enter a certificate; a renewal is one of its own.

    Raises `ProductNotFound`, `RecognitionKnown` for a number the product has already, and
    `InvalidInput` for a validity that ends before it begins or has ended (Shanghai days).
    """
    if said["valid_to"] < said["valid_from"]:
        raise InvalidInput("有效期止不能早于有效期起", field="valid_to")
    if said["valid_to"] < clock.today():
        raise InvalidInput("该认定已过有效期", field="valid_to")
    if db.session.get(Product, product_id) is None:
        raise ProductNotFound
    recognition_id = db.session.execute(
        insert(_TABLE)
        .values(product_id=product_id, status=RecognitionStatus.valid, **said)
        .on_conflict_do_nothing(index_elements=["product_id", "number"])
        .returning(_TABLE.c.id)
    ).scalar_one_or_none()
    if recognition_id is None:
        raise RecognitionKnown(field="number")
    RECOGNITIONS.begin(recognition_id, REGISTER, operator(by))
    audit.record(by, "register_recognition", f"recognition:{recognition_id}", number=said["number"])
    recognition_changed.tell(product_id)
    return _read(recognition_id)


def revoke(recognition_id: int, by: int, reason: str) -> Recognition:
    """Take a valid recognition back for good. Raises `RecognitionNotFound`, `StepNotPossible`."""
    row = RECOGNITIONS.take(
        Recognition.id == recognition_id,
        REVOKE,
        operator(by),
        reason,
        returning=(Recognition.product_id,),
    )
    audit.record(by, "revoke_recognition", f"recognition:{recognition_id}", reason)
    recognition_changed.tell(row.product_id)
    return _read(recognition_id)


def lapse_due() -> None:
    """Every valid recognition whose last day is over lapses, each in a transaction of its own."""
    due = db.session.scalars(
        select(Recognition.id)
        .where(Recognition.status == RecognitionStatus.valid, Recognition.valid_to < clock.today())
        .order_by(Recognition.valid_to, Recognition.id)
        .limit(AT_A_TIME)
    )
    each_in_transaction([str(recognition_id) for recognition_id in due], _lapse)


def _lapse(recognition_id: str) -> None:
    try:
        row = RECOGNITIONS.take(
            Recognition.id == int(recognition_id),
            LAPSE,
            SYSTEM,
            "有效期已过",
            returning=(Recognition.product_id,),
        )
    except StepNotPossible:
        # Revoked meanwhile: then nothing is left to lapse.
        return
    recognition_changed.tell(row.product_id)


def _read(recognition_id: int) -> Recognition:
    found = db.session.execute(
        select(Recognition)
        .where(Recognition.id == recognition_id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise RecognitionNotFound
    return found
