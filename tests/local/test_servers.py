"""PostgreSQL starts again whatever a killed run has left in its directory."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from local import processes, servers

LEAVE = """
import os, signal, sys
from pathlib import Path
from local.servers import start_postgres
print(start_postgres(Path(sys.argv[1])).ensure_database("kept"), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def a_dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    return gone.pid


def test_dead_users_are_forgotten_and_living_ones_kept(data: Path) -> None:
    handles = data / servers.HANDLES
    handles.write_text(json.dumps([a_dead_process(), os.getpid()]))
    servers.mend(data)
    assert json.loads(handles.read_text()) == [os.getpid()]


@pytest.mark.parametrize("left", ["", '[1, "', "{}", '["x"]'])
def test_a_damaged_list_of_users_is_emptied(data: Path, left: str) -> None:
    handles = data / servers.HANDLES
    handles.write_text(left)
    servers.mend(data)
    assert json.loads(handles.read_text()) == []


@pytest.mark.parametrize("first", ["", "half", "1", "999999999"])
def test_a_pid_file_that_names_no_postgresql_of_ours_is_removed(data: Path, first: str) -> None:
    (data / "postmaster.pid").write_text(f"{first}\n{data}\n")
    (data / ".s.PGSQL.5432.lock").write_text(first)
    servers.mend(data)
    assert servers.postmaster(data) is None
    assert not (data / "postmaster.pid").exists()
    assert not (data / ".s.PGSQL.5432.lock").exists()


@pytest.mark.slow
def test_a_server_left_running_is_joined_and_then_stopped(place: Path) -> None:
    command = [sys.executable, "-c", LEAVE, str(place)]
    left = subprocess.run(command, capture_output=True, text=True, check=False)
    assert left.returncode == -signal.SIGKILL
    running = servers.postmaster(place / "data")
    assert running is not None

    joined = servers.start_postgres(place)
    assert servers.postmaster(place / "data") == running
    assert joined.ensure_database("kept") == left.stdout.strip()
    joined.stop()
    assert not processes.alive(running)


@pytest.mark.slow
def test_a_killed_server_starts_again_with_its_data(place: Path) -> None:
    server = servers.start_postgres(place)
    url = server.ensure_database("kept")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    pid = servers.postmaster(place / "data")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert processes.wait_until_gone(pid, 10)
    assert not server.is_running()

    server.start_again()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    server.stop()


@pytest.mark.slow
def test_data_that_were_never_finished_are_made_anew(place: Path) -> None:
    (place / "unfinished").touch()
    (place / "data").mkdir()
    (place / "data" / "PG_VERSION").write_text("18\n")
    server = servers.start_postgres(place)
    assert server.is_running()
    server.stop()
    assert not (place / "unfinished").exists()
