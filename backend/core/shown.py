"""Pages that everybody sees alike are built once and shown again for a moment.

A copy lies in Valkey for every process and another in each process that has shown it. Both end at
the same instant, so nothing is shown for longer than it was meant to. Without Valkey each process
builds its own.
"""

import functools
import hashlib
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

from flask import Response, request

from backend.core.cache import cache

Given = ParamSpec("Given")
_END = struct.Struct(">d")


def shown_for(seconds: float) -> Callable[[Callable[Given, Response]], Callable[Given, Response]]:
    """Show a view's answer again, to the same address, for so many seconds; with an `ETag`.

    Only for public views whose answer hangs on nothing but the address. A refusal is not kept.
    """

    def decorator(view: Callable[Given, Response]) -> Callable[Given, Response]:
        @functools.wraps(view)
        def show(*args: Given.args, **kwargs: Given.kwargs) -> Response:
            address = f"{request.path}?{request.query_string.decode('latin-1')}"
            body = pages.get(address)
            if body is None:
                body = pages.build(address, seconds, lambda: view(*args, **kwargs).get_data())
            response = Response(body, content_type="application/json")
            response.set_etag(hashlib.blake2b(body, digest_size=12).hexdigest())
            if "If-None-Match" in request.headers:
                response.make_conditional(request)
            return response

        return show

    return decorator


class Pages:
    """What this process has shown lately, by address, with the instant at which each ends."""

    MOST = 2000

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, bytes]] = {}
        self._flights = _Flights()

    def get(self, address: str) -> bytes | None:
        """What may be shown again without asking anybody."""
        kept = self._kept.get(address)
        return kept[1] if kept is not None and kept[0] > time.time() else None

    def build(self, address: str, seconds: float, make: Callable[[], bytes]) -> bytes:
        """What another process has shown, or made now; however many ask, one makes it."""
        with self._flights.only_one(address):
            body = self.get(address)
            if body is not None:
                return body
            stored = cache().get(f"shown:{address}")
            if stored is not None:
                end, body = _END.unpack_from(stored)[0], stored[_END.size :]
            else:
                body = make()
                end = time.time() + seconds
                cache().set(f"shown:{address}", _END.pack(end) + body, seconds)
            self._keep(address, end, body)
            return body

    def forget(self) -> None:
        """Start with nothing, as a new process does."""
        self._kept = {}

    def _keep(self, address: str, end: float, body: bytes) -> None:
        if len(self._kept) >= self.MOST:
            self.forget()
        self._kept[address] = (end, body)


class _Flights:
    """Lets one thread of this process build what many ask for at the same moment."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def only_one(self, key: str) -> Iterator[None]:
        with self._guard:
            lock, waiting = self._locks.get(key, (threading.Lock(), 0))
            self._locks[key] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, waiting = self._locks[key]
                if waiting == 1:
                    del self._locks[key]
                else:
                    self._locks[key] = (lock, waiting - 1)


pages = Pages()
