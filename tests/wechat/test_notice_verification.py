"""A notice is taken for WeChat's only when its serial, its time, its signature and its seal fit."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.datastructures import Headers

from backend import Service
from backend.core.database import db
from backend.wechat.notices import NoticeRefused, verify
from simulator.testing import RunningSimulator
from tests.api import Api
from tests.conftest import Time
from tests.wechat.sealing import TRANSACTION, Sealer

HEADERS = ("Signature", "Signature_Type", "Timestamp", "Nonce", "Serial")
PATHS = ("/v1/wechat/payment-notices", "/v1/wechat/refund-notices")


@pytest.fixture
def sealer(service: Service, wechat_server: RunningSimulator) -> Iterator[Sealer]:
    """WeChat Pay's side; a notice is judged without the database."""
    with service.app_context():
        yield Sealer.of(wechat_server.credentials)


def refused(headers: Headers, body: bytes) -> None:
    with pytest.raises(NoticeRefused) as refusal:
        verify(headers, body)
    assert (refusal.value.status, refusal.value.code) == (401, "notice_refused")


def test_a_true_notice_passes_and_is_opened(sealer: Sealer) -> None:
    body = sealer.body()
    notice = verify(sealer.headers(body), body)
    assert (notice.id, notice.event_type) == ("EV-2026", "TRANSACTION.SUCCESS")
    assert notice.content == TRANSACTION


def test_what_is_kept_as_evidence_does_not_tell_who_paid(sealer: Sealer) -> None:
    body = sealer.body()
    evidence = verify(sealer.headers(body), body).evidence
    assert "oSECRET" not in json.dumps(evidence)
    assert evidence["transaction_id"] == "4200001234"


def test_headers_are_found_however_they_are_capitalised(sealer: Sealer) -> None:
    body = sealer.body()
    lower = Headers([(name.lower(), value) for name, value in sealer.headers(body)])
    assert verify(lower, body).id == "EV-2026"


@pytest.mark.parametrize("serial", ["5157F09EFDC096DE15EBE81A47057A7232F1B8E1", "PUB_KEY_ID_0", ""])
def test_an_unknown_serial_is_refused_without_asking_anybody(
    sealer: Sealer, wechat: RunningSimulator, serial: str
) -> None:
    body = sealer.body()
    refused(sealer.headers(body, Serial=serial), body)
    assert wechat.get("/calls?path=/v3/")["calls"] == []


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_a_notice_within_five_minutes_passes(sealer: Sealer, time: Time, seconds: int) -> None:
    time.freeze(datetime(2026, 5, 1, 4, tzinfo=UTC))
    body = sealer.body()
    assert verify(sealer.headers(body, seconds=seconds), body).id == "EV-2026"


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_a_notice_of_another_time_is_refused_though_well_signed(
    sealer: Sealer, time: Time, seconds: int
) -> None:
    time.freeze(datetime(2026, 5, 1, 4, tzinfo=UTC))
    body = sealer.body()
    refused(sealer.headers(body, seconds=seconds), body)


def test_a_notice_caught_on_its_way_is_worthless_after_five_minutes(
    sealer: Sealer, time: Time
) -> None:
    body = sealer.body()
    headers = sealer.headers(body)
    verify(headers, body)
    time.travel(minutes=5, seconds=1)
    refused(headers, body)


@pytest.mark.parametrize(
    "stamp", ["", "now", "-1777608000", "1.5", "１７７７６０８０００", "9" * 400, "0", " 1"]
)
def test_a_time_that_is_none_is_refused(sealer: Sealer, stamp: str) -> None:
    body = sealer.body()
    refused(sealer.headers(body, Timestamp=stamp), body)


@pytest.mark.parametrize("missing", HEADERS)
def test_no_header_may_be_missing(sealer: Sealer, missing: str) -> None:
    body = sealer.body()
    refused(sealer.headers(body, **{missing: None}), body)


def test_a_request_without_any_header_is_refused(sealer: Sealer) -> None:
    refused(Headers(), sealer.body())


@pytest.mark.parametrize(
    "signature", ["AAAA", "not base64!", "", base64.b64encode(bytes(256)).decode()]
)
def test_a_signature_that_is_none_is_refused(sealer: Sealer, signature: str) -> None:
    body = sealer.body()
    refused(sealer.headers(body, Signature=signature), body)


def test_the_signature_of_another_notice_is_refused(sealer: Sealer) -> None:
    other = sealer.headers(sealer.body(id="EV-other"))
    refused(other, sealer.body())


def test_a_signature_probe_of_wechat_is_refused(sealer: Sealer) -> None:
    body = sealer.body()
    signature = sealer.headers(body)["Wechatpay-Signature"]
    refused(sealer.headers(body, Signature=f"WECHATPAY/SIGNTEST/{signature}"), body)


def test_another_signature_algorithm_is_refused(sealer: Sealer) -> None:
    body = sealer.body()
    refused(sealer.headers(body, Signature_Type="WECHATPAY2-SM2-WITH-SM3"), body)


@pytest.mark.parametrize("header", ["Nonce", "Timestamp"])
def test_what_is_signed_besides_the_body_cannot_be_changed(sealer: Sealer, header: str) -> None:
    body = sealer.body()
    headers = sealer.headers(body)
    other = {"Nonce": "nonce-2", "Timestamp": str(int(headers["Wechatpay-Timestamp"]) + 1)}
    headers[f"Wechatpay-{header}"] = other[header]
    refused(headers, body)


def test_a_replay_with_a_changed_body_is_refused(sealer: Sealer) -> None:
    body = sealer.body()
    headers = sealer.headers(body)
    verify(headers, body)
    refused(headers, body.replace(b"EV-2026", b"EV-2027"))
    refused(headers, body + b" ")
    refused(headers, sealer.body({**TRANSACTION, "amount": {"total": 1, "currency": "CNY"}}))


def test_a_notice_sealed_with_another_key_is_refused(sealer: Sealer) -> None:
    body = sealer.body(apiv3_key=b"0" * 32)
    refused(sealer.headers(body), body)


@pytest.mark.parametrize(
    "resource",
    [
        None,
        {},
        [],
        "text",
        {
            "ciphertext": "AAAA",
            "nonce": "x",
            "associated_data": "",
            "algorithm": "AEAD_AES_256_GCM",
        },
        {"ciphertext": "", "nonce": "0123456789ab", "algorithm": "AEAD_AES_256_GCM"},
    ],
)
def test_a_well_signed_notice_without_a_fitting_seal_is_refused(
    sealer: Sealer, resource: Any
) -> None:
    envelope = {"id": "EV-2026", "event_type": "TRANSACTION.SUCCESS", "resource": resource}
    body = json.dumps(envelope).encode()
    refused(sealer.headers(body), body)


@pytest.mark.parametrize("content", [[], [["id", 1]], [1], "text", 7, None, True])
def test_a_seal_around_anything_but_an_object_is_refused(sealer: Sealer, content: Any) -> None:
    body = sealer.body(content)
    refused(sealer.headers(body), body)


@pytest.mark.parametrize("member", ["id", "event_type", "resource"])
def test_a_notice_without_its_members_is_refused(sealer: Sealer, member: str) -> None:
    body = sealer.body(**{member: None})
    refused(sealer.headers(body), body)


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"null", b"7", b"\xff\xfe", b"{}"])
def test_a_body_that_is_no_notice_is_refused_however_well_signed(
    sealer: Sealer, body: bytes
) -> None:
    refused(sealer.headers(body), body)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "corrupt",
    [
        {"signature": True},
        {"ciphertext": True},
        {"serial": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"},
        {"timestamp_offset": -301},
        {"timestamp_offset": 310},
        {"signtest": True},
    ],
)
def test_what_the_simulator_spoils_is_answered_401_and_leaves_nothing(
    app: Service, wechat: RunningSimulator, path: str, corrupt: dict[str, Any]
) -> None:
    url = app.config["SETTINGS"].public_url + path
    notice = {"kind": "transaction", "notify_url": url, "resource": TRANSACTION}
    sent = wechat.post("/notices", {**notice, "alter": {"corrupt": corrupt}})
    assert sent["statuses"] == [401]
    assert db.session.scalar(text("SELECT count(*) FROM provider_notices")) == 0
    assert wechat.get("/calls?path=/v3/")["calls"] == []


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_who_calls_is_told_to_go(api: Api, path: str) -> None:
    answer = api.call("POST", path, {"id": "EV", "resource": {}}, status=401)
    assert answer["code"] == "notice_refused"
