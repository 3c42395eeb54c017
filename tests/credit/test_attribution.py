"""Attribution: the buyer's last touch inside the season's window by an active competitor."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from backend import Service
from backend.accounts.models import User
from backend.competition.models import Competitor, Season
from backend.core import clock
from backend.core.database import db
from backend.credit.attribution import attribute, names_of
from backend.credit.links import Target, create_link
from backend.credit.models import Touch
from tests.conftest import Time
from tests.factories import (
    CompetitorFactory,
    InstitutionFactory,
    SeasonFactory,
    TeamFactory,
    TrackFactory,
    UserFactory,
)

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def season(app: Service, time: Time) -> Season:
    """It began a month ago; the window is fifteen days."""
    time.freeze(NOW)
    made: Season = SeasonFactory(starts_at=NOW - 30 * DAY, ends_at=NOW + 300 * DAY)
    return made


@pytest.fixture
def buyer() -> int:
    return int(UserFactory().id)


def touch(buyer: int, competitor: Competitor, ago: timedelta, channel: str = "miniprogram") -> None:
    """The buyer followed a link of the competitor some time ago."""
    link = create_link(competitor.id, Target("home", None), channel)
    db.session.add(
        Touch(link_id=link.id, user_id=buyer, channel=channel, touched_at=clock.now() - ago)
    )
    db.session.commit()


def credited(buyer: int) -> int | None:
    found = attribute(buyer)
    return found.competitor_id if found else None


def test_without_a_touch_nobody_is_credited(buyer: int) -> None:
    CompetitorFactory()
    assert attribute(buyer) is None


def test_a_touch_credits_the_competitor_whose_link_it_was(buyer: int, season: Season) -> None:
    school = InstitutionFactory(name="湖南潇湘商贸学院")
    team = TeamFactory(name="橙心队", institution_id=school.id)
    seller = CompetitorFactory(display_name="小橙子", team_id=team.id)
    touch(buyer, seller, DAY, "exhibition")
    found = attribute(buyer)
    assert found is not None
    assert (found.competitor_id, found.team_id, found.season_id) == (seller.id, team.id, season.id)
    assert found.channel == "exhibition"
    assert names_of(seller.id) == {
        "competitor_name": found.competitor_name,
        "team_name": found.team_name,
        "institution_name": found.institution_name,
    }
    assert (found.competitor_name, found.team_name) == ("小橙子", "橙心队")
    assert found.institution_name == "湖南潇湘商贸学院"


def test_nobody_has_no_names() -> None:
    assert names_of(None) is None


@dataclass(frozen=True)
class Case:
    """What may hinder a touch from counting, and whether it does."""

    ago: timedelta = DAY
    counts: bool = False
    window_days: int = 15
    starts: timedelta = field(default=-30 * DAY)
    """When the season begins, seen from now."""
    ends: timedelta = field(default=300 * DAY)
    withdrawn: bool = False
    blocked: bool = False


CASES = {
    "a moment ago": Case(ago=timedelta(0), counts=True),
    "a moment less than fifteen days": Case(ago=15 * DAY - A_MOMENT, counts=True),
    "exactly fifteen days": Case(ago=15 * DAY),
    "a moment more than fifteen days": Case(ago=15 * DAY + A_MOMENT),
    "in the future": Case(ago=-A_MOMENT),
    "inside a longer window": Case(ago=20 * DAY, window_days=30, counts=True),
    "outside a shorter window": Case(ago=8 * DAY, window_days=7),
    "a moment inside a shorter window": Case(ago=7 * DAY - A_MOMENT, window_days=7, counts=True),
    "withdrawn": Case(withdrawn=True),
    "blocked": Case(blocked=True),
    "a season that begins this moment": Case(starts=timedelta(0), counts=True),
    "a season that has not begun": Case(starts=A_MOMENT),
    "a season that ends this moment": Case(ends=timedelta(0)),
    "a season in its last moment": Case(ends=A_MOMENT, counts=True),
    "a season that is long over": Case(starts=-400 * DAY, ends=-5 * DAY),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_touch_counts_or_does_not(buyer: int, season: Season, case: Case) -> None:
    season.starts_at, season.ends_at = NOW + case.starts, NOW + case.ends
    season.attribution_window_days = case.window_days
    seller = CompetitorFactory(withdrawn_at=NOW if case.withdrawn else None)
    db.session.get_one(User, seller.user_id).blocked_at = NOW if case.blocked else None
    db.session.commit()
    touch(buyer, seller, case.ago)
    assert credited(buyer) == (seller.id if case.counts else None)


def test_the_last_touch_wins(buyer: int) -> None:
    first, last = CompetitorFactory(), CompetitorFactory()
    touch(buyer, last, timedelta(hours=1))
    touch(buyer, first, timedelta(hours=2))
    assert credited(buyer) == last.id
    touch(buyer, first, timedelta(minutes=5))
    assert credited(buyer) == first.id


def test_of_two_touches_in_one_moment_the_one_written_later_wins(buyer: int) -> None:
    first, last = CompetitorFactory(), CompetitorFactory()
    touch(buyer, first, DAY)
    touch(buyer, last, DAY)
    assert credited(buyer) == last.id


@pytest.mark.parametrize("hindrance", ["withdrawn", "blocked", "own"])
def test_a_touch_that_does_not_count_leaves_the_one_before(buyer: int, hindrance: str) -> None:
    earlier = CompetitorFactory()
    later = CompetitorFactory(
        withdrawn_at=NOW if hindrance == "withdrawn" else None,
        user_id=buyer if hindrance == "own" else UserFactory().id,
    )
    if hindrance == "blocked":
        db.session.get_one(User, later.user_id).blocked_at = NOW
        db.session.commit()
    touch(buyer, earlier, 2 * DAY)
    touch(buyer, later, DAY)
    assert credited(buyer) == earlier.id


def test_nobody_is_credited_by_the_own_link() -> None:
    seller = CompetitorFactory()
    touch(seller.user_id, seller, DAY)
    assert attribute(seller.user_id) is None
    touch(seller.user_id, CompetitorFactory(team_id=seller.team_id), DAY)
    assert credited(seller.user_id) not in {None, seller.id}


def test_whoever_invited_the_competitor_is_never_credited(buyer: int) -> None:
    inviter = CompetitorFactory()
    invited = CompetitorFactory(invited_by=inviter.id)
    touch(buyer, inviter, 2 * DAY)
    touch(buyer, invited, DAY)
    assert credited(buyer) == invited.id
    invited.withdrawn_at = NOW
    inviter.withdrawn_at = NOW
    db.session.commit()
    assert attribute(buyer) is None


def test_the_touches_of_others_and_of_strangers_do_not_count(buyer: int) -> None:
    seller = CompetitorFactory()
    touch(UserFactory().id, seller, DAY)
    link = create_link(seller.id, Target("home", None), "miniprogram")
    db.session.add(
        Touch(
            link_id=link.id,
            visitor_id="visitor-0123456789",
            channel="miniprogram",
            touched_at=NOW - DAY,
        )
    )
    db.session.commit()
    assert attribute(buyer) is None


def test_a_link_of_last_season_earns_nothing_in_this_one(buyer: int) -> None:
    old = SeasonFactory(code="2025", starts_at=NOW - 400 * DAY, ends_at=NOW - 30 * DAY)
    team = TeamFactory(season_id=old.id, track_id=TrackFactory(season_id=old.id).id)
    veteran = CompetitorFactory(season_id=old.id, team_id=team.id)
    touch(buyer, veteran, DAY)
    assert attribute(buyer) is None


def test_attribution_runs_out_while_the_clock_runs(buyer: int, time: Time) -> None:
    seller = CompetitorFactory()
    touch(buyer, seller, timedelta(0))
    time.travel(days=14, hours=23)
    assert credited(buyer) == seller.id
    time.travel(hours=1)
    assert attribute(buyer) is None
