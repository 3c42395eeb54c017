"""Touches: a stranger's belong to a visitor id until the visitor turns out to be a user."""

import pytest
from sqlalchemy import select

from backend.core.database import db
from backend.credit.models import ReferralLink, Touch
from tests.api import Api
from tests.factories import competitor


@pytest.fixture
def code(api: Api) -> str:
    return competitor(api).make_link(channel="exhibition")


def touches() -> list[tuple[str | None, int | None]]:
    query = select(Touch.visitor_id, Touch.user_id).order_by(Touch.id)
    return [tuple(row) for row in db.session.execute(query)]


def test_a_stranger_is_given_a_visitor_id_to_keep(api: Api, code: str) -> None:
    visitor = api.visit(code)
    assert len(visitor) >= 22
    assert touches() == [(visitor, None)]
    assert api.visit(code) != visitor


def test_a_stranger_who_comes_again_keeps_the_id(api: Api, code: str) -> None:
    visitor = api.visit(code)
    assert api.visit(code, visitor) == visitor
    assert touches() == [(visitor, None)] * 2


def test_a_touch_is_of_the_link_and_its_channel(api: Api, code: str) -> None:
    api.visit(code)
    touch = db.session.scalars(select(Touch)).one()
    link = db.session.get_one(ReferralLink, touch.link_id)
    assert (link.code, touch.channel) == (code, "exhibition")


def test_who_is_logged_in_needs_no_visitor_id(api: Api, code: str) -> None:
    person = api.log_in()
    assert person.visit(code)["visitor_id"] is None
    assert touches() == [(None, person.id)]


def test_who_is_logged_in_leaves_no_visitor_id_behind(api: Api, code: str) -> None:
    person = api.log_in()
    path, body = f"/v1/referral-links/{code}/visits", {"visitor_id": "visitor-0123456789"}
    assert person.post(path, body)["visitor_id"] is None
    assert touches() == [(None, person.id)]


@pytest.mark.parametrize(
    "visitor", ["short", "x" * 65, "visitor 0123456789", "访客访客访客访客访客访客访客访客"]
)
def test_a_visitor_id_has_its_form(api: Api, code: str, visitor: str) -> None:
    path = f"/v1/referral-links/{code}/visits"
    refusal = api.call("POST", path, {"visitor_id": visitor}, status=422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", "visitor_id")
    assert touches() == []


def test_at_login_the_visits_under_the_own_id_become_the_users(api: Api, code: str) -> None:
    visitor = api.visit(code)
    api.visit(code, visitor)
    person = api.log_in(visitor_id=visitor)
    assert touches() == [(visitor, person.id)] * 2


def test_the_visits_of_others_stay_theirs(api: Api, code: str) -> None:
    mine, theirs = api.visit(code), api.visit(code)
    person = api.log_in(visitor_id=mine)
    assert touches() == [(mine, person.id), (theirs, None)]


def test_without_a_visitor_id_a_login_adopts_nothing(api: Api, code: str) -> None:
    visitor = api.visit(code)
    api.log_in()
    api.log_in(visitor_id="visitor-0123456789")
    assert touches() == [(visitor, None)]


def test_what_one_user_has_adopted_no_other_takes(api: Api, code: str) -> None:
    visitor = api.visit(code)
    first = api.log_in(visitor_id=visitor)
    later_visit = api.visit(code, visitor)
    second = api.log_in(visitor_id=visitor)
    assert later_visit == visitor
    assert touches() == [(visitor, first.id), (visitor, second.id)]


def test_a_login_that_is_refused_adopts_nothing(api: Api, code: str) -> None:
    visitor = api.visit(code)
    body = {"code": "no such code", "visitor_id": visitor}
    api.call("POST", "/v1/sessions", body, status=422)
    assert touches() == [(visitor, None)]
