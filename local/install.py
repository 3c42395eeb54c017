"""Makes `.venv` and installs a requirements file into it; does nothing when that is done.

    python3 local/install.py requirements-local.txt

Runs with the Python found on the machine, so it uses the standard library alone. What has been
installed is marked in `.venv` only after everything is; without the mark, or when the interpreter
in there does not run, the environment is made anew.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
INTERPRETER = VENV / "bin" / "python"
INCLUDES = {"requirements-dev.txt": ("requirements-dev.txt", "requirements-local.txt")}
"""Which files are done when one is."""
SIGN_OF_LIFE_SECONDS = 15


def main() -> int:
    """The exit status for make."""
    name = sys.argv[1]
    (ROOT / "var").mkdir(exist_ok=True)
    with _one_at_a_time():
        whole = _is_whole()
        if whole and _mark(name).is_file() and _mark(name).read_text() == _state(name):
            return 0
        if not whole and not _make_venv():
            return 1
        return _install(name)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (ROOT / "var" / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_whole() -> bool:
    """Whether an install was finished here and the interpreter runs, whichever Python it is."""
    if not any(VENV.glob("installed-*")):
        return False
    try:
        tried = subprocess.run([INTERPRETER, "-c", "import pip"], capture_output=True, check=False)
    except OSError:
        return False
    return tried.returncode == 0


def _mark(name: str) -> Path:
    return VENV / f"installed-{name}"


def _state(name: str) -> str:
    """What the mark holds: another list of packages calls for another install."""
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest() + "\n"


def _make_venv() -> bool:
    again = " again, because it is not whole" if VENV.exists() else ""
    print(f"Making .venv with Python {sys.version.split()[0]}{again} …", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode == 0:
        return True
    shutil.rmtree(VENV, ignore_errors=True)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    print(
        f"\n✗ {sys.executable} cannot make virtual environments:\n"
        f"{(made.stdout + made.stderr).strip()}\n\n"
        f"  → On Debian and Ubuntu: sudo apt install python{version}-venv\n"
        "  → or name another Python: make run PYTHON=/path/to/python3"
    )
    return False


def _install(name: str) -> int:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    count = sum("==" in line and not line.lstrip().startswith("#") for line in lines)
    print(f"Installing {count} packages of {name}; the first time takes a minute …", flush=True)
    marks = {mark: mark.read_text() for mark in VENV.glob("installed-*")}
    for mark in marks:
        mark.unlink()
    began = time.monotonic()
    status, output = _run_pip(["install", "--quiet", "--require-virtualenv", "-r", name], began)
    if status != 0:
        for mark, text in marks.items():
            mark.write_text(text)
        print("\n".join(output.strip().splitlines()[-15:]))
        print(
            f"\n✗ pip could not install {name} (its last lines are above).\n"
            "  → Check the network and pip's own settings (`pip config list`), then try again."
        )
        return 1
    for done in INCLUDES.get(name, (name,)):
        _mark(done).write_text(_state(done))
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)
    return 0


def _run_pip(arguments: list[str], began: float) -> tuple[int, str]:
    """pip's status and output, with a sign of life now and then."""
    command = [str(INTERPRETER), "-m", "pip", "--disable-pip-version-check", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    ) as pip:
        while True:
            try:
                output, _ = pip.communicate(timeout=SIGN_OF_LIFE_SECONDS)
            except subprocess.TimeoutExpired:
                print(f"  … {time.monotonic() - began:.0f} s", flush=True)
            else:
                return pip.returncode, output


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nInterrupted; the next make goes on.")
        sys.exit(130)
