"""Valkey as an accelerator: it may be down or empty, then things are slower and never wrong."""

import time
from collections.abc import Callable
from typing import Any

import redis
import structlog
from flask import Flask, current_app

from backend.settings import Settings

log = structlog.get_logger()
PAUSE_AFTER_FAILURE_SECONDS = 2.0


class Cache:
    """Bytes by key with an expiry. Failures read as misses and open a short pause."""

    def __init__(self, url: str | None) -> None:
        self._client = (
            redis.Redis.from_url(url, socket_timeout=0.2, socket_connect_timeout=0.2)
            if url
            else None
        )
        self._closed_until = 0.0

    @property
    def usable(self) -> bool:
        """Whether there is a Valkey and it has not just failed."""
        return self._client is not None and time.monotonic() >= self._closed_until

    def get(self, key: str) -> bytes | None:
        """The bytes under `key`; `None` when absent, expired or unreachable."""
        value = self._attempt(lambda client: client.get(key))
        return value if isinstance(value, bytes) else None

    def set(self, key: str, value: bytes, seconds: float) -> None:
        """Keep `value` for `seconds`; does nothing when Valkey is unreachable."""
        self._attempt(lambda client: client.set(key, value, px=int(seconds * 1000)))

    def claim(self, key: str, seconds: float) -> bool:
        """Be the first to take `key` for `seconds`; whoever cannot ask may go ahead too."""
        taken = self._attempt(
            lambda client: bool(client.set(key, b"", nx=True, px=max(1, int(seconds * 1000))))
        )
        return taken is not False

    def delete(self, key: str) -> None:
        """Forget `key`; does nothing when Valkey is unreachable."""
        self._attempt(lambda client: client.delete(key))

    def count(self, key: str, seconds: int) -> None:
        """One more under `key`; the first one opens a window of `seconds`. Not when unreachable."""

        def add(client: redis.Redis) -> None:
            with client.pipeline() as together:
                together.incr(key)
                together.expire(key, seconds, nx=True)
                together.execute()

        self._attempt(add)

    def answers(self) -> bool | None:
        """Whether Valkey answers; `None` where none is configured."""
        if self._client is None:
            return None
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False

    def _attempt(self, act: Callable[[redis.Redis], Any]) -> Any:
        """What Valkey answers; a failure is `None` and leaves it alone for a while."""
        if self._client is None or not self.usable:
            return None
        try:
            return act(self._client)
        except redis.RedisError as error:
            self._closed_until = time.monotonic() + PAUSE_AFTER_FAILURE_SECONDS
            log.warning("cache_unavailable", error=type(error).__name__)
            return None


def open_cache(app: Flask, settings: Settings) -> None:
    """Give the application its cache."""
    app.extensions["cache"] = Cache(str(settings.redis_url) if settings.redis_url else None)


def cache() -> Cache:
    """The running application's cache."""
    found = current_app.extensions["cache"]
    if not isinstance(found, Cache):
        raise TypeError("the application has no cache")
    return found
