"""Time as WeChat writes it: RFC 3339 in China Standard Time."""

import time
from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def now() -> float:
    """Seconds since the epoch."""
    return time.time()


def rfc3339(moment: float) -> str:
    """`2026-11-23T10:00:00+08:00`, the form of every time in APIv3."""
    return datetime.fromtimestamp(moment, CHINA).isoformat(timespec="seconds")


def parse(text: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 time with an offset, None when it is not one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo and "T" in text else None


def day(moment: float) -> str:
    """The China day of a moment, `2026-11-23`."""
    return datetime.fromtimestamp(moment, CHINA).strftime("%Y-%m-%d")


def written(moment: float) -> str:
    """`2026-11-23 10:00:00`, the form of a time in bills and on pages."""
    return datetime.fromtimestamp(moment, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def digits(moment: float) -> str:
    """`20261123100000`, the part of WeChat's numbers that tells the time."""
    return datetime.fromtimestamp(moment, CHINA).strftime("%Y%m%d%H%M%S")
