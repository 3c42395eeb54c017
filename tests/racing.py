"""Real threads that begin at the same instant."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")


def at_once(work: Callable[[Given], Result], given: Iterable[Given]) -> list[Result]:
    """`work` for everything given, each in a thread of its own, all let go together."""
    items = list(given)
    gate = threading.Barrier(len(items))

    def run(item: Given) -> Result:
        gate.wait()
        return work(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def side_by_side(
    work: Callable[[Given], Result], given: Iterable[Given], threads: int = 8
) -> list[Result]:
    """`work` for everything given by a few threads; for preparing many of something."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, given))
