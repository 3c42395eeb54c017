"""Tables of imports: the file, what was found in it, and what became of each product."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.accounts.models import User
from backend.catalog.producers.models import Producer
from backend.catalog.products.models import ProductVersion
from backend.core.database import Base, Key
from backend.core.life import EventColumns


class ImportState(StrEnum):
    waiting = "waiting"
    checking = "checking"
    checked = "checked"
    applying = "applying"
    applied = "applied"
    failed = "failed"
    """The file as a whole cannot be read; `failure` says why."""


class CatalogueImport(Base):
    """One file that somebody sent in for a producer, from upload to applied.

    A producer has one import under way at most. Whoever works on it holds `runner` and moves
    `touched_at`; when that stands still, the next worker takes over.
    """

    __tablename__ = "catalogue_imports"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'checking', 'checked', 'applying', 'applied', 'failed')",
            name="state",
        ),
        CheckConstraint("mode IN ('all', 'good_rows')", name="mode"),
        CheckConstraint("listing IN ('running', 'done')", name="listing"),
        Index(
            "uq_catalogue_imports_under_way",
            "producer_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'checking', 'applying')"),
        ),
        Index("ix_catalogue_imports_listing", "id", postgresql_where=text("listing = 'running'")),
    )

    id: Mapped[Key]
    no: Mapped[str] = mapped_column(unique=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id), index=True)
    by_kind: Mapped[str]
    """`producer` or `operator`: as whom the drafts are written."""
    by_user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    file_name: Mapped[str]
    state: Mapped[str]
    mode: Mapped[str | None]
    submit: Mapped[bool] = mapped_column(server_default=text("false"))
    """Hand every draft in for review."""
    listing: Mapped[str | None]
    listing_by_user_id: Mapped[int | None]
    failure: Mapped[str | None]
    rows_total: Mapped[int] = mapped_column(server_default=text("0"))
    """Rows of the step under way: to check, then to apply."""
    rows_done: Mapped[int] = mapped_column(server_default=text("0"))
    products_new: Mapped[int] = mapped_column(server_default=text("0"))
    products_changed: Mapped[int] = mapped_column(server_default=text("0"))
    products_unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    products_bad: Mapped[int] = mapped_column(server_default=text("0"))
    bad_rows: Mapped[int] = mapped_column(server_default=text("0"))
    errors: Mapped[int] = mapped_column(server_default=text("0"))
    runner: Mapped[str | None]
    touched_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    """Beginnings since the last progress; a file that kills its worker is given up."""
    created_at: Mapped[datetime]


class CatalogueImportEvent(EventColumns, Base):
    """One step of an import: who took it, when and why."""

    __tablename__ = "catalogue_import_events"

    import_id: Mapped[int] = mapped_column(ForeignKey(CatalogueImport.id), index=True)


class CatalogueImportFile(Base):
    """The bytes that were sent, until they are deleted after a month."""

    __tablename__ = "catalogue_import_files"

    import_id: Mapped[int] = mapped_column(
        ForeignKey(CatalogueImport.id), primary_key=True, autoincrement=False
    )
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)


class CatalogueImportProduct(Base):
    """One product of the file: what it would say, and what became of it."""

    __tablename__ = "catalogue_import_products"
    __table_args__ = (
        CheckConstraint("outcome IN ('new', 'changed', 'unchanged', 'bad')", name="outcome"),
        CheckConstraint("result IN ('applied', 'skipped', 'failed')", name="result"),
        CheckConstraint("listing IN ('listed', 'flagged', 'refused')", name="listing"),
        UniqueConstraint("import_id", "position"),
        Index(
            "ix_catalogue_import_products_to_apply",
            "import_id",
            "position",
            postgresql_where=text("result IS NULL"),
        ),
    )

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey(CatalogueImport.id))
    position: Mapped[int]
    code: Mapped[str]
    rows: Mapped[dict[str, Any]]
    """Where it stands: `{"sheet": …, "row": 2, "sku_sheet": …, "sku_rows": [2, 3]}`."""
    row_count: Mapped[int]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What `ProductContentIn` made of it; `None` where that is not possible."""
    outcome: Mapped[str]
    result: Mapped[str | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey(ProductVersion.id))
    listing: Mapped[str | None]
    message: Mapped[str | None]
    """Why it was not applied or not listed."""


class CatalogueImportError(Base):
    """One thing that is wrong with the file, where, and what to do about it."""

    __tablename__ = "catalogue_import_errors"

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey(CatalogueImport.id), index=True)
    sheet: Mapped[str]
    row: Mapped[int | None]
    """`None`: the sheet as a whole."""
    column: Mapped[str | None]
    """The column's letter."""
    heading: Mapped[str | None]
    value: Mapped[str]
    message: Mapped[str]
    remedy: Mapped[str]
    product_code: Mapped[str | None]
