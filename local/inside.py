"""Runs a command with the settings of the local stack.

    python -m local.inside flask --app wsgi staff create liu.operations

The settings are those of the stack that runs in this checkout; variables that are set win.
"""

import os
import sys
from pathlib import Path

import psycopg

from local import environment, report
from local.paths import ENVIRONMENT, ROOT, shown


def main() -> None:
    if not ENVIRONMENT.exists() and not os.environ.get("DATABASE_URL"):
        report.trouble(f"there is no {shown(ENVIRONMENT)} yet", "start the stack first: make run")
        sys.exit(1)
    settings = environment.running_environment()
    if not _answers(settings["DATABASE_URL"]):
        report.trouble("the database does not answer", "is the stack running? make run")
        sys.exit(1)
    os.chdir(ROOT)
    program = Path(sys.executable).parent / sys.argv[1]
    command = [sys.executable, "-m", *sys.argv[1:]]
    if not program.exists():
        report.trouble(f"{sys.argv[1]} is not installed in {shown(program.parent)}")
        sys.exit(1)
    os.execve(sys.executable, command, settings)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


if __name__ == "__main__":
    main()
