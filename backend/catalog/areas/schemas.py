"""What goes out about areas on a map."""

from marshmallow import fields

from backend.catalog.areas.codes import SixDigits
from backend.catalog.areas.drawing import GRID_COLUMNS, GRID_ROWS, NOTE
from backend.core.schemas import Schema


class MapQuery(Schema):
    county = SixDigits(load_default=None, metadata={"description": "What is to stand out."})


class MapTileOut(Schema):
    kind = fields.String(
        attribute="place.kind", metadata={"description": "`prefecture` or `county`."}
    )
    code = fields.String(attribute="place.code", metadata={"example": "430923"})
    name = fields.String(metadata={"example": "安化县"})
    short_name = fields.String(attribute="place.short_name", metadata={"example": "安化"})
    area_class = fields.String(metadata={"description": "`national`, `provincial` or `other`."})
    prefecture_code = fields.String(allow_none=True)
    column = fields.Integer(attribute="place.column", metadata={"description": "From the west."})
    row = fields.Integer(attribute="place.row", metadata={"description": "From the north."})
    columns = fields.Integer(attribute="place.columns", metadata={"description": "Cells wide."})
    rows = fields.Integer(attribute="place.rows", metadata={"description": "Cells high."})


class MapOut(Schema):
    columns = fields.Constant(
        GRID_COLUMNS, metadata={"type": "integer", "description": "The grid's width in cells."}
    )
    rows = fields.Constant(
        GRID_ROWS, metadata={"type": "integer", "description": "The grid's height in cells."}
    )
    note = fields.Constant(NOTE, metadata={"type": "string"})
    tiles = fields.List(fields.Nested(MapTileOut))
