"""Lives: a table of allowed steps, and one function that takes a step, guarded in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.orm import InstrumentedAttribute, Mapped
from sqlalchemy.sql.dml import ReturningUpdate

from backend.core import clock
from backend.core.database import Base, Key, db, table_of
from backend.core.errors import DomainError, NotFound


class StepNotPossible(DomainError):
    code = "step_not_possible"
    status = 409
    message = "当前状态不能进行此操作"


@dataclass(frozen=True)
class Author:
    """Who takes a step: a person with a user id, or the system, or WeChat."""

    kind: str
    user_id: int | None = None


SYSTEM = Author("system")


def buyer(user_id: int) -> Author:
    return Author("buyer", user_id)


def producer(user_id: int) -> Author:
    return Author("producer", user_id)


def operator(user_id: int) -> Author:
    return Author("operator", user_id)


@dataclass(frozen=True)
class Step:
    name: str
    from_states: tuple[str, ...]
    to_state: str


class EventColumns:
    """What every table of events holds beside the key of its subject."""

    id: Mapped[Key]
    step: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    by_kind: Mapped[str]
    by_user_id: Mapped[int | None]
    reason: Mapped[str | None]
    at: Mapped[datetime]


class Life:
    """The life of the rows of one table, told by the events of another.

    `subject` names the events' column that points at the row, `state` the row's column.
    """

    def __init__(
        self,
        model: type[Base],
        events: type[Base],
        subject: str,
        *,
        state: str = "state",
        not_possible: type[DomainError] = StepNotPossible,
        not_found: type[DomainError] = NotFound,
    ) -> None:
        self._table = table_of(model)
        self._events = insert(table_of(events))
        self._subject = subject
        self._state = self._table.c[state]
        self._not_possible = not_possible
        self._not_found = not_found

    def begin(self, row_id: int, step: Step, author: Author, reason: str | None = None) -> None:
        """Tell of a row that has just been written in the state `step` leads to."""
        self._tell(row_id, step, None, author, reason)

    def take(
        self,
        where: ColumnElement[bool],
        step: Step,
        author: Author,
        reason: str | None = None,
        *,
        returning: Sequence[InstrumentedAttribute[Any]] = (),
        **changes: object,
    ) -> Row[Any]:
        """Take a step on the one row `where` names, if its state allows it, and leave an event.

        The guard is part of the UPDATE, so of two steps at once one wins and the other is
        refused with the state it found. Answers the row's `id`, `came_from` and `returning`.
        """
        row = db.session.execute(self._step(where, step, returning, changes)).one_or_none()
        if row is None:
            found = db.session.execute(select(self._state).where(where)).scalar_one_or_none()
            if found is None:
                raise self._not_found
            raise self._not_possible(state=found, step=step.name)
        self._tell(row.id, step, row.came_from, author, reason)
        return row

    def begin_many(self, row_ids: Sequence[int], step: Step, author: Author) -> None:
        """`begin` for each row, in one statement."""
        events = [self._event(row_id, step, None, author, None) for row_id in row_ids]
        if events:
            db.session.execute(self._events, events)

    def take_many(self, row_ids: Sequence[int], step: Step, author: Author) -> None:
        """Take a step on each row, or on none: `not_possible` unless every state allows it."""
        rows = self.take_all(self._table.c.id.in_(row_ids), step, author)
        if len(rows) != len(set(row_ids)):
            raise self._not_possible(step=step.name)

    def take_all(
        self,
        where: ColumnElement[bool],
        step: Step,
        author: Author,
        reason: str | None = None,
        *,
        returning: Sequence[InstrumentedAttribute[Any]] = (),
        **changes: object,
    ) -> Sequence[Row[Any]]:
        """Take a step on every row `where` names whose state allows it; the rest stay as they are.

        Rows are locked in the order of their ids. Answers as `take` does, for each row.
        """
        rows = db.session.execute(self._step(where, step, returning, changes)).all()
        events = [self._event(row.id, step, row.came_from, author, reason) for row in rows]
        if events:
            db.session.execute(self._events, events)
        return rows

    def _step(
        self,
        where: ColumnElement[bool],
        step: Step,
        returning: Sequence[InstrumentedAttribute[Any]],
        changes: Mapping[str, object],
    ) -> ReturningUpdate[Any]:
        columns = self._table.c
        before = (
            select(columns.id, self._state.label("came_from"))
            .where(where, self._state.in_(step.from_states))
            .order_by(columns.id)
            .with_for_update()
            .subquery("before")
        )
        return (
            update(self._table)
            .where(columns.id == before.c.id)
            .values({self._state.name: step.to_state, **changes})
            .returning(columns.id, before.c.came_from, *(columns[c.key] for c in returning))
        )

    def _tell(
        self, row_id: int, step: Step, came_from: str | None, author: Author, reason: str | None
    ) -> None:
        db.session.execute(self._events, self._event(row_id, step, came_from, author, reason))

    def _event(
        self, row_id: int, step: Step, came_from: str | None, author: Author, reason: str | None
    ) -> dict[str, object]:
        return {
            self._subject: row_id,
            "step": step.name,
            "from_state": came_from,
            "to_state": step.to_state,
            "by_kind": author.kind,
            "by_user_id": author.user_id,
            "reason": reason,
            "at": clock.now(),
        }
