"""What the simulator remembers: one SQLite file behind one lock, safe for many threads."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]

SCHEMA = Path(__file__).with_name("schema.sql")
KEPT_BY_RESET = {"tokens"}


class Store:
    """Reads and writes take microseconds, so one connection behind a lock is quick enough."""

    def __init__(self, path: Path) -> None:
        path.touch(0o600)
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = _as_dict
        self._connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + SCHEMA.read_text("utf-8")
        )

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Every row of a query, as dicts."""
        with self._lock:
            found: list[Row] = self._connection.execute(sql, parameters).fetchall()
        return found

    def row(self, sql: str, *parameters: Any) -> Row | None:
        """The first row of a query, or None."""
        with self._lock:
            found: Row | None = self._connection.execute(sql, parameters).fetchone()
        return found

    def number(self, sql: str, *parameters: Any) -> int:
        """The first column of the first row of a query that always has one, as int."""
        row = self.row(sql, *parameters)
        return int(next(iter(row.values())) or 0) if row else 0

    def run(self, sql: str, *parameters: Any) -> int:
        """Change rows; returns how many."""
        with self._lock:
            return self._connection.execute(sql, parameters).rowcount

    def add(self, table: str, values: Mapping[str, Any]) -> int:
        """Insert one row; returns its rowid."""
        columns = ", ".join(values)
        marks = ", ".join("?" * len(values))
        with self._lock:
            sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
            return self._connection.execute(sql, tuple(values.values())).lastrowid or 0

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction: everything inside happens, or nothing. May be nested."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if self._depth == 1:
                    self._connection.execute("ROLLBACK")
                raise
            else:
                if self._depth == 1:
                    self._connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def reset(self) -> None:
        """Forget everything but the access tokens, which clients may still hold."""
        with self.changing():
            tables = self.rows(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            for table in tables:
                if table["name"] not in KEPT_BY_RESET:
                    self.run(f"DELETE FROM {table['name']}")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _as_dict(cursor: sqlite3.Cursor, values: Sequence[Any]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}
