"""Documents are for their owner and for operators, and never part of a page."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from backend import Service
from backend.core.audit import AuditEntry
from backend.core.database import db, transaction
from backend.settings import Settings
from tests.api import Api, Person
from tests.catalog.pictures.files import jpeg
from tests.conftest import Worker
from tests.factories import PASSWORD, create_staff
from tests.test_world import send
from tests.uploads import PDF, upload


@pytest.fixture
def document(app: Service, person: Person) -> str:
    return str(upload(app, person, PDF, purpose="document")["no"])


def staff(api: Api, role: str) -> Person:
    with transaction():
        create_staff(f"the.{role}", PASSWORD, role, None)
    return api.log_in_staff(f"the.{role}", PASSWORD)


def fetch(app: Service, who: Person | None, no: str):
    headers = {"Authorization": f"Bearer {who.token}"} if who else {}
    return send(app, "GET", f"/v1/uploads/{no}/content", headers=headers)


def test_an_owner_gets_the_document_back_as_a_file(
    app: Service, person: Person, document: str
) -> None:
    response = fetch(app, person, document)
    assert (response.status_code, response.data) == (200, PDF)
    assert response.mimetype == "application/octet-stream"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{document}.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert db.session.scalars(select(AuditEntry).filter_by(action="read_document")).all() == []


def test_an_operator_may_look_and_leaves_a_note(app: Service, api: Api, document: str) -> None:
    operator = staff(api, "operator")
    assert fetch(app, operator, document).data == PDF
    db.session.rollback()
    entry = db.session.scalars(select(AuditEntry).filter_by(action="read_document")).one()
    assert (entry.by_user_id, entry.subject) == (operator.id, f"upload:{document}")


@pytest.mark.parametrize("role", ["finance", "reviewer", "organiser"])
def test_other_staff_may_not(app: Service, api: Api, document: str, role: str) -> None:
    assert fetch(app, staff(api, role), document).status_code == 404


def test_nobody_else_learns_that_there_is_one(app: Service, api: Api, document: str) -> None:
    assert fetch(app, api.log_in(), document).status_code == 404
    assert fetch(app, None, document).status_code == 401


def test_a_document_is_nowhere_below_media(
    client: FlaskClient, settings: Settings, document: str
) -> None:
    (lies,) = settings.private_files.rglob(f"documents/{document}-*")
    assert not lies.is_relative_to(settings.media_directory.resolve())
    name = lies.name
    for path in (
        f"private/documents/{name}",
        f"documents/{name}",
        f"../{settings.private_files.name}/documents/{name}",
        f"%2e%2e/{settings.private_files.name}/documents/{name}",
        f"..%2f{settings.private_files.name}/documents/{name}",
    ):
        assert client.get(f"/media/{path}").status_code == 404


def test_a_picture_has_no_content_to_fetch(app: Service, person: Person, worker: Worker) -> None:
    no = upload(app, person, jpeg())["no"]
    assert fetch(app, person, no).status_code == 404
    worker.run()
    assert fetch(app, person, no).status_code == 404


def test_a_scan_may_be_a_small_picture_but_must_be_one(app: Service, person: Person) -> None:
    small = upload(app, person, jpeg(200, 100), purpose="document")
    assert (small["state"], small["content_type"], small["width"]) == ("ready", "image/jpeg", 200)
    html = upload(app, person, b"<html><script>1</script></html>", purpose="document")
    assert html["state"] == "refused"
