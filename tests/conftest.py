"""What tests stand on: a real PostgreSQL and Valkey, the simulator over HTTP, a clock that moves.

One template database is migrated per state of the migrations; each test worker copies it once
and empties it before each test.
"""

import hashlib
import logging
import os
import socket
import threading
import types
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import procrastinate
import psutil
import psycopg
import pytest
import redis
import wechatpayv3.utils
from alembic import command
from alembic.config import Config
from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from procrastinate.exceptions import AlreadyEnqueued
from werkzeug.serving import make_server

import simulator.clock
from backend import Service, create_app
from backend.core import clock
from backend.core.database import database_connection, transaction
from backend.core.shown import pages
from backend.settings import Settings
from local.servers import Postgres, start_postgres, start_valkey
from simulator.testing import RunningSimulator, running_simulator
from tests.api import Api, in_process

ROOT = Path(__file__).parent.parent
SERVERS = ROOT / "var" / "test"
logging.getLogger("werkzeug").setLevel(logging.ERROR)
KEPT_TABLES = {"alembic_version", "areas"}


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """One server for all test workers; it does not wait for the disk."""
    server = start_postgres(SERVERS / "postgres")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("ALTER SYSTEM SET max_connections = 300")
        connection.execute("SELECT pg_reload_conf()")
    return server


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> str:
    """The name of a migrated, empty database for the migrations as they are now."""
    versions = sorted((ROOT / "migrations").rglob("*.[pc][ys]*"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in versions)).hexdigest()[:12]
    name = f"template_{digest}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            connection.execute(f"DROP DATABASE IF EXISTS {name}_new")
            connection.execute(f"CREATE DATABASE {name}_new")
            migrate(postgres.url(f"{name}_new"))
            connection.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    return name


def migrate(url: str) -> None:
    """Bring a database to the newest migration."""
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    try:
        command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
    finally:
        if before is None:
            del os.environ["DATABASE_URL"]
        else:
            os.environ["DATABASE_URL"] = before


@pytest.fixture(scope="session")
def database_url(postgres: Postgres, template: str, worker_id: str) -> Iterator[str]:
    """This test worker's own copy of the template, gone when the worker ends."""
    name = f"test_{worker_id}_{os.getpid()}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        _drop_left_over(connection)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield postgres.url(name)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _drop_left_over(connection: psycopg.Connection[tuple[str]]) -> None:
    """Databases of test workers that were killed."""
    found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%\\_%'")
    for (name,) in found.fetchall():
        if not psutil.pid_exists(int(name.rsplit("_", 1)[1])):
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def valkey_url(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = start_valkey(tmp_path_factory.mktemp("valkey"))
    yield server.connection_url
    server.stop()


@pytest.fixture(scope="session")
def wechat_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    with running_simulator(tmp_path_factory.mktemp("simulator"), retry_scale=0.02) as running:
        yield running


@pytest.fixture(scope="session")
def settings(
    database_url: str,
    valkey_url: str,
    wechat_server: RunningSimulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    return make_settings(
        wechat_server,
        database_url=database_url,
        redis_url=valkey_url,
        public_url=f"http://127.0.0.1:{free_port()}",
        media_directory=tmp_path_factory.mktemp("media"),
    )


def make_settings(wechat: RunningSimulator, **changes: object) -> Settings:
    """Settings that talk to a running simulator."""
    keys = wechat.credentials
    return Settings.model_validate(
        {
            "secret_key": "for tests only, and long enough for one",
            "data_keys": Fernet.generate_key().decode(),
            "log_level": "ERROR",
            "wechat_api_base_url": wechat.url,
            "wechat_pay_base_url": wechat.url,
            "wechat_appid": keys.appid,
            "wechat_secret": keys.appsecret,
            "wechat_mchid": keys.mchid,
            "wechat_merchant_serial": keys.merchant_serial,
            "wechat_merchant_private_key_file": keys.merchant_private_key_file,
            "wechat_apiv3_key": keys.apiv3_key,
            "wechat_pay_public_key_id": keys.wechatpay_public_key_id,
            "wechat_pay_public_key_file": keys.wechatpay_public_key_file,
            **changes,
        }
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def service(settings: Settings) -> Iterator[Service]:
    """The service, reachable under its public URL so that the simulator can call back."""
    app = create_app(settings)
    port = int(settings.public_url.rsplit(":", 1)[1])
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield app
    server.shutdown()
    server.server_close()


@pytest.fixture
def app(
    service: Service, database_url: str, valkey_url: str, wechat_server: RunningSimulator
) -> Iterator[Service]:
    """The service over an empty database and a simulator that has forgotten everything."""
    wechat_server.post("/reset")
    empty(database_url)
    redis.Redis.from_url(valkey_url).flushall()
    pages.forget()
    with service.app_context():
        yield service


def empty(database_url: str) -> None:
    """Forget everything but reference data. Triggers that guard history are passed over.

    Rows are deleted, not truncated: most of the many tables are empty after most tests, and what
    a test leaves is little.
    """
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted({name for (name,) in rows} - KEPT_TABLES)
        asked = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables)
        filled = connection.execute(" UNION ALL ".join(asked).encode()).fetchall()
        connection.execute("SET lock_timeout = '10s'")
        connection.execute("SET session_replication_role = replica")
        for (name,) in filled:
            connection.execute(f"DELETE FROM {name}".encode())
        connection.execute("""
            SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
              FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
        """)
        # Gives the room back at once, so that new rows lie in the order in which they are written.
        connection.commit()
        connection.autocommit = True
        if filled:
            names = ", ".join(name for (name,) in filled)
            connection.execute(f"VACUUM (SKIP_LOCKED) {names}".encode())


@pytest.fixture
def wechat(wechat_server: RunningSimulator, app: Service) -> RunningSimulator:
    """The simulator's control API."""
    return wechat_server


@pytest.fixture
def client(app: Service) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def api(app: Service, wechat: RunningSimulator) -> Api:
    """The service as a mini-program uses it."""
    return Api(in_process(app), wechat)


class Worker:
    """Does what is due, as the worker process does, in this process."""

    def __init__(self, app: Service) -> None:
        self._app = app
        self._queue: procrastinate.App = app.extensions["queue"]

    def run(self) -> None:
        """Work off every job that is waiting, and nothing that the clock asks for."""
        registry = self._queue.periodic_registry
        periodic, registry.periodic_tasks = registry.periodic_tasks, {}
        try:
            with self._app.app_context():
                self._queue.run_worker(
                    wait=False, delete_jobs="successful", install_signal_handlers=False
                )
        finally:
            registry.periodic_tasks = periodic

    def sweep(self) -> None:
        """Do once what the clock makes the worker do again and again, and what follows."""
        for periodic in self._queue.periodic_registry.periodic_tasks.values():
            with suppress(AlreadyEnqueued), self._app.app_context(), transaction():
                connection = database_connection()
                periodic.task.configure(connection=connection).defer(timestamp=0)
        self.run()


@pytest.fixture
def worker(app: Service) -> Worker:
    return Worker(app)


class Time:
    """Moves the clock of the service, of the simulator and of the payment library together."""

    def travel(self, **by: float) -> None:
        clock.travel(timedelta(**by))

    def freeze(self, at: datetime) -> None:
        clock.use(lambda: at)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    moved = types.SimpleNamespace(time=lambda: clock.now().timestamp())
    monkeypatch.setattr(wechatpayv3.utils, "time", moved)
    monkeypatch.setattr(simulator.clock, "now", lambda: clock.now().timestamp())
    yield Time()
    clock.use(None)
