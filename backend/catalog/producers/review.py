"""Reviewing producers: staff approve, ask for corrections, suspend and reinstate, with a reason."""

from backend.catalog.producers import life
from backend.catalog.producers.licences import require_business_licence
from backend.catalog.producers.members import has_ever_acted_for
from backend.core import audit
from backend.core.errors import DomainError
from backend.core.life import Step, operator


class OwnProducer(DomainError):
    code = "own_producer"
    status = 403
    message = "不能审核自己参与过的生产主体"


class ProducerChanged(DomainError):
    code = "producer_changed"
    status = 409
    message = "资料在您查看之后有改动，请重新查看后再审核"


def approve(producer_id: int, by: int, *, revision: int, reason: str | None) -> None:
    """Approve what the operator has seen: the registration at this `revision`.

    Raises `OwnProducer`, `ProducerChanged`, `BusinessLicenceNotValid`,
    `ProducerStepNotPossible`, `NotFound`.
    """
    _let_in(producer_id, by, life.APPROVE, revision, reason)


def reinstate(producer_id: int, by: int, *, revision: int, reason: str) -> None:
    """End a suspension, on the same conditions as an approval."""
    _let_in(producer_id, by, life.REINSTATE, revision, reason)


def ask_for_corrections(producer_id: int, by: int, *, reason: str) -> None:
    """Return a registration with what is wrong. Raises `ProducerStepNotPossible`, `NotFound`."""
    _take(producer_id, by, life.RETURN, reason)


def suspend(producer_id: int, by: int, *, reason: str) -> None:
    """Shut a producer out of the shop. Raises `ProducerStepNotPossible`, `NotFound`."""
    _take(producer_id, by, life.SUSPEND, reason)


def _let_in(producer_id: int, by: int, step: Step, revision: int, reason: str | None) -> None:
    if _take(producer_id, by, step, reason) != revision:
        raise ProducerChanged(field="revision")
    if has_ever_acted_for(by, producer_id):
        raise OwnProducer
    require_business_licence(producer_id)


def _take(producer_id: int, by: int, step: Step, reason: str | None) -> int:
    """Take the step first, because it locks the producer; what is refused later undoes it."""
    revision = life.take_step(producer_id, step, operator(by), reason)
    audit.record(by, f"{step.name}_producer", f"producer:{producer_id}", reason)
    return revision
