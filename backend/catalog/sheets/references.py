"""What the cells of a sheet may point at, read once for a whole file."""

from sqlalchemy import select
from sqlalchemy.orm import aliased

from backend.catalog.areas.models import Area, Category
from backend.catalog.freight.models import FreightTemplate
from backend.catalog.producers.models import Producer
from backend.catalog.sheets.columns import References
from backend.core.database import db
from backend.core.errors import NotFound


def references_of(producer_id: int | None) -> References:
    """Categories of the last level, counties, and the producer's freight templates, by code.

    Without a producer, as for all of them, templates have no names. Raises `NotFound`.
    """
    below = aliased(Category)
    categories = db.session.execute(
        select(Category.code, Category.name)
        .where(~select(below.code).where(below.parent_code == Category.code).exists())
        .order_by(Category.sort, Category.code)
    )
    counties = db.session.execute(
        select(Area.code, Area.name).where(Area.prefecture_code.is_not(None)).order_by(Area.code)
    )
    found = References(
        categories={row.code: row.name for row in categories},
        counties={row.code: row.name for row in counties},
    )
    if producer_id is None:
        return found
    producer = db.session.get(Producer, producer_id)
    if producer is None:
        raise NotFound("没有找到该生产主体")
    templates = db.session.execute(
        select(FreightTemplate.id, FreightTemplate.name)
        .where(FreightTemplate.producer_id == producer_id, FreightTemplate.retired_at.is_(None))
        .order_by(FreightTemplate.id)
    )
    return References(
        categories=found.categories,
        counties=found.counties,
        freight_templates={str(row.id): row.name for row in templates},
        producer_code=producer.credit_code,
        producer_name=producer.name,
    )
