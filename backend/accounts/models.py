"""Tables of the people: users, the roles granted to them, staff logins."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base, Key
from backend.core.personal_data import Encrypted


class User(Base):
    """A person. `token_epoch` goes up when every login token given out so far must end."""

    __tablename__ = "users"

    id: Mapped[Key]
    openid: Mapped[str | None] = mapped_column(unique=True)
    unionid: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    token_epoch: Mapped[int] = mapped_column(server_default=text("0"))
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role somebody was given, by whom and until when. Consumers need none."""

    __tablename__ = "role_grants"
    __table_args__ = (
        Index(
            "uq_role_grants_held",
            "user_id",
            "role",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    role: Mapped[str]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    granted_at: Mapped[datetime]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    revoked_at: Mapped[datetime | None]


class StaffAccount(Base):
    """Login name and password of staff, who do not come through the mini-program."""

    __tablename__ = "staff_accounts"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    failed_logins: Mapped[int] = mapped_column(server_default=text("0"))
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
