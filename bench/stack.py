"""Everything that is measured, started apart from `make run`: below var/bench, on free ports."""

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import requests
from cryptography.fernet import Fernet

from backend.settings import Settings
from local.environment import wechat_settings
from local.paths import ROOT, VAR
from local.ports import HOST, free_port
from local.servers import start_postgres, start_valkey
from local.single import only_one
from simulator import credentials
from simulator.credentials import Credentials

HOME = VAR / "bench"
DATABASE = "bench"
WORKERS = 2
PATIENCE_SECONDS = 60
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@dataclass(frozen=True)
class Stack:
    """Where the parts answer, and the service's settings to join in with."""

    service: int
    hello: int
    simulator: int
    masters: Mapping[int, int]
    """The process number of gunicorn's master by the port on which it serves."""
    database_url: str
    environment: Mapping[str, str]
    wechat: Credentials

    def settings(self, **changes: object) -> Settings:
        """The service's settings, for an application in this process."""
        given = {name.lower(): value for name, value in self.environment.items()}
        return Settings.model_validate({**given, **changes})


@contextlib.contextmanager
def running_stack() -> Iterator[Stack]:
    """An empty, migrated database and every process around it, until the block ends."""
    HOME.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as parts:
        parts.enter_context(only_one(HOME / "lock"))
        postgres = start_postgres(HOME / "postgres")
        parts.callback(postgres.stop)
        database_url = _new_database(postgres.url(), postgres.url(DATABASE))
        valkey = start_valkey(HOME / "valkey")
        parts.callback(valkey.stop)
        service, hello, simulator = free_port(), free_port(), free_port()
        wechat = credentials.ensure(HOME / "simulator")
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": valkey.connection_url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DATA_KEYS": Fernet.generate_key().decode(),
            "PUBLIC_URL": f"http://{HOST}:{service}",
            "MEDIA_DIRECTORY": str(HOME / "media"),
            **wechat_settings(wechat, f"http://{HOST}:{simulator}"),
        }
        _migrate(environment)
        simulating = ["simulator", f"--port={simulator}", f"--dir={HOME / 'simulator'}"]
        parts.enter_context(_process("simulator", simulating, environment))
        masters = {
            port: parts.enter_context(_process(name, _serving(application, port), environment))
            for name, application, port in (
                ("hello", "bench.hello:app", hello),
                ("service", "wsgi:app", service),
            )
        }
        for path in (f"{service}/readyz", f"{hello}/hello", f"{simulator}/"):
            _wait_for(f"http://{HOST}:{path}")
        yield Stack(service, hello, simulator, masters, database_url, environment, wechat)


def _new_database(server_url: str, url: str) -> str:
    """An empty database on a server that writes to the disk as production does."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        for name, wanted in DURABLE.items():
            row = connection.execute(f"SHOW {name}").fetchone()
            if row is None or row[0] != wanted:
                raise SystemExit(f"var/bench/postgres has {name} = {row and row[0]}")
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return url


def _migrate(environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)


def _serving(application: str, port: int) -> list[str]:
    """gunicorn as in production, but no worker is replaced while it is measured."""
    return [
        "gunicorn",
        f"--config={ROOT / 'gunicorn.conf.py'}",
        f"--bind={HOST}:{port}",
        f"--workers={WORKERS}",
        "--max-requests=0",
        application,
    ]


@contextlib.contextmanager
def _process(name: str, command: list[str], environment: Mapping[str, str]) -> Iterator[int]:
    log = HOME / f"{name}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield process.pid
        finally:
            process.terminate()


def processor_seconds(master: int) -> float:
    """What the workers of a gunicorn have used so far; zero where there is no /proc."""
    children = Path(f"/proc/{master}/task/{master}/children")
    if not children.exists():
        return 0.0
    ticks = 0
    for child in children.read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with contextlib.suppress(requests.RequestException):
            if requests.get(url, timeout=5).status_code == 200:
                return
        if time.monotonic() > deadline:
            raise SystemExit(f"{url} does not answer; see {shown_logs()}")
        time.sleep(0.1)


def shown_logs() -> Path:
    """Where the logs of the parts are."""
    return HOME.relative_to(ROOT)
