"""Plays every step in turn; ends with status 1 at the first figure that is wrong."""

import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from local import environment
from local.paths import RUN
from local.walk import buying, meeting, printing
from local.walk.client import Service, WeChat, WrongError
from local.walk.story import Story

STEPS = (
    meeting.service_is_ready,
    meeting.look_around,
    meeting.competitor_shares,
    meeting.stranger_becomes_buyer,
    meeting.quote_names_the_competitor,
    buying.a_wrong_total_is_refused,
    buying.place_once,
    buying.pay,
    buying.three_more_notices_change_nothing,
    buying.a_forged_notice_is_refused,
    buying.refund_everything,
    buying.money_after_the_cancellation,
)


def main() -> int:
    """The exit status."""
    known = environment.running_environment()
    url, simulator = known.get("BASE_URL", ""), known.get("SIMULATOR_URL", "")
    if not url or not simulator:
        printing.console.print("[red]✗[/] 请先启动 Start the stack first: [bold]make run[/]")
        return 1
    with _one_at_a_time():
        return _walk(url, simulator)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two walks at once would count each other's goods and money."""
    RUN.mkdir(parents=True, exist_ok=True)
    with (RUN / "walk.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            printing.console.print("[dim]另一次演练正在进行，稍候 waiting for another walk …[/]")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _walk(url: str, simulator: str) -> int:
    began = time.monotonic()
    story = Story(Service(url.rstrip("/")), WeChat(simulator.rstrip("/")))
    printing.console.print(f"[bold]湘帮主流程[/]  {url}  [dim]微信模拟 {simulator}[/]")
    try:
        for step in STEPS:
            step(story)
    except WrongError as error:
        printing.wrong(error)
        return 1
    except requests.ConnectionError:
        printing.console.print(
            f"    [red]✗[/] {url} 或 {simulator} 没有应答 does not answer → [bold]make run[/]"
        )
        return 1
    printing.summary(story.figures, story.tell, time.monotonic() - began)
    return 0


if __name__ == "__main__":
    sys.exit(main())
