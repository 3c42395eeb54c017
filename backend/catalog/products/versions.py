"""The life of a version: draft, review, listed, ended. The product's row is locked first.

Whoever changes a version of a product holds the product's row, so versions of one product are
changed one after the other.
"""

from sqlalchemy import func, select

from backend.catalog.products.models import (
    Product,
    ProductVersion,
    ProductVersionEvent,
    VersionState,
)
from backend.core.database import db
from backend.core.errors import NotFound
from backend.core.life import Life, Step

DRAFT = Step("draft", (), VersionState.draft)
EDIT = Step("edit", (VersionState.draft,), VersionState.draft)
SUBMIT = Step("submit", (VersionState.draft,), VersionState.review)
WITHDRAW = Step("withdraw", (VersionState.review,), VersionState.draft)
RETURN = Step("return", (VersionState.review,), VersionState.draft)
LIST = Step("list", (VersionState.review,), VersionState.listed)
REPLACE = Step("replace", (VersionState.listed,), VersionState.ended)
DELIST = Step("delist", (VersionState.listed,), VersionState.ended)
RELIST = Step("relist", (VersionState.ended,), VersionState.listed)


class VersionNotFound(NotFound):
    code = "product_version_not_found"
    message = "没有找到该商品版本"


class ProductNotFound(NotFound):
    code = "product_not_found"
    message = "没有找到该商品"


VERSIONS = Life(ProductVersion, ProductVersionEvent, "version_id", not_found=VersionNotFound)


def lock_product(product_id: int) -> Product:
    """The product as it is now, locked until the transaction ends. Raises `ProductNotFound`."""
    found = db.session.execute(
        select(Product)
        .where(Product.id == product_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise ProductNotFound
    return found


def lock_version(version_id: int) -> tuple[Product, ProductVersion]:
    """A version and its product, both as they are now and locked. Raises `VersionNotFound`."""
    product_id = db.session.execute(
        select(ProductVersion.product_id).where(ProductVersion.id == version_id)
    ).scalar_one_or_none()
    if product_id is None:
        raise VersionNotFound
    return lock_product(product_id), read_version(version_id)


def read_version(version_id: int) -> ProductVersion:
    """A version as it is now. Raises `VersionNotFound`."""
    found = db.session.execute(
        select(ProductVersion)
        .where(ProductVersion.id == version_id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise VersionNotFound
    return found


def find_version(product_id: int, *states: VersionState) -> ProductVersion | None:
    """The product's newest version in one of `states`."""
    return db.session.execute(
        select(ProductVersion)
        .where(ProductVersion.product_id == product_id, ProductVersion.state.in_(states))
        .order_by(ProductVersion.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def revision_of(version_id: int) -> int:
    """The number of the version's last step: each change of a draft is one."""
    last = select(func.max(ProductVersionEvent.id)).filter_by(version_id=version_id)
    return int(db.session.execute(last).scalar_one())
