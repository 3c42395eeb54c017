"""HTTP of freight templates: a producer's people make and change them, operators look."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.catalog.areas.codes import names_of
from backend.catalog.freight import templates
from backend.catalog.freight.charging import Rule
from backend.catalog.freight.models import FreightRule, FreightTemplate
from backend.catalog.freight.schemas import (
    CHARGES,
    FreightTemplateIn,
    FreightTemplateOut,
    FreightTemplatesOut,
)
from backend.catalog.producers.members import require_member
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import NotFound
from backend.core.paging import Page
from backend.core.schemas import PageQuery

blueprint = Blueprint(
    "freight", __name__, url_prefix="/v1", description="What producers charge for sending."
)


@blueprint.get("/producers/<id:producer_id>/freight-templates")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, FreightTemplatesOut)
def get_freight_templates(query: dict[str, Any], producer_id: int) -> Page[dict[str, Any]]:
    """The templates that the producer uses, the oldest first."""
    require_member(caller().user_id, producer_id)
    return _page(producer_id, query)


@blueprint.get("/operator/producers/<id:producer_id>/freight-templates")
@allow(Role.operator)
@refuses(NotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, FreightTemplatesOut)
def inspect_freight_templates(query: dict[str, Any], producer_id: int) -> Page[dict[str, Any]]:
    """The templates that any producer uses, the oldest first."""
    return _page(producer_id, query)


@blueprint.post("/producers/<id:producer_id>/freight-templates")
@allow(Role.producer)
@refuses(NotFound, templates.FreightTemplateNameTaken)
@blueprint.arguments(FreightTemplateIn)
@blueprint.response(201, FreightTemplateOut)
def make_freight_template(body: dict[str, Any], producer_id: int) -> Any:
    """Make a template. The first one charges every product that names none."""
    require_member(caller().user_id, producer_id)
    return _show([templates.make(producer_id, _content(body), caller().user_id)])[0]


@blueprint.put("/producers/<id:producer_id>/freight-templates/<id:template_id>")
@allow(Role.producer)
@refuses(NotFound, templates.FreightTemplateNameTaken)
@blueprint.arguments(FreightTemplateIn)
@blueprint.response(200, FreightTemplateOut)
def change_freight_template(body: dict[str, Any], producer_id: int, template_id: int) -> Any:
    """Replace what a template says. Placed orders keep what they were charged."""
    require_member(caller().user_id, producer_id)
    content = _content(body)
    return _show([templates.change(producer_id, template_id, content, caller().user_id)])[0]


@blueprint.post("/producers/<id:producer_id>/freight-templates/<id:template_id>/retirement")
@allow(Role.producer)
@refuses(NotFound, templates.FreightTemplateIsDefault)
@blueprint.response(201, FreightTemplateOut)
def retire_freight_template(producer_id: int, template_id: int) -> Any:
    """Use a template no more: products that name it are charged by the default one."""
    require_member(caller().user_id, producer_id)
    return _show([templates.retire(producer_id, template_id, caller().user_id)])[0]


@blueprint.post("/producers/<id:producer_id>/freight-templates/<id:template_id>/default")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.response(201, FreightTemplateOut)
def set_default_freight_template(producer_id: int, template_id: int) -> Any:
    """Charge products that name no template by this one."""
    require_member(caller().user_id, producer_id)
    return _show([templates.set_default(producer_id, template_id, caller().user_id)])[0]


def _content(body: Mapping[str, Any]) -> templates.Content:
    rules = [_rule(rule) for rule in body["rules"]]
    return templates.Content(**{**body, "rules": rules})


def _rule(rule: Mapping[str, Any]) -> Rule:
    stated = {name: rule[name] for name in CHARGES if rule.get(name) is not None}
    return Rule(tuple(rule["area_codes"]), rule["deliverable"], **stated)


def _page(producer_id: int, query: Mapping[str, Any]) -> Page[dict[str, Any]]:
    page = templates.list_templates(producer_id, **query)
    return Page(_show(page.items), page.next_cursor)


def _show(found: Sequence[FreightTemplate]) -> list[dict[str, Any]]:
    """Templates with the names of their areas, which are looked up together."""
    codes = {code for each in found for rule in each.rules for code in rule.area_codes}
    names = names_of(codes)
    return [
        {
            "id": each.id,
            "name": each.name,
            "charged_by": each.charged_by,
            "free_from_fen": each.free_from_fen,
            "is_default": each.is_default,
            "rules": [_show_rule(rule, names) for rule in each.rules],
            "retired_at": each.retired_at,
        }
        for each in found
    ]


def _show_rule(rule: FreightRule, names: Mapping[str, str]) -> dict[str, Any]:
    """A rule; where nothing is sent there are no charges to state."""
    return {
        "area_codes": rule.area_codes,
        "area_names": [names[code] for code in rule.area_codes],
        "deliverable": rule.deliverable,
        **{name: getattr(rule, name) if rule.deliverable else None for name in CHARGES},
    }
