"""`make run` from nothing, the walk through the main job, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from local.ports import free_port

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def stack(place: Path) -> Iterator[dict[str, str]]:
    """An environment in which the local stack keeps to a directory and port of its own."""
    service = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "BASE_URL", "SIMULATOR_URL")
    kept = {name: value for name, value in os.environ.items() if name not in service}
    yield {**kept, "STACK_DIRECTORY": str(place / "var"), "PORT": str(free_port())}
    for process in processes_of(place):
        process.kill()


def processes_of(directory: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if str(directory) in " ".join(process.info["cmdline"] or [])
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def wait_until_ready(run: subprocess.Popen[bytes], port: str) -> None:
    deadline = time.monotonic() + 120
    while run.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    pytest.fail("the stack does not get ready")


@pytest.mark.slow
def test_it_starts_is_walked_through_and_stops(stack: dict[str, str], place: Path) -> None:
    run = subprocess.Popen([sys.executable, "-m", "local"], env=stack, cwd=ROOT)
    wait_until_ready(run, stack["PORT"])
    again = subprocess.run([sys.executable, "-m", "local"], env=stack, cwd=ROOT, check=False)
    assert again.returncode == 1
    for _ in range(2):
        walk = [sys.executable, "-m", "local.walk"]
        subprocess.run(walk, env=stack, cwd=ROOT, check=True)
    run.send_signal(signal.SIGINT)
    assert run.wait(60) == 0
    assert processes_of(place) == []
