"""Child processes of the local stack: started in their own group, written down, stopped."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local import processes
from local.paths import ROOT, RUN, log_of

ATTACHED = [sys.executable, "-S", str(ROOT / "local" / "attached.py")]
LARGEST_LOG = 20 * 1024 * 1024


@dataclass
class Child:
    """One process of the stack; its output goes to `var/run/<name>.log`.

    It runs in a session of its own, so that Ctrl-C in the terminal reaches only the supervisor,
    and leaves `var/run/<name>.pid`, by which a later start finds it if the supervisor is killed.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str]
    restarts: int = 0
    patience: float = 15.0
    """Seconds it gets to stop by itself."""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        return log_of(self.name)

    def start(self) -> None:
        """Start it; its log goes on where it was, unless it has grown too large."""
        RUN.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.old"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*ATTACHED, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=dict(self.environment),
                start_new_session=True,
            )
        self._pid_file.write_text(json.dumps([self.process.pid, self.command]))

    @property
    def ended(self) -> int | None:
        """The exit status, or `None` while it runs."""
        return self.process.poll() if self.process else 0

    def stop(self) -> None:
        """Ask it to end, wait, and kill whatever is left of its group."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience)
        self.kill()
        self.process.wait()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """End it and its own children at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def run_to_end(self) -> int:
        """Start it, wait for its end and return its status."""
        self.start()
        while (status := self.ended) is None:
            time.sleep(0.02)
        self._pid_file.unlink(missing_ok=True)
        return status

    def last_lines(self, count: int = 15) -> str:
        """The end of its log, to show when it has failed."""
        try:
            lines = self.log.read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-count:])

    @property
    def _pid_file(self) -> Path:
        return RUN / f"{self.name}.pid"


def stop_leftovers(directory: Path = RUN) -> list[str]:
    """End what an earlier, killed run left behind; the names of what was still running.

    A process is ours only if it runs exactly the command that was written down with its number.
    """
    stopped = []
    for pid_file in sorted(directory.glob("*.pid")):
        try:
            pid, command = json.loads(pid_file.read_text())
        except (ValueError, TypeError):
            pid, command = 0, []
        if pid and processes.runs(pid, command):
            processes.end(pid)
            stopped.append(pid_file.stem)
        pid_file.unlink(missing_ok=True)
    return stopped
