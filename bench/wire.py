"""Requests as bytes, built before the measurement, and how they reach the load generator."""

import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_LENGTH = struct.Struct("<I")


def get(path: str, token: str | None = None) -> bytes:
    """A GET request as a mini-program sends it."""
    return _request("GET", path, b"", _bearer(token))


def post(path: str, body: Mapping[str, Any], token: str | None = None, **headers: str) -> bytes:
    """A POST request with a JSON body."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return post_raw(path, raw, {**_bearer(token), **headers})


def post_raw(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """A POST request whose body is ready."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _request("POST", path, body, {"Content-Type": "application/json", **named})


def write(path: Path, requests: list[bytes]) -> None:
    """Keep requests for the load generator, which is another process."""
    with path.open("wb") as file:
        for request in requests:
            file.write(_LENGTH.pack(len(request)) + request)


def read(path: Path) -> Iterator[bytes]:
    """The requests of a file that `write` made."""
    data = path.read_bytes()
    at = 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size + length
        yield data[at - length : at]


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def _request(method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: bench",
        "Accept: application/json",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
