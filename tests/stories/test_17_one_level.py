"""Story 17. A competitor's invited competitor sells 10,000.00: the inviter gets 0."""

from sqlalchemy import select

from backend.competition.models import Competitor
from backend.core.caller import Role
from backend.core.database import db
from tests.api import Api, Person
from tests.factories import SkuFactory, TeamFactory, competitor, staff


def test_whoever_invited_the_seller_earns_nothing_by_it(api: Api) -> None:
    tea = SkuFactory(price_fen=1_000_000)
    inviter = competitor(api, display_name="阿强")
    invited = _enter_on_invitation_of(api, inviter.id)

    # The invited one came by the inviter's link; the buyer followed the invited one's.
    invited.visit(inviter.make_link())
    stranger = api.visit(inviter.make_link(channel="new_media"))
    visitor = api.visit(invited.make_link(), visitor_id=stranger)
    buyer = api.log_in(visitor_id=visitor)
    order = buyer.place((tea.id, 1))
    buyer.pay(order["no"])

    assert order["total_fen"] == 1_000_000
    assert order["credits"]["competitor_name"] == "小梅"
    assert invited.credit()["pending_fen"] == 1_000_000
    assert inviter.credit()["pending_fen"] == 0
    assert inviter.get("/v1/competitor/credit/transfers")["items"] == []


def _enter_on_invitation_of(api: Api, inviter_user_id: int) -> Person:
    organiser = staff(api, Role.organiser)
    person = api.log_in()
    inviter_id = db.session.scalar(select(Competitor.id).filter_by(user_id=inviter_user_id))
    organiser.post(
        f"/v1/operator/teams/{TeamFactory().id}/competitors",
        {"user_id": str(person.id), "display_name": "小梅", "invited_by": str(inviter_id)},
    )
    return person
