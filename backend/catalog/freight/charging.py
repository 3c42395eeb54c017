"""What sending an order costs: by template and area, shared out over the lines to the fen.

Lines of one producer that share a template travel together and are charged together. A line's
template is the one its product names, else the producer's default; a retired template charges
nothing any more, so a product that still names it falls back to the default as well. Without
any template delivery is free.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Row

from backend.catalog.areas.matching import narrowest
from backend.catalog.freight.models import FreightRule, FreightTemplate
from backend.core.database import db
from backend.core.money import share_out


@dataclass(frozen=True)
class FreightLine:
    """One order line as freight sees it; weight (grams) and amount (fen) are the whole line's."""

    producer_id: int
    template_id: int | None
    """The product's own template; `None`: the producer's default."""
    quantity: int
    weight_g: int
    amount_fen: int


@dataclass(frozen=True)
class FreightCharge:
    """What the lines are charged, in their order; the parts add up exactly to the total.

    `area_needed`: no area was given and the charge depends on it. Nothing is charged then,
    and nothing is known about where the goods may be sent.
    """

    per_line_fen: tuple[int, ...]
    not_deliverable: tuple[int, ...] = ()
    """Indexes of the lines that are not sent to the area."""
    area_needed: bool = False

    @property
    def total_fen(self) -> int:
        return sum(self.per_line_fen)


@dataclass(frozen=True)
class Rule:
    """Steps in pieces or grams and their prices in fen, for some areas or, naming none, the rest.

    The first `first_amount` cost `first_fen`, each further started `next_amount` `next_fen`.
    """

    area_codes: tuple[str, ...]
    deliverable: bool = True
    first_amount: int = 1
    first_fen: int = 0
    next_amount: int = 1
    next_fen: int = 0

    def price(self, amount: int) -> int:
        """What so many pieces or grams cost in fen, free delivery aside."""
        further = max(0, amount - self.first_amount)
        return self.first_fen + -(-further // self.next_amount) * self.next_fen


@dataclass(frozen=True)
class Template:
    """A template with its rules, apart from the database."""

    id: int
    producer_id: int
    charged_by: str
    free_from_fen: int | None
    is_default: bool
    rules: tuple[Rule, ...]

    def rule_for(self, area_code: str) -> Rule | None:
        """The rule that names the narrowest area around `area_code`, else the rest rule."""
        rule_by_area = {code: rule for rule in self.rules for code in rule.area_codes}
        code = narrowest(rule_by_area, area_code)
        return self._rest_rule() if code is None else rule_by_area[code]

    def fee(self, lines: Sequence[FreightLine], area_code: str) -> int | None:
        """What `lines` together cost to send there, in fen; `None`: they are not sent there.

        Areas that no rule names, where there is no rest rule either, are not delivered to.
        """
        return self._fee_by(self.rule_for(area_code), lines)

    def fees_anywhere(self, lines: Sequence[FreightLine]) -> set[int | None]:
        """Every fee that some area may bring: one alone needs no area to be told."""
        rules: set[Rule | None] = {*self.rules, self._rest_rule()}
        return {self._fee_by(rule, lines) for rule in rules}

    def _rest_rule(self) -> Rule | None:
        return next((rule for rule in self.rules if not rule.area_codes), None)

    def _fee_by(self, rule: Rule | None, lines: Sequence[FreightLine]) -> int | None:
        if rule is None or not rule.deliverable:
            return None
        if self.free_from_fen is not None:
            worth = sum(line.amount_fen for line in lines)
            if worth >= self.free_from_fen:
                return 0
        by_weight = self.charged_by == "weight"
        return rule.price(sum(line.weight_g if by_weight else line.quantity for line in lines))


def charge(lines: Sequence[FreightLine], area_code: str | None) -> FreightCharge:
    """What it costs to send `lines` to the county (GB/T 2260) `area_code`; one query.

    Without an area only what costs the same everywhere can be told, else `area_needed` says
    that an area must be named first. Lines of services are never sent: leave them out.
    """
    return charge_by(load_templates(lines) if lines else [], lines, area_code)


def charge_by(
    templates: Iterable[Template], lines: Sequence[FreightLine], area_code: str | None
) -> FreightCharge:
    """As `charge`, by templates that have been loaded: live ones of the lines' producers."""
    per_line = [0] * len(lines)
    not_deliverable: list[int] = []
    for template, places in _together(templates, lines).items():
        sent = [lines[i] for i in places]
        if area_code is None:
            fees = template.fees_anywhere(sent)
        else:
            fees = {template.fee(sent, area_code)}
        if len(fees) > 1:
            return FreightCharge((0,) * len(lines), area_needed=True)
        fee = fees.pop()
        if fee is None:
            not_deliverable += places
            continue
        parts = share_out(fee, [line.amount_fen for line in sent])
        for i, part in zip(places, parts, strict=True):
            per_line[i] = part
    return FreightCharge(tuple(per_line), tuple(sorted(not_deliverable)))


def _together(
    templates: Iterable[Template], lines: Sequence[FreightLine]
) -> dict[Template, list[int]]:
    """Which lines (by index) each template charges; lines without a template are left out."""
    known = {(each.producer_id, each.id): each for each in templates}
    defaults = {each.producer_id: each for each in known.values() if each.is_default}
    groups: defaultdict[Template, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        named = known.get((line.producer_id, line.template_id or 0))
        template = named or defaults.get(line.producer_id)
        if template is not None:
            groups[template].append(i)
    return groups


def load_templates(lines: Iterable[FreightLine]) -> list[Template]:
    """The live templates that may charge `lines`: those they name and their producers' defaults.

    One statement, so a template that is being changed is seen as it was or as it will be.
    """
    lines = list(lines)
    named = {line.template_id for line in lines if line.template_id is not None}
    rows: Iterable[Row[Any]] = db.session.execute(
        select(*_COLUMNS)
        .outerjoin(FreightRule, FreightRule.template_id == FreightTemplate.id)
        .where(
            FreightTemplate.retired_at.is_(None),
            or_(
                FreightTemplate.id.in_(named),
                and_(
                    FreightTemplate.is_default,
                    FreightTemplate.producer_id.in_({line.producer_id for line in lines}),
                ),
            ),
        )
        .order_by(FreightTemplate.id, FreightRule.id)
    )
    by_template: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_template[row.id].append(row)
    return [_template_of(found) for found in by_template.values()]


_COLUMNS = (
    FreightTemplate.id,
    FreightTemplate.producer_id,
    FreightTemplate.charged_by,
    FreightTemplate.free_from_fen,
    FreightTemplate.is_default,
    FreightRule.id.label("rule_id"),
    FreightRule.area_codes,
    FreightRule.deliverable,
    FreightRule.first_amount,
    FreightRule.first_fen,
    FreightRule.next_amount,
    FreightRule.next_fen,
)


def _template_of(rows: Sequence[Row[Any]]) -> Template:
    one = rows[0]
    rules = tuple(
        Rule(
            tuple(row.area_codes),
            row.deliverable,
            row.first_amount,
            row.first_fen,
            row.next_amount,
            row.next_fen,
        )
        for row in rows
        if row.rule_id is not None
    )
    return Template(
        one.id, one.producer_id, one.charged_by, one.free_from_fen, one.is_default, rules
    )
