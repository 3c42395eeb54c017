"""Ports of this machine: which are free, and whether the wished one is."""

import socket

from local.errors import StackError

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether somebody could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def wished_port(variable: str, value: str) -> int:
    """The port that a variable names, checked to be a port and free."""
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise StackError(f"{variable}={value} is not a port", f"for example: {variable}=8001")
    port = int(value)
    if not is_free(port):
        other = f"{port + 1}" if port < 65535 else "8001"
        raise StackError(
            f"port {port} is in use by another program",
            f"choose another one: {variable}={other} make run",
        )
    return port
