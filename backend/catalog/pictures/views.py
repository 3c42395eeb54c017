"""HTTP of uploads, and the form that the service takes itself where files lie in a folder."""

from typing import Any

from flask import Blueprint as FlaskBlueprint
from flask import Response, request
from flask.typing import ResponseReturnValue

from backend.catalog.pictures import checking, owned, uploading
from backend.catalog.pictures.life import UploadNotFound, number_of
from backend.catalog.pictures.schemas import UploadFormOut, UploadIn, UploadOut, present
from backend.core import audit
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller, public
from backend.core.database import commit_before_waiting
from backend.core.errors import BadRequest, InvalidInput, NotAllowed, NotFound
from backend.core.storage.folder import FORM_PATH
from backend.core.storage.interface import NoSuchObjectError, StorageUnavailable
from backend.core.storage.opening import folder_storage, storage

ENVELOPE = 64 * 1024
"""Bytes of a form around its file."""
EXTENSIONS = {
    checking.JPEG: "jpg",
    checking.PNG: "png",
    checking.WEBP: "webp",
    checking.PDF: "pdf",
}

blueprint = Blueprint("uploads", __name__, url_prefix="/v1", description="Pictures, documents.")
form = FlaskBlueprint("upload_form", __name__)


@blueprint.post("/uploads")
@allow(Role.consumer)
@refuses(InvalidInput, uploading.TooManyUploads)
@blueprint.arguments(UploadIn)
@blueprint.response(201, UploadFormOut)
def announce_upload(body: dict[str, Any]) -> dict[str, Any]:
    """Announce a file. The answer is a signed form for sending it straight to the store.

    Post `fields` as they are and then the file as `file`, multipart/form-data, to `url` before
    `expires_at`; no login is sent along. The store answers 204. Then say so with `completion`.
    """
    upload, signed = uploading.announce(
        caller().user_id, body["purpose"], body["content_type"], body["bytes"]
    )
    return {
        "no": upload.no,
        "url": signed.url,
        "form_fields": signed.fields,
        "expires_at": upload.expires_at,
    }


@blueprint.post("/uploads/<no:upload_no>/completion")
@allow(Role.consumer)
@refuses(UploadNotFound, uploading.UploadMissing, uploading.UploadExpired, StorageUnavailable)
@blueprint.response(201, UploadOut)
def complete_upload(upload_no: str) -> Any:
    """The file has been sent: look at it. One that is not fit is `refused`, with a `reason`.

    A picture is `stored` until its variants are made; ask again after a second or two. Doing it
    twice is doing it once.
    """
    return present(uploading.complete(upload_no, caller().user_id))


@blueprint.get("/uploads/<no:upload_no>")
@allow(Role.consumer)
@refuses(UploadNotFound)
@blueprint.response(200, UploadOut)
def get_upload(upload_no: str) -> Any:
    """One of the caller's uploads; a ready picture with its path and addresses."""
    return present(uploading.find_own(upload_no, caller().user_id))


@blueprint.get("/uploads/<no:upload_no>/content")
@allow(Role.consumer)
@refuses(UploadNotFound, StorageUnavailable)
@blueprint.response(
    200, {"type": "string", "format": "binary"}, content_type="application/octet-stream"
)
def get_content(upload_no: str) -> Response:
    """A ready document, for its owner and for operators; an operator's look is noted."""
    document = owned.find_document(upload_no)
    who = caller()
    if document.user_id != who.user_id:
        if Role.operator not in who.roles:
            raise UploadNotFound
        audit.record(who.user_id, "read_document", f"upload:{upload_no}")
    commit_before_waiting()
    try:
        data = storage().get(document.key)
    except NoSuchObjectError:
        raise UploadNotFound from None
    # Never shown inside a page of ours, whatever somebody has hidden in it.
    response = Response(data, content_type="application/octet-stream")
    name = f"{upload_no}.{EXTENSIONS[document.content_type]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@form.post(FORM_PATH)
@public()
def receive_form() -> ResponseReturnValue:
    """What S3 does with a signed form, where files lie in a folder: the policy is the permission.

    It stands in the address, so that nothing is read of a body which nobody permitted.
    """
    folder = folder_storage()
    if folder is None:
        raise NotFound
    policy = folder.read_policy(request.args.get("policy", ""))
    uploading.require_expected(number_of(policy.key))
    # A phone may take its time; no connection waits for it.
    commit_before_waiting()
    request.max_content_length = policy.most_bytes + ENVELOPE
    sent = request.files.get("file")
    told = request.form.get("key"), request.form.get("Content-Type")
    if told != (policy.key, policy.content_type):
        raise NotAllowed("表单内容与上传凭证不符，请重新申请上传")
    if sent is None:
        raise BadRequest("表单里没有文件（file）")
    folder.receive(policy, sent.stream)
    return "", 204
