"""A simulator inside a test run: on a free port, with the control API in short."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests
from flask import Flask, Response, request
from werkzeug.datastructures import Headers
from werkzeug.serving import make_server

from .credentials import Credentials, ensure
from .server import close_app, create_app

TIMEOUT_SECONDS = 30
Found = TypeVar("Found")


@dataclass(frozen=True)
class RunningSimulator:
    """A simulator's address and secrets, and its control API: every call here must succeed."""

    url: str
    credentials: Credentials

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """`POST /control{path}`."""
        return self._called("POST", path, body or {})

    def get(self, path: str) -> Any:
        """`GET /control{path}`."""
        return self._called("GET", path)

    def delete(self, path: str) -> Any:
        """`DELETE /control{path}`."""
        return self._called("DELETE", path)

    def _called(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        address = f"{self.url}/control{path}"
        response = requests.request(method, address, json=body, timeout=TIMEOUT_SECONDS)
        if response.status_code != 200:
            raise AssertionError(f"{method} {path}: {response.status_code} {response.text}")
        return response.json()


@dataclass
class Receiver:
    """Where notices arrive: each is opened by `open_notice`, and answered as `statuses` say.

    `open_notice(headers, body)` returns the opened notice, or nothing when it must be refused.
    """

    open_notice: Callable[[Headers, bytes], Any]
    url: str = ""
    opened: list[Any] = field(default_factory=list)
    refused: int = 0
    statuses: list[int] = field(default_factory=list)

    def wait(self, count: int = 1) -> list[Any]:
        """The notices opened, once there are `count` of them."""
        wait_for(lambda: len(self.opened) >= count)
        return self.opened

    def answer(self) -> Response:
        """Open the notice of the request at hand: 204, or the next of `statuses`; else 401."""
        opened = self.open_notice(request.headers, request.get_data())
        if not opened:
            self.refused += 1
            return Response('{"code":"FAIL","message":"bad notice"}', 401)
        self.opened.append(opened)
        return Response(status=self.statuses.pop(0) if self.statuses else 204)


@contextmanager
def running_simulator(directory: Path, *, retry_scale: float) -> Iterator[RunningSimulator]:
    """A simulator with its state in `directory`, on a free port."""
    app = create_app(directory, retry_scale=retry_scale)
    with running_app(app) as url:
        yield RunningSimulator(url, ensure(directory))
    close_app(app)


@contextmanager
def running_receiver(receiver: Receiver) -> Iterator[Receiver]:
    """The receiver on a free port; its `url` is set."""
    app = Flask("receiver")
    app.add_url_rule("/notify", "notify", receiver.answer, methods=["POST"])
    with running_app(app) as url:
        receiver.url = f"{url}/notify"
        yield receiver


@contextmanager
def running_app(app: Flask) -> Iterator[str]:
    """An application on a free port of this machine; yields its base URL."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait_for(condition: Callable[[], Found], seconds: float = 5.0) -> Found:
    """The first true value of the condition; AssertionError when the time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("it did not happen in time")
