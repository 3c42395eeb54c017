"""A load generator that leaves the machine to the service: one thread, plain sockets, ready bytes.

A script is a generator. It yields `(port, request)` and is sent the `Reply`, or yields a number
and is woken after so many seconds. So many scripts run at once, each on keep-alive connections
of its own.
"""

import heapq
import itertools
import resource
import selectors
import socket
import time
from array import array
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

HOST = "127.0.0.1"
BUFFER = 1 << 18


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes


Step = tuple[int, bytes] | float
Script = Generator[Step, Any, Any]


class LoadError(Exception):
    """The server answered in a way that no measurement can be made of."""


def parse(data: bytearray) -> tuple[Reply, int] | None:
    """The first whole answer in `data` and its length; `None` while it is incomplete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(data[:end]).lower()
    status = int(head[9:12])
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        line_end = head.find(b"\r\n", at + 2)
        size = int(head[at + 17 : line_end if line_end >= 0 else len(head)])
    elif status in {204, 304}:
        size = 0
    else:
        raise LoadError(f"an answer without Content-Length: {head[:200]!r}")
    whole = end + 4 + size
    if len(data) < whole:
        return None
    return Reply(status, bytes(data[end + 4 : whole])), whole


class Load:
    """Runs scripts and counts what was answered between the end of the warm-up and the end."""

    def __init__(self, scripts: Iterator[Script], clients: int, seconds: float, warmup: float):
        self._scripts = scripts
        self._clients = clients
        self._selector = selectors.DefaultSelector()
        self._sleepers: list[tuple[float, int, Client]] = []
        self._order = itertools.count()
        self._busy = 0
        self.begin = time.perf_counter() + warmup
        self.end = self.begin + seconds
        self.latencies = array("q")
        self.statuses: Counter[int] = Counter()
        self.last: dict[int, float] = {}
        self.done = 0

    def run(self) -> dict[str, Any]:
        """Run until the time is over or every script has ended; then wait for what is asked."""
        used = 0.0
        for _ in range(self._clients):
            Client(self).next_script()
        while self._busy or self._sleepers:
            self._wake()
            timeout = 0.05 if self._sleepers else 30.0
            events = self._selector.select(timeout)
            if not events and not self._sleepers:
                raise LoadError("no answer for 30 seconds")
            for key, _ in events:
                key.data()
            if not used and time.perf_counter() >= self.begin:
                used = _processor_seconds()
        return self._result(_processor_seconds() - used)

    def watch(self, connection: socket.socket, received: Any) -> None:
        self._selector.register(connection, selectors.EVENT_READ, received)

    def forget(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        connection.close()

    def sent(self) -> None:
        self._busy += 1

    def answered(self, reply: Reply, took_ns: int) -> None:
        self._busy -= 1
        self.done += 1
        now = time.perf_counter()
        if self.begin <= now <= self.end:
            self.latencies.append(took_ns)
            self.statuses[reply.status] += 1
            self.last[reply.status] = now - self.begin

    def sleep(self, client: "Client", seconds: float) -> None:
        heapq.heappush(self._sleepers, (time.perf_counter() + seconds, next(self._order), client))

    def next_script(self) -> Script | None:
        return next(self._scripts, None)

    @property
    def over(self) -> bool:
        return time.perf_counter() > self.end

    def _wake(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= time.perf_counter():
            heapq.heappop(self._sleepers)[2].go_on(None)
        if self._sleepers and not self._busy:
            time.sleep(max(0.0, self._sleepers[0][0] - time.perf_counter()))

    def _result(self, processor_seconds: float) -> dict[str, Any]:
        seconds = max(min(time.perf_counter(), self.end) - self.begin, 1e-9)
        ordered = sorted(self.latencies)
        return {
            "requests": len(ordered),
            "done_with_warmup": self.done,
            "seconds": seconds,
            "per_second": len(ordered) / seconds,
            "p50_ms": percentile(ordered, 50),
            "p99_ms": percentile(ordered, 99),
            "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
            "last": {str(status): at for status, at in self.last.items()},
            "load_cores": processor_seconds / seconds,
        }


class Client:
    """One client at a time runs one script, over one connection to each port it names."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._connections: dict[int, Connection] = {}
        self._script: Script | None = None

    def next_script(self) -> None:
        self._script = self._load.next_script()
        if self._script is not None:
            self.go_on(None)

    def go_on(self, reply: Reply | None) -> None:
        """Give the script what was answered and do its next step."""
        if self._script is None or self._load.over:
            return
        try:
            step = self._script.send(reply)
        except StopIteration:
            self.next_script()
            return
        if isinstance(step, tuple):
            port, request = step
            if port not in self._connections:
                self._connections[port] = Connection(self._load, self, port)
            self._connections[port].ask(request)
        else:
            self._load.sleep(self, step)


class Connection:
    def __init__(self, load: Load, client: Client, port: int) -> None:
        self._load = load
        self._client = client
        self._port = port
        self._data = bytearray()
        self._asked_at = 0
        self._socket = self._connect()

    def ask(self, request: bytes) -> None:
        self._request = request
        self._load.sent()
        self._asked_at = time.perf_counter_ns()
        self._send()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection((HOST, self._port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._load.watch(connection, self._received)
        return connection

    def _send(self) -> None:
        try:
            self._socket.sendall(self._request)
        except OSError:
            self._reconnect()
            self._socket.sendall(self._request)

    def _reconnect(self) -> None:
        self._load.forget(self._socket)
        self._data.clear()
        self._socket = self._connect()

    def _received(self) -> None:
        try:
            more = self._socket.recv(BUFFER)
        except ConnectionResetError:
            more = b""
        if not more:
            # Closed while idle, which HTTP allows; an answer half given is an error.
            if self._data:
                raise LoadError("the connection was cut within an answer")
            self._reconnect()
            if self._asked_at:
                self._send()
            return
        self._data += more
        if (parsed := parse(self._data)) is None:
            return
        reply, length = parsed
        del self._data[:length]
        took, self._asked_at = time.perf_counter_ns() - self._asked_at, 0
        self._load.answered(reply, took)
        self._client.go_on(reply)


def percentile(ordered: list[int], percent: int) -> float:
    """The nearest-rank percentile of ordered nanoseconds, in milliseconds."""
    if not ordered:
        return 0.0
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1] / 1e6


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
