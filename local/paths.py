"""Where the local stack keeps things: below `var/`, or below `STACK_DIRECTORY`."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("STACK_DIRECTORY") or ROOT / "var").resolve()
RUN = VAR / "run"
SECRETS = RUN / "secrets.env"
ENVIRONMENT = RUN / "env"
LOCK = RUN / "lock"
POSTGRES = VAR / "postgres"
VALKEY = VAR / "valkey"
SIMULATOR = VAR / "simulator"
MEDIA = VAR / "media"


def log_of(name: str) -> Path:
    """The log file of one part of the stack."""
    return RUN / f"{name}.log"


def shown(path: Path) -> str:
    """A path as people see it: below the checkout where it is."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
