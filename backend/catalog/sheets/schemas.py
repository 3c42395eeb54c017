"""What comes in and goes out about imports and exports."""

from marshmallow import fields

from backend.catalog.areas.codes import SixDigits
from backend.core.schemas import Choice, Flag, Id, Instant, Schema, String

MODES = ("all", "good_rows")


class CatalogueQuery(Schema):
    """Which products an operator wants written out; none of these: all."""

    producer = Id(load_default=None, metadata={"example": "1"})
    category = String(load_default=None, max_length=40, metadata={"example": "tea_dark"})
    county = SixDigits(load_default=None)
    state = Choice(("draft", "listed", "delisted"), load_default=None)


class ApplicationIn(Schema):
    mode = Choice(
        MODES,
        required=True,
        metadata={
            "description": "`all` is refused while there are errors; `good_rows` leaves out every"
            " product that has a wrong row.",
            "example": "good_rows",
        },
    )
    submit = Flag(
        load_default=False, metadata={"description": "Hand every draft in for review at once."}
    )


class CatalogueImportOut(Schema):
    no = fields.String(metadata={"example": "S261124QX7BKM2PTV"})
    producer_id = Id()
    state = fields.String(
        metadata={
            "description": "`waiting`, `checking`, `checked`, `applying`, `applied`, or `failed`:"
            " the file as a whole cannot be used, `failure` says why."
        }
    )
    file_name = fields.String()
    failure = fields.String(allow_none=True)
    mode = fields.String(allow_none=True, metadata={"description": "As it is being applied."})
    submit = fields.Boolean()
    rows_total = fields.Integer(metadata={"description": "Of the step under way."})
    rows_done = fields.Integer()
    products_new = fields.Integer()
    products_changed = fields.Integer()
    products_unchanged = fields.Integer()
    products_bad = fields.Integer()
    bad_rows = fields.Integer()
    errors_total = fields.Integer(attribute="errors")
    listing = fields.String(
        allow_none=True, metadata={"description": "`running` or `done`: listing in bulk."}
    )
    created_at = Instant()


class SheetErrorOut(Schema):
    sheet = fields.String(metadata={"example": "规格"})
    row = fields.Integer(allow_none=True, metadata={"example": 17})
    column = fields.String(allow_none=True, metadata={"example": "F"})
    heading = fields.String(allow_none=True, metadata={"example": "单价（元）"})
    value = fields.String(metadata={"description": "What the cell shows, cut short."})
    message = fields.String(metadata={"description": "What is wrong."})
    remedy = fields.String(metadata={"description": "What to do."})
    product_code = fields.String(allow_none=True)


class SheetErrorsOut(Schema):
    items = fields.List(fields.Nested(SheetErrorOut))
    next_cursor = fields.String(
        allow_none=True, metadata={"description": "Send as `cursor`; null at the end."}
    )


class LeftOverOut(Schema):
    product_code = fields.String(attribute="code")
    name = fields.String()
    version_id = Id()
    listing = fields.String(metadata={"description": "`flagged` or `refused`."})
    message = fields.String()


class BulkListingOut(Schema):
    state = fields.String(
        allow_none=True, metadata={"description": "`running`, `done`, null: never asked for."}
    )
    listed = fields.Integer()
    flagged = fields.Integer(metadata={"description": "Left: above 1.3 times the market price."})
    refused = fields.Integer()
    waiting = fields.Integer()
    items = fields.List(
        fields.Nested(LeftOverOut), metadata={"description": "Those left, in the file's order."}
    )
    next_cursor = fields.String(allow_none=True)
