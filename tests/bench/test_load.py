"""The load generator reads answers right and counts what it should."""

import socket
import threading
from collections.abc import Iterator

import pytest

from bench import wire
from bench.load import Load, LoadError, Reply, Script, parse, percentile

ANSWER = b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello"


def test_an_answer_is_read_when_it_is_whole() -> None:
    assert parse(bytearray(ANSWER[:-1])) is None
    assert parse(bytearray(ANSWER + b"HTTP")) == (Reply(200, b"hello"), len(ANSWER))


def test_the_length_is_found_in_any_spelling_and_at_the_end_of_the_head() -> None:
    parsed = parse(bytearray(b"HTTP/1.1 409 CONFLICT\r\ncontent-length: 2\r\n\r\n{}"))
    assert parsed is not None
    assert parsed[0] == Reply(409, b"{}")


def test_no_content_has_no_body() -> None:
    head = b"HTTP/1.1 204 NO CONTENT\r\nServer: x\r\n\r\n"
    assert parse(bytearray(head)) == (Reply(204, b""), len(head))


def test_an_answer_without_length_is_refused() -> None:
    with pytest.raises(LoadError):
        parse(bytearray(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentile([], 99) == 0
    assert percentile([1_000_000], 50) == 1
    assert percentile([n * 1_000_000 for n in range(1, 101)], 99) == 99


@pytest.fixture
def port() -> Iterator[int]:
    """A server that answers every request alike, one connection after another."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _serve(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        while connection.recv(65536):
            connection.sendall(ANSWER)


def test_every_script_runs_to_its_end(port: int) -> None:
    replies: list[Reply] = []

    def script() -> Script:
        replies.append((yield port, wire.get("/")))
        yield 0.01
        replies.append((yield port, wire.post("/", {"a": 1}, "token")))

    result = Load(iter([script(), script()]), clients=1, seconds=20, warmup=0).run()
    assert [reply.body for reply in replies] == [b"hello"] * 4
    assert result["statuses"] == {"200": 4}
    assert result["done_with_warmup"] == 4


def test_what_is_answered_in_the_warm_up_does_not_count(port: int) -> None:
    def script() -> Script:
        yield port, wire.get("/")

    result = Load(iter([script()]), clients=1, seconds=1, warmup=20).run()
    assert result["requests"] == 0
    assert result["done_with_warmup"] == 1
