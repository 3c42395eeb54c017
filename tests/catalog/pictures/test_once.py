"""Whatever is done twice, broken off or done late, a picture is made once and nothing is left."""

import threading

import pytest
from sqlalchemy import select

from backend import Service
from backend.catalog.pictures import encoding, making
from backend.catalog.pictures.models import Upload
from backend.core.database import db, transaction
from backend.core.storage.folder import FolderStorage
from backend.core.storage.interface import StorageUnavailable
from backend.settings import Settings
from tests.api import Person
from tests.catalog.pictures.conftest import private_files
from tests.catalog.pictures.files import jpeg, photograph
from tests.catalog.pictures.test_uploading import steps
from tests.conftest import Time, Worker
from tests.racing import at_once
from tests.uploads import PDF, announcement, send_form, upload


class PowerCutError(BaseException):
    """The process ends here."""


def public_files(settings: Settings, no: str) -> dict[str, bytes]:
    found = settings.media_directory.glob(f"pictures/{no}-*/*")
    return {path.name: path.read_bytes() for path in found}


def make_in_a_thread(app: Service, no: str) -> None:
    with app.app_context(), transaction():
        making.make(no)


def test_completing_twice_is_completing_once(app: Service, person: Person, worker: Worker) -> None:
    no = upload(app, person, jpeg())["no"]
    again = person.post(f"/v1/uploads/{no}/completion")
    assert again["state"] == "stored"
    worker.run()
    ready = person.post(f"/v1/uploads/{no}/completion")
    assert (ready["state"], ready) == ("ready", person.get(f"/v1/uploads/{no}"))
    assert steps(no) == ["announce", "store", "finish"]


@pytest.mark.slow
def test_of_many_completions_at_once_one_counts(
    app: Service, person: Person, worker: Worker, settings: Settings
) -> None:
    announced = person.post("/v1/uploads", announcement(jpeg()))
    send_form(app, announced, jpeg())
    path = f"/v1/uploads/{announced['no']}/completion"
    answers = at_once(lambda _: person.post(path), range(5))
    assert {answer["state"] for answer in answers} == {"stored"}
    assert steps(announced["no"]) == ["announce", "store"]
    worker.run()
    assert person.get(f"/v1/uploads/{announced['no']}")["state"] == "ready"


def test_what_is_sent_after_the_look_is_never_used(
    app: Service, person: Person, worker: Worker, settings: Settings
) -> None:
    """A store's form can be sent again until it ends; what was looked at lies elsewhere."""
    no = upload(app, person, jpeg(600, 600))["no"]
    incoming = settings.private_files / "incoming" / no
    incoming.write_bytes(jpeg(900, 900))
    worker.run()
    assert person.get(f"/v1/uploads/{no}")["width"] == 600
    assert private_files(settings) == []


@pytest.mark.slow
def test_two_workers_at_once_make_a_picture_once(
    app: Service, person: Person, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    no = upload(app, person, jpeg())["no"]
    made = []
    real = encoding.encode
    monkeypatch.setattr(making, "encode", lambda data: made.append(1) or real(data))
    at_once(lambda _: make_in_a_thread(app, no), range(4))
    assert len(made) == 1
    assert steps(no) == ["announce", "store", "finish"]
    assert sorted(public_files(settings, no)) == ["1280.webp", "320.webp", "750.webp"]


def test_a_worker_that_was_killed_is_made_good_by_the_next(
    app: Service, person: Person, worker: Worker, settings: Settings, time: Time
) -> None:
    no = upload(app, person, photograph())["no"]
    real = FolderStorage.put

    def dies_at_the_second(self: FolderStorage, key: str, data: bytes, kind: str) -> None:
        if "750" in key:
            raise PowerCutError
        real(self, key, data, kind)

    with pytest.MonkeyPatch.context() as patched, pytest.raises(PowerCutError):
        patched.setattr(FolderStorage, "put", dies_at_the_second)
        make_in_a_thread(app, no)
    assert list(public_files(settings, no)) == ["320.webp"]
    assert person.get(f"/v1/uploads/{no}")["state"] == "stored"
    worker.sweep()
    assert person.get(f"/v1/uploads/{no}")["state"] == "stored", "somebody may still be at it"
    time.travel(minutes=3)
    worker.sweep()
    ready = person.get(f"/v1/uploads/{no}")
    assert ready["state"] == "ready"
    assert sorted(public_files(settings, no)) == ["1200.webp", "320.webp", "750.webp"]
    assert private_files(settings) == []


def test_making_it_again_gives_the_same_bytes_and_names(
    app: Service, person: Person, worker: Worker, settings: Settings
) -> None:
    data = photograph()
    first, second = encoding.encode(data), encoding.encode(data)
    assert first == second


def test_a_picture_that_ends_every_worker_is_given_up(
    app: Service, person: Person, monkeypatch: pytest.MonkeyPatch, worker: Worker, time: Time
) -> None:
    no = upload(app, person, jpeg())["no"]

    def dies(data: bytes) -> None:
        raise PowerCutError

    monkeypatch.setattr(making, "encode", dies)
    for _ in range(making.MOST_TRIES):
        with pytest.raises(PowerCutError):
            make_in_a_thread(app, no)
        time.travel(minutes=3)
    make_in_a_thread(app, no)
    refused = person.get(f"/v1/uploads/{no}")
    assert (refused["state"], refused["reason"]) == ("refused", making.GIVEN_UP)


def test_a_silent_store_is_no_fault_of_the_picture(
    app: Service, person: Person, monkeypatch: pytest.MonkeyPatch, worker: Worker, time: Time
) -> None:
    no = upload(app, person, jpeg())["no"]

    def silent(*_: object) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(FolderStorage, "put", silent)
    for _ in range(making.MOST_TRIES + 2):
        worker.sweep()
        time.travel(minutes=3)
    assert person.get(f"/v1/uploads/{no}")["state"] == "stored"
    monkeypatch.undo()
    worker.sweep()
    assert person.get(f"/v1/uploads/{no}")["state"] == "ready"


def test_completing_while_the_store_is_silent_is_refused_and_may_be_tried_again(
    app: Service, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = person.post("/v1/uploads", announcement(jpeg()))
    send_form(app, announced, jpeg())
    path = f"/v1/uploads/{announced['no']}/completion"

    def silent(*_: object) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(FolderStorage, "get", silent)
    assert person.post(path, None, 503)["code"] == "storage_unavailable"
    monkeypatch.undo()
    assert person.post(path)["state"] == "stored"


def test_an_original_that_is_gone_is_told(
    app: Service, person: Person, worker: Worker, settings: Settings
) -> None:
    no = upload(app, person, jpeg())["no"]
    for path in private_files(settings):
        path.unlink()
    worker.run()
    assert person.get(f"/v1/uploads/{no}")["reason"] == making.LOST


def test_what_is_never_completed_runs_out_after_a_day_and_is_deleted(
    app: Service, person: Person, worker: Worker, settings: Settings, time: Time
) -> None:
    sent = person.post("/v1/uploads", announcement(jpeg()))
    send_form(app, sent, jpeg())
    never_sent = person.post("/v1/uploads", announcement(jpeg()))["no"]
    time.travel(hours=23)
    worker.sweep()
    assert person.get(f"/v1/uploads/{sent['no']}")["state"] == "expected"
    assert len(private_files(settings)) == 1
    time.travel(hours=1, seconds=1)
    worker.sweep()
    for no in (sent["no"], never_sent):
        assert person.get(f"/v1/uploads/{no}")["state"] == "expired"
        assert steps(no) == ["announce", "expire"]
        problem = person.post(f"/v1/uploads/{no}/completion", None, 409)
        assert problem["code"] == "upload_expired"
    assert private_files(settings) == []
    worker.sweep()
    assert steps(never_sent) == ["announce", "expire"]


def test_tidying_keeps_documents_and_variants_and_nothing_else(
    app: Service, person: Person, worker: Worker, settings: Settings, time: Time
) -> None:
    document = upload(app, person, PDF, purpose="document")["no"]
    picture = upload(app, person, jpeg())["no"]
    refused = upload(app, person, b"no picture")["no"]
    worker.run()
    assert {path.name.partition("-")[0] for path in private_files(settings)} == {document, refused}
    time.travel(hours=1)
    worker.sweep()
    assert db.session.scalars(select(Upload.no).where(Upload.tidied_at.is_not(None))).all() == []
    time.travel(minutes=16)
    (settings.private_files / "incoming" / picture).write_bytes(b"sent once more")
    worker.sweep()
    (kept,) = private_files(settings)
    assert kept.name.startswith(f"{document}-")
    assert len(public_files(settings, picture)) == 3
    db.session.rollback()
    tidied = db.session.scalars(select(Upload.no).where(Upload.tidied_at.is_not(None))).all()
    assert set(tidied) == {document, picture, refused}


def test_a_sweep_and_a_completion_at_once_leave_one_of_the_two(
    app: Service, person: Person, worker: Worker, time: Time
) -> None:
    sent = person.post("/v1/uploads", announcement(jpeg()))
    send_form(app, sent, jpeg())
    time.travel(hours=25)
    gate = threading.Barrier(2)

    def complete() -> None:
        gate.wait()
        person.post(f"/v1/uploads/{sent['no']}/completion", None, None)

    thread = threading.Thread(target=complete)
    thread.start()
    gate.wait()
    worker.sweep()
    thread.join()
    assert steps(sent["no"])[1] in {"store", "expire"}
    assert steps(sent["no"]).count("store") + steps(sent["no"]).count("expire") == 1
