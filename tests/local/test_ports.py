"""A port in use is refused with the way out of it, before anything has started."""

import socket

import pytest

from local.errors import StackError
from local.ports import free_port, is_free, wished_port


def test_a_free_port_is_taken_as_wished() -> None:
    port = free_port()
    assert is_free(port)
    assert wished_port("PORT", str(port)) == port


def test_a_busy_port_is_named_with_another_to_choose() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StackError, match=f"port {port} is in use") as refused:
            wished_port("PORT", str(port))
    assert "make run" in refused.value.hint


@pytest.mark.parametrize("value", ["", "0", "65536", "-1", "http", "８０００"])
def test_what_is_no_port_is_refused(value: str) -> None:
    with pytest.raises(StackError, match="is not a port"):
        wished_port("PORT", value)
