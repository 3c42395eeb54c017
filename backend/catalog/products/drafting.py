"""A producer's draft: made, replaced as a whole, submitted for review, taken back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from backend.catalog.pictures.owned import unknown_pictures
from backend.catalog.producers.models import Producer, ProducerState
from backend.catalog.products.checks import check_content, check_sku_codes
from backend.catalog.products.content import PRODUCT_MEMBERS
from backend.catalog.products.models import Product, ProductVersion, VersionState
from backend.catalog.products.versions import (
    DRAFT,
    EDIT,
    SUBMIT,
    VERSIONS,
    WITHDRAW,
    ProductNotFound,
    find_version,
    lock_product,
    lock_version,
    read_version,
)
from backend.core import clock
from backend.core.database import db, table_of
from backend.core.errors import DomainError, InvalidInput
from backend.core.life import Author

_PRODUCTS = table_of(Product)
_VERSIONS = table_of(ProductVersion)


class VersionInReview(DomainError):
    code = "product_in_review"
    status = 409
    message = "该商品正在审核，请先撤回再修改"


class ProductCodeTaken(DomainError):
    code = "product_code_taken"
    status = 409
    message = "已有使用此编码的商品，请修改该商品"


class PictureMissing(DomainError):
    code = "picture_missing"
    status = 409
    message = "提交审核前请至少上传一张图片，并等待图片处理完成"


class ProducerNotApproved(DomainError):
    code = "producer_not_approved"
    status = 409
    message = "生产主体尚未通过审核或已被暂停"


def save_draft(
    producer_id: int, content: Mapping[str, Any], author: Author, product_id: int | None = None
) -> ProductVersion:
    """Keep `content`, loaded by `ProductContentIn`, as the open draft of a product.

    The product is the one with `product_id`, or the producer's with the content's code, and
    begins its life here if there is none. What already says the same is answered unchanged: the
    open version, or the listed one where none is open. Raises `ProductNotFound`,
    `VersionInReview`, `SkuCodeTaken`, `PriceTiersInvalid`, `InvalidInput`.
    """
    content = dict(content)
    check_content(producer_id, content)
    product = _product(producer_id, content, product_id)
    check_sku_codes(product.id, content["skus"])
    open_version = find_version(product.id, VersionState.draft, VersionState.review)
    current = open_version or find_version(product.id, VersionState.listed)
    if current is not None and current.content == content:
        return current
    if product.state == "draft":
        _show(product.id, content)
    if open_version is None:
        return _begin(product.id, content, author)
    if open_version.state == VersionState.review:
        raise VersionInReview
    VERSIONS.take(ProductVersion.id == open_version.id, EDIT, author, content=content)
    return read_version(open_version.id)


def begin_product(producer_id: int, content: Mapping[str, Any], author: Author) -> ProductVersion:
    """The first draft of a product that is new; the same content again answers the same draft.

    Raises `ProductCodeTaken` with the product's id, and whatever `save_draft` raises.
    """
    known = db.session.execute(
        select(Product.id).filter_by(producer_id=producer_id, code=content["code"])
    ).scalar_one_or_none()
    if known is not None:
        opened = find_version(known, VersionState.draft, VersionState.review)
        if opened is not None and opened.content == content:
            return opened
        raise ProductCodeTaken(field="code", product_id=str(known))
    return save_draft(producer_id, content, author)


def submit(version_id: int, author: Author) -> ProductVersion:
    """Hand a draft in for review.

    Raises `VersionNotFound`, `PictureMissing`, `ProducerNotApproved`, `StepNotPossible`.
    """
    product, version = lock_version(version_id)
    require_approved(product.producer_id)
    for refusal in without_pictures({version_id: version.content}).values():
        raise refusal
    VERSIONS.take(ProductVersion.id == version_id, SUBMIT, author)
    return read_version(version_id)


def without_pictures(drafts: Mapping[int, Mapping[str, Any]]) -> dict[int, PictureMissing]:
    """By version id, which contents have no picture, or one whose upload is not ready."""
    paths = [path for content in drafts.values() for path in content["pictures"]]
    unknown = unknown_pictures(paths)
    return {
        version_id: PictureMissing(field="pictures")
        for version_id, content in drafts.items()
        if not content["pictures"] or unknown.intersection(content["pictures"])
    }


def withdraw(version_id: int, author: Author) -> ProductVersion:
    """Take a version back out of review. Raises `VersionNotFound`, `StepNotPossible`."""
    lock_version(version_id)
    VERSIONS.take(ProductVersion.id == version_id, WITHDRAW, author)
    return read_version(version_id)


def require_approved(producer_id: int) -> None:
    """Raises `ProducerNotApproved` for a producer whose products are not offered."""
    state = db.session.execute(
        select(Producer.state).where(Producer.id == producer_id)
    ).scalar_one_or_none()
    if state != ProducerState.approved:
        raise ProducerNotApproved


def _product(producer_id: int, content: Mapping[str, Any], product_id: int | None) -> Product:
    """The product that the draft is of, locked; a new one where the code is new."""
    if product_id is not None:
        product = lock_product(product_id)
        if product.producer_id != producer_id:
            raise ProductNotFound
        if product.code != content["code"]:
            raise InvalidInput("商品编码不能更改", field="code")
        return product
    columns = {name: content[name] for name in PRODUCT_MEMBERS}
    db.session.execute(
        insert_or_not(_PRODUCTS)
        .values(producer_id=producer_id, state="draft", **columns)
        .on_conflict_do_nothing(index_elements=["producer_id", "code"])
    )
    found = db.session.execute(
        select(Product.id).where(
            Product.producer_id == producer_id, Product.code == content["code"]
        )
    ).scalar_one()
    return lock_product(found)


def _show(product_id: int, content: Mapping[str, Any]) -> None:
    """A product that was never listed is called what its draft calls it."""
    columns = {name: content[name] for name in PRODUCT_MEMBERS}
    db.session.execute(update(_PRODUCTS).where(_PRODUCTS.c.id == product_id).values(**columns))


def _begin(product_id: int, content: Mapping[str, Any], author: Author) -> ProductVersion:
    number = (
        select(func.coalesce(func.max(_VERSIONS.c.number), 0) + 1)
        .where(_VERSIONS.c.product_id == product_id)
        .scalar_subquery()
    )
    version_id = db.session.execute(
        insert(_VERSIONS)
        .values(
            product_id=product_id,
            number=number,
            state=VersionState.draft,
            content=content,
            created_at=clock.now(),
        )
        .returning(_VERSIONS.c.id)
    ).scalar_one()
    VERSIONS.begin(version_id, DRAFT, author)
    return read_version(version_id)
