"""Entering the competition: into a team of one to seven, once a season."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.people import find_user
from backend.accounts.roles import grant, revoke
from backend.competition.models import Competitor, Institution, Season, Team
from backend.core import audit, clock
from backend.core.caller import Role
from backend.core.database import db
from backend.core.errors import DomainError, NotFound

LARGEST_TEAM = 7


class TeamFull(DomainError):
    code = "team_full"
    status = 409
    message = "队伍最多七人"


class AlreadyCompeting(DomainError):
    code = "already_competing"
    status = 409
    message = "该用户本赛季已参赛"


class CaptainTaken(DomainError):
    code = "captain_taken"
    status = 409
    message = "该队已有队长"


class SeasonOver(DomainError):
    code = "season_over"
    status = 409
    message = "该赛季已结束"


class NotCompeting(DomainError):
    code = "not_competing"
    status = 403
    message = "您不是本赛季的在赛选手"


@dataclass(frozen=True)
class Standing:
    """An active competitor of the running season with team and institution."""

    competitor_id: int
    season_id: int
    team_id: int
    display_name: str
    team_name: str
    institution_name: str


def enter(
    team_id: int,
    user_id: int,
    *,
    display_name: str,
    is_captain: bool,
    invited_by: int | None,
    by: int | None,
) -> Competitor:
    """Enter a user into a team. `invited_by` is a competitor of the same season, for the record.

    Raises `TeamFull`, `AlreadyCompeting`, `CaptainTaken`, `SeasonOver`, `NotFound`.
    """
    team = db.session.get(Team, team_id, with_for_update=True)
    if team is None:
        raise NotFound("没有找到该队伍", field="team_id")
    if db.session.get_one(Season, team.season_id).ends_at <= clock.now():
        raise SeasonOver(field="team_id")
    find_user(user_id)
    _check_room(team, is_captain)
    if invited_by is not None:
        _check_inviter(invited_by, team.season_id)
    competitor_id = db.session.execute(
        insert(Competitor)
        .values(
            season_id=team.season_id,
            team_id=team_id,
            user_id=user_id,
            display_name=display_name,
            is_captain=is_captain,
            invited_by=invited_by,
            enrolled_at=clock.now(),
        )
        .on_conflict_do_nothing(constraint="uq_competitors_season_id_user_id")
        .returning(Competitor.id)
    ).scalar_one_or_none()
    if competitor_id is None:
        raise AlreadyCompeting(field="user_id")
    grant(user_id, Role.competitor, by)
    audit.record(by, "enter_competitor", f"competitor:{competitor_id}", team=team_id)
    return db.session.get_one(Competitor, competitor_id)


def withdraw(competitor_id: int, by: int, reason: str) -> None:
    """End a competitor's season: no new credit; what was earned stays."""
    row = db.session.execute(
        update(Competitor)
        .where(Competitor.id == competitor_id, Competitor.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
        .returning(Competitor.user_id)
    ).one_or_none()
    if row is None:
        raise NotFound("该选手不存在或已退赛")
    if not _competes_elsewhere(row.user_id):
        revoke(row.user_id, Role.competitor, by)
    audit.record(by, "withdraw_competitor", f"competitor:{competitor_id}", reason)


def _competes_elsewhere(user_id: int) -> bool:
    """Whether the user has a place in another season that is not over."""
    place = (
        select(Competitor.id)
        .join(Season, Season.id == Competitor.season_id)
        .where(
            Competitor.user_id == user_id,
            Competitor.withdrawn_at.is_(None),
            Season.ends_at > clock.now(),
        )
    )
    return db.session.scalar(place.limit(1)) is not None


def standing_of(user_id: int) -> Standing:
    """The user's place in the running season, or `NotCompeting`."""
    now = clock.now()
    row = db.session.execute(
        select(
            Competitor.id.label("competitor_id"),
            Competitor.season_id,
            Competitor.team_id,
            Competitor.display_name,
            Team.name.label("team_name"),
            Institution.name.label("institution_name"),
        )
        .join(Season, Season.id == Competitor.season_id)
        .join(Team, Team.id == Competitor.team_id)
        .join(Institution, Institution.id == Team.institution_id)
        .where(
            Competitor.user_id == user_id,
            Competitor.withdrawn_at.is_(None),
            Season.starts_at <= now,
            Season.ends_at > now,
        )
    ).one_or_none()
    if row is None:
        raise NotCompeting
    return Standing(**row._mapping)


def _check_room(team: Team, is_captain: bool) -> None:
    members, captains = db.session.execute(
        select(func.count(), func.count().filter(Competitor.is_captain)).where(
            Competitor.team_id == team.id, Competitor.withdrawn_at.is_(None)
        )
    ).one()
    if members >= LARGEST_TEAM:
        raise TeamFull(field="team_id")
    if is_captain and captains:
        raise CaptainTaken(field="is_captain")


def _check_inviter(competitor_id: int, season_id: int) -> None:
    inviter = db.session.get(Competitor, competitor_id)
    if inviter is None or inviter.season_id != season_id:
        raise NotFound("没有找到邀请人", field="invited_by")
