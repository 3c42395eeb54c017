"""One simulator on a real port, one receiver of notices, and the libraries that judge them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpy import WeChatClient
from wechatpy.client.api import WeChatWxa

from simulator.testing import Receiver, RunningSimulator, running_receiver, running_simulator

RETRY_SCALE = 0.004


class Merchant:
    """The merchant's library in public key mode, pointed at the simulator."""

    def __init__(self, simulator: RunningSimulator, notify_url: str, **changed: str) -> None:
        facts = simulator.credentials
        given = {
            "mchid": facts.mchid,
            "private_key": Path(facts.merchant_private_key_file).read_text(),
            "cert_serial_no": facts.merchant_serial,
        }
        self._simulator = simulator
        self.library = WeChatPay(
            wechatpay_type=WeChatPayType.MINIPROG,
            appid=facts.appid,
            apiv3_key=facts.apiv3_key,
            notify_url=notify_url,
            public_key=Path(facts.wechatpay_public_key_file).read_text(),
            public_key_id=facts.wechatpay_public_key_id,
            **(given | changed),
        )
        self.library._core._gate_way = simulator.url

    def call(self, name: str, *args: Any, **options: Any) -> tuple[int, Any]:
        """A method of the library: status and JSON, None for an empty body."""
        status, text = getattr(self.library, name)(*args, **options)
        return status, json.loads(text) if text else None

    def try_order(self, number: str, total: int = 100, **more: Any) -> tuple[int, Any]:
        """Order for the usual buyer; `total` in fen."""
        self._simulator.post("/users", {"openid": "oSIMbuyer"})
        given = {
            "description": "炎陵黄桃 5斤装",
            "out_trade_no": number,
            "amount": {"total": total, "currency": "CNY"},
            "payer": {"openid": "oSIMbuyer"},
        }
        return self.call("pay", **(given | more))

    def order(self, number: str, total: int = 100, **more: Any) -> str:
        """Order and return the prepay_id."""
        status, answer = self.try_order(number, total, **more)
        assert status == 200, answer
        return str(answer["prepay_id"])

    def paid(self, number: str, total: int = 100, **payment: Any) -> Any:
        """Order and pay; returns the transaction as the control API shows it."""
        self.order(number, total)
        return self._simulator.post(f"/transactions/{number}/payment", payment)

    def try_refund(
        self, number: str, refund: int, order: str, total: int = 100, **more: Any
    ) -> tuple[int, Any]:
        """Ask for `refund` fen of an order of `total` fen."""
        amount = {"refund": refund, "total": total, "currency": "CNY"}
        return self.call("refund", number, amount, out_trade_no=order, **more)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    """The simulator of the whole session."""
    directory = tmp_path_factory.mktemp("simulator")
    with running_simulator(directory, retry_scale=RETRY_SCALE) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: RunningSimulator) -> RunningSimulator:
    """The simulator with nothing remembered."""
    running.post("/reset")
    return running


@pytest.fixture(scope="session")
def receiving(running: RunningSimulator) -> Iterator[Receiver]:
    """The receiver of the whole session: it opens notices by the merchant's library."""
    library = Merchant(running, "http://127.0.0.1:1/").library

    def open_notice(headers: Any, body: bytes) -> Any:
        try:
            return library.callback(headers, body)
        except (ValueError, TypeError):
            return None

    with running_receiver(Receiver(open_notice)) as receiver:
        yield receiver


@pytest.fixture
def receiver(receiving: Receiver, simulator: RunningSimulator) -> Receiver:
    """The receiver with nothing received."""
    receiving.opened, receiving.statuses, receiving.refused = [], [], 0
    return receiving


@pytest.fixture
def merchant(simulator: RunningSimulator, receiver: Receiver) -> Merchant:
    """The merchant, told at the receiver."""
    return Merchant(simulator, receiver.url)


@pytest.fixture
def impostor(simulator: RunningSimulator) -> Callable[..., Merchant]:
    """Makes a merchant with some credentials changed."""
    return lambda **changed: Merchant(simulator, "http://127.0.0.1:1/", **changed)


@pytest.fixture
def weixin(simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> WeChatClient:
    """wechatpy pointed at the simulator."""
    monkeypatch.setattr(WeChatWxa, "API_BASE_URL", f"{simulator.url}/")
    facts = simulator.credentials

    class Client(WeChatClient):
        API_BASE_URL = f"{simulator.url}/cgi-bin/"

        def fetch_access_token(self) -> Any:
            query = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
            return self._fetch_access_token(url=f"{simulator.url}/cgi-bin/token", params=query)

    return Client(facts.appid, facts.appsecret)
