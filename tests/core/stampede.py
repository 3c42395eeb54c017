"""One process of a stampede: many threads that want the same page as soon as Valkey says go.

python -m tests.core.stampede <how many threads>
"""

import sys
import time

import redis

from backend import create_app
from backend.core.shown import Pages
from backend.settings import read_settings
from tests.core.contexts import apart
from tests.racing import at_once


def main(threads: int) -> None:
    settings = read_settings()
    app, pages = create_app(settings), Pages()
    valkey = redis.Redis.from_url(str(settings.redis_url))

    def make() -> bytes:
        valkey.incr("built")
        time.sleep(0.1)
        return b"built"

    valkey.incr("ready")
    while valkey.get("go") is None:
        time.sleep(0.002)
    seen = at_once(apart(app, lambda _: pages.build("rush", 60, make)[1]), range(threads))
    valkey.incrby("seen", seen.count(b"built"))


if __name__ == "__main__":
    main(int(sys.argv[1]))
