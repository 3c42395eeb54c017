"""`flask worker`: the process that works off the queue."""

import click
from flask import Flask

from backend.core.jobs import run_worker


def register_worker(app: Flask) -> None:
    """Add the command to the `flask` command."""

    @app.cli.command("worker")
    @click.option("--concurrency", default=4, show_default=True, help="Jobs at the same time.")
    def worker(concurrency: int) -> None:
        """Work off the queue until told to stop."""
        run_worker(app, concurrency=concurrency)
