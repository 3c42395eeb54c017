"""What goes out about a producer's own product."""

from marshmallow import fields

from backend.catalog.products.schemas import ProductVersionOut
from backend.catalog.recognitions.schemas import OwnRecognitionOut
from backend.core.schemas import Fen, Id, Instant, Schema


class StockedSkuOut(Schema):
    id = Id()
    code = fields.String()
    spec = fields.String()
    price_fen = Fen()
    on_sale = fields.Boolean()
    on_hand = fields.Integer()
    reserved = fields.Integer(metadata={"description": "Of these, promised to orders."})


class OwnProductOut(Schema):
    id = Id()
    code = fields.String(allow_none=True)
    name = fields.String()
    state = fields.String(metadata={"description": "`draft`, `listed` or `delisted`."})
    listed_at = Instant(allow_none=True)
    figure = fields.String(
        metadata={"description": "Figure its sales count in: `national`, `provincial`, `none`."}
    )
    open_version = fields.Nested(ProductVersionOut, allow_none=True)
    listed_version = fields.Nested(ProductVersionOut, allow_none=True)
    skus = fields.List(fields.Nested(StockedSkuOut))
    recognitions = fields.List(fields.Nested(OwnRecognitionOut))
