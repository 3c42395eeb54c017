"""A producer's contacts: names and phones, encrypted, for its people and for staff."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select

from backend.catalog.producers.models import Duty, ProducerContact
from backend.core.database import db

MOST_CONTACTS = 5


@dataclass(frozen=True)
class Contact:
    """Somebody to call. Name and phone are personal data."""

    name: str
    phone: str
    duty: Duty


def replace_contacts(producer_id: int, contacts: Sequence[Contact]) -> None:
    """Let these be a producer's contacts and no others; the caller holds the producer's lock."""
    db.session.execute(delete(ProducerContact).where(ProducerContact.producer_id == producer_id))
    rows = [{"producer_id": producer_id, **asdict(contact)} for contact in contacts]
    db.session.execute(insert(ProducerContact), rows)


def contacts_of(producer_id: int) -> Sequence[ProducerContact]:
    """A producer's contacts in full, in the order in which they were given."""
    query = select(ProducerContact).filter_by(producer_id=producer_id).order_by(ProducerContact.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()
