"""What comes in and goes out about stock."""

from marshmallow import ValidationError, fields, validates

from backend.core.schemas import Id, Instant, PageQuery, Schema, String, Whole


class StockCorrectionIn(Schema):
    change = Whole(
        required=True,
        least=-1_000_000,
        most=1_000_000,
        metadata={"description": "Units to add, or to take when negative.", "example": -3},
    )

    @validates("change")
    def _changes_something(self, change: int, data_key: str) -> None:
        if change == 0:
            raise ValidationError("不能为零")

    reason = String(required=True, max_length=200, metadata={"example": "盘点少三箱"})


class StockOut(Schema):
    available = fields.Integer()


class StockMovementOut(Schema):
    id = Id()
    kind = fields.String(metadata={"description": "`reserve`, `release` or `correct`."})
    cause = fields.String(
        metadata={
            "description": "The order's number; of a correction where it came from.",
            "example": "X261124ABCDEFGHJ",
        }
    )
    on_hand_change = fields.Integer(metadata={"description": "Units."})
    reserved_change = fields.Integer(metadata={"description": "Units."})
    reason = fields.String(allow_none=True)
    by_user_id = Id(allow_none=True, metadata={"description": "Who corrected."})
    at = Instant()
    on_hand = fields.Integer(metadata={"description": "Units after this movement."})
    reserved = fields.Integer(metadata={"description": "Units promised after this movement."})
    available = fields.Function(
        lambda row: row["on_hand"] - row["reserved"],
        metadata={"type": "integer", "description": "Units to be had after this movement."},
    )


class StockMovementsOut(Schema):
    items = fields.List(fields.Nested(StockMovementOut))
    next_cursor = fields.String(allow_none=True)


class LowStockIn(Schema):
    low_at = Whole(
        required=True,
        most=1_000_000,
        metadata={"description": "Tell when so many units or fewer are available.", "example": 10},
    )


class StockNoticesQuery(PageQuery):
    open_only = fields.Boolean(load_default=True)


class StockNoticeOut(Schema):
    id = Id()
    sku_id = Id()
    product_id = Id()
    product_name = fields.String()
    spec = fields.String()
    available = fields.Integer(metadata={"description": "Units left when it was noticed."})
    low_at = fields.Integer()
    at = Instant()
    seen_at = Instant(allow_none=True)
    seen_by = Id(allow_none=True)
    ended_at = Instant(allow_none=True, metadata={"description": "More was available again."})


class StockNoticesOut(Schema):
    items = fields.List(fields.Nested(StockNoticeOut))
    next_cursor = fields.String(allow_none=True)
