"""The bench: the running stack, the shop in it, and how a measurement is taken."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from backend import Service, create_app
from backend.accounts.tokens import token_signer
from backend.core.database import db
from backend.core.personal_data import vault
from bench import wire
from bench.capture import Captured, capturing
from bench.data import Shop
from bench.stack import HOME, Stack, processor_seconds
from local.paths import ROOT

CLIENTS = 16
WARMUP_SECONDS = 1.0


@dataclass(frozen=True)
class Bench:
    """What every measurement needs. `app` is the service once more, in this process."""

    stack: Stack
    shop: Shop
    seconds: float
    app: Service

    def cycle(self, port: int, requests: list[bytes]) -> dict[str, Any]:
        """Send prepared requests again and again."""
        wire.write(HOME / "requests.bin", requests)
        return self.run({"kind": "cycle", "port": port})

    def once(self, requests: list[bytes], **changes: Any) -> dict[str, Any]:
        """Send each of the prepared requests to the service once."""
        wire.write(HOME / "requests.bin", requests)
        return self.run({"kind": "once", "port": self.stack.service, **changes})

    def run(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Let the load generator, a process of its own, carry out a plan."""
        usual = {"clients": CLIENTS, "seconds": self.seconds, "warmup": WARMUP_SECONDS}
        path = HOME / "plan.json"
        path.write_text(
            json.dumps({**usual, "requests": str(HOME / "requests.bin"), **plan}), "utf-8"
        )
        command = [sys.executable, "-m", "bench.buyers", str(path)]
        master = self.stack.masters[plan["port"]]
        before = processor_seconds(master)
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        result: dict[str, Any] = json.loads(done.stdout)
        used = processor_seconds(master) - before
        result["processor_ms"] = 1000 * used / max(result["done_with_warmup"], 1)
        return result

    def tokens(self, buyer_ids: Sequence[int]) -> list[str]:
        """Login tokens as the service would issue them."""
        with self.app.app_context():
            return [token_signer().issue(buyer_id, 0)[0] for buyer_id in buyer_ids]

    def sealed(self, text: str) -> bytes:
        """Personal data as the service would store it."""
        with self.app.app_context():
            return vault().encrypt(text)

    def capture(self, request: Callable[[], int]) -> Captured:
        """What one request, sent in this process, executes; it must succeed."""
        with self.app.app_context():
            engine = db.engine
        with capturing(engine) as captured:
            status = request()
        if not 200 <= status < 300:
            raise SystemExit(f"the request to be captured was answered with {status}")
        return captured

    def ask(self, sql: str, *values: object) -> tuple[Any, ...]:
        """One row from the database."""
        with psycopg.connect(self.stack.database_url) as connection:
            row = connection.execute(sql.encode(), values or None).fetchone()
        if row is None:
            raise LookupError(sql)
        return row


def open_bench(stack: Stack, shop: Shop, seconds: float) -> Bench:
    """The service in this process is quiet; it only signs tokens and shows its SQL."""
    return Bench(stack, shop, seconds, create_app(stack.settings(log_level="ERROR")))
