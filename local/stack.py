"""The local stack: starts every part in order, watches over them, stops them in order."""

import os
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg
import requests

from local import environment, ports, report
from local.children import Child, stop_leftovers
from local.errors import StackError
from local.paths import ENVIRONMENT, MEDIA, POSTGRES, RUN, SIMULATOR, VALKEY, shown
from local.servers import (
    Postgres,
    is_stray,
    start_postgres,
    stop_stray_postgres,
    valkey_command,
)

DATABASE = "xiangbang"
MOST_RESTARTS = 2
RESTARTS_FORGIVEN_AFTER_SECONDS = 300.0
STOPPED_IN_ORDER = (
    "migrations", "demo", "pictures", "gunicorn", "worker", "simulator", "valkey",
)  # fmt: skip
MOST_LOCAL_WORKERS = 8
"""Each opens up to ten connections of the embedded PostgreSQL's hundred."""

SIMULATOR_PORT = 9090
"""Unless somebody else has it, or the variable of that name says otherwise."""


class Stack:
    """Everything `make run` starts. `up` starts it, `watch` stays, `down` stops what there is."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.postgres: Postgres | None = None
        self.database_restarts = 0
        self.embedded = not os.environ.get("DATABASE_URL")
        self.children: list[Child] = []
        self.optional: set[str] = {"valkey", "pictures"}
        self.started_at: dict[str, float] = {}
        self.port = 0
        self.simulator_port = 0
        self.environment: dict[str, str] = {}

    def up(self) -> None:
        """Start every part and wait until the service says that it is ready."""
        for name in stop_leftovers():
            report.say(f"stopped [bold]{name}[/], left over from a run that was killed")
        self._choose_ports()
        self._start_servers()
        self._run_once("migrations", [sys.executable, "-m", "alembic", "upgrade", "head"])
        self._load_demo()
        self._start_service()
        self._draw_pictures()
        self._show_addresses()

    def watch(self) -> None:
        """Stay while the parts run; start a part that died again, twice at most."""
        while True:
            time.sleep(0.5)
            if self.postgres is not None and not self.postgres.is_running():
                self._on_lost_database(self.postgres)
            for child in list(self.children):
                if child.ended is not None:
                    self._on_death(child)

    def down(self) -> None:
        """Stop every part, the service first and the database last."""
        for child in sorted(self.children, key=lambda each: STOPPED_IN_ORDER.index(each.name)):
            with report.step(f"{child.name} stopped"):
                child.stop()
        if self.embedded and (self.postgres is not None or is_stray(POSTGRES)):
            self._stop_postgres()

    def kill(self) -> None:
        """End every child at once; the database still gets its orderly, fast shutdown."""
        for child in self.children:
            child.kill()

    def _choose_ports(self) -> None:
        self.port = ports.wished_port("PORT", os.environ.get("PORT") or "8000")
        wished = os.environ.get("SIMULATOR_PORT")
        if wished:
            self.simulator_port = ports.wished_port("SIMULATOR_PORT", wished)
            return
        before = urlsplit(environment.read(ENVIRONMENT).get("SIMULATOR_URL", "")).port
        again = before is not None and before != self.port and ports.is_free(before)
        usual = SIMULATOR_PORT if ports.is_free(SIMULATOR_PORT) else ports.free_port()
        self.simulator_port = before if before and again else usual

    def _start_servers(self) -> None:
        with report.step("settings") as remarks:
            environment.ensure_secrets()
            self.environment = environment.service_environment(
                port=self.port,
                simulator_port=self.simulator_port,
                database_url="",
                redis_url=None,
            )
            remarks.append(f"secrets and addresses in {shown(RUN)}/")
        self._start("simulator", self._simulator_command())
        database_url = self._start_database()
        redis_url = self._start_cache()
        self.environment = environment.service_environment(
            port=self.port,
            simulator_port=self.simulator_port,
            database_url=database_url,
            redis_url=redis_url,
        )
        environment.write(ENVIRONMENT, self.environment)

    def _start_database(self) -> str:
        given = os.environ.get("DATABASE_URL")
        with report.step("PostgreSQL") as remarks:
            if given:
                _check_database(given)
                remarks.append("the one of DATABASE_URL")
                return given
            self.postgres = start_postgres(POSTGRES)
            remarks.append(f"data in {shown(POSTGRES)}/")
            return self.postgres.ensure_database(DATABASE)

    def _start_cache(self) -> str | None:
        given = os.environ.get("REDIS_URL")
        with report.step("Valkey") as remarks:
            if given:
                remarks.append("the one of REDIS_URL")
                return given
            port = ports.free_port()
            try:
                child = self._start("valkey", valkey_command(VALKEY, port))
                _wait_for(lambda: not ports.is_free(port), child, seconds=5)
            except Exception as error:
                # It only makes things faster, so whatever keeps it away, the service runs.
                self.children = [each for each in self.children if each.name != "valkey"]
                remarks.append(f"[yellow]does not start, going on without it[/] ({error})")
                return None
            remarks.append(f"a cache on port {port}")
            return f"redis://{ports.HOST}:{port}/0"

    def _run_once(self, name: str, command: list[str]) -> None:
        with report.step(name):
            child = Child(name, command, self._child_environment())
            self.children.append(child)
            status = child.run_to_end()
            self.children.remove(child)
            if status != 0:
                report.excerpt(shown(child.log), child.last_lines())
                raise StackError(f"{name} failed")

    def _load_demo(self) -> None:
        if os.environ.get("DEMO") != "0":
            self._run_once("demo", [sys.executable, "-m", "demo.load", "rows"])

    def _start_service(self) -> None:
        with report.step("simulator") as remarks:
            simulator = next(each for each in self.children if each.name == "simulator")
            url = self.environment["SIMULATOR_URL"]
            _wait_for(lambda: _answers(f"{url}/"), simulator)
            remarks.append("stands in for WeChat")
        with report.step("worker") as remarks:
            self._start("worker", [sys.executable, "-m", "flask", "--app", "wsgi", "worker"])
            remarks.append("works off the queue")
        with report.step("gunicorn") as remarks:
            bind = f"--bind={ports.HOST}:{self.port}"
            command = [sys.executable, "-m", "gunicorn", bind, "wsgi:app"]
            gunicorn = self._start("gunicorn", command)
            _wait_for(lambda: _answers(f"{self._url}/readyz"), gunicorn)
            remarks.append("ready")

    def _draw_pictures(self) -> None:
        if os.environ.get("DEMO") != "0":
            self._start("pictures", [sys.executable, "-m", "demo.load", "pictures"])

    def _simulator_command(self) -> list[str]:
        options = [f"--port={self.simulator_port}", f"--dir={SIMULATOR}"]
        return [sys.executable, "-m", "simulator", *options]

    def _start(self, name: str, command: list[str]) -> Child:
        child = Child(name, command, self._child_environment())
        self.children.append(child)
        self.started_at[name] = time.monotonic()
        child.start()
        return child

    def _child_environment(self) -> dict[str, str]:
        workers = min(os.cpu_count() or 1, MOST_LOCAL_WORKERS)
        defaults = {"WEB_CONCURRENCY": str(workers), "PYTHONUNBUFFERED": "1"}
        return {**defaults, **os.environ, **self.environment}

    def _on_death(self, child: Child) -> None:
        if child.name == "pictures" and child.ended == 0:
            self.children.remove(child)
            report.say(f"[green]✓[/] product pictures drawn [dim]({shown(MEDIA)}/)[/]")
            return
        if time.monotonic() - self.started_at[child.name] > RESTARTS_FORGIVEN_AFTER_SECONDS:
            child.restarts = 0
        if child.restarts < MOST_RESTARTS:
            child.restarts += 1
            how = f"status {child.ended}, log {shown(child.log)}"
            report.say(f"[yellow]{child.name} has died ({how}); starting it again[/]")
            child.kill()
            time.sleep(0.5)
            self.started_at[child.name] = time.monotonic()
            child.start()
            return
        report.excerpt(shown(child.log), child.last_lines())
        if child.name not in self.optional:
            raise StackError(f"{child.name} keeps dying", "its last lines are above")
        report.say(f"[yellow]{child.name} keeps dying; going on without it[/]")
        self.children.remove(child)

    def _on_lost_database(self, postgres: Postgres) -> None:
        if self.database_restarts == MOST_RESTARTS:
            raise StackError("PostgreSQL keeps dying", f"its log: {shown(POSTGRES)}/data/log")
        self.database_restarts += 1
        report.say("[yellow]PostgreSQL has died; starting it again[/]")
        postgres.start_again()

    def _stop_postgres(self) -> None:
        with report.step("PostgreSQL stopped") as remarks:
            if self.postgres is not None:
                self.postgres.stop()
            stop_stray_postgres(POSTGRES)
            if self.postgres is not None and self.postgres.is_running():
                remarks.append("another program still uses it, so it runs on")

    @property
    def _url(self) -> str:
        return f"http://{ports.HOST}:{self.port}"

    def _show_addresses(self) -> None:
        took = f"ready in {time.monotonic() - self.began:.1f} s"
        logs = f"{shown(RUN)}/{{gunicorn,worker,simulator}}.log"
        rows = [
            ("Service", self._url),
            ("API", f"{self._url}/docs/"),
            ("Error codes", f"{self._url}/docs/errors"),
            ("WeChat simulator", f"{self.environment['SIMULATOR_URL']}/"),
            ("Logs", logs),
            ("The whole main job", "make walk                [dim](in another terminal)[/]"),
            ("An operator", "make staff LOGIN=name    [dim](asks for a password)[/]"),
            ("Stop", "Ctrl-C"),
        ]
        report.box(f"湘帮 Xiangbang: {took}", rows)


def _wait_for(condition: Callable[[], bool], child: Child, seconds: float = 60) -> None:
    """Wait for a child to be up; `StackError` with its last lines when it is not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        died = child.ended
        if died is not None or time.monotonic() > deadline:
            report.excerpt(shown(child.log), child.last_lines())
            how = "does not answer" if died is None else f"ended with status {died}"
            raise StackError(f"{child.name} {how}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _check_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise StackError(
            f"the database of DATABASE_URL does not answer: {str(error).strip()}",
            "check the address, or unset DATABASE_URL to use the embedded PostgreSQL",
        ) from error
