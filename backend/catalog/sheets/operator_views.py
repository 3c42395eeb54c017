"""HTTP of sheets for operators: everybody's catalogue, imports for a producer, bulk listing."""

from typing import Any

from flask import Response

from backend.catalog.sheets import bulk_listing, container, error_lists, exporting, receiving
from backend.catalog.sheets.life import ImportNotFound
from backend.catalog.sheets.models import CatalogueImport, CatalogueImportError
from backend.catalog.sheets.references import references_of
from backend.catalog.sheets.schemas import (
    ApplicationIn,
    BulkListingOut,
    CatalogueImportOut,
    CatalogueQuery,
    SheetErrorsOut,
)
from backend.catalog.sheets.views import (
    BINARY,
    FILE_BODY,
    UPLOAD_ERRORS,
    XLSX,
    read_upload,
    send_workbook,
)
from backend.core import clock
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import NotFound
from backend.core.life import StepNotPossible, operator
from backend.core.paging import Page
from backend.core.schemas import IdempotencyHeader, PageQuery

blueprint = Blueprint(
    "operator_sheets",
    __name__,
    url_prefix="/v1/operator",
    description="Everybody's catalogue as a workbook, and what imports handed in.",
)


@blueprint.get("/catalogue.xlsx")
@allow(Role.operator)
@refuses(NotFound)
@blueprint.arguments(CatalogueQuery, location="query")
@blueprint.response(200, BINARY, content_type=XLSX)
def export_catalogue(query: dict[str, Any]) -> Response:
    """All products, or those that fit; each row names its producer."""
    return send_workbook(exporting.export_all(**query), f"catalogue-{clock.today()}")


@blueprint.post("/producers/<id:producer_id>/catalogue-imports")
@allow(Role.operator)
@refuses(NotFound, *UPLOAD_ERRORS)
@blueprint.doc(requestBody=FILE_BODY)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.response(201, CatalogueImportOut)
def import_catalogue_for(headers: dict[str, str], producer_id: int) -> CatalogueImport:
    """Send a workbook or CSV in for a producer. It is audited."""
    references_of(producer_id)
    author = operator(caller().user_id)
    return receiving.receive(producer_id, read_upload(), author, headers["idempotency_key"])


@blueprint.get("/catalogue-imports/<no:import_no>")
@allow(Role.operator)
@refuses(ImportNotFound)
@blueprint.response(200, CatalogueImportOut)
def inspect_catalogue_import(import_no: str) -> CatalogueImport:
    """Any producer's import: how far it is, and what was found."""
    return receiving.find_import(import_no)


@blueprint.get("/catalogue-imports/<no:import_no>/errors")
@allow(Role.operator)
@refuses(ImportNotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, SheetErrorsOut)
def inspect_catalogue_import_errors(
    query: dict[str, Any], import_no: str
) -> Page[CatalogueImportError]:
    """Everything that is wrong with any producer's import."""
    return error_lists.list_errors(receiving.find_import(import_no).id, **query)


@blueprint.get("/catalogue-imports/<no:import_no>/errors.xlsx")
@allow(Role.operator)
@refuses(ImportNotFound, error_lists.FileGone, container.UnreadableFile)
@blueprint.response(200, BINARY, content_type=XLSX)
def inspect_catalogue_import_marked(import_no: str) -> Response:
    """The file as it was sent, wrong cells in red."""
    found = receiving.find_import(import_no)
    return send_workbook(error_lists.marked_file(found.id), f"errors-{import_no}")


@blueprint.post("/catalogue-imports/<no:import_no>/application")
@allow(Role.operator)
@refuses(ImportNotFound, receiving.ImportHasErrors, receiving.ImportUnderWay, StepNotPossible)
@blueprint.arguments(ApplicationIn)
@blueprint.response(201, CatalogueImportOut)
def apply_catalogue_import_for(body: dict[str, Any], import_no: str) -> CatalogueImport:
    """Have any producer's checked import written as drafts. It is audited."""
    return receiving.start_applying(import_no, operator(caller().user_id), **body)


@blueprint.post("/catalogue-imports/<no:import_no>/listing")
@allow(Role.operator)
@refuses(ImportNotFound, StepNotPossible)
@blueprint.response(201, CatalogueImportOut)
def list_catalogue_import(import_no: str) -> CatalogueImport:
    """Have everything listed that the import handed in, except flagged prices."""
    return receiving.start_listing(import_no, caller().user_id)


@blueprint.get("/catalogue-imports/<no:import_no>/listing")
@allow(Role.operator)
@refuses(ImportNotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, BulkListingOut)
def get_catalogue_import_listing(query: dict[str, Any], import_no: str) -> dict[str, Any]:
    """How far listing in bulk is, and which products were left, with the reason."""
    found = receiving.find_import(import_no)
    page = bulk_listing.left_over(found.id, **query)
    return {
        "state": found.listing,
        **bulk_listing.counts(found.id),
        "items": page.items,
        "next_cursor": page.next_cursor,
    }
