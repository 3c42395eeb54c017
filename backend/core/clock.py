"""The one place that knows what time it is, so that tests can move it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _system_time() -> datetime:
    return datetime.now(UTC)


class _Clock:
    """Holds whoever tells the time at the moment."""

    source: Callable[[], datetime] = staticmethod(_system_time)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _Clock.source()


def today() -> date:
    """The calendar day in Shanghai, which is what people and banks mean by a day."""
    return now().astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """The instant at which a calendar day begins in Shanghai, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def use(source: Callable[[], datetime] | None) -> None:
    """Let another source tell the time; `None` returns to the system's."""
    _Clock.source = staticmethod(source or _system_time)


def travel(by: timedelta) -> None:
    """Move the clock on from where it stands; it keeps running."""
    before = _Clock.source
    use(lambda: before() + by)


def parse_instant(text: str) -> datetime:
    """An RFC 3339 instant with offset as UTC; `ValueError` where the offset is missing."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(UTC)
