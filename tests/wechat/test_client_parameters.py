"""What `wx.requestPayment` is given, judged by the merchant's public key and nothing of ours."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from backend import Service
from backend.core import clock
from backend.wechat.pay import pay_gateway
from simulator.testing import RunningSimulator
from tests.conftest import Time

PREPAY_ID = "wx201410272009395522657a690389285100"


@pytest.fixture
def public_key(service: Service, wechat_server: RunningSimulator) -> Iterator[rsa.RSAPublicKey]:
    """The merchant's."""
    pem = Path(wechat_server.credentials.merchant_private_key_file).read_bytes()
    key = load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    with service.app_context():
        yield key.public_key()


def signed_by(key: rsa.RSAPublicKey, message: str, signature: str) -> bool:
    raw = base64.b64decode(signature, validate=True)
    try:
        key.verify(raw, message.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def test_the_signature_is_over_app_time_nonce_and_package(
    public_key: rsa.RSAPublicKey, wechat_server: RunningSimulator
) -> None:
    given = pay_gateway().client_parameters(PREPAY_ID)
    message = (
        f"{wechat_server.credentials.appid}\n{given['timeStamp']}\n{given['nonceStr']}\n"
        f"prepay_id={PREPAY_ID}\n"
    )
    assert signed_by(public_key, message, given["paySign"])
    assert not signed_by(public_key, message.replace("wx2014", "wx2015"), given["paySign"])
    assert not signed_by(public_key, message.removesuffix("\n"), given["paySign"])


def test_the_parameters_are_just_those_that_wechat_wants(
    public_key: rsa.RSAPublicKey, wechat_server: RunningSimulator
) -> None:
    given = pay_gateway().client_parameters(PREPAY_ID)
    assert given.keys() == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert given["appId"] == wechat_server.credentials.appid
    assert given["package"] == f"prepay_id={PREPAY_ID}"
    assert given["signType"] == "RSA"
    assert len(given["nonceStr"]) <= 32
    assert all(isinstance(value, str) for value in given.values())


def test_the_time_is_ours_and_each_nonce_is_new(public_key: rsa.RSAPublicKey, time: Time) -> None:
    time.travel(days=40)
    given = [pay_gateway().client_parameters(PREPAY_ID) for _ in range(20)]
    assert len({one["nonceStr"] for one in given}) == 20
    assert abs(int(given[0]["timeStamp"]) - clock.now().timestamp()) <= 5
