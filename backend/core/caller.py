"""Who is calling, and what they may: deny by default, one decorator an endpoint."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask import Flask, current_app, g, request

from backend.core.errors import NotAllowed, NotLoggedIn

View = TypeVar("View", bound=Callable[..., object])
ACCESS = "xiangbang_access"
"""The attribute of a view function that says who may call it."""


class Role(StrEnum):
    consumer = "consumer"
    competitor = "competitor"
    producer = "producer"
    organisation = "organisation"
    operator = "operator"
    finance = "finance"
    reviewer = "reviewer"
    organiser = "organiser"


STAFF = frozenset({Role.operator, Role.finance, Role.reviewer, Role.organiser})
"""Roles that a person holds by grant and that log in with a staff account."""


@dataclass(frozen=True)
class Caller:
    """A logged-in person. Everybody is a consumer; the other roles are granted."""

    user_id: int
    roles: frozenset[Role]


@dataclass(frozen=True)
class Access:
    """Who may call an endpoint. `public` wants no login but knows the caller who has one."""

    public: bool
    roles: frozenset[Role]
    machine: str | None = None
    """Who calls where no person does, for example WeChat with its signature."""

    def __str__(self) -> str:
        if self.machine:
            return self.machine
        return "everybody" if self.public else ", ".join(sorted(self.roles))


Identify = Callable[[str], Caller]
"""Turns a bearer token into a caller, or raises `NotLoggedIn`."""


def _mark(access: Access) -> Callable[[View], View]:
    def decorator(view: View) -> View:
        setattr(view, ACCESS, access)
        return view

    return decorator


def public() -> Callable[[View], View]:
    """Everybody may call; whoever sends a good token is known."""
    return _mark(Access(public=True, roles=frozenset()))


def allow(*roles: Role) -> Callable[[View], View]:
    """Only people who hold one of `roles` may call."""
    if not roles:
        raise ValueError("name the roles")
    return _mark(Access(public=False, roles=frozenset(roles)))


def machine(name: str) -> Callable[[View], View]:
    """A machine calls, and the view checks its signature itself."""
    return _mark(Access(public=True, roles=frozenset(), machine=name))


def access_of(endpoint: str) -> Access | None:
    """What the view of an endpoint says of who may call it; `None` where it says nothing."""
    access = getattr(current_app.view_functions.get(endpoint), ACCESS, None)
    return access if isinstance(access, Access) else None


def guard_endpoints(app: Flask, identify: Identify) -> None:
    """Before every view: know the caller, and refuse whoever the view does not name."""

    @app.before_request
    def guard() -> None:
        if request.endpoint is None:
            return
        access = access_of(request.endpoint)
        if access is None:
            raise NotAllowed
        g.caller = None
        if access.machine:
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if token and scheme.lower() == "bearer":
            # On a public endpoint an old token makes a stranger, who may then log in again.
            with suppress(NotLoggedIn) if access.public else nullcontext():
                g.caller = identify(token.strip())
        if access.public:
            return
        if g.caller is None:
            raise NotLoggedIn
        if not access.roles & g.caller.roles:
            raise NotAllowed


def caller() -> Caller:
    """The person who calls; only inside endpoints that require a login."""
    found = caller_if_any()
    if found is None:
        raise NotLoggedIn
    return found


def caller_if_any() -> Caller | None:
    """The person who calls, or `None` for a stranger on a public endpoint."""
    found = g.get("caller")
    return found if isinstance(found, Caller) else None
