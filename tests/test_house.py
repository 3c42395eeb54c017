"""The house itself: who imports whom, small files, a schema that matches, a history that stays."""

import ast
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from importlinter.cli import lint_imports_command
from psycopg import sql
from psycopg.errors import RestrictViolation
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from backend import Service
from backend.core.database import Base
from backend.settings import Settings
from local.servers import Postgres
from simulator.testing import RunningSimulator
from tests.conftest import ROOT, migrate
from tests.test_world import World, standing_world

LARGEST_FILE = 400
HISTORIES = (
    "audit_entries",
    "catalogue_import_events",
    "credit_transfers",
    "order_events",
    "product_version_events",
    "producer_events",
    "provider_notices",
    "recognition_events",
    "stock_movements",
    "upload_events",
    "voucher_events",
    "voucher_redemptions",
    "voucher_returns",
)


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_room_imports_what_stands_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(lint_imports_command, ["--no-cache"])
    assert result.exit_code == 0, result.output
    assert "0 broken" in result.output


@pytest.mark.parametrize("path", sources("backend", "simulator", "local"), ids=name_of)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LARGEST_FILE, f"{lines} lines: split it by what it is about"


@pytest.mark.parametrize("path", sources("backend"), ids=name_of)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert told, "begin the file with one sentence"


@pytest.mark.parametrize("path", sources("backend"), ids=name_of)
def test_the_service_logs_and_never_prints(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"print", "breakpoint", "eval", "exec"}


@pytest.mark.parametrize("path", sources("backend"), ids=name_of)
def test_production_code_knows_nothing_of_tests(path: Path) -> None:
    imported = re.findall(r"^\s*(?:from|import) ([a-z_]+)", path.read_text(encoding="utf-8"), re.M)
    assert not {"tests", "simulator", "demo", "local", "bench"} & set(imported)


@pytest.fixture
def empty_database(postgres: Postgres, worker_id: str) -> Iterator[str]:
    """A database in which no migration has run yet."""
    with made_database(postgres, f"migrated_{worker_id}_{os.getpid()}") as url:
        yield url


@contextmanager
def made_database(postgres: Postgres, name: str) -> Iterator[str]:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield postgres.url(name)
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)


def schema_of(url: str) -> set[tuple[str, ...]]:
    """Every column, constraint and index of our tables, as PostgreSQL writes them down."""
    ours = "table_name NOT LIKE 'procrastinate%' AND table_name <> 'alembic_version'"
    queries = (
        "SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '')"
        f" FROM information_schema.columns WHERE table_schema = 'public' AND {ours}",
        "SELECT * FROM (SELECT conrelid::regclass::text AS table_name, conname,"
        " pg_get_constraintdef(oid) FROM pg_constraint"
        f" WHERE connamespace = 'public'::regnamespace AND conrelid <> 0) c WHERE {ours}",
        "SELECT * FROM (SELECT tablename AS table_name, indexname, indexdef FROM pg_indexes"
        f" WHERE schemaname = 'public') i WHERE {ours}",
    )
    with psycopg.connect(url) as connection:
        return {row for query in queries for row in connection.execute(query.encode())}


def test_the_migrations_build_what_the_models_would_build_to_the_last_check(
    postgres: Postgres, empty_database: str
) -> None:
    """`alembic check` looks at neither CHECK constraints nor defaults."""
    migrate(empty_database)
    with made_database(postgres, f"modelled_{os.getpid()}") as url:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        Base.metadata.create_all(engine)
        engine.dispose()
        assert schema_of(empty_database) ^ schema_of(url) == set()


def test_the_migrations_build_exactly_what_the_models_say(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty_database)
    migrate(empty_database)
    monkeypatch.setenv("DATABASE_URL", empty_database)
    command.check(Config(str(ROOT / "alembic.ini")))
    with psycopg.connect(empty_database) as connection:
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT LIKE 'procrastinate%' AND tablename <> 'alembic_version'"
        )
        assert {name for (name,) in found} == set(Base.metadata.tables)


def test_every_migration_after_the_queue_can_be_undone(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty_database)
    monkeypatch.setenv("DATABASE_URL", empty_database)
    command.downgrade(Config(str(ROOT / "alembic.ini")), "0001_queue")
    with psycopg.connect(empty_database) as connection:
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT LIKE 'procrastinate%'"
        )
        assert found.fetchall() == [("alembic_version",)]
    migrate(empty_database)
    command.check(Config(str(ROOT / "alembic.ini")))


def test_there_is_one_line_of_migrations() -> None:
    migrations = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
    assert len(migrations.get_heads()) == len(migrations.get_bases()) == 1
    files = {path.stem for path in sources("migrations/versions")}
    assert {each.revision for each in migrations.walk_revisions()} == files


@pytest.fixture(scope="module")
def world(service: Service, settings: Settings, wechat_server: RunningSimulator) -> Iterator[World]:
    with standing_world(service, settings, wechat_server) as built:
        yield built


@pytest.mark.parametrize("table", HISTORIES)
@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE {table} SET id = id",
        "UPDATE {table} SET id = id WHERE false",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE id = 1",
        "TRUNCATE {table}",
        "TRUNCATE {table} CASCADE",
        "INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {table}"
        " ON CONFLICT (id) DO UPDATE SET id = excluded.id",
    ],
)
def test_history_is_only_ever_added_to(world: World, table: str, attempt: str) -> None:
    assert world.tables.digest()[table][0] > 0, "there is something to lose"
    with (
        pytest.raises(RestrictViolation, match=f"{table} is only ever added to"),
        psycopg.connect(world.app.config["SETTINGS"].database_url) as connection,
    ):
        connection.execute(attempt.format(table=table).encode())
    assert world.tables.changed() == []


def test_every_table_that_only_grows_is_named_here(world: World) -> None:
    guarded = world.tables.rows(
        "SELECT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE p.proname = 'refuse_change' ORDER BY 1"
    )
    assert [name for (name,) in guarded] == sorted(HISTORIES)
