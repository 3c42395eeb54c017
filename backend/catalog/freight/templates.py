"""Freight templates of a producer: made, changed, made the default, retired.

A template is changed in place: what an order was charged is frozen in its lines, and the audit
keeps what the template said before. The templates of one producer change one after the other,
behind a lock of the producer's row, so rules never mix and there is one default at most.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from backend.catalog.areas.codes import strange_in_hunan
from backend.catalog.freight.charging import Rule
from backend.catalog.freight.models import FreightRule, FreightTemplate
from backend.catalog.producers.models import Producer
from backend.core import audit, clock
from backend.core.database import db
from backend.core.errors import DomainError, InvalidInput, NotFound
from backend.core.paging import Page, page_of, read_cursor


class FreightTemplateNameTaken(DomainError):
    code = "freight_template_name_taken"
    status = 409
    message = "已有同名的运费模板"


class FreightTemplateIsDefault(DomainError):
    code = "freight_template_is_default"
    status = 409
    message = "请先将其他运费模板设为默认"


@dataclass(frozen=True)
class Content:
    """What a template says. A rule that names no area stands for everywhere not named.

    Without such a rule the goods are not sent anywhere else. `free_from_fen` `None`: never free.
    """

    name: str
    charged_by: str
    free_from_fen: int | None
    rules: Sequence[Rule]


def list_templates(producer_id: int, *, limit: int, cursor: str | None) -> Page[FreightTemplate]:
    """The templates in use, the oldest first; `NotFound` without such a producer."""
    if db.session.get(Producer, producer_id) is None:
        raise NotFound("没有找到该生产主体")
    position = read_cursor(cursor, (int,))
    templates = db.session.scalars(
        _live(producer_id)
        .where(FreightTemplate.id > (position[0] if position else 0))
        .order_by(FreightTemplate.id)
        .limit(limit + 1)
        .options(selectinload(FreightTemplate.rules))
    ).all()
    return page_of(templates, limit, lambda template: (template.id,))


def find(producer_id: int, template_id: int) -> FreightTemplate:
    """A template that the producer uses; `NotFound` for a retired one or another's."""
    found = db.session.scalars(_live(producer_id).filter_by(id=template_id)).one_or_none()
    if found is None:
        raise NotFound("没有找到该运费模板")
    return found


def make(producer_id: int, content: Content, by: int) -> FreightTemplate:
    """A new template; a producer's first one becomes the default.

    Raises `FreightTemplateNameTaken`, `InvalidInput` for an area that Hunan does not have.
    """
    _queue_up(producer_id)
    _check(producer_id, content, except_id=None)
    others = select(func.count()).select_from(_live(producer_id).subquery())
    template = FreightTemplate(
        producer_id=producer_id,
        is_default=db.session.scalar(others) == 0,
        created_at=clock.now(),
    )
    _fill(template, content)
    db.session.add(template)
    db.session.flush()
    _note(by, "make_freight_template", template, said=_told(template))
    return template


def change(producer_id: int, template_id: int, content: Content, by: int) -> FreightTemplate:
    """Let a template say something else from now on; placed orders keep what they were charged.

    Raises `NotFound`, `FreightTemplateNameTaken`, `InvalidInput`.
    """
    _queue_up(producer_id)
    template = find(producer_id, template_id)
    _check(producer_id, content, except_id=template_id)
    before = _told(template)
    _fill(template, content)
    db.session.flush()
    _note(by, "change_freight_template", template, said=_told(template), before=before)
    return template


def set_default(producer_id: int, template_id: int, by: int) -> FreightTemplate:
    """Let products that name no template be charged by this one. Raises `NotFound`."""
    _queue_up(producer_id)
    template = find(producer_id, template_id)
    if template.is_default:
        return template
    for former in db.session.scalars(_live(producer_id).where(FreightTemplate.is_default)):
        former.is_default = False
    # The index allows one default at any moment, so the former goes first.
    db.session.flush()
    template.is_default = True
    db.session.flush()
    _note(by, "set_default_freight_template", template)
    return template


def retire(producer_id: int, template_id: int, by: int) -> FreightTemplate:
    """Charge nothing by a template any more; retiring it twice is retiring it once.

    Products that still name it are charged by the default. The default itself goes last of
    all, after which delivery is free. Raises `FreightTemplateIsDefault`, `NotFound`.
    """
    _queue_up(producer_id)
    retired = select(FreightTemplate).where(
        FreightTemplate.id == template_id,
        FreightTemplate.producer_id == producer_id,
        FreightTemplate.retired_at.is_not(None),
    )
    if before := db.session.scalars(retired).one_or_none():
        return before
    template = find(producer_id, template_id)
    others = _live(producer_id).where(FreightTemplate.id != template_id).limit(1)
    if template.is_default and db.session.scalars(others).first() is not None:
        raise FreightTemplateIsDefault
    template.retired_at = clock.now()
    template.is_default = False
    db.session.flush()
    _note(by, "retire_freight_template", template)
    return template


def _live(producer_id: int) -> Any:
    return select(FreightTemplate).where(
        FreightTemplate.producer_id == producer_id, FreightTemplate.retired_at.is_(None)
    )


def _queue_up(producer_id: int) -> None:
    """Wait until nobody else changes templates of this producer; orders do not wait."""
    producer = select(Producer.id).filter_by(id=producer_id).with_for_update(key_share=True)
    if db.session.scalars(producer).one_or_none() is None:
        raise NotFound("没有找到该生产主体")


def _check(producer_id: int, content: Content, except_id: int | None) -> None:
    """What a schema cannot know: names in use, and the prefectures of Hunan."""
    same_name = _live(producer_id).where(
        FreightTemplate.name == content.name, FreightTemplate.id.is_distinct_from(except_id)
    )
    if db.session.scalars(same_name).first() is not None:
        raise FreightTemplateNameTaken(field="name")
    strange = strange_in_hunan([code for rule in content.rules for code in rule.area_codes])
    for i, rule in enumerate(content.rules):
        for j, code in enumerate(rule.area_codes):
            if code in strange:
                raise InvalidInput("湖南省没有该地区", field=f"rules.{i}.area_codes.{j}")


def _fill(template: FreightTemplate, content: Content) -> None:
    template.name = content.name
    template.charged_by = content.charged_by
    template.free_from_fen = content.free_from_fen
    template.rules = [
        FreightRule(**asdict(rule) | {"area_codes": list(rule.area_codes)})
        for rule in content.rules
    ]


_RULE = ("area_codes", "deliverable", "first_amount", "first_fen", "next_amount", "next_fen")


def _told(template: FreightTemplate) -> dict[str, Any]:
    """What a template says, for the audit."""
    return {
        "name": template.name,
        "charged_by": template.charged_by,
        "free_from_fen": template.free_from_fen,
        "rules": [{each: getattr(rule, each) for each in _RULE} for rule in template.rules],
    }


def _note(by: int, action: str, template: FreightTemplate, **detail: Any) -> None:
    subject = f"freight_template:{template.id}"
    audit.record(by, action, subject, producer_id=template.producer_id, **detail)
