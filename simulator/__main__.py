"""`python -m simulator`: serve, or print the credentials."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from gunicorn.app import wsgiapp

from . import credentials
from .server import DEFAULT_RETRY_SCALE


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    options = _parser().parse_args(arguments)
    facts = credentials.ensure(options.dir)
    if options.command == "credentials":
        print(facts.as_json())
    else:
        serve(options)


def serve(options: argparse.Namespace) -> None:
    """Serve on this machine only, until SIGTERM or SIGINT."""
    address = f"127.0.0.1:{options.port}"
    print(f"WeChat simulator: http://{address}/ (state in {options.dir})", flush=True)
    directory = str(options.dir.resolve())
    sys.argv = [
        "simulator",
        "--config=python:simulator.serving",
        f"--bind={address}",
        f"--threads={options.threads}",
        f"simulator.server:create_app({directory!r}, retry_scale={options.retry_scale!r})",
    ]
    wsgiapp.run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description="a stand-in for WeChat")
    parser.add_argument("command", nargs="?", choices=("serve", "credentials"), default="serve")
    parser.add_argument("--port", type=int, default=9090)
    parser.add_argument("--dir", type=Path, default=Path("var/simulator"), help="the state")
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument(
        "--retry-scale",
        type=float,
        default=DEFAULT_RETRY_SCALE,
        help="factor on WeChat's pauses between deliveries of a notice (1 is real)",
    )
    return parser


if __name__ == "__main__":
    main()
