"""Sending files as a client does: announce, post the signed form, complete."""

import contextvars
from typing import Any

from flask import Flask
from urllib3.filepost import encode_multipart_formdata
from werkzeug.test import TestResponse

from tests.api import Person

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def announcement(
    data: bytes, purpose: str = "picture", content_type: str | None = None
) -> dict[str, Any]:
    """The body with which a file is announced."""
    told = content_type or ("application/pdf" if purpose == "document" else "image/jpeg")
    return {"purpose": purpose, "content_type": told, "bytes": len(data)}


def multipart(fields: dict[str, str], data: bytes) -> tuple[bytes, str]:
    """A form's bytes and its content type."""
    return encode_multipart_formdata([*fields.items(), ("file", ("IMG_0001.jpg", data))])


def path_of_form(announced: dict[str, Any]) -> str:
    """The form's address without the host: the service takes the form itself."""
    return "/uploads" + str(announced["url"]).partition("/uploads")[2]


def send_form(app: Flask, announced: dict[str, Any], data: bytes, **changes: Any) -> TestResponse:
    """Post the signed form with a file in it."""
    body, content_type = multipart({**announced["fields"], **changes.pop("fields", {})}, data)
    path = changes.pop("path", None) or path_of_form(announced)
    return contextvars.Context().run(
        app.test_client().post, path, data=body, content_type=content_type
    )


def upload(app: Flask, person: Person, data: bytes, **told: Any) -> Any:
    """Send a file and complete it; the upload as its owner sees it."""
    announced = person.post("/v1/uploads", announcement(data, **told))
    sent = send_form(app, announced, data)
    assert sent.status_code == 204, sent.text
    return person.post(f"/v1/uploads/{announced['no']}/completion")
