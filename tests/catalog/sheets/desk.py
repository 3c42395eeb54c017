"""Somebody who imports: sends files over HTTP, lets the worker run, and looks what came of it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from backend import Service
from backend.catalog.products.models import Product, ProductVersion
from backend.core.database import db
from tests.api import Api, Person
from tests.catalog.sheets.books import XLSX
from tests.conftest import Worker
from tests.factories import CategoryFactory, ProducerFactory, producer_person, staff
from tests.test_world import send


@dataclass
class Desk:
    """A producer's person, or an operator who imports for that producer."""

    app: Service
    worker: Worker
    person: Person
    producer_id: int
    operator: bool = False

    def post(
        self,
        content: bytes,
        *,
        content_type: str = XLSX,
        key: str | None = None,
        path: str | None = None,
    ) -> Any:
        staff_part = "operator/" if self.operator else ""
        return send(
            self.app,
            "POST",
            path or f"/v1/{staff_part}producers/{self.producer_id}/catalogue-imports",
            data=content,
            headers={
                "Authorization": f"Bearer {self.person.token}",
                "Content-Type": content_type,
                "Idempotency-Key": key or uuid4().hex,
            },
        )

    def send(self, content: bytes, **how: Any) -> str:
        """Send a file in; the number of its import."""
        answer = self.post(content, **how)
        assert answer.status_code == 201, answer.text
        return str(answer.json["no"])

    def refused(self, content: bytes, status: int = 422, **how: Any) -> Any:
        answer = self.post(content, **how)
        assert answer.status_code == status, answer.text
        return answer.json

    def check(self, content: bytes, **how: Any) -> Any:
        """Send a file in and have it checked."""
        no = self.send(content, **how)
        self.worker.run()
        return self.look(no)

    def look(self, no: str) -> Any:
        return self.person.get(self._path(no))

    def errors(self, no: str) -> list[dict[str, Any]]:
        """All errors, page by page."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.person.get(f"{self._path(no)}/errors?limit=100{cursor}")
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def download(self, path: str) -> bytes:
        answer = send(
            self.app, "GET", path, headers={"Authorization": f"Bearer {self.person.token}"}
        )
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == XLSX
        return bytes(answer.data)

    def marked(self, no: str) -> bytes:
        return self.download(f"{self._path(no)}/errors.xlsx")

    def exported(self) -> bytes:
        return self.download(f"/v1/producers/{self.producer_id}/catalogue.xlsx")

    def apply(self, no: str, mode: str = "all", *, submit: bool = False, status: int = 201) -> Any:
        body = {"mode": mode, "submit": submit}
        return self.person.post(f"{self._path(no)}/application", body, status)

    def bring_in(self, content: bytes, mode: str = "all", *, submit: bool = False) -> Any:
        """Check and apply a file; the import as it ends."""
        found = self.check(content)
        self.apply(found["no"], mode, submit=submit)
        self.worker.run()
        return self.look(found["no"])

    def _path(self, no: str) -> str:
        if self.operator:
            return f"/v1/operator/catalogue-imports/{no}"
        return f"/v1/producers/{self.producer_id}/catalogue-imports/{no}"


def open_desk(app: Service, api: Api, worker: Worker) -> Desk:
    CategoryFactory()
    producer_id = ProducerFactory().id
    return Desk(app, worker, producer_person(api, producer_id), producer_id)


def operators_desk(desk: Desk, api: Api) -> Desk:
    return Desk(desk.app, desk.worker, staff(api), desk.producer_id, operator=True)


def versions() -> list[ProductVersion]:
    db.session.expire_all()
    return db.session.query(ProductVersion).order_by(ProductVersion.id).all()


def contents() -> dict[str, dict[str, Any]]:
    """What each product's newest version says, by code."""
    return {version.content["code"]: version.content for version in versions()}


def products() -> list[Product]:
    db.session.expire_all()
    return db.session.query(Product).order_by(Product.id).all()
