"""What is captured becomes SQL that pgbench reads as it was meant."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from bench import wire
from bench.capture import Captured, literal


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "NULL"),
        (True, "true"),
        (-5, "(-5)"),
        (7, ":buyer"),
        ("it's", "'it''s'"),
        ("order:X7", "(U&'order\\003AX' || :n)"),
        (b"\x01\xff", "'\\x01ff'"),
        ([7, 8], "ARRAY[:buyer, 8]::bigint[]"),
        (date(2026, 11, 23), "'2026-11-23'::date"),
        (datetime(2026, 11, 23, 1, 2, tzinfo=UTC),
         "U&'2026-11-23T01\\003A02\\003A00+00\\003A00'::timestamptz"),
        (Jsonb({"no": "X1"}), "U&'{\"no\"\\003A \"X1\"}'"),
    ],
)  # fmt: skip
def test_values_become_literals_or_variables(value: object, written: str) -> None:
    assert literal(value, {7: "buyer", "7": "n"}) == written


def test_an_unknown_kind_of_value_is_not_guessed() -> None:
    with pytest.raises(TypeError):
        literal(object(), {})


def test_a_new_row_gives_its_key_to_what_follows() -> None:
    captured = Captured(
        [
            ("BEGIN", {}),
            ("INSERT INTO orders (no) VALUES (%(no)s) RETURNING orders.id", {"no": "X1"}),
            ("INSERT INTO order_lines\n (order_id) VALUES (%(id)s::BIGINT)", {"id": 99}),
            ("SELECT '100%%'", {}),
            ("COMMIT", {}),
        ]
    )
    assert captured.script({"X1": "n"}, new_row=("orders", 99, "order")).split("\n") == [
        "BEGIN;",
        "INSERT INTO orders (no) VALUES ((:n)) RETURNING orders.id \\gset order_",
        "INSERT INTO order_lines (order_id) VALUES (:order_id::BIGINT);",
        "SELECT '100%';",
        "COMMIT;",
    ]


def test_requests_survive_their_file(tmp_path: Path) -> None:
    requests = [wire.get("/a"), wire.post("/b", {"name": "茶"}, "token", Idempotency_Key="k1")]
    wire.write(tmp_path / "requests", requests)
    assert list(wire.read(tmp_path / "requests")) == requests
    head, _, body = requests[1].partition(b"\r\n\r\n")
    assert b"Idempotency-Key: k1" in head
    assert f"Content-Length: {len(body)}".encode() in head
