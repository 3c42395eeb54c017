"""HTTP of a producer's sheets: export, template, import. Operators have their own views."""

from typing import IO, Any

from flask import Response, request, send_file

from backend.catalog.producers.members import require_member
from backend.catalog.sheets import container, error_lists, exporting, receiving
from backend.catalog.sheets.life import ImportNotFound
from backend.catalog.sheets.models import CatalogueImport, CatalogueImportError
from backend.catalog.sheets.schemas import ApplicationIn, CatalogueImportOut, SheetErrorsOut
from backend.core import clock
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import InvalidInput, NotFound, TooLarge, UnsupportedMediaType
from backend.core.idempotency import KeyUsedOtherwise
from backend.core.life import StepNotPossible, producer
from backend.core.paging import Page
from backend.core.schemas import IdempotencyHeader, PageQuery

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RAW_TYPES = (XLSX, "text/csv", "application/octet-stream")
ENVELOPE = 64 * 1024
"""Bytes of a form around its file."""
BINARY = {"type": "string", "format": "binary"}
FILE_BODY = {
    "required": True,
    "description": "The file, at most 20 MB: as the body itself, or as `file` of a form.",
    "content": {
        **{content_type: {"schema": BINARY} for content_type in RAW_TYPES[:2]},
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["file"], "properties": {"file": BINARY}}
        },
    },
}
UPLOAD_ERRORS = (
    container.UnreadableFile,
    receiving.ImportUnderWay,
    KeyUsedOtherwise,
    InvalidInput,
    TooLarge,
    UnsupportedMediaType,
)

blueprint = Blueprint(
    "sheets", __name__, url_prefix="/v1", description="The catalogue as a workbook, both ways."
)


@blueprint.get("/producers/<id:producer_id>/catalogue.xlsx")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.response(200, BINARY, content_type=XLSX)
def export_own_catalogue(producer_id: int) -> Response:
    """The producer's products with their SKUs; importing the file unchanged changes nothing."""
    require_member(caller().user_id, producer_id)
    return send_workbook(exporting.export_producer(producer_id), f"catalogue-{clock.today()}")


@blueprint.get("/producers/<id:producer_id>/catalogue-template.xlsx")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.response(200, BINARY, content_type=XLSX)
def get_catalogue_template(producer_id: int) -> Response:
    """An empty workbook with drop-downs, and a sheet that explains every column."""
    require_member(caller().user_id, producer_id)
    return send_workbook(exporting.template_for(producer_id), "catalogue-template")


@blueprint.post("/producers/<id:producer_id>/catalogue-imports")
@allow(Role.producer)
@refuses(NotFound, *UPLOAD_ERRORS)
@blueprint.doc(requestBody=FILE_BODY)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.response(201, CatalogueImportOut)
def import_catalogue(headers: dict[str, str], producer_id: int) -> CatalogueImport:
    """Send a workbook or CSV in. A worker checks every row; nothing is applied yet."""
    who = caller().user_id
    require_member(who, producer_id)
    return receiving.receive(producer_id, read_upload(), producer(who), headers["idempotency_key"])


@blueprint.get("/producers/<id:producer_id>/catalogue-imports/<no:import_no>")
@allow(Role.producer)
@refuses(ImportNotFound, NotFound)
@blueprint.response(200, CatalogueImportOut)
def get_catalogue_import(producer_id: int, import_no: str) -> CatalogueImport:
    """How far an import is, and what was found."""
    return _own(producer_id, import_no)


@blueprint.get("/producers/<id:producer_id>/catalogue-imports/<no:import_no>/errors")
@allow(Role.producer)
@refuses(ImportNotFound, NotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, SheetErrorsOut)
def get_catalogue_import_errors(
    query: dict[str, Any], producer_id: int, import_no: str
) -> Page[CatalogueImportError]:
    """Everything that is wrong: sheet, row, column, and what to do."""
    return error_lists.list_errors(_own(producer_id, import_no).id, **query)


@blueprint.get("/producers/<id:producer_id>/catalogue-imports/<no:import_no>/errors.xlsx")
@allow(Role.producer)
@refuses(ImportNotFound, NotFound, error_lists.FileGone, container.UnreadableFile)
@blueprint.response(200, BINARY, content_type=XLSX)
def get_catalogue_import_marked(producer_id: int, import_no: str) -> Response:
    """The file as it was sent, wrong cells in red; it can be mended and sent again."""
    found = _own(producer_id, import_no)
    return send_workbook(error_lists.marked_file(found.id), f"errors-{import_no}")


@blueprint.post("/producers/<id:producer_id>/catalogue-imports/<no:import_no>/application")
@allow(Role.producer)
@refuses(
    ImportNotFound,
    NotFound,
    receiving.ImportHasErrors,
    receiving.ImportUnderWay,
    StepNotPossible,
)
@blueprint.arguments(ApplicationIn)
@blueprint.response(201, CatalogueImportOut)
def apply_catalogue_import(
    body: dict[str, Any], producer_id: int, import_no: str
) -> CatalogueImport:
    """Have a checked import written as drafts, by a worker; asking twice is asking once."""
    _own(producer_id, import_no)
    return receiving.start_applying(import_no, producer(caller().user_id), **body)


def read_upload() -> receiving.Upload:
    """The file of this request. Raises `TooLarge` before reading what says it is too long."""
    request.max_content_length = container.LARGEST_FILE + ENVELOPE
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None:
            raise InvalidInput("请选择文件", field="file")
        name, content = sent.filename or "", sent.read()
    elif request.mimetype in RAW_TYPES:
        name, content = "", request.get_data(cache=False)
    else:
        raise UnsupportedMediaType("请上传 .xlsx 或 .csv 文件")
    if len(content) > container.LARGEST_FILE:
        raise TooLarge("文件超过 20 MB；请删除图片和多余的内容，或分成几个文件")
    return receiving.Upload("".join(filter(str.isprintable, name))[:200], content)


def send_workbook(workbook: IO[bytes], name: str) -> Response:
    """Answer with a workbook, to be saved under `name`."""
    response = send_file(workbook, XLSX, as_attachment=True, download_name=f"{name}.xlsx")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _own(producer_id: int, import_no: str) -> CatalogueImport:
    require_member(caller().user_id, producer_id)
    return receiving.find_import(import_no, producer_id=producer_id)
