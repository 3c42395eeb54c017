"""The same over a store that speaks S3: a real server on this machine, real signed forms."""

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer
from PIL import Image
from pydantic import SecretStr
from werkzeug.test import TestResponse

from backend import Service, create_app
from backend.catalog.pictures import making
from backend.core.database import transaction
from backend.core.storage.opening import storage
from backend.settings import Settings, SettingsProblem
from simulator.testing import RunningSimulator
from tests.api import Api, in_process
from tests.catalog.pictures.files import CAMERA, photograph
from tests.conftest import Worker, free_port
from tests.factories import ProductFactory
from tests.test_world import send
from tests.uploads import PDF, announcement

BUCKET = "xiangbang"
PICTURES_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/pictures/*",
        }
    ],
}
"""The policy that docs/operations.md recommends."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of a server that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def over_s3(settings: Settings, store: str) -> Settings:
    changes: dict[str, Any] = {
        "storage": "s3",
        "s3_endpoint_url": store,
        "s3_bucket": BUCKET,
        "s3_access_key_id": "AKIDEXAMPLE",
        "s3_secret_access_key": SecretStr("a secret of the store"),
        "s3_public_url": f"{store}/{BUCKET}/",
        "s3_path_style": True,
    }
    return settings.model_copy(update=changes)


@pytest.fixture(scope="module")
def bucket(store: str) -> Any:
    """The bucket as its administrator sees it."""
    client = boto3.resource(
        "s3",
        endpoint_url=store,
        region_name="us-east-1",
        aws_access_key_id="admin",
        aws_secret_access_key="admin",
    )
    made = client.create_bucket(Bucket=BUCKET)
    made.Policy().put(Policy=json.dumps(PICTURES_ONLY))
    return made


@pytest.fixture(scope="module")
def s3_service(over_s3: Settings, bucket: Any) -> Service:
    return create_app(over_s3)


@pytest.fixture
def s3(s3_service: Service, app: Service, bucket: Any) -> Iterator[Service]:
    """The service over an empty bucket; the tests' other fixtures have emptied the database."""
    bucket.objects.delete()
    with s3_service.app_context():
        yield s3_service


@pytest.fixture
def s3_api(s3: Service, wechat: RunningSimulator) -> Api:
    return Api(in_process(s3), wechat)


def keys(bucket: Any) -> list[str]:
    return sorted(each.key for each in bucket.objects.all())


def post_form(announced: Any, data: bytes) -> requests.Response:
    return requests.post(
        announced["url"], data=announced["fields"], files={"file": data}, timeout=30
    )


def test_a_picture_goes_straight_to_the_bucket_and_comes_out_in_webp(
    s3: Service, s3_api: Api, bucket: Any, store: str
) -> None:
    person, data = s3_api.log_in(), photograph()
    announced = person.post("/v1/uploads", announcement(data))
    no = announced["no"]
    assert announced["url"].startswith(store), "the file does not pass through the service"
    assert post_form(announced, data).status_code == 204
    assert keys(bucket) == [f"private/incoming/{no}"]
    assert person.post(f"/v1/uploads/{no}/completion")["state"] == "stored"
    Worker(s3).run()
    ready = person.get(f"/v1/uploads/{no}")
    assert (ready["state"], ready["width"]) == ("ready", 1200)
    assert [each["width"] for each in ready["picture"]["variants"]] == [320, 750, 1200]
    paths = [each["path"] for each in ready["picture"]["variants"]]
    assert keys(bucket) == sorted(paths), "neither the original nor what was sent is kept"
    for each in ready["picture"]["variants"]:
        assert each["url"] == f"{store}/{BUCKET}/{each['path']}"
        served = requests.get(each["url"], timeout=30)
        assert served.headers["Content-Type"] == "image/webp"
        assert "immutable" in served.headers["Cache-Control"]
        assert CAMERA.encode() not in served.content
        assert Image.open(io.BytesIO(served.content)).width == each["width"]


def test_the_form_says_key_type_and_size(s3: Service, s3_api: Api) -> None:
    announced = s3_api.log_in().post("/v1/uploads", announcement(b"x" * 1234))
    key = f"private/incoming/{announced['no']}"
    policy = json.loads(base64.b64decode(announced["fields"]["policy"]))
    assert announced["fields"]["key"] == key
    assert {"key": key} in policy["conditions"]
    assert {"bucket": BUCKET} in policy["conditions"]
    assert {"Content-Type": "image/jpeg"} in policy["conditions"]
    assert ["content-length-range", 1, 1234] in policy["conditions"]
    assert "x-amz-signature" in announced["fields"]
    told = json.dumps(announced)
    assert "a secret of the store" not in told


def test_a_document_stays_private_and_comes_back(
    s3: Service, s3_api: Api, bucket: Any, store: str
) -> None:
    person = s3_api.log_in()
    announced = person.post("/v1/uploads", announcement(PDF, "document"))
    post_form(announced, PDF)
    done = person.post(f"/v1/uploads/{announced['no']}/completion")
    assert (done["state"], done["picture"]) == ("ready", None)
    for key in keys(bucket):
        assert key.startswith("private/")
        assert requests.get(f"{store}/{BUCKET}/{key}", timeout=30).status_code == 403
    headers = {"Authorization": f"Bearer {person.token}"}
    response: TestResponse = send(
        s3, "GET", f"/v1/uploads/{announced['no']}/content", headers=headers
    )
    assert (response.status_code, response.data) == (200, PDF)


def test_nothing_sent_is_nothing_to_complete(s3: Service, s3_api: Api) -> None:
    person = s3_api.log_in()
    no = person.post("/v1/uploads", announcement(PDF, "document"))["no"]
    assert person.post(f"/v1/uploads/{no}/completion", None, 409)["code"] == "upload_missing"


def test_what_a_store_let_through_is_still_not_taken(s3: Service, s3_api: Api, bucket: Any) -> None:
    person = s3_api.log_in()
    no = person.post("/v1/uploads", announcement(b"x"))["no"]
    bucket.put_object(Key=f"private/incoming/{no}", Body=b"x" * (10 * 1024 * 1024 + 1))
    refused = person.post(f"/v1/uploads/{no}/completion")
    assert (refused["state"], "10 MB" in refused["reason"]) == ("refused", True)


def test_the_service_takes_no_forms_of_its_own(s3: Service) -> None:
    assert send(s3, "POST", "/uploads?policy=x", data=b"").status_code == 404


def test_the_shop_shows_the_bucket_s_addresses(s3: Service, s3_api: Api, store: str) -> None:
    ours = "pictures/U261124ABCDEFGHJK-0123456789abcdef"
    ProductFactory(pictures=[f"{ours}/1280.webp"])
    (card,) = s3_api.call("GET", "/v1/products", status=200)["items"]
    assert card["picture_url"] == f"{store}/{BUCKET}/{ours}/750.webp"


def test_a_store_reads_writes_and_forgets(s3: Service) -> None:
    store = storage()
    assert store.size("pictures/x/1.webp") is None
    with pytest.raises(LookupError):
        store.get("pictures/x/1.webp")
    store.put("pictures/x/1.webp", b"seen", "image/webp")
    assert (store.size("pictures/x/1.webp"), store.get("pictures/x/1.webp")) == (4, b"seen")
    store.delete("pictures/x/1.webp")
    store.delete("pictures/x/1.webp")
    assert store.size("pictures/x/1.webp") is None


def test_a_bucket_that_is_not_there_is_told_at_start(over_s3: Settings, bucket: Any) -> None:
    with pytest.raises(SettingsProblem, match="S3_BUCKET 'another'"):
        create_app(over_s3.model_copy(update={"s3_bucket": "another"}))


def test_a_silent_store_lets_the_service_start_and_says_so_when_asked(
    s3: Service, over_s3: Settings, wechat: RunningSimulator
) -> None:
    gone = over_s3.model_copy(update={"s3_endpoint_url": f"http://127.0.0.1:{free_port()}"})
    silent = create_app(gone)
    person = Api(in_process(silent), wechat).log_in()
    no = person.post("/v1/uploads", announcement(PDF, "document"))["no"]
    path = f"/v1/uploads/{no}/completion"
    assert person.post(path, None, 503)["code"] == "storage_unavailable"
    assert person.get(f"/v1/uploads/{no}")["state"] == "expected"


def test_variants_wait_for_a_silent_store(
    s3: Service, s3_api: Api, over_s3: Settings, bucket: Any
) -> None:
    person, data = s3_api.log_in(), photograph()
    announced = person.post("/v1/uploads", announcement(data))
    post_form(announced, data)
    no = announced["no"]
    person.post(f"/v1/uploads/{no}/completion")
    gone = over_s3.model_copy(update={"s3_endpoint_url": f"http://127.0.0.1:{free_port()}"})
    silent = create_app(gone)
    with silent.app_context(), transaction():
        assert making.make(no) is False
    assert person.get(f"/v1/uploads/{no}")["state"] == "stored"
