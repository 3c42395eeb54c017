"""The form that the service takes itself: what its policy permits, once, and nothing else."""

import errno
import http.client
import io
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from backend import Service
from backend.core import clock
from backend.core.errors import TooLarge
from backend.core.storage.folder import FolderStorage
from backend.core.storage.interface import PRIVATE, NoSuchObjectError, StorageUnavailable
from backend.settings import Settings
from tests.api import Person
from tests.catalog.pictures.conftest import private_files
from tests.catalog.pictures.files import jpeg
from tests.conftest import Time
from tests.racing import at_once
from tests.test_world import send
from tests.uploads import PDF, announcement, multipart, path_of_form, send_form

TEN_MB = 10 * 1024 * 1024


def refused(response: TestResponse, status: int, told: str) -> None:
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.json is not None
    assert told in response.json["title"]


def test_ten_megabytes_pass_and_a_byte_more_does_not(
    app: Service, person: Person, settings: Settings
) -> None:
    data = jpeg().ljust(TEN_MB, b"\0")
    announced = person.post("/v1/uploads", announcement(data))
    refused(send_form(app, announced, data + b"\0"), 413, "超过")
    assert private_files(settings) == [], "nothing is left of what was too large"
    assert send_form(app, announced, data).status_code == 204
    assert person.post(f"/v1/uploads/{announced['no']}/completion")["bytes"] == TEN_MB
    person.post("/v1/uploads", announcement(data + b"\0"), 422)


def test_no_more_is_taken_than_was_announced(
    app: Service, person: Person, settings: Settings
) -> None:
    announced = person.post("/v1/uploads", announcement(b"x" * 1000))
    refused(send_form(app, announced, b"x" * 1001), 413, "超过")
    refused(send_form(app, announced, b"x" * 200_000), 413, "内容太大")
    assert private_files(settings) == []


def test_a_form_that_is_too_large_is_refused_before_it_is_read(
    person: Person,
) -> None:
    """Over a real connection, with a body that never comes."""
    announced = person.post("/v1/uploads", announcement(b"x" * 1000))
    there = http.client.HTTPConnection(announced["url"].split("/")[2], timeout=10)
    there.putrequest("POST", path_of_form(announced))
    there.putheader("Content-Type", "multipart/form-data; boundary=x")
    there.putheader("Content-Length", "99999999")
    there.endheaders()
    assert there.getresponse().status == 413
    there.close()


def test_a_form_is_sent_over_a_real_connection(person: Person) -> None:
    data = jpeg()
    announced = person.post("/v1/uploads", announcement(data))
    answer = requests.post(
        announced["url"], data=announced["fields"], files={"file": data}, timeout=30
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert person.post(f"/v1/uploads/{announced['no']}/completion")["state"] == "stored"


def test_a_form_is_taken_once(app: Service, person: Person) -> None:
    data = jpeg()
    announced = person.post("/v1/uploads", announcement(data))
    assert send_form(app, announced, data).status_code == 204
    refused(send_form(app, announced, data), 403, "已使用过")
    person.post(f"/v1/uploads/{announced['no']}/completion")
    refused(send_form(app, announced, data), 403, "已使用过")


@pytest.mark.slow
def test_of_many_at_once_one_is_taken(app: Service, person: Person) -> None:
    announced = person.post("/v1/uploads", announcement(b"x" * 1000))
    sent = at_once(
        lambda letter: (letter, send_form(app, announced, letter * 1000).status_code),
        [b"a", b"b", b"c", b"d", b"e", b"f"],
    )
    assert sorted(status for _, status in sent) == [204, *[403] * 5]


def test_a_form_ends(app: Service, person: Person, time: Time) -> None:
    announced = person.post("/v1/uploads", announcement(jpeg()))
    time.travel(minutes=15, seconds=1)
    refused(send_form(app, announced, jpeg()), 403, "过期")
    no = announced["no"]
    assert person.post(f"/v1/uploads/{no}/completion", None, 409)["code"] == "upload_missing"


def altered(policy: str, secret: str, **changes: object) -> dict[str, str]:
    """The policy with another content under its old signature, under another key, and so on."""
    payload, signature = policy.rsplit(".", 1)
    told = URLSafeSerializer("x").load_payload(payload.encode())
    names = ("key", "type", "most", "ends")
    told = [changes.get(name, value) for name, value in zip(names, told, strict=True)]
    forged = URLSafeSerializer("another secret", salt="upload").dumps(told)
    other_purpose = URLSafeSerializer(
        secret, salt="login", signer_kwargs={"digest_method": "sha256", "key_derivation": "hmac"}
    ).dumps(told)
    return {
        "another content": f"{str(forged).rsplit('.', 1)[0]}.{signature}",
        "another key": str(forged),
        "another purpose": str(other_purpose),
        "no signature": payload,
        "an empty signature": f"{payload}.",
        "the signature backwards": f"{payload}.{signature[::-1]}",
        "nothing": "",
        "nonsense": "湘.x.y",
    }


def test_a_policy_that_was_altered_permits_nothing(
    app: Service, person: Person, settings: Settings
) -> None:
    announced = person.post("/v1/uploads", announcement(jpeg()))
    policy = announced["url"].partition("policy=")[2]
    secret = settings.secret_key.get_secret_value()
    for name, text in altered(policy, secret, key="pictures/x/1280.webp", most=10**9).items():
        response = send_form(app, announced, jpeg(), path=f"/uploads?policy={text}")
        assert response.status_code == 403, name
        refused(response, 403, "凭证无效")
    assert private_files(settings) == []
    assert send_form(app, announced, jpeg()).status_code in {204, 413}


def test_the_fields_must_be_those_that_were_signed(
    app: Service, person: Person, settings: Settings
) -> None:
    data = jpeg()
    announced = person.post("/v1/uploads", announcement(data))
    for fields in (
        {"key": "private/incoming/../../../etc/passwd"},
        {"key": "pictures/mine/1280.webp"},
        {"key": ""},
        {"Content-Type": "text/html"},
        {"Content-Type": "image/png"},
    ):
        refused(send_form(app, announced, data, fields=fields), 403, "不符")
    body, content_type = multipart({}, data)
    headers = {"Content-Type": content_type}
    refused(send(app, "POST", path_of_form(announced), data=body, headers=headers), 403, "不符")
    assert private_files(settings) == []


def test_a_form_without_a_file_is_refused(app: Service, person: Person) -> None:
    announced = person.post("/v1/uploads", announcement(jpeg()))
    path = path_of_form(announced)
    refused(send_form(app, announced, b""), 400, "空的")
    only_fields, kind = multipart(announced["fields"], b"x")
    only_fields = only_fields.replace(b'name="file"', b'name="other"')
    refused(send(app, "POST", path, data=only_fields, headers={"Content-Type": kind}), 400, "file")
    for body, kind in (
        (json.dumps(announced["fields"]).encode(), "application/json"),
        (b"", "multipart/form-data"),
        (b"--x\r\nContent-Dis", "multipart/form-data; boundary=x"),
        (b"\xff" * 1000, "multipart/form-data; boundary=x"),
    ):
        response = send(app, "POST", path, data=body, headers={"Content-Type": kind})
        assert 400 <= response.status_code < 500, response.text
    assert send_form(app, announced, jpeg()).status_code == 204, "the form is still good"


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "m", tmp_path / "p", "http://here", "a secret " * 4)


def test_a_folder_keeps_public_and_private_apart(folder: FolderStorage, tmp_path: Path) -> None:
    folder.put("pictures/a/1.webp", b"seen", "image/webp")
    folder.put(PRIVATE + "documents/b", b"hidden", "application/pdf")
    assert (tmp_path / "m/pictures/a/1.webp").read_bytes() == b"seen"
    assert (tmp_path / "p/documents/b").read_bytes() == b"hidden"
    assert (tmp_path / "p/documents/b").stat().st_mode & 0o077 == 0
    assert folder.size("pictures/a/1.webp") == 4
    folder.put("pictures/a/1.webp", b"seen again", "image/webp")
    assert folder.get("pictures/a/1.webp") == b"seen again"
    folder.delete("pictures/a/1.webp")
    folder.delete("pictures/a/1.webp")
    assert folder.size("pictures/a/1.webp") is None
    with pytest.raises(NoSuchObjectError):
        folder.get("pictures/a/1.webp")


@pytest.mark.parametrize(
    "key",
    [
        *("", "/", "x", "../x", "a/../../x", "a/..", "a/.hidden", "/etc/passwd", "a//b", "a/b/"),
        *("a/b\0", "a/b\n", "a\\..\\b", "A/b", "湘/b", "private/../m/x"),
    ],
)
def test_a_key_never_leads_out_of_the_folder(folder: FolderStorage, key: str) -> None:
    for work in (folder.get, folder.size, folder.delete):
        with pytest.raises(ValueError, match="not a key"):
            work(key)
    with pytest.raises(ValueError, match="not a key"):
        folder.put(key, b"x", "image/webp")
    with pytest.raises(ValueError, match="not a key"):
        folder.signed_form(key, "image/webp", 1, clock.now())


def test_what_breaks_off_leaves_nothing(folder: FolderStorage, tmp_path: Path) -> None:
    ends = clock.now() + timedelta(minutes=1)
    form = folder.signed_form(PRIVATE + "incoming/x", "image/png", 10, ends)
    policy = folder.read_policy(form.url.partition("policy=")[2])

    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        folder.receive(policy, Breaks())
    with pytest.raises(TooLarge):
        folder.receive(policy, io.BytesIO(b"x" * 11))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    folder.receive(policy, io.BytesIO(b"x" * 10))
    assert folder.get(policy.key) == b"x" * 10


def test_a_document_is_sent_in_the_same_way(app: Service, person: Person) -> None:
    announced = person.post("/v1/uploads", announcement(PDF, "document"))
    assert send_form(app, announced, PDF).status_code == 204
    done = person.post(f"/v1/uploads/{announced['no']}/completion")
    assert (done["state"], done["content_type"]) == ("ready", "application/pdf")


def test_a_full_disk_is_told_as_a_store_that_does_not_answer(
    folder: FolderStorage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageUnavailable):
        folder.put("pictures/a/1.webp", b"x", "image/webp")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
