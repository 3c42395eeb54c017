"""Stories that race run against real gunicorn workers, reached over HTTP."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from backend import Service
from backend.settings import Settings
from simulator.testing import RunningSimulator, wait_for
from tests.api import Api, over_http
from tests.conftest import ROOT, free_port


@pytest.fixture(scope="session")
def gunicorn(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two gunicorn workers with eight threads each, over the tests' database; their URL.

    WeChat is told to call back to them and not to the application inside the test.
    """
    url = f"http://127.0.0.1:{free_port()}"
    log = tmp_path_factory.mktemp("gunicorn") / "log"
    command = [
        *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", url.removeprefix("http://")),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(settings, url), stdout=output, stderr=output
        )
    try:
        wait_for(lambda: process.poll() is None and _answers(url), seconds=60)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def gunicorn_api(app: Service, gunicorn: str, wechat: RunningSimulator) -> Api:
    """The service as gunicorn serves it, over an empty database."""
    return Api(over_http(gunicorn), wechat)


def environment(settings: Settings, public_url: str) -> dict[str, str]:
    """The settings as environment variables, with another address for callbacks."""
    given = settings.model_copy(update={"public_url": public_url})
    values = {
        name.upper(): _plain(value)
        for name, value in given.model_dump().items()
        if value is not None
    }
    return {**os.environ, **values, "PYTHONPATH": str(ROOT)}


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(_plain(item) for item in value)
    if hasattr(value, "get_secret_value"):
        return str(value.get_secret_value())
    return str(Path(value)) if isinstance(value, Path) else str(value)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False
