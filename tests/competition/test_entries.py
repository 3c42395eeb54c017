"""Entering the competition: into a team of one to seven, once a season, one captain a team."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.accounts.models import RoleGrant
from backend.competition.entries import NotCompeting, standing_of
from backend.competition.models import Competitor, Season
from backend.core import clock
from backend.core.audit import AuditEntry
from backend.core.caller import Role
from backend.core.database import db
from tests.api import Api, Person
from tests.conftest import Time
from tests.factories import (
    CompetitorFactory,
    SeasonFactory,
    TeamFactory,
    TrackFactory,
    UserFactory,
    competitor,
    staff,
)
from tests.racing import at_once


@pytest.fixture
def organiser(api: Api) -> Person:
    return staff(api, Role.organiser)


def enter(who: Person, team_id: int, user_id: int, status: int = 201, **changes: Any) -> Any:
    body = {"user_id": str(user_id), "display_name": "小橙子", **changes}
    return who.post(f"/v1/operator/teams/{team_id}/competitors", body, status)


def withdraw(who: Person, competitor_id: int, status: int = 204) -> Any:
    path = f"/v1/operator/competitors/{competitor_id}/withdrawal"
    return who.post(path, {"reason": "本人申请"}, status)


def last_season() -> Season:
    now = clock.now()
    season: Season = SeasonFactory(
        code="2025", starts_at=now - timedelta(days=400), ends_at=now - timedelta(days=100)
    )
    return season


def team_of(season: Season) -> int:
    track = TrackFactory(season_id=season.id)
    return int(TeamFactory(season_id=season.id, track_id=track.id).id)


def competitors_of(team_id: int) -> int:
    query = select(func.count()).select_from(Competitor).filter_by(team_id=team_id)
    return db.session.scalar(query) or 0


def held_roles(user_id: int) -> list[str]:
    query = select(RoleGrant.role).filter_by(user_id=user_id, revoked_at=None)
    return sorted(db.session.scalars(query))


def test_whoever_is_entered_competes_from_that_moment(api: Api, organiser: Person) -> None:
    person, team = api.log_in(), TeamFactory()
    person.get("/v1/competitor/credit", status=403)
    entered = enter(organiser, team.id, person.id, display_name="阿强", is_captain=True)
    assert (entered["team_id"], entered["season_id"]) == (str(team.id), str(team.season_id))
    row = db.session.get_one(Competitor, int(entered["competitor_id"]))
    assert (row.user_id, row.display_name, row.is_captain) == (person.id, "阿强", True)
    assert (row.invited_by, row.withdrawn_at) == (None, None)
    assert held_roles(person.id) == ["competitor"]
    assert person.get("/v1/competitor/credit")["team_name"] == team.name


def test_an_entry_is_audited(organiser: Person) -> None:
    team = TeamFactory()
    entered = enter(organiser, team.id, UserFactory().id)
    entry = db.session.scalars(select(AuditEntry).filter_by(action="enter_competitor")).one()
    assert entry.subject == f"competitor:{entered['competitor_id']}"
    assert (entry.by_user_id, entry.detail) == (organiser.id, {"team": team.id})


def test_a_team_has_seven_members_at_most(organiser: Person) -> None:
    team = TeamFactory()
    for _ in range(6):
        CompetitorFactory(team_id=team.id)
    enter(organiser, team.id, UserFactory().id)
    refusal = enter(organiser, team.id, UserFactory().id, 409)
    assert (refusal["code"], refusal["field"]) == ("team_full", "team_id")
    assert competitors_of(team.id) == 7


def test_a_place_left_by_a_withdrawal_can_be_taken(organiser: Person) -> None:
    team = TeamFactory()
    members = [CompetitorFactory(team_id=team.id) for _ in range(7)]
    withdraw(organiser, members[0].id)
    enter(organiser, team.id, UserFactory().id)
    assert enter(organiser, team.id, UserFactory().id, 409)["code"] == "team_full"


@pytest.mark.slow
def test_the_last_place_is_given_once(organiser: Person) -> None:
    team = TeamFactory()
    for _ in range(6):
        CompetitorFactory(team_id=team.id)
    users = [UserFactory().id for _ in range(5)]
    headers = {"Authorization": f"Bearer {organiser.token}"}
    path = f"/v1/operator/teams/{team.id}/competitors"

    def try_to_enter(user_id: int) -> int:
        body = {"user_id": str(user_id), "display_name": "小橙子"}
        return organiser.api.send("POST", path, body, headers).status_code

    assert sorted(at_once(try_to_enter, users)) == [201, 409, 409, 409, 409]
    assert competitors_of(team.id) == 7


def test_a_team_has_one_captain(organiser: Person) -> None:
    team = TeamFactory()
    captain = enter(organiser, team.id, UserFactory().id, is_captain=True)
    refusal = enter(organiser, team.id, UserFactory().id, 409, is_captain=True)
    assert (refusal["code"], refusal["field"]) == ("captain_taken", "is_captain")
    withdraw(organiser, int(captain["competitor_id"]))
    enter(organiser, team.id, UserFactory().id, is_captain=True)


def test_each_team_has_its_own_captain(organiser: Person) -> None:
    for _ in range(2):
        enter(organiser, TeamFactory().id, UserFactory().id, is_captain=True)


def test_nobody_competes_twice_in_a_season(organiser: Person) -> None:
    user, first, second = UserFactory(), TeamFactory(), TeamFactory()
    enter(organiser, first.id, user.id)
    for team in (first, second):
        refusal = enter(organiser, team.id, user.id, 409)
        assert (refusal["code"], refusal["field"]) == ("already_competing", "user_id")
    assert competitors_of(second.id) == 0


def test_not_even_after_a_withdrawal(organiser: Person) -> None:
    user, team = UserFactory(), TeamFactory()
    entered = enter(organiser, team.id, user.id)
    withdraw(organiser, int(entered["competitor_id"]))
    assert enter(organiser, team.id, user.id, 409)["code"] == "already_competing"
    assert held_roles(user.id) == []


def test_a_competitor_of_last_season_competes_again_in_this_one(organiser: Person) -> None:
    user, season = UserFactory(), last_season()
    CompetitorFactory(user_id=user.id, season_id=season.id, team_id=team_of(season))
    enter(organiser, TeamFactory().id, user.id)
    query = select(func.count()).select_from(Competitor).filter_by(user_id=user.id)
    assert db.session.scalar(query) == 2


def test_whoever_invited_is_noted(organiser: Person) -> None:
    team, inviter = TeamFactory(), CompetitorFactory()
    entered = enter(organiser, team.id, UserFactory().id, invited_by=str(inviter.id))
    row = db.session.get_one(Competitor, int(entered["competitor_id"]))
    assert row.invited_by == inviter.id


def test_an_inviter_of_another_season_or_none_at_all_is_refused(organiser: Person) -> None:
    season = last_season()
    stranger = CompetitorFactory(season_id=season.id, team_id=team_of(season))
    team, user = TeamFactory(), UserFactory()
    for invited_by in (stranger.id, 999_999):
        refusal = enter(organiser, team.id, user.id, 404, invited_by=str(invited_by))
        assert (refusal["code"], refusal["field"]) == ("not_found", "invited_by")
    assert competitors_of(team.id) == 0
    assert held_roles(user.id) == []


def test_team_and_user_must_be_there(organiser: Person) -> None:
    assert enter(organiser, 999, UserFactory().id, 404)["field"] == "team_id"
    assert enter(organiser, TeamFactory().id, 999, 404)["field"] == "user_id"


def test_a_withdrawal_takes_the_role_and_keeps_the_row(api: Api, organiser: Person) -> None:
    person = competitor(api)
    row = db.session.scalars(select(Competitor).filter_by(user_id=person.id)).one()
    person.get("/v1/competitor/credit")
    withdraw(organiser, row.id)
    assert person.get("/v1/competitor/credit", status=403)["code"] == "not_allowed"
    assert held_roles(person.id) == []
    assert db.session.scalar(select(Competitor.withdrawn_at).filter_by(id=row.id)) is not None
    entry = db.session.scalars(select(AuditEntry).filter_by(action="withdraw_competitor")).one()
    assert (entry.by_user_id, entry.reason) == (organiser.id, "本人申请")


def test_nobody_withdraws_twice(api: Api, organiser: Person) -> None:
    competitor(api)
    row = db.session.scalars(select(Competitor)).one()
    withdraw(organiser, row.id)
    assert withdraw(organiser, row.id, 404)["code"] == "not_found"
    assert withdraw(organiser, 999, 404)["code"] == "not_found"


def test_withdrawing_from_an_old_season_leaves_the_role_for_the_new_one(
    api: Api, organiser: Person
) -> None:
    person, season = competitor(api), last_season()
    old = CompetitorFactory(user_id=person.id, season_id=season.id, team_id=team_of(season))
    withdraw(organiser, old.id)
    person.get("/v1/competitor/credit")
    assert held_roles(person.id) == ["competitor"]


def test_withdrawing_from_this_season_takes_the_role_though_an_old_one_is_in_the_book(
    api: Api, organiser: Person
) -> None:
    person, season = competitor(api), last_season()
    CompetitorFactory(user_id=person.id, season_id=season.id, team_id=team_of(season))
    withdraw(organiser, standing_of(person.id).competitor_id)
    assert held_roles(person.id) == []


def test_a_place_is_of_the_running_season_only(api: Api, time: Time) -> None:
    person = competitor(api)
    season = db.session.scalars(select(Season)).one()
    began, ends = season.starts_at, season.ends_at
    for instant in (began, ends - timedelta(microseconds=1)):
        time.freeze(instant)
        assert standing_of(person.id).season_id == season.id
    for instant in (began - timedelta(microseconds=1), ends):
        time.freeze(instant)
        with pytest.raises(NotCompeting):
            standing_of(person.id)


def test_the_list_shows_the_teams_of_the_running_season_with_active_members(
    organiser: Person,
) -> None:
    team_of(last_season())
    first, second = TeamFactory(), TeamFactory()
    CompetitorFactory(team_id=first.id)
    CompetitorFactory(team_id=first.id, withdrawn_at=clock.now())
    teams = organiser.get("/v1/operator/teams")["items"]
    assert [(team["id"], team["members"]) for team in teams] == [
        (str(first.id), 1),
        (str(second.id), 0),
    ]
    assert teams[0]["institution_name"] == "湖南潇湘商贸学院"


def test_the_teams_are_paged(organiser: Person) -> None:
    made = [str(TeamFactory().id) for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = organiser.get(f"/v1/operator/teams?limit=2{cursor}")
        seen += [team["id"] for team in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == made


def test_entries_are_for_organisers_and_operators(api: Api) -> None:
    team, user = TeamFactory(), UserFactory()
    for who in (api.log_in(), competitor(api), staff(api, Role.finance)):
        assert enter(who, team.id, user.id, 403)["code"] == "not_allowed"
    enter(staff(api), team.id, user.id)
