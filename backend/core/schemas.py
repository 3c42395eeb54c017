"""Fields that every schema shares; what they refuse can never reach the database."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from marshmallow import Schema as MarshmallowSchema
from marshmallow import fields, validate

from backend.core import clock
from backend.core.paging import LARGEST_PAGE

LARGEST_INTEGER = 2**53 - 1
"""What JavaScript, and so the mini-program, can hold exactly."""

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

fields.Field.default_error_messages.update(
    required="必填", null="不能为空", validator_failed="内容无效"
)
fields.List.default_error_messages.update(invalid="应为列表")
fields.Nested.default_error_messages.update(type="应为对象")
fields.Boolean.default_error_messages.update(invalid="应为 true 或 false")
fields.Integer.default_error_messages.update(invalid="应为整数", too_large="数字太大")


class Schema(MarshmallowSchema):
    """Unknown members are refused, so that a misspelt field is not silently lost."""

    error_messages = {"unknown": "不认识的字段", "type": "应为对象"}


class String(fields.String):
    """Text without control characters or lone surrogates, trimmed, never empty unless told."""

    default_error_messages = {
        "invalid": "应为文字",
        "invalid_utf8": "应为文字",
        "unprintable": "含有无法显示的字符",
        "empty": "不能为空",
        "too_long": "最多 {max} 个字",
    }

    def __init__(self, *, max_length: int = 200, may_be_empty: bool = False, **kwargs: Any) -> None:
        self.max_length = max_length
        self.may_be_empty = may_be_empty
        super().__init__(**kwargs)
        shortest = {} if may_be_empty else {"minLength": 1}
        self.metadata = {"maxLength": max_length, **shortest, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if _UNPRINTABLE.search(text):
            raise self.make_error("unprintable")
        if not text and not self.may_be_empty:
            raise self.make_error("empty")
        if len(text) > self.max_length:
            raise self.make_error("too_long", max=self.max_length)
        return text


class Whole(fields.Integer):
    """A JSON integer inside a range; neither `true` nor `"5"` nor `5.0` passes for one."""

    def __init__(self, *, least: int = 0, most: int = LARGEST_INTEGER, **kwargs: Any) -> None:
        message = f"应在 {least} 到 {most} 之间"
        super().__init__(
            strict=True, validate=validate.Range(min=least, max=most, error=message), **kwargs
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise self.make_error("invalid")
        return value


class Fen(Whole):
    """An amount of money in whole fen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {})
        kwargs["metadata"] = {"description": "Whole fen (1/100 yuan)."} | kwargs["metadata"]
        super().__init__(**kwargs)


class Flag(fields.Boolean):
    """A JSON boolean; neither `1` nor `"true"` passes for one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise self.make_error("invalid", input=value)
        return value


class Id(fields.String):
    """A database key as clients see it: an opaque string."""

    default_error_messages = {"invalid": "编号无效"}
    pattern = r"^[1-9][0-9]{0,17}$"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.metadata = {"pattern": self.pattern, **self.metadata}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            raise self.make_error("invalid")
        return int(value)


class Instant(fields.Field[datetime]):
    """RFC 3339 with the offset of Asia/Shanghai going out, any offset coming in."""

    default_error_messages = {"invalid": "应为带时区的时间（RFC 3339）"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.metadata = {"type": "string", "format": "date-time", **self.metadata}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return str(value.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            return clock.parse_instant(value)
        except (ValueError, TypeError, OverflowError):
            raise self.make_error("invalid") from None


class Day(String):
    """A calendar day, `2026-11-24`."""

    default_error_messages = {"day": "应为日期，如 2026-11-24"}
    pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, **kwargs)
        self.metadata = {"format": "date", "pattern": self.pattern, **self.metadata}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value.isoformat())

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            # The years around 1 and 9999 have no day before or after them to compare with.
            if not re.fullmatch(self.pattern, text) or not "1900" <= text[:4] <= "2999":
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            raise self.make_error("day") from None


class Choice(String):
    """One of a few words."""

    def __init__(self, choices: Iterable[str], **kwargs: Any) -> None:
        words = [str(choice) for choice in choices]
        super().__init__(
            validate=validate.OneOf(words, error=f"应为 {' / '.join(words)} 之一"), **kwargs
        )


class EventOut(Schema):
    """One step of a life, as `core.life` keeps it."""

    step = fields.String()
    from_state = fields.String(allow_none=True)
    to_state = fields.String()
    by = fields.String(attribute="by_kind")
    reason = fields.String(allow_none=True)
    at = Instant()


class PageQuery(Schema):
    """What every list takes."""

    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=LARGEST_PAGE, error=f"应在 1 到 {LARGEST_PAGE} 之间"),
    )
    cursor = String(load_default=None, max_length=400)


class IdempotencyHeader(Schema):
    """The header with which a client may safely send a request again."""

    class Meta:
        unknown = "exclude"

    idempotency_key = String(
        data_key="Idempotency-Key",
        required=True,
        max_length=64,
        validate=validate.Regexp(r"^[!-~]{8,64}$", error="应为 8 至 64 个可见字符"),
        metadata={
            "description": "8 to 64 visible ASCII characters, new for each order.",
            "example": "7d0f8c1e-2b53-4a35",
        },
    )
