"""`make run`: the stack from nothing to ready, and back to nothing at Ctrl-C."""

import signal
import sys
import time
from types import FrameType

from local import report
from local.errors import StackError
from local.single import only_one
from local.stack import Stack

SAME_WISH_SECONDS = 1.0
"""A terminal and make may both pass on one and the same Ctrl-C."""


class StopRequested(BaseException):
    """Somebody pressed Ctrl-C or asked the process to end."""


class StopSignals:
    """The first signal unwinds to an orderly end, a later one kills what is still there."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.first_at: float | None = None

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.first_at is None:
            self.first_at = now
            raise StopRequested
        if now - self.first_at > SAME_WISH_SECONDS:
            report.say("[yellow]once more: killing what is still running[/]")
            self.stack.kill()


def main() -> int:
    """Run the stack; the exit status."""
    stack = Stack()
    signals = StopSignals(stack)
    signals.listen()
    try:
        with only_one():
            return _run(stack, signals)
    except StackError as error:
        report.trouble(str(error), error.hint)
        return 1
    except StopRequested:
        return 0


def _run(stack: Stack, signals: StopSignals) -> int:
    try:
        stack.up()
        stack.watch()
    except StopRequested:
        report.say("\n  stopping (Ctrl-C once more kills)")
        return 0
    except StackError as error:
        report.trouble(str(error), error.hint)
        return 1
    finally:
        signals.first_at = signals.first_at or time.monotonic()
        stack.down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
