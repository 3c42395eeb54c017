"""Valkey as an accelerator: slower without it, never wrong."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend import Service
from backend.core import cache as cache_module
from backend.core.cache import Cache
from backend.core.shown import pages
from local.servers import start_valkey
from tests.api import Api
from tests.conftest import free_port
from tests.core.contexts import apart
from tests.factories import ProductFactory
from tests.racing import at_once


@pytest.fixture
def valkey(app: Service, valkey_url: str) -> Cache:
    """A cache over an empty Valkey."""
    return Cache(valkey_url)


@pytest.fixture
def dead() -> Cache:
    """A cache over a Valkey that is not there."""
    return Cache(f"redis://127.0.0.1:{free_port()}/0")


class Builder:
    """Builds a value and counts how often it had to."""

    def __init__(self, value: bytes = b"built", seconds: float = 0) -> None:
        self.value = value
        self.seconds = seconds
        self.built = 0
        self._guard = threading.Lock()

    def __call__(self) -> bytes:
        with self._guard:
            self.built += 1
        threading.Event().wait(self.seconds)
        return self.value


def build_page(key: str, seconds: float, make: Callable[[], bytes]) -> bytes:
    return pages.build(key, seconds, make)[1]


def wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def test_what_was_never_kept_is_a_miss(valkey: Cache) -> None:
    assert valkey.get("nothing") is None


def test_what_is_kept_comes_back_until_it_is_forgotten(valkey: Cache) -> None:
    valkey.set("key", b"\x00\xff bytes", 60)
    assert valkey.get("key") == b"\x00\xff bytes"
    valkey.delete("key")
    assert valkey.get("key") is None


def test_a_count_goes_up_in_a_window_that_its_first_one_opened(valkey: Cache) -> None:
    valkey.count("misses", 1)
    wait(0.6)
    valkey.count("misses", 60)
    assert valkey.get("misses") == b"2"
    wait(0.6)
    assert valkey.get("misses") is None


def test_counting_without_valkey_does_nothing(dead: Cache) -> None:
    dead.count("misses", 60)
    assert dead.get("misses") is None


def test_what_is_kept_expires(valkey: Cache) -> None:
    valkey.set("key", b"value", 0.05)
    wait(0.15)
    assert valkey.get("key") is None


def test_a_value_is_built_once_and_again_after_it_expired(app: Service) -> None:
    build = Builder()
    assert build_page("key", 60, build) == build_page("key", 60, build) == b"built"
    assert build.built == 1
    assert build_page("short", 0.05, build) == b"built"
    wait(0.15)
    build.value = b"newer"
    assert build_page("short", 0.05, build) == b"newer"
    assert build.built == 3


@pytest.mark.slow
def test_twenty_threads_after_a_flush_build_once(app: Service) -> None:
    build = Builder(seconds=0.1)
    seen = at_once(apart(app, lambda _: build_page("rush", 60, build)), range(20))
    assert seen == [b"built"] * 20
    assert build.built == 1
    assert pages._flights._locks == {}


@pytest.mark.slow
def test_threads_that_ask_for_different_things_do_not_wait_for_each_other(app: Service) -> None:
    together = threading.Barrier(4)

    def build() -> bytes:
        together.wait(5)
        return b"built"

    seen = at_once(apart(app, lambda i: build_page(f"key {i}", 60, build)), range(4))
    assert seen == [b"built"] * 4


def test_a_build_that_fails_is_not_kept(app: Service) -> None:
    def fail() -> bytes:
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            build_page("key", 60, fail)
    assert build_page("key", 60, Builder()) == b"built"


def test_without_valkey_everything_is_a_miss_and_nothing_fails(dead: Cache) -> None:
    assert dead.usable
    assert dead.get("key") is None
    assert not dead.usable
    dead.set("key", b"value", 60)
    dead.delete("key")
    assert dead.get("key") is None
    assert dead.answers() is False


@pytest.mark.parametrize("act", ["set", "delete"])
def test_a_failure_to_write_opens_the_same_pause(dead: Cache, act: str) -> None:
    if act == "set":
        dead.set("key", b"value", 60)
    else:
        dead.delete("key")
    assert not dead.usable


def test_after_the_pause_valkey_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, dead: Cache
) -> None:
    monkeypatch.setattr(cache_module, "PAUSE_AFTER_FAILURE_SECONDS", 0.05)
    assert dead.get("key") is None
    assert not dead.usable
    wait(0.1)
    assert dead.usable


def test_without_valkey_each_process_keeps_its_own_pages(
    app: Service, monkeypatch: pytest.MonkeyPatch, dead: Cache
) -> None:
    monkeypatch.setitem(app.extensions, "cache", dead)
    build = Builder()
    assert build_page("key", 60, build) == b"built"
    build.value = b"newer"
    assert build_page("key", 60, build) == b"built"
    pages.forget()
    assert build_page("key", 60, build) == b"newer"


def test_a_service_without_valkey_knows_it_has_none(
    app: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = Cache(None)
    monkeypatch.setitem(app.extensions, "cache", none)
    none.set("key", b"value", 60)
    none.delete("key")
    assert none.get("key") is None
    assert none.answers() is None
    assert not none.usable
    assert build_page("key", 60, Builder()) == b"built"


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[tuple[Cache, threading.Event]]:
    """A Valkey of one's own that can be ended: set the event and it is gone."""
    server = start_valkey(tmp_path)
    end = threading.Event()

    def ended() -> None:
        end.wait()
        server.stop()

    stopper = threading.Thread(target=ended)
    stopper.start()
    yield Cache(server.connection_url), end
    end.set()
    stopper.join()


@pytest.mark.slow
def test_a_valkey_that_dies_in_use_only_makes_things_slower(
    app: Service,
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    mortal: tuple[Cache, threading.Event],
) -> None:
    cache, end = mortal
    monkeypatch.setitem(app.extensions, "cache", cache)
    product = ProductFactory()
    path = f"/v1/products/{product.id}"
    assert api.call("GET", path, status=200)["name"] == product.name
    assert cache.answers() is True
    end.set()
    api.wait_for(lambda: cache.answers() is False)
    assert api.call("GET", path, status=200)["name"] == product.name
    ready = api.call("GET", "/readyz", status=200)
    assert (ready["status"], ready["cache"]) == ("ready", "down")
