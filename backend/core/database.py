"""The database session, the types our columns share, and the one transaction per request."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg import Connection as PsycopgConnection
from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Identity,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

from backend.settings import Settings


class UtcInstant(TypeDecorator[datetime]):
    """`timestamptz` that takes aware instants only."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive time reached the database")
        return value


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: UtcInstant,
            int: BigInteger,
            str: Text,
            dict[str, Any]: JSONB,
        },
    )


Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
"""A primary key that the database counts."""

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": False})


def table_of(model: type[Base]) -> Table:
    """A model's table, for statements that change rows without objects: built once, run often."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not on a table")
    return table


def configure_database(app: Flask, settings: Settings) -> None:
    """Bind the session to PostgreSQL; it speaks UTC and waits five seconds at most for a lock."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.sqlalchemy_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": settings.database_pool_size,
        "max_overflow": 0,
        "pool_timeout": 10,
        "pool_pre_ping": False,
        # Values of a failed statement may be personal; they do not belong in logs.
        "hide_parameters": True,
        "connect_args": {
            "options": "-c timezone=UTC -c lock_timeout=5s -c statement_timeout=30s",
            "application_name": "xiangbang",
            "connect_timeout": 5,
        },
    }
    db.init_app(app)


@contextmanager
def transaction() -> Iterator[None]:
    """All or nothing: commit when the block ends well, roll back when it raises.

    A block that asks nothing of the database, as a page shown again, opens no session.
    """
    try:
        yield
        if db.session.registry.has():
            db.session.commit()
    except BaseException:
        if db.session.registry.has():
            db.session.rollback()
        raise


def commit_before_waiting() -> None:
    """End the transaction here, because what follows waits for somebody else's server.

    No lock and no connection is held while WeChat answers; what comes after is a
    transaction of its own.
    """
    db.session.commit()


def database_connection() -> PsycopgConnection[Any]:
    """psycopg's connection of the running transaction, for libraries that speak psycopg."""
    connection = db.session.connection().connection.driver_connection
    if not isinstance(connection, PsycopgConnection):
        raise TypeError("the session is not on psycopg")
    return connection


def database_answers() -> bool:
    """Whether a trivial query comes back."""
    return db.session.execute(text("SELECT 1")).scalar_one() == 1
