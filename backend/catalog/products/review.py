"""What an operator decides about versions and products; each decision is kept in the audit."""

from sqlalchemy import select

from backend.catalog.producers.models import ProducerMember
from backend.catalog.products import listing
from backend.catalog.products.models import ProductVersion, VersionState
from backend.catalog.products.prices import flags
from backend.catalog.products.versions import lock_product, lock_version, revision_of
from backend.core import audit
from backend.core.database import db
from backend.core.errors import DomainError
from backend.core.life import operator


class OwnProduct(DomainError):
    code = "own_product"
    status = 409
    message = "不能审核自己所属生产主体的商品"


class ReasonMissing(DomainError):
    code = "reason_missing"
    status = 422
    message = "价格高于市场价三成以上，通过时请填写理由"


class VersionChanged(DomainError):
    code = "version_changed"
    status = 409
    message = "商品内容在您查看之后有修改，请重新查看"


def approve(
    version_id: int, by: int, reason: str | None, revision: int | None = None
) -> ProductVersion:
    """List a version in review. A flagged price needs a reason; nobody decides on their own.

    `revision` is the one that was looked at: what was taken back and changed meanwhile is not
    listed unseen. Raises `VersionChanged`, `OwnProduct`, `ReasonMissing` and whatever
    `listing.list_version` raises.
    """
    product, version = lock_version(version_id)
    _refuse_own(product.producer_id, by)
    if version.state == VersionState.review and revision not in {None, revision_of(version_id)}:
        raise VersionChanged(field="revision")
    if reason is None and flags(version.content):
        raise ReasonMissing(field="reason")
    listed = listing.list_version(version_id, operator(by), reason)
    audit.record(by, "approve_product", f"product_version:{version_id}", reason)
    return listed


def send_back(version_id: int, by: int, reason: str) -> ProductVersion:
    """Return a version to its producer. Raises `VersionNotFound`, `StepNotPossible`."""
    returned = listing.return_version(version_id, operator(by), reason)
    audit.record(by, "return_product", f"product_version:{version_id}", reason)
    return returned


def take_off(product_id: int, by: int, reason: str) -> None:
    """Delist a product. Raises `ProductNotFound`, `StepNotPossible`."""
    listing.delist(product_id, operator(by), reason)
    audit.record(by, "delist_product", f"product:{product_id}", reason)


def bring_back(product_id: int, by: int, reason: str) -> ProductVersion:
    """List a delisted product again as it last was. Raises what `listing.relist` raises, and
    `OwnProduct`."""
    producer_id = lock_product(product_id).producer_id
    _refuse_own(producer_id, by)
    listed = listing.relist(product_id, operator(by), reason)
    audit.record(by, "relist_product", f"product:{product_id}", reason)
    return listed


def _refuse_own(producer_id: int, by: int) -> None:
    acting = select(ProducerMember.id).filter_by(producer_id=producer_id, user_id=by, ended_at=None)
    if db.session.execute(acting).first() is not None:
        raise OwnProduct
