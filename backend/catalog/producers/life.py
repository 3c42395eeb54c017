"""The life of a producer: submitted, returned, approved, suspended, one guarded step at a time."""

from sqlalchemy import select

from backend.catalog.producers.models import Producer, ProducerEvent, ProducerState
from backend.core.database import db
from backend.core.errors import DomainError, NotFound
from backend.core.hooks import Hook
from backend.core.life import Author, Life, Step

NOT_FOUND = "没有找到该生产主体"

producer_standing_changed: Hook[[int]] = Hook("producer_standing_changed")
"""Told with the producer's id at every step of its life, in the transaction of the step."""


class ProducerStepNotPossible(DomainError):
    code = "producer_step_not_possible"
    status = 409
    message = "该生产主体当前状态不能进行此操作"


SUBMIT = Step("submit", (), ProducerState.submitted)
RETURN = Step("return", (ProducerState.submitted,), ProducerState.returned)
RESUBMIT = Step("resubmit", (ProducerState.returned,), ProducerState.submitted)
APPROVE = Step("approve", (ProducerState.submitted,), ProducerState.approved)
SUSPEND = Step("suspend", (ProducerState.approved,), ProducerState.suspended)
REINSTATE = Step("reinstate", (ProducerState.suspended,), ProducerState.approved)

_PRODUCERS = Life(
    Producer,
    ProducerEvent,
    "producer_id",
    not_possible=ProducerStepNotPossible,
    not_found=NotFound,
)


def begin(producer_id: int, author: Author) -> None:
    """Tell of a producer that has just been written as submitted."""
    _PRODUCERS.begin(producer_id, SUBMIT, author)
    producer_standing_changed.tell(producer_id)


def take_step(producer_id: int, step: Step, author: Author, reason: str | None = None) -> int:
    """Take a step and tell of it; the revision of what the producer has stated about itself.

    The producer's row stays locked, so that nothing about it changes until the step is done.
    Raises `ProducerStepNotPossible`, `NotFound`.
    """
    where = Producer.id == producer_id
    row = _PRODUCERS.take(where, step, author, reason, returning=(Producer.revision,))
    producer_standing_changed.tell(producer_id)
    return int(row.revision)


def lock(producer_id: int) -> ProducerState:
    """Lock a producer's row against steps and other changes; the state it is in, or `NotFound`."""
    state = db.session.scalar(
        select(Producer.state).filter_by(id=producer_id).with_for_update(key_share=True)
    )
    if state is None:
        raise NotFound(NOT_FOUND)
    return ProducerState(state)
