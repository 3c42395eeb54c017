"""How gunicorn serves the service, on one machine and in production alike.

`WEB_CONCURRENCY` sets the worker processes, otherwise one for each core; `DATABASE_POOL_SIZE`
should not be below the threads of one worker.
"""

import multiprocessing
import os

bind = "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY") or multiprocessing.cpu_count())
worker_class = "gthread"
threads = 8
backlog = 1024

timeout = 60
"""A worker that gives no sign of life for so long is replaced."""
graceful_timeout = 12
"""Requests under way get so long when the service stops; WeChat is answered within five seconds."""
keepalive = 30
"""Longer than the proxy's own, so that the proxy and not the service ends idle connections."""

max_requests = 20_000
max_requests_jitter = 4_000
"""Workers are replaced now and then, never all at once."""

accesslog = None
"""The service logs its requests itself, without personal data."""
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
