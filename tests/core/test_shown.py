"""Shown pages: who changed it sees it at once, others within a second, and nobody builds twice."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend import Service
from backend.core import cache as cache_module
from backend.core.cache import Cache
from backend.core.caller import Role
from backend.core.shown import LONGEST_WAIT_SECONDS, Pages, pages
from backend.settings import Settings
from local import servers
from tests.api import Api, Person
from tests.conftest import ROOT, free_port
from tests.core.contexts import apart
from tests.core.test_cache import Builder
from tests.factories import ProductFactory, change, producer_person, staff
from tests.racing import at_once
from tests.stories.conftest import environment


def ask(client: FlaskClient, path: str, who: Person | None = None, **headers: str) -> TestResponse:
    if who is not None:
        headers["Authorization"] = f"Bearer {who.token}"
    return client.get(path, headers=headers)


def name(response: TestResponse) -> str:
    assert response.json is not None
    return str(response.json["name"])


def test_who_can_change_the_catalogue_sees_a_change_at_once(api: Api, client: FlaskClient) -> None:
    product = ProductFactory(name="旧名字")
    path = f"/v1/products/{product.id}"
    changing = [staff(api), producer_person(api, product.producer_id)]
    others = [None, api.log_in(), staff(api, Role.finance)]
    assert {name(ask(client, path, who)) for who in [*changing, *others]} == {"旧名字"}
    change(product, name="新名字")
    assert {name(ask(client, path, who)) for who in changing} == {"新名字"}
    assert {name(ask(client, path, who)) for who in others} == {"旧名字"}, "kept for a second"
    for who in others:
        api.wait_for(lambda who=who: name(ask(client, path, who)) == "新名字", seconds=1.5)


def test_what_is_built_for_them_is_not_kept_for_others(api: Api, client: FlaskClient) -> None:
    path = f"/v1/products/{ProductFactory().id}"
    ask(client, path, staff(api))
    assert pages.get(f"{path}?") is None
    ask(client, path)
    assert pages.get(f"{path}?") is not None


def test_they_get_the_same_bytes_and_the_same_mark(api: Api, client: FlaskClient) -> None:
    path = f"/v1/products/{ProductFactory().id}"
    mine, other = ask(client, path, staff(api)), ask(client, path)
    assert (mine.data, mine.headers["ETag"]) == (other.data, other.headers["ETag"])
    again = ask(client, path, staff(api), **{"If-None-Match": mine.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_nobody_between_may_keep_it_beyond_its_second(api: Api, client: FlaskClient) -> None:
    path = f"/v1/products/{ProductFactory().id}"
    for status, headers in ((200, {}), (304, {"If-None-Match": ask(client, path).headers["ETag"]})):
        response = ask(client, path, **headers)
        assert response.status_code == status
        assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert response.headers["Vary"] == "Authorization"
    mine = ask(client, path, staff(api))
    assert mine.headers["Cache-Control"] == "private, no-cache"
    assert mine.headers["Vary"] == "Authorization"


def test_a_refusal_is_kept_by_nobody(client: FlaskClient) -> None:
    response = ask(client, "/v1/products/999")
    assert response.status_code == 404
    assert "public" not in response.headers.get("Cache-Control", "")
    assert pages.get("/v1/products/999?") is None


@pytest.mark.slow
def test_after_a_flush_one_thread_of_one_process_builds(app: Service) -> None:
    build, processes = Builder(seconds=0.1), [Pages() for _ in range(3)]
    work = apart(app, lambda i: processes[i % 3].build("rush", 60, build)[1])
    assert at_once(work, range(30)) == [b"built"] * 30
    assert build.built == 1


@pytest.mark.slow
def test_two_real_processes_with_twenty_threads_each_build_once(
    app: Service, settings: Settings, valkey_url: str, api: Api
) -> None:
    valkey = redis.Redis.from_url(valkey_url)
    command = [sys.executable, "-m", "tests.core.stampede", "20"]
    environ = environment(settings, settings.public_url)
    running = [subprocess.Popen(command, cwd=ROOT, env=environ) for _ in range(2)]
    api.wait_for(lambda: valkey.get("ready") == b"2", seconds=60)
    valkey.set("go", 1)
    assert [process.wait(60) for process in running] == [0, 0]
    assert (valkey.get("seen"), valkey.get("built")) == (b"40", b"1")


@pytest.mark.slow
def test_a_builder_that_takes_long_or_died_is_not_waited_for(app: Service, valkey_url: str) -> None:
    redis.Redis.from_url(valkey_url).set("building:page", "somebody who died", px=60_000)
    began = time.monotonic()
    assert Pages().build("page", 60, Builder())[1] == b"built"
    assert LONGEST_WAIT_SECONDS <= time.monotonic() - began < LONGEST_WAIT_SECONDS + 0.5


def test_after_a_build_that_failed_nobody_waits(app: Service) -> None:
    def fail() -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Pages().build("page", 60, fail)
    began = time.monotonic()
    assert Pages().build("page", 60, Builder())[1] == b"built"
    assert time.monotonic() - began < LONGEST_WAIT_SECONDS / 2


def test_a_copy_that_has_ended_is_not_shown_even_if_valkey_still_has_it(
    app: Service, valkey_url: str
) -> None:
    build = Builder()
    Pages().build("page", 0.05, build)
    redis.Redis.from_url(valkey_url).persist("shown:page")
    threading.Event().wait(0.1)
    build.value = b"newer"
    assert Pages().build("page", 60, build)[1] == b"newer"


class Mortal:
    """A Valkey on one port that is killed and started again."""

    def __init__(self, directory: Path) -> None:
        self._port = free_port()
        self._directory = directory
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        command = servers.valkey_command(self._directory, self._port)
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    server = Mortal(tmp_path / "valkey")
    yield server
    server.kill()


@pytest.mark.slow
def test_valkey_killed_and_started_again_under_readers_makes_nothing_wrong(
    app: Service,
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    mortal: Mortal,
    database_url: str,
) -> None:
    """Readers never see an error, nor anything older than a second, through all of it."""
    monkeypatch.setattr(cache_module, "PAUSE_AFTER_FAILURE_SECONDS", 0.1)
    cache = Cache(mortal.url)
    monkeypatch.setitem(app.extensions, "cache", cache)
    api.wait_for(cache.answers)
    product = ProductFactory(name="0")
    path, end = f"/v1/products/{product.id}", threading.Event()
    written = [(0, time.monotonic())]
    wrong: list[str] = []

    def read(_: int) -> int:
        count = 0
        while not end.is_set():
            asked = time.monotonic()
            answer = api.send("GET", path, None, {})
            fresh = [number for number, at in written if at <= asked - 1.1]
            if answer.status_code != 200 or int(answer.get_json()["name"]) < max(fresh, default=0):
                wrong.append(f"{answer.status_code} {answer.text[:200]} after {written[-1]}")
            count += 1
            end.wait(0.005)
        return count

    def disturb(connection: psycopg.Connection[tuple[object]]) -> None:
        for number in range(1, 16):
            connection.execute("UPDATE products SET name = %s", [str(number)])
            written.append((number, time.monotonic()))
            if number % 5 == 2:
                mortal.kill()
            if number % 5 == 4:
                mortal.start()
            end.wait(0.2)

    def take_part(number: int) -> int:
        if number:
            return read(number)
        try:
            with psycopg.connect(database_url, autocommit=True) as connection:
                disturb(connection)
        finally:
            end.set()
        return 0

    counts = at_once(take_part, range(5))
    assert wrong == []
    assert min(counts[1:]) > 20
    api.wait_for(lambda: cache.answers() is True)
