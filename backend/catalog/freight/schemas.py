"""What comes in and goes out about freight templates."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.catalog.areas.codes import AreaCode
from backend.core.schemas import Choice, Fen, Flag, Id, Instant, Schema, String, Whole

MOST_RULES = 50
MOST_AREAS = 400
"""In one template, over all its rules."""
LARGEST_AMOUNT = 1_000_000
"""Pieces, or grams: a tonne."""
LARGEST_PRICE = 100_000
LARGEST_FREE_FROM = 100_000_000

CHARGES = ("first_amount", "first_fen", "next_amount", "next_fen")


def _amount(description: str, example: int) -> Whole:
    return Whole(
        least=1,
        most=LARGEST_AMOUNT,
        allow_none=True,
        metadata={"description": f"{description}: pieces, or grams.", "example": example},
    )


class FreightRuleIn(Schema):
    area_codes = fields.List(
        AreaCode(),
        required=True,
        validate=validate.Length(max=MOST_AREAS, error=f"最多 {MOST_AREAS} 个地区"),
        metadata={
            "description": "Provinces, prefectures, counties; the narrowest area wins. Empty:"
            " everywhere that no other rule names. Without such a rule nothing is sent elsewhere."
        },
    )
    deliverable = Flag(
        load_default=True,
        metadata={"description": "`false`: nothing is sent there, and no charge is stated."},
    )
    first_amount = _amount("What the first price covers", 1)
    first_fen = Fen(most=LARGEST_PRICE, allow_none=True, metadata={"example": 800})
    next_amount = _amount("A further step, charged as soon as it is begun", 1)
    next_fen = Fen(most=LARGEST_PRICE, allow_none=True, metadata={"example": 200})

    @validates_schema(skip_on_field_errors=True)
    def _says_what_it_costs(self, rule: dict[str, Any], **kwargs: Any) -> None:
        stated = {name for name in CHARGES if rule.get(name) is not None}
        if rule["deliverable"]:
            wrong = {name: ["必填"] for name in CHARGES if name not in stated}
        else:
            wrong = {name: ["不发货的地区不填运费"] for name in CHARGES if name in stated}
        if wrong:
            raise ValidationError(wrong)


class FreightTemplateIn(Schema):
    name = String(required=True, max_length=40, metadata={"example": "茶叶包邮"})
    charged_by = Choice(["piece", "weight"], required=True, metadata={"example": "piece"})
    free_from_fen = Fen(
        least=1,
        most=LARGEST_FREE_FROM,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Goods of this template worth so many fen are sent free; `null`: never.",
            "example": 9900,
        },
    )
    rules = fields.List(
        fields.Nested(FreightRuleIn),
        required=True,
        validate=validate.Length(min=1, max=MOST_RULES, error=f"应有 1 到 {MOST_RULES} 条规则"),
    )

    @validates_schema(skip_on_field_errors=True)
    def _each_area_has_one_rule(self, template: dict[str, Any], **kwargs: Any) -> None:
        rules = template["rules"]
        if sum(len(rule["area_codes"]) for rule in rules) > MOST_AREAS:
            raise ValidationError({"rules": [f"一个模板最多 {MOST_AREAS} 个地区"]})
        if not any(rule["deliverable"] for rule in rules):
            raise ValidationError({"rules": ["至少有一个地区可以发货"]})
        seen: set[str] = set()
        for i, rule in enumerate(rules):
            # The empty word stands for the rest, which may have one rule too.
            for j, code in enumerate(rule["area_codes"] or [""]):
                if code in seen:
                    at = {j: ["地区重复"]} if code else ["只能有一条其他地区的规则"]
                    raise ValidationError({"rules": {i: {"area_codes": at}}})
                seen.add(code)


class FreightRuleOut(Schema):
    area_codes = fields.List(fields.String(metadata={"example": "430923"}))
    area_names = fields.List(
        fields.String(metadata={"example": "安化县"}),
        metadata={"description": "What people call the areas, in the same order."},
    )
    deliverable = fields.Boolean()
    first_amount = fields.Integer(allow_none=True)
    first_fen = Fen(allow_none=True)
    next_amount = fields.Integer(allow_none=True)
    next_fen = Fen(allow_none=True)


class FreightTemplateOut(Schema):
    id = Id()
    name = fields.String()
    charged_by = fields.String(metadata={"enum": ["piece", "weight"]})
    free_from_fen = Fen(allow_none=True)
    is_default = fields.Boolean(metadata={"description": "Charges products that name no template."})
    rules = fields.List(fields.Nested(FreightRuleOut))
    retired_at = Instant(allow_none=True)


class FreightTemplatesOut(Schema):
    items = fields.List(fields.Nested(FreightTemplateOut))
    next_cursor = fields.String(allow_none=True)
