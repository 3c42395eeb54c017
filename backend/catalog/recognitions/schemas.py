"""What comes in and goes out about recognitions."""

from marshmallow import fields, validate

from backend.catalog.recognitions.models import RecognitionStatus
from backend.core.schemas import Choice, Day, Id, PageQuery, Schema, String


class RecognitionIn(Schema):
    number = String(required=True, max_length=60, metadata={"example": "湘帮认字〔2026〕0001号"})
    issuer = String(required=True, max_length=60)
    batch = String(required=True, max_length=60, metadata={"example": "2026 年第一批"})
    valid_from = Day(required=True)
    valid_to = Day(required=True)
    scan = String(
        load_default=None,
        max_length=32,
        validate=validate.Regexp(r"^[0-9A-Za-z]{4,32}$", error="应为上传文件的编号"),
        metadata={"description": "Number of the upload that shows the certificate."},
    )


class RecognitionsQuery(PageQuery):
    status = Choice(list(RecognitionStatus), load_default=None)
    runs_out_within_days = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=3650, error="应在 1 到 3650 之间"),
        metadata={"description": "Only valid ones whose last day is so near."},
    )


class KeptRecognitionOut(Schema):
    id = Id()
    product_id = Id()
    number = fields.String()
    issuer = fields.String()
    batch = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date()
    status = fields.String(metadata={"description": "`valid`, `lapsed` or `revoked`."})
    scan = fields.String(allow_none=True)


class ListedRecognitionOut(KeptRecognitionOut):
    product_name = fields.String()
    producer_id = Id()
    producer_name = fields.String()


class OwnRecognitionOut(KeptRecognitionOut):
    reason = fields.String(allow_none=True, metadata={"description": "Why it ended."})


class RecognitionsOut(Schema):
    items = fields.List(fields.Nested(ListedRecognitionOut))
    next_cursor = fields.String(allow_none=True)
