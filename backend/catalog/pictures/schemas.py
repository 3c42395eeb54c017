"""What comes in and goes out about uploads."""

from typing import Any

from marshmallow import fields

from backend.catalog.pictures import variants
from backend.catalog.pictures.checking import LARGEST, TYPES
from backend.catalog.pictures.models import Purpose, Upload
from backend.core.schemas import Choice, Instant, Schema, Whole
from backend.core.storage.opening import storage

CONTENT_TYPES = TYPES[Purpose.document]
"""Every type; a picture may not be a PDF."""


class UploadIn(Schema):
    purpose = Choice(
        Purpose,
        required=True,
        metadata={"description": "`picture` is for everybody, `document` for owner and operators."},
    )
    content_type = Choice(CONTENT_TYPES, required=True, metadata={"example": "image/jpeg"})
    bytes = Whole(
        least=1,
        most=LARGEST,
        required=True,
        metadata={"description": "How large the file is; the form takes no more."},
    )


class UploadFormOut(Schema):
    no = fields.String(metadata={"example": "U261124ABCDEFGHJK"})
    url = fields.String(
        metadata={"description": "Where to post `fields` and `file`, multipart/form-data."}
    )
    form_fields = fields.Dict(
        data_key="fields",
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "As they are, before the member `file`."},
    )
    expires_at = Instant(metadata={"description": "Until then the form is taken."})


class VariantOut(Schema):
    width = fields.Integer(metadata={"description": "Pixels."})
    path = fields.String()
    url = fields.String()


class PictureOut(Schema):
    path = fields.String(metadata={"description": "What a product names as its picture."})
    url = fields.String()
    thumbnail_url = fields.String()
    variants = fields.List(fields.Nested(VariantOut))


class UploadOut(Schema):
    no = fields.String(metadata={"example": "U261124ABCDEFGHJK"})
    purpose = fields.String(metadata={"description": "`picture` or `document`."})
    state = fields.String(
        metadata={
            "description": "`expected`, `stored` (variants are being made), `ready`,"
            " `refused` (see `reason`) or `expired`."
        }
    )
    content_type = fields.String(metadata={"description": "Once completed, what it really is."})
    bytes = fields.Integer()
    width = fields.Integer(allow_none=True, metadata={"description": "Pixels."})
    height = fields.Integer(allow_none=True, metadata={"description": "Pixels."})
    reason = fields.String(
        attribute="refusal",
        allow_none=True,
        metadata={"description": "Why it was refused and what to do, in Chinese."},
    )
    created_at = Instant()
    expires_at = Instant(metadata={"description": "When the form ends."})
    picture = fields.Nested(
        PictureOut, allow_none=True, metadata={"description": "Of a ready picture."}
    )


def present_picture(path: str) -> dict[str, Any]:
    """A picture named by its largest variant, with the address of each."""
    address = storage().public_url
    return {
        "path": path,
        "url": address(path),
        "thumbnail_url": address(variants.variant(path, variants.THUMBNAIL)),
        "variants": [
            {"width": width, "path": each, "url": address(each)}
            for width, each in variants.variants(path).items()
        ],
    }


def present(upload: Upload) -> dict[str, Any]:
    """An upload as its owner sees it."""
    shown = {
        name: getattr(upload, name)
        for name in (
            *("no", "purpose", "state", "content_type", "bytes", "width", "height"),
            *("refusal", "created_at", "expires_at"),
        )
    }
    return {**shown, "picture": present_picture(upload.path) if upload.path else None}
