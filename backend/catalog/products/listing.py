"""Listing: a reviewed version becomes what everybody sees and buys; delisting takes it away."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from backend.catalog.products.checks import SkuCodeTaken, check_content, check_sku_codes
from backend.catalog.products.content import PRODUCT_MEMBERS, SKU_MEMBERS
from backend.catalog.products.drafting import require_approved
from backend.catalog.products.models import Product, ProductVersion, Sku, VersionState
from backend.catalog.products.versions import (
    DELIST,
    LIST,
    RELIST,
    REPLACE,
    RETURN,
    VERSIONS,
    find_version,
    lock_product,
    lock_version,
    read_version,
)
from backend.core import clock
from backend.core.database import db, table_of
from backend.core.hooks import Hook
from backend.core.life import Author, Step, StepNotPossible

product_listed: Hook[[int, list[int]]] = Hook("product_listed")
"""A product shows a new content: its id, the ids of the SKUs on sale."""

product_delisted: Hook[[int]] = Hook("product_delisted")
"""A product is no longer shown: its id."""

_PRODUCTS = table_of(Product)
_SKUS = table_of(Sku)


def list_version(version_id: int, author: Author, reason: str | None = None) -> ProductVersion:
    """Put a version in review on sale; the one listed so far ends. Of two at once one wins.

    What was right when it was submitted is looked at again. Raises `VersionNotFound`,
    `StepNotPossible`, `ProducerNotApproved`, `SkuCodeTaken`, `PriceTiersInvalid`, `InvalidInput`.
    """
    return _list(version_id, LIST, author, reason)


def relist(product_id: int, author: Author, reason: str) -> ProductVersion:
    """Put the last listed version of a delisted product on sale again.

    Raises `ProductNotFound`, `StepNotPossible` and whatever `list_version` raises.
    """
    product = lock_product(product_id)
    last = find_version(product_id, VersionState.ended)
    if product.state != "delisted" or last is None:
        raise StepNotPossible(state=product.state, step=RELIST.name)
    return _list(last.id, RELIST, author, reason)


def return_version(version_id: int, author: Author, reason: str) -> ProductVersion:
    """Send a version back to its producer. Raises `VersionNotFound`, `StepNotPossible`."""
    lock_version(version_id)
    VERSIONS.take(ProductVersion.id == version_id, RETURN, author, reason)
    return read_version(version_id)


def delist(product_id: int, author: Author, reason: str) -> None:
    """Take a listed product off sale; its listed version ends. An open version stays.

    Raises `ProductNotFound`, `StepNotPossible`.
    """
    product = lock_product(product_id)
    listed = find_version(product_id, VersionState.listed)
    if product.state != "listed" or listed is None:
        raise StepNotPossible(state=product.state, step=DELIST.name)
    VERSIONS.take(ProductVersion.id == listed.id, DELIST, author, reason, ended_at=clock.now())
    db.session.execute(
        update(_PRODUCTS).where(_PRODUCTS.c.id == product_id).values(state="delisted")
    )
    product_delisted.tell(product_id)


def _list(version_id: int, step: Step, author: Author, reason: str | None) -> ProductVersion:
    product, version = lock_version(version_id)
    if version.state not in step.from_states:
        raise StepNotPossible(state=version.state, step=step.name)
    require_approved(product.producer_id)
    check_content(product.producer_id, version.content)
    check_sku_codes(product.id, version.content["skus"])
    now = clock.now()
    listed = find_version(product.id, VersionState.listed)
    if listed is not None:
        VERSIONS.take(ProductVersion.id == listed.id, REPLACE, author, ended_at=now)
    VERSIONS.take(
        ProductVersion.id == version_id,
        step,
        author,
        reason,
        listed_at=version.listed_at or now,
        ended_at=None,
    )
    columns = {name: version.content[name] for name in PRODUCT_MEMBERS}
    db.session.execute(
        update(_PRODUCTS)
        .where(_PRODUCTS.c.id == product.id)
        .values(state="listed", listed_at=func.coalesce(_PRODUCTS.c.listed_at, now), **columns)
    )
    product_listed.tell(product.id, _sell(product.id, version.content["skus"]))
    return read_version(version_id)


def _sell(product_id: int, skus: Sequence[Mapping[str, Any]]) -> list[int]:
    """Sell just these SKUs, found again by code; ids in the order of the content.

    Those the content no longer names stay for the orders that hold them, off sale.
    """
    rows = [
        {"product_id": product_id, "on_sale": True, **{name: sku[name] for name in SKU_MEMBERS}}
        # By code, so that two listings that want the same codes do not wait in a circle.
        for sku in sorted(skus, key=lambda sku: str(sku["code"]))
    ]
    upsert = insert(_SKUS).values(rows)
    changed = {name: upsert.excluded[name] for name in (*SKU_MEMBERS, "on_sale") if name != "code"}
    ids = {
        row.code: row.id
        for row in db.session.execute(
            upsert.on_conflict_do_update(
                index_elements=["code"],
                set_=changed,
                where=_SKUS.c.product_id == product_id,
            ).returning(_SKUS.c.id, _SKUS.c.code)
        )
    }
    for position, sku in enumerate(skus):
        if sku["code"] not in ids:
            raise SkuCodeTaken(field=f"skus.{position}.code")
    db.session.execute(
        update(_SKUS)
        .where(_SKUS.c.product_id == product_id, _SKUS.c.id.not_in(ids.values()))
        .values(on_sale=False)
    )
    return [ids[sku["code"]] for sku in skus]
