"""The same request sent twice is done once: `Idempotency-Key` with the body's fingerprint."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.database import Base, Key, db, table_of
from backend.core.errors import DomainError
from backend.core.personal_data import vault


class KeyUsedOtherwise(DomainError):
    code = "idempotency_key_used_otherwise"
    status = 422
    message = "同一个幂等键已用于另一个请求"


class IdempotencyKey(Base):
    """Who sent which key for what, and what came of it."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("user_id", "purpose", "key"),)

    id: Mapped[Key]
    user_id: Mapped[int]
    purpose: Mapped[str]
    key: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str]
    created_at: Mapped[datetime]


_KEYS = table_of(IdempotencyKey)
_CLAIM = insert(_KEYS).on_conflict_do_nothing().returning(_KEYS.c.id)


def fingerprint(body: Mapping[str, Any]) -> bytes:
    """A keyed hash of the body in canonical JSON: spacing and order of keys do not matter.

    Keyed, because a body may hold a phone number that a plain hash would let somebody guess.
    """
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return vault().index(canonical)


def claim(
    user_id: int, purpose: str, key: str, body: Mapping[str, Any], outcome: str
) -> str | None:
    """Claim `key` for `outcome` in the running transaction.

    `None` when the key is new: go on and create `outcome`. Otherwise the outcome of the first
    request, to be shown again. A concurrent twin waits here until the first has ended; if that
    one rolled back, the twin claims the key. Raises `KeyUsedOtherwise` for another body.
    """
    print_ = fingerprint(body)
    row = {
        "user_id": user_id,
        "purpose": purpose,
        "key": key,
        "fingerprint": print_,
        "outcome": outcome,
        "created_at": clock.now(),
    }
    claimed = db.session.execute(_CLAIM, row).first()
    if claimed:
        return None
    first = db.session.execute(
        select(IdempotencyKey.fingerprint, IdempotencyKey.outcome).filter_by(
            user_id=user_id, purpose=purpose, key=key
        )
    ).one()
    if bytes(first.fingerprint) != print_:
        raise KeyUsedOtherwise(field="Idempotency-Key")
    return str(first.outcome)
