"""Tables of uploads."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.accounts.models import User
from backend.core.database import Base, Key
from backend.core.life import EventColumns


class Purpose(StrEnum):
    """A picture is for everybody; a document for its owner and operators only."""

    picture = "picture"
    document = "document"


class UploadState(StrEnum):
    expected = "expected"
    """A form was signed; nothing is known to have come."""
    stored = "stored"
    """A picture has come; the worker has yet to make its variants."""
    ready = "ready"
    refused = "refused"
    expired = "expired"


class Upload(Base):
    """One file of somebody's: announced, sent to the store, looked at, and then fit or not."""

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("purpose IN ('picture', 'document')", name="purpose"),
        CheckConstraint(
            "state IN ('expected', 'stored', 'ready', 'refused', 'expired')", name="state"
        ),
        CheckConstraint("bytes > 0", name="bytes"),
        CheckConstraint("width > 0 AND height > 0", name="pixels"),
        CheckConstraint(
            "(state = 'ready' AND purpose = 'picture') = (path IS NOT NULL)", name="path"
        ),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
        Index("ix_uploads_expected", "created_at", postgresql_where=text("state = 'expected'")),
        Index("ix_uploads_stored", "next_try_at", postgresql_where=text("state = 'stored'")),
        Index(
            "ix_uploads_untidy",
            "expires_at",
            postgresql_where=text("tidied_at IS NULL AND state IN ('ready', 'refused', 'expired')"),
        ),
    )

    id: Mapped[Key]
    no: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    purpose: Mapped[str]
    state: Mapped[str]
    content_type: Mapped[str]
    """As announced; once it has been looked at, what it really is."""
    bytes: Mapped[int]
    """As announced, then as found."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    key: Mapped[str | None]
    """Where the checked original lies, below `private/`."""
    path: Mapped[str | None] = mapped_column(unique=True)
    """The largest variant of a ready picture."""
    refusal: Mapped[str | None]
    """Why it was refused, for its owner to read."""
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime | None]
    """Before this the worker leaves it alone: somebody may be at it."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """When the form ends."""
    tidied_at: Mapped[datetime | None]
    """When what is no longer needed of it was deleted for good."""


class UploadEvent(EventColumns, Base):
    """One step of an upload: who took it, when and why."""

    __tablename__ = "upload_events"

    upload_id: Mapped[int] = mapped_column(ForeignKey(Upload.id), index=True)
