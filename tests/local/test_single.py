"""One stack for each checkout, and a killed one does not lock it for ever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.errors import StackError
from local.single import only_one

HOLD = """
import sys
from pathlib import Path
from local.single import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_told_who_runs(tmp_path: Path) -> None:
    lock = tmp_path / "run" / "lock"
    refused = pytest.raises(StackError, match=f"process {os.getpid()}")
    with only_one(lock), refused, only_one(lock):
        pass
    with only_one(lock):
        pass


def test_the_lock_of_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StackError, match=f"process {holder.pid}"), only_one(lock):
            pass
        holder.kill()
        holder.wait()
        with only_one(lock):
            assert lock.read_text() == f"{os.getpid()}\n"
