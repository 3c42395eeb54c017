"""What tests of producers do again and again."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select

from backend.catalog.producers.models import Producer, ProducerEvent
from backend.core.audit import AuditEntry
from backend.core.database import db
from tests.api import Person

CODE = "93430923MA4L0001XU"
BUSINESS = {
    "kind": "business",
    "number": "430923000012345",
    "issuer": "安化县市场监督管理局",
    "valid_from": "2020-05-01",
    "valid_to": None,
    "scan": None,
}
CONTACT = {"name": "谌秋菊", "phone": "13911112222", "duty": "sales"}


def registration(**changes: Any) -> dict[str, Any]:
    """What somebody sends to register a village collective in 泸溪."""
    return {
        "name": "泸溪县某某村股份经济合作社",
        "kind": "village_collective",
        "credit_code": "N2433122MF0000005D",
        "county_code": "433122",
        "settlement_mode": "resale",
        "story": "山里的老茶园。",
        "households": 86,
        "contacts": [CONTACT],
        "licences": [BUSINESS],
        **changes,
    }


def register(who: Person, status: int | None = 201, key: str | None = None, **changes: Any) -> Any:
    headers = {"Idempotency-Key": key or uuid4().hex}
    return who.post("/v1/producers", registration(**changes), status, **headers)


def act(who: Person, producer_id: object, what: str, status: int | None = 201, **body: Any) -> Any:
    """An operator's action on a producer, for example `suspension`."""
    return who.post(f"/v1/operator/producers/{producer_id}/{what}", body, status)


def approve(who: Person, producer_id: object, status: int | None = 201, revision: int = 1) -> Any:
    return act(who, producer_id, "approval", status, revision=revision)


def state_of(producer_id: object) -> str:
    db.session.rollback()
    return db.session.scalars(select(Producer.state).filter_by(id=int(str(producer_id)))).one()


def steps_of(producer_id: object) -> list[tuple[str, str | None, str, str, int | None, str | None]]:
    """Every event: step, from, to, who by kind and id, reason."""
    db.session.rollback()
    events = select(ProducerEvent).filter_by(producer_id=int(str(producer_id)))
    return [
        (e.step, e.from_state, e.to_state, e.by_kind, e.by_user_id, e.reason)
        for e in db.session.scalars(events.order_by(ProducerEvent.id))
    ]


def audited(action: str) -> list[tuple[int | None, str, str | None]]:
    db.session.rollback()
    entries = select(AuditEntry.by_user_id, AuditEntry.subject, AuditEntry.reason)
    entries = entries.filter_by(action=action).order_by(AuditEntry.id)
    return [tuple(row) for row in db.session.execute(entries)]
