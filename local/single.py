"""One stack for each checkout: a lock that the system lets go when its holder dies.

`python -m local.single` fails while the stack runs.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import StackError
from local.paths import LOCK, shown


@contextmanager
def only_one(path: Path = LOCK) -> Iterator[None]:
    """Hold the checkout's lock, with our process number in it; `StackError` if another has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise StackError(
                f"this checkout is running already (process {holder}, {shown(path)})",
                "stop it with Ctrl-C there, or use another checkout",
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def main() -> None:
    """Fail, and say why, while the stack of this checkout runs."""
    try:
        with only_one():
            pass
    except StackError as error:
        sys.exit(f"✗ {error}\n  → {error.hint}")


if __name__ == "__main__":
    main()
