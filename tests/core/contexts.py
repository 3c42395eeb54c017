"""Work in threads of a test, each with an application context and a transaction of its own."""

from collections.abc import Callable
from typing import TypeVar

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
