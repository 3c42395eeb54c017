"""Asks the system about processes: is it alive, what does it run, and end it."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

PROC = Path("/proc")


def command_of(pid: int) -> list[str] | None:
    """The command line of a live process; `None` when there is none (or only its remains)."""
    if PROC.is_dir():
        try:
            raw = (PROC / str(pid) / "cmdline").read_bytes()
        except OSError:
            return None
        return raw.decode(errors="replace").rstrip("\0").split("\0") if raw else None
    listed = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip().split(" ") if listed.stdout.strip() else None


def runs(pid: int, command: list[str]) -> bool:
    """Whether `pid` is alive and runs exactly `command`, so that a reused number is not ours."""
    found = command_of(pid)
    return found is not None and " ".join(found) == " ".join(command)


def alive(pid: int) -> bool:
    """Whether there is a live process with this number."""
    return command_of(pid) is not None


def working_in(directory: Path) -> list[int]:
    """Processes whose working directory is `directory`, where the system tells it (Linux)."""
    found = []
    for process in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == directory:
                found.append(int(process.name))
    return found


def end(pid: int, *, patience: float = 10.0) -> None:
    """Ask a process of ours to stop, and kill its group when it does not within `patience`."""
    for wish, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        if not _tell(pid, wish):
            return
        if wait_until_gone(pid, seconds):
            return


def _tell(pid: int, wish: signal.Signals) -> bool:
    try:
        if wish is signal.SIGKILL and os.getpgid(pid) == pid:
            os.killpg(pid, wish)
        else:
            os.kill(pid, wish)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def wait_until_gone(pid: int, seconds: float) -> bool:
    """Whether the process ended within so many seconds."""
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
