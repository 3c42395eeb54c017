"""Pages that everybody sees alike are built once and shown again for a moment.

A copy lies in Valkey for every process and another in each process that has shown it. Both end at
the same instant, so nothing is shown for longer than it was meant to. When a copy ends or Valkey
was emptied, one thread of one process builds and the others wait for it, briefly. Without Valkey
each process builds its own.
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
from backend.core.caller import Role, caller_if_any

Given = ParamSpec("Given")
Page = tuple[float, bytes]
"""When it ends (seconds since the epoch), and its bytes."""

CHANGE_WHAT_IS_SHOWN = frozenset({Role.operator, Role.producer})
"""Who can change the catalogue. They are few, so building for each of them costs little."""
LONGEST_WAIT_SECONDS = 0.3
LOOK_AGAIN_SECONDS = 0.01
_END = struct.Struct(">d")


def shown_for(seconds: float) -> Callable[[Callable[Given, Response]], Callable[Given, Response]]:
    """Show a view's answer again, to the same address, for so many seconds; with an `ETag`.

    Only for public views whose answer hangs on nothing but the address. A refusal is not kept.
    Whoever can change what is shown gets it built afresh, and so sees a change at once.
    """

    def decorator(view: Callable[Given, Response]) -> Callable[Given, Response]:
        @functools.wraps(view)
        def show(*args: Given.args, **kwargs: Given.kwargs) -> Response:
            if _may_have_changed_it():
                return _answer(view(*args, **kwargs).get_data(), "private, no-cache")
            address = f"{request.path}?{request.query_string.decode('latin-1')}"
            end, body = pages.get(address) or pages.build(
                address, seconds, lambda: view(*args, **kwargs).get_data()
            )
            # Proxies and phones may keep it for what is left of its time, never for longer.
            left = max(0, int(end - time.time()))
            return _answer(body, f"public, max-age={left}, must-revalidate")

        return show

    return decorator


def _may_have_changed_it() -> bool:
    who = caller_if_any()
    return who is not None and not who.roles.isdisjoint(CHANGE_WHAT_IS_SHOWN)


def _answer(body: bytes, cache_control: str) -> Response:
    response = Response(body, content_type="application/json")
    response.headers["Cache-Control"] = cache_control
    response.vary.add("Authorization")
    response.set_etag(hashlib.blake2b(body, digest_size=12).hexdigest())
    if "If-None-Match" in request.headers:
        response.make_conditional(request)
    return response


class Pages:
    """What this process has shown lately, by address, with the instant at which each ends."""

    MOST = 2000

    def __init__(self) -> None:
        self._kept: dict[str, Page] = {}
        self._flights = _Flights()

    def get(self, address: str) -> Page | None:
        """What may be shown again without asking anybody."""
        kept = self._kept.get(address)
        return kept if kept is not None and kept[0] > time.time() else None

    def build(self, address: str, seconds: float, make: Callable[[], bytes]) -> Page:
        """What another process has shown, or made now; however many ask, one makes it."""
        with self._flights.only_one(address):
            page = self.get(address) or self._found_or_made(address, seconds, make)
            self._keep(address, page)
            return page

    def forget(self) -> None:
        """Start with nothing, as a new process does."""
        self._kept = {}

    def _found_or_made(self, address: str, seconds: float, make: Callable[[], bytes]) -> Page:
        """Of several processes one makes it; the others wait for that one, but not for long."""
        building = f"building:{address}"
        give_up = time.monotonic() + LONGEST_WAIT_SECONDS
        while (page := self._stored(address)) is None:
            if cache().claim(building, min(seconds, LONGEST_WAIT_SECONDS)):
                break
            if time.monotonic() >= give_up:
                break
            time.sleep(LOOK_AGAIN_SECONDS)
        return page or self._made(address, building, seconds, make)

    @staticmethod
    def _stored(address: str) -> Page | None:
        """What lies in Valkey and has not ended: its own clock may think otherwise."""
        stored = cache().get(f"shown:{address}")
        if stored is None:
            return None
        end = _END.unpack_from(stored)[0]
        return (end, stored[_END.size :]) if end > time.time() else None

    @staticmethod
    def _made(address: str, building: str, seconds: float, make: Callable[[], bytes]) -> Page:
        try:
            body = make()
        except BaseException:
            # There is nothing to wait for; after a success the page itself is found first.
            cache().delete(building)
            raise
        end = time.time() + seconds
        cache().set(f"shown:{address}", _END.pack(end) + body, seconds)
        return end, body

    def _keep(self, address: str, page: Page) -> None:
        if len(self._kept) >= self.MOST:
            self.forget()
        self._kept[address] = page


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
