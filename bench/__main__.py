"""`python -m bench`: measures the service and prints what it found, beside the machine's limits."""

import argparse
import json
import os
import signal
import sys
from datetime import UTC, datetime
from typing import Any

from backend.catalog.search.documents import refresh_stale
from bench import ordering, paying, reading, report, searching
from bench.bench import Bench, open_bench
from bench.data import load_shop
from bench.stack import HOME, running_stack

BUYERS = 5000
PARTS = ("reads", "orders", "hot", "notices", "checkouts", "search")


def main() -> None:
    """Run the chosen parts and show the table."""
    options = _options()
    # Asked to end, it still stops what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with running_stack() as stack:
        shop = load_shop(stack.database_url, BUYERS)
        bench = open_bench(stack, shop, options.seconds)
        with bench.app.app_context():
            refresh_stale()
        before = os.getloadavg()[0]
        results: dict[str, Any] = {}
        for part in options.only or PARTS:
            report.say(part)
            results.update(_measure(bench, part))
        _keep(options, before, results)
        report.check(results)
        print(report.table(report.rows(results)))


def _keep(options: argparse.Namespace, load_before: float, results: dict[str, Any]) -> None:
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": options.seconds,
        "cores": os.cpu_count(),
        "load_average_before": load_before,
        "load_average_after": os.getloadavg()[0],
        "results": results,
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (HOME / "result.json").write_text(text, "utf-8")


def _measure(bench: Bench, part: str) -> dict[str, Any]:
    if part == "reads":
        return reading.measure(bench)
    if part == "search":
        return searching.measure(bench)
    if part == "orders":
        return {"order": ordering.measure(bench)}
    if part == "hot":
        return {
            "hot_2000": ordering.measure_hot(bench, stock=2000, buyers=2400, clients=64),
            "hot_100": ordering.measure_hot(bench, stock=100, buyers=400, clients=64),
        }
    if part == "notices":
        return {"notice": paying.measure(bench)}
    return {"checkout": paying.measure_checkouts(bench), "checkout_50": paying.measure_few(bench)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each measurement")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; may be repeated")
    return parser.parse_args()


if __name__ == "__main__":
    main()
