"""Many drafts at once: what `drafting` does for one product, with a few statements for them all.

The checks are the same functions; a refusal is answered in the product's place and leaves the
others alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from backend.catalog.areas.models import Area, Category
from backend.catalog.products.checks import SkuCodeTaken, check_content
from backend.catalog.products.content import PRODUCT_MEMBERS
from backend.catalog.products.drafting import VersionInReview, require_approved, without_pictures
from backend.catalog.products.models import Product, ProductVersion, Sku, VersionState
from backend.catalog.products.versions import DRAFT, EDIT, SUBMIT, VERSIONS
from backend.core import clock
from backend.core.database import db, table_of
from backend.core.errors import DomainError
from backend.core.life import Author

Content = Mapping[str, Any]
_PRODUCTS = table_of(Product)
_VERSIONS = table_of(ProductVersion)
_SHOW = (
    update(_PRODUCTS)
    .where(_PRODUCTS.c.id == bindparam("shown_id"))
    .values({_PRODUCTS.c[name]: bindparam(f"to_{name}") for name in PRODUCT_MEMBERS})
)
_WRITE = (
    update(_VERSIONS)
    .where(_VERSIONS.c.id == bindparam("written_id"))
    .values(content=bindparam("to_content", type_=_VERSIONS.c.content.type))
)


@dataclass(frozen=True)
class Saved:
    """The version that says what was asked for; a listed one where that says the same already."""

    version_id: int
    state: str


@dataclass
class _Known:
    """A product, locked, with the version that is open or else listed."""

    id: int
    state: str
    is_new: bool
    version_id: int | None = None
    version_state: str | None = None
    content: Content | None = None


def save_drafts(
    producer_id: int, contents: Sequence[Content], author: Author
) -> list[Saved | DomainError]:
    """`save_draft` for each of `contents`, of which no two have the same code.

    Answers in their order what was saved, or the refusal that `save_draft` would raise.
    """
    answers: dict[str, Saved | DomainError] = {}
    _refuse_wrong(producer_id, contents, answers)
    _refuse_taken(producer_id, contents, answers)
    good = [content for content in contents if content["code"] not in answers]
    known = _lock_products(producer_id, good) if good else {}
    to_begin, to_edit = [], []
    for content in good:
        product = known[content["code"]]
        if product.version_id is not None and product.content == content:
            answers[content["code"]] = Saved(product.version_id, str(product.version_state))
        elif product.version_state == VersionState.review:
            answers[content["code"]] = VersionInReview()
        elif product.version_state == VersionState.draft:
            to_edit.append(content)
        else:
            to_begin.append(content)
    _show([*to_begin, *to_edit], known)
    answers |= _edit(to_edit, known, author)
    answers |= _begin(to_begin, known, author)
    return [answers[content["code"]] for content in contents]


def submit_many(
    producer_id: int, drafts: Mapping[int, Content], author: Author
) -> dict[int, DomainError]:
    """`submit` for each of a producer's drafts, by version id; those refused, and why."""
    refused: dict[int, DomainError] = {**without_pictures(drafts)}
    try:
        require_approved(producer_id)
    except DomainError as error:
        return dict.fromkeys(drafts, error)
    VERSIONS.take_many(
        [version_id for version_id in drafts if version_id not in refused], SUBMIT, author
    )
    return refused


def _refuse_wrong(
    producer_id: int, contents: Sequence[Content], answers: dict[str, Saved | DomainError]
) -> None:
    # Held, because the session only remembers what somebody holds.
    held = [*db.session.scalars(select(Category)), *db.session.scalars(select(Area))]
    for content in contents:
        try:
            check_content(producer_id, content)
        except DomainError as error:
            answers[content["code"]] = error
    del held


def _refuse_taken(
    producer_id: int, contents: Sequence[Content], answers: dict[str, Saved | DomainError]
) -> None:
    """Codes of SKUs that belong to another product."""
    codes = [sku["code"] for content in contents for sku in content["skus"]]
    rows = db.session.execute(
        select(Sku.code, Product.producer_id, Product.code.label("product_code"))
        .join(Product, Product.id == Sku.product_id)
        .where(Sku.code.in_(codes))
    )
    owners = {row.code: (row.producer_id, row.product_code) for row in rows}
    for content in contents:
        own = (producer_id, content["code"])
        for position, sku in enumerate(content["skus"]):
            if owners.get(sku["code"], own) != own:
                taken = SkuCodeTaken(field=f"skus.{position}.code")
                answers.setdefault(content["code"], taken)


def _lock_products(producer_id: int, contents: Sequence[Content]) -> dict[str, _Known]:
    """The products by code, in the order of their ids; those not known yet begin here."""
    rows = [
        {"producer_id": producer_id, "state": "draft"}
        | {name: content[name] for name in PRODUCT_MEMBERS}
        for content in sorted(contents, key=lambda content: str(content["code"]))
    ]
    new = set(
        db.session.scalars(
            insert_or_not(_PRODUCTS)
            .on_conflict_do_nothing(index_elements=["producer_id", "code"])
            .returning(_PRODUCTS.c.id),
            rows,
        )
    )
    locked = db.session.execute(
        select(_PRODUCTS.c.id, _PRODUCTS.c.code, _PRODUCTS.c.state)
        .where(
            _PRODUCTS.c.producer_id == producer_id,
            _PRODUCTS.c.code.in_([content["code"] for content in contents]),
        )
        .order_by(_PRODUCTS.c.id)
        .with_for_update(key_share=True)
    ).all()
    known = {row.code: _Known(row.id, row.state, row.id in new) for row in locked}
    by_id = {product.id: product for product in known.values() if not product.is_new}
    versions = db.session.execute(
        select(_VERSIONS.c.product_id, _VERSIONS.c.id, _VERSIONS.c.state, _VERSIONS.c.content)
        .where(
            _VERSIONS.c.product_id.in_(by_id),
            _VERSIONS.c.state.in_((VersionState.draft, VersionState.review, VersionState.listed)),
        )
        # An open version counts before the listed one.
        .order_by(_VERSIONS.c.product_id, _VERSIONS.c.state != VersionState.listed)
    )
    for row in versions:
        product = by_id[row.product_id]
        product.version_id, product.version_state, product.content = row.id, row.state, row.content
    return known


def _show(contents: Sequence[Content], known: Mapping[str, _Known]) -> None:
    """Products that were never listed are called what their drafts call them."""
    rows = [
        {"shown_id": known[content["code"]].id}
        | {f"to_{name}": content[name] for name in PRODUCT_MEMBERS}
        for content in contents
        if known[content["code"]].state == "draft" and not known[content["code"]].is_new
    ]
    if rows:
        db.session.execute(_SHOW, rows)


def _edit(
    contents: Sequence[Content], known: Mapping[str, _Known], author: Author
) -> dict[str, Saved | DomainError]:
    written = {
        version_id: content
        for content in contents
        if (version_id := known[content["code"]].version_id) is not None
    }
    if not written:
        return {}
    db.session.execute(
        _WRITE,
        [{"written_id": key, "to_content": dict(content)} for key, content in written.items()],
    )
    VERSIONS.take_many(list(written), EDIT, author)
    return {content["code"]: Saved(key, VersionState.draft) for key, content in written.items()}


def _begin(
    contents: Sequence[Content], known: Mapping[str, _Known], author: Author
) -> dict[str, Saved | DomainError]:
    if not contents:
        return {}
    product_ids = [known[content["code"]].id for content in contents]
    last = {
        row.product_id: row.number
        for row in db.session.execute(
            select(_VERSIONS.c.product_id, func.max(_VERSIONS.c.number).label("number"))
            .where(_VERSIONS.c.product_id.in_(product_ids))
            .group_by(_VERSIONS.c.product_id)
        )
    }
    now = clock.now()
    rows = [
        {
            "product_id": product_id,
            "number": last.get(product_id, 0) + 1,
            "state": VersionState.draft,
            "content": dict(content),
            "created_at": now,
        }
        for product_id, content in zip(product_ids, contents, strict=True)
    ]
    begun = db.session.execute(
        insert(_VERSIONS).returning(_VERSIONS.c.id, _VERSIONS.c.product_id), rows
    )
    ids = {row.product_id: row.id for row in begun}
    VERSIONS.begin_many(sorted(ids.values()), DRAFT, author)
    return {
        content["code"]: Saved(ids[product_id], VersionState.draft)
        for product_id, content in zip(product_ids, contents, strict=True)
    }
