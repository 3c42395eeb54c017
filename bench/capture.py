"""The SQL that one request really executes, written down as a script for pgbench.

Nothing here knows the statements: they are caught on their way to PostgreSQL, and the values that
differ from request to request become variables. So the script cannot drift from the service.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, event

_PARAMETER = re.compile(r"%\((\w+)\)s|%%")
Known = Mapping[int | str, str]
"""Values that become variables: a number equal to the key, or text that contains it."""


@dataclass
class Captured:
    """Statements with their parameters in the order executed, `BEGIN` and `COMMIT` among them."""

    statements: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def script(self, known: Known, *, new_row: tuple[str, int, str] | None = None) -> str:
        """The lines for pgbench.

        `new_row` names a table, the key that the captured request was given in it, and the
        variable to take the place of that key once the row is inserted.
        """
        lines = []
        for sql, values in self.statements:
            end = ";"
            if new_row and _returns_new_row(sql, new_row[0]):
                end = f" \\gset {new_row[2]}_"
                known = {**known, new_row[1]: f"{new_row[2]}_id"}
            lines.append(_PARAMETER.sub(_filler(values, known), _one_line(sql)) + end)
        return "\n".join(lines)


@contextmanager
def capturing(engine: Engine) -> Iterator[Captured]:
    """Catches everything that passes through `engine` until the block ends."""
    captured = Captured()

    def execute(connection: Any, cursor: Any, sql: str, values: Any, *_: Any) -> None:
        rows = values if isinstance(values, list) else [values or {}]
        captured.statements.extend((sql, dict(row)) for row in rows)

    def noted(word: str) -> Callable[[Any], None]:
        return lambda connection: captured.statements.append((word, {}))

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": execute,
        "begin": noted("BEGIN"),
        "commit": noted("COMMIT"),
        "rollback": noted("ROLLBACK"),
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield captured
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


def literal(value: object, known: Known) -> str:
    """A value as SQL that pgbench takes, with variables where it holds something known."""
    if value is None:
        return "NULL"
    for kind, written in _WRITTEN:
        if isinstance(value, kind):
            return written(value, known)
    content = getattr(value, "obj", None)  # What psycopg wraps: bytes, or something for JSON.
    if content is None:
        raise TypeError(f"no literal for {type(value).__name__}")
    if isinstance(content, bytes):
        return literal(content, known)
    return _text(json.dumps(content, ensure_ascii=False), known)


def _number(value: int, known: Known) -> str:
    if value in known:
        return f":{known[value]}"
    return f"({value})" if value < 0 else str(value)


def _array(values: Sequence[Any], known: Known) -> str:
    kind = "text" if values and isinstance(values[0], str) else "bigint"
    return f"ARRAY[{', '.join(literal(each, known) for each in values)}]::{kind}[]"


def _filler(values: Mapping[str, Any], known: Known) -> Callable[[re.Match[str]], str]:
    def fill(match: re.Match[str]) -> str:
        return literal(values[match[1]], known) if match[1] else "%"

    return fill


def _returns_new_row(sql: str, table: str) -> bool:
    return f"INSERT INTO {table} " in sql and f"RETURNING {table}.id" in sql


def _one_line(sql: str) -> str:
    return " ".join(sql.split())


def _text(text: str, known: Known) -> str:
    """Quoted text; where it contains something known, pieces joined around the variable."""
    for part, variable in known.items():
        before, found, after = text.partition(part) if isinstance(part, str) else (text, "", "")
        if found:
            pieces = [_quoted(before), f":{variable}", _text(after, known)]
            return f"({' || '.join(piece for piece in pieces if piece != _quoted(''))})"
    return _quoted(text)


def _quoted(text: str) -> str:
    """pgbench looks for `:name` inside quotes too, so a colon is written by its number."""
    if ":" not in text and "\\" not in text:
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\003A")
    return f"U&'{escaped}'"


_WRITTEN: tuple[tuple[Any, Callable[[Any, Known], str]], ...] = (
    (bool, lambda value, known: str(value).lower()),
    (int, _number),
    (str, lambda value, known: _text(str(value), known)),
    (bytes, lambda value, known: f"'\\x{value.hex()}'"),
    (datetime, lambda value, known: f"{_text(value.isoformat(), {})}::timestamptz"),
    (date, lambda value, known: f"{_text(value.isoformat(), {})}::date"),
    (list, _array),
)
"""How each kind of value is written; the first that fits, so `bool` before `int`."""
