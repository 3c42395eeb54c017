"""The courier delivers notices in the background, and again by WeChat's schedule."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from . import clock, notices
from .notices import TRUE, Alteration
from .signing import Keys
from .store import Row, Store

RETRY_SECONDS = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600) + (10800,) * 3 + (21600,) * 2
"""Source: pay.weixin.qq.com, "支付成功回调通知"; 24 h 4 min in all."""

TIMEOUT_SECONDS = 5
SENDERS = 8
BATCH = 64
IDLE_SECONDS = 1.0


@dataclass(frozen=True)
class Answer:
    """What the receiver answered: no status when it could not be reached in time."""

    status: int | None
    text: str
    milliseconds: int

    @property
    def success(self) -> bool:
        """Only 200 and 204 mean that the notice was understood."""
        return self.status in (200, 204)


class Courier:
    """Sends what is due, from its own threads. `retry_scale` shortens WeChat's pauses."""

    def __init__(self, store: Store, keys: Keys, retry_scale: float) -> None:
        self._store = store
        self._keys = keys
        self._retry_scale = retry_scale
        self._local = threading.local()
        self._awake = threading.Event()
        self._stopped = threading.Event()
        self._senders = ThreadPoolExecutor(SENDERS, "sender")
        self._dispatcher = threading.Thread(target=self._dispatch, name="courier", daemon=True)

    def start(self) -> None:
        """Begin, with what an earlier process left unsent."""
        self._store.run("UPDATE notices SET state = 'pending' WHERE state = 'sending'")
        self._dispatcher.start()

    def stop(self) -> None:
        """Send nothing more; deliveries under way end within their time-out."""
        self._stopped.set()
        self._awake.set()
        self._dispatcher.join()
        self._senders.shutdown(wait=True, cancel_futures=True)

    def wake(self) -> None:
        """A notice was written: look at once."""
        self._awake.set()

    def deliver(self, notice: Row, alteration: Alteration = TRUE) -> Answer:
        """Send one notice once, now, in this thread, and write the attempt down."""
        body, headers = notices.sealed(notice, self._keys, alteration)
        began = clock.now()
        answer = self._post(notice["notify_url"], body, headers, began)
        self._store.run(
            "INSERT INTO attempts (notice_id, at, milliseconds, status, answer, altered)"
            " SELECT id, ?, ?, ?, ?, ? FROM notices WHERE id = ?",
            began,
            answer.milliseconds,
            answer.status,
            answer.text,
            alteration != TRUE,
            notice["id"],
        )
        return answer

    def deliver_often(
        self, notice: Row, times: int, concurrently: bool, alteration: Alteration = TRUE
    ) -> list[Answer]:
        """Send one notice several times, one after the other or all at the same instant."""
        if not concurrently or times == 1:
            return [self.deliver(notice, alteration) for _ in range(times)]
        gate = threading.Barrier(times)

        def at_once(_: int) -> Answer:
            gate.wait()
            return self.deliver(notice, alteration)

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(at_once, range(times)))

    def settle(self, notice: Row, success: bool) -> None:
        """Note the outcome of a true delivery: done, another try, or no more tries."""
        tries = notice["tries"] + 1
        if success:
            state, pause = "delivered", 0.0
        elif tries > len(RETRY_SECONDS):
            state, pause = "given_up", 0.0
        else:
            state, pause = "pending", RETRY_SECONDS[tries - 1] * self._retry_scale
        self._store.run(
            "UPDATE notices SET state = ?, tries = ?, next_at = ?"
            " WHERE id = ? AND state <> 'delivered'",
            state,
            tries,
            clock.now() + pause,
            notice["id"],
        )
        self._awake.set()

    def _dispatch(self) -> None:
        while not self._stopped.is_set():
            self._awake.clear()
            for notice in self._take_due():
                self._senders.submit(self._carry_out, notice)
            self._awake.wait(self._pause())

    def _take_due(self) -> list[Row]:
        with self._store.changing():
            due = self._store.rows(
                "SELECT * FROM notices WHERE state = 'pending' AND next_at <= ?"
                " ORDER BY next_at LIMIT ?",
                clock.now(),
                BATCH,
            )
            for notice in due:
                self._store.run("UPDATE notices SET state = 'sending' WHERE id = ?", notice["id"])
        return due

    def _pause(self) -> float:
        soonest = self._store.row(
            "SELECT MIN(next_at) AS next_at FROM notices WHERE state = 'pending'"
        )
        if soonest is None or soonest["next_at"] is None:
            return IDLE_SECONDS
        return float(min(max(soonest["next_at"] - clock.now(), 0.0), IDLE_SECONDS))

    def _carry_out(self, notice: Row) -> None:
        if self._stopped.is_set():
            return
        plan = json.loads(notice["plan"]) if notice["tries"] == 0 else {}
        alteration = Alteration(signature=True) if plan.get("action") == "corrupt" else TRUE
        answers = self.deliver_often(
            notice, plan.get("repeat", 1), plan.get("concurrently", False), alteration
        )
        self.settle(notice, any(answer.success for answer in answers))

    def _post(self, url: str, body: bytes, headers: dict[str, str], began: float) -> Answer:
        try:
            response = self._session().post(
                url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            return Answer(None, type(error).__name__, _since(began))
        return Answer(response.status_code, response.text[:500], _since(began))

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            session = requests.Session()
            session.trust_env = False
            session.headers["Connection"] = "close"
            self._local.session = session
        found: requests.Session = self._local.session
        return found


def _since(began: float) -> int:
    return round((clock.now() - began) * 1000)
