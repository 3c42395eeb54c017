"""The program: its credentials, its command line, what a restart keeps, and its end."""

import json
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

import simulator
from simulator.credentials import ensure
from simulator.testing import RunningSimulator, running_simulator, wait_for

PROJECT = Path(simulator.__file__).parent.parent


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def process(directory: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The simulator as a program of its own."""
    command = [sys.executable, "-m", "simulator", "--port", str(port), "--dir", str(directory)]
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=PROJECT
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def answers(address: str) -> bool:
    """Whether somebody listens."""
    try:
        return requests.get(address, timeout=2).ok
    except requests.ConnectionError:
        return False


def test_credentials_are_made_once(tmp_path: Path) -> None:
    facts = ensure(tmp_path)
    assert ensure(tmp_path) == facts
    assert ensure(tmp_path / "other") != facts
    assert re.fullmatch(r"PUB_KEY_ID_\d{32}", facts.wechatpay_public_key_id)
    assert len(facts.apiv3_key) == 32
    for path in tmp_path.iterdir():
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_command_line_prints_credentials(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "credentials", "--dir", str(tmp_path)]
    printed = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=PROJECT
    ).stdout
    assert json.loads(printed)["appid"] == ensure(tmp_path).appid


def test_the_program_serves_quietly_and_ends(tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    with process(tmp_path, port) as program:
        wait_for(lambda: answers(address), 10)
        dropped = {"match": {"path": "/sns/"}, "drop_connection": True}
        assert requests.post(f"{address}control/faults", json=dropped, timeout=5).ok
        assert not answers(f"{address}sns/jscode2session")
        assert answers(address)
        program.send_signal(signal.SIGTERM)
        printed, _ = program.communicate(timeout=10)
        assert program.returncode == 0
    assert printed.count("\n") == 1, printed


def test_a_restart_keeps_the_state(tmp_path: Path) -> None:
    def known(running: RunningSimulator) -> Any:
        return running.get("/users")["users"]

    with running_simulator(tmp_path, retry_scale=0.01) as running:
        running.post("/users", {"openid": "oSIMone", "phone": "13800138000"})
        before = known(running)
    with running_simulator(tmp_path, retry_scale=0.01) as running:
        assert known(running) == before
        assert running.post("/reset") == {"reset": True}
        assert known(running) == []
