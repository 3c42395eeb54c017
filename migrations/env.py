"""Runs migrations against DATABASE_URL; needs no other setting of the service."""

import importlib
import os
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from backend.core.database import Base

IN_CORE = ("backend.core.alarms", "backend.core.audit", "backend.core.idempotency")
BACKEND = Path(__file__).parent.parent / "backend"
IN_ROOMS = (
    ".".join(path.relative_to(BACKEND.parent).with_suffix("").parts)
    for path in sorted(BACKEND.rglob("models.py"))
)
for name in (*IN_CORE, *IN_ROOMS):
    importlib.import_module(name)

MIGRATION_LOCK = 20_261_123
"""Two machines that start at once migrate one after the other."""


def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """The queue's tables belong to procrastinate, which brings its own schema."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def run() -> None:
    url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    engine = create_engine(url, connect_args={"options": "-c timezone=UTC -c lock_timeout=10s"})
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=ours,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
