"""How news travels up: a lower room offers a hook, `create_app` says who listens."""

from collections.abc import Callable
from typing import Generic, ParamSpec

News = ParamSpec("News")


class Hook(Generic[News]):
    """A named piece of news. Listeners run in the teller's transaction, in the order given.

    What a listener raises undoes the news too: nobody hears of what did not happen.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._listeners: list[Callable[News, None]] = []

    def wire(self, *listeners: Callable[News, None]) -> None:
        """Replace whoever listened before."""
        self._listeners = list(listeners)

    def tell(self, *args: News.args, **kwargs: News.kwargs) -> None:
        for listener in self._listeners:
            listener(*args, **kwargs)

    @property
    def listeners(self) -> tuple[Callable[News, None], ...]:
        return tuple(self._listeners)
