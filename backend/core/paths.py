"""What may stand in a URL; anything else is simply not found."""

from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter


class IdConverter(BaseConverter):
    """`<id:…>`: a database key, as an integer inside."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)


class NumberConverter(BaseConverter):
    """`<no:…>`: the number of an order, payment or refund."""

    regex = "[0-9A-Z]{8,32}"


class CodeConverter(BaseConverter):
    """`<code:…>`: a short code people may type, for example of a referral link."""

    regex = "[0-9A-Za-z]{4,32}"


class TypedCodeConverter(BaseConverter):
    """`<typed:…>`: a code as people type or scan it, with blanks, dashes and our QR prefix."""

    regex = "[0-9A-Za-z: -]{4,40}"


CONVERTERS: dict[str, type[BaseConverter]] = {
    "id": IdConverter,
    "no": NumberConverter,
    "code": CodeConverter,
    "typed": TypedCodeConverter,
}


def register_paths(app: Flask) -> None:
    """Make the converters known to the URL map."""
    app.url_map.converters.update(CONVERTERS)


def document_path(converter: BaseConverter) -> dict[str, Any]:
    """The OpenAPI schema of a path parameter with one of our converters."""
    return {"type": "string", "pattern": f"^{converter.regex}$"}
