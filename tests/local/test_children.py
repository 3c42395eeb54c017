"""Children stop when asked, die with a killed supervisor, and are found by the next one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import children, paths, processes
from local.children import Child, stop_leftovers

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
SUPERVISE = """
import json, sys, time
from pathlib import Path
from local import children, paths
children.RUN = paths.RUN = Path(sys.argv[1])
child = children.Child("part", json.loads(sys.argv[2]), {})
child.start()
print(child.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (children, paths):
        monkeypatch.setattr(module, "RUN", tmp_path)
    return tmp_path


def started(child: Child) -> int:
    """Start it and wait until it runs what it should; its process number."""
    child.start()
    assert child.process is not None
    wait_for_output(child.log)
    return child.process.pid


def wait_for_output(log: Path) -> None:
    deadline = time.monotonic() + 20
    while not (log.exists() and "up" in log.read_text()):
        assert time.monotonic() < deadline, "the child does not come up"
        time.sleep(0.02)


def test_a_child_is_written_down_and_stops_when_asked(run: Path) -> None:
    child = Child("part", SLEEP, os.environ)
    pid = started(child)
    assert json.loads((run / "part.pid").read_text()) == [pid, SLEEP]
    assert processes.runs(pid, SLEEP)
    assert os.getpgid(pid) != os.getpgid(0)
    child.stop()
    assert not processes.alive(pid)
    assert not (run / "part.pid").exists()


def test_a_child_that_does_not_listen_is_killed(run: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True)"
    child = Child("part", [sys.executable, "-c", f"{deaf}; time.sleep(600)"], {}, patience=0.2)
    pid = started(child)
    child.stop()
    assert child.ended == -signal.SIGKILL
    assert not processes.alive(pid)


def test_the_end_of_the_log_tells_why(run: Path) -> None:
    child = Child("part", [sys.executable, "-c", "print('so and so'); raise SystemExit(3)"], {})
    assert child.run_to_end() == 3
    assert child.last_lines() == "so and so"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children")
def test_children_die_with_a_killed_supervisor(run: Path) -> None:
    command = [sys.executable, "-c", SUPERVISE, str(run), json.dumps(SLEEP)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        wait_for_output(run / "part.log")
        supervisor.kill()
        supervisor.wait()
    assert processes.wait_until_gone(pid, 10)
    assert stop_leftovers(run) == []
    assert not (run / "part.pid").exists()


def test_leftovers_are_stopped(run: Path) -> None:
    child = Child("part", SLEEP, {})
    pid = started(child)
    assert stop_leftovers(run) == ["part"]
    assert not processes.alive(pid)
    child.stop()


def test_a_number_that_now_belongs_to_another_is_left_alone(run: Path) -> None:
    (run / "part.pid").write_text(json.dumps([os.getpid(), SLEEP]))
    (run / "half.pid").write_text("[12")
    assert stop_leftovers(run) == []
    assert list(run.glob("*.pid")) == []
