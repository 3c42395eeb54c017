"""Work in threads of a test, each with a transaction of its own; and what modules log."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from structlog.testing import LogCapture

from backend import Service
from backend.core.database import transaction
from backend.core.errors import DomainError

Given = TypeVar("Given")
Result = TypeVar("Result")


def apart(app: Service, work: Callable[[Given], Result]) -> Callable[[Given], Result | DomainError]:
    """`work` as a request does it; a refusal of the domain is handed back as the result."""

    def run(given: Given) -> Result | DomainError:
        try:
            with app.app_context(), transaction():
                return work(given)
        except DomainError as error:
            return error

    return run


def recorder(written: LogCapture) -> Any:
    """A logger to put in a module's place, of whatever level; tests log errors only."""
    return structlog.wrap_logger(
        None, processors=[written], wrapper_class=structlog.make_filtering_bound_logger(0)
    )
