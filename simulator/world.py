"""Everything one running simulator holds, handed to whoever needs it."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import current_app

from . import credentials
from .courier import Courier
from .credentials import Credentials
from .signing import Keys
from .store import Store

EXTENSION = "simulator"
STORE_FILE = "state.sqlite3"


@dataclass(frozen=True)
class World:
    """The simulated WeChat: its merchant, its keys, its memory and its postman."""

    credentials: Credentials
    keys: Keys
    store: Store
    courier: Courier

    @classmethod
    def open(cls, directory: Path, retry_scale: float) -> "World":
        """Open the state in `directory`, creating it on first use, and start delivering."""
        facts = credentials.ensure(directory)
        keys = Keys(facts)
        store = Store(directory / STORE_FILE)
        courier = Courier(store, keys, retry_scale)
        courier.start()
        return cls(facts, keys, store, courier)

    def close(self) -> None:
        """Stop delivering and close the state."""
        self.courier.stop()
        self.store.close()


def here() -> World:
    """The world of the request at hand."""
    return cast(World, current_app.extensions[EXTENSION])
