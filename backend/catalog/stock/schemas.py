"""What comes in and goes out about stock."""

from marshmallow import ValidationError, fields, validates

from backend.core.schemas import Schema, String, Whole


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
