"""Settings of gunicorn for the simulator.

One worker process, because the courier's threads and the lock on the state live in it.
"""

from typing import Any

from flask import Flask

from .server import close_app

workers = 1
worker_class = "gthread"
keepalive = 30
graceful_timeout = 6
timeout = 120
loglevel = "warning"
control_socket_disable = True


def worker_exit(server: Any, worker: Any) -> None:
    """Let deliveries under way end, and close the state."""
    application = getattr(worker, "wsgi", None)
    if isinstance(application, Flask):
        close_app(application)
