"""The table that people read, and what must be true of every run."""

import sys
import time
from typing import Any

PEERS = (
    ("django-oscar, whole checkout, same class of machine", 13.6, "oversold: 60 of 50"),
    ("Vendure, whole checkout, same class of machine", 5.2, "oversold: 120 of 50"),
)
HEADINGS = ("", "a second", "p50 ms", "p99 ms", "CPU ms", "of the limit", "aim", "notes")
_began = time.monotonic()


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(f"{time.monotonic() - _began:6.1f} s  {text}", file=sys.stderr, flush=True)


def check(results: dict[str, Any]) -> None:
    """No run counts in which the service failed or sold what was not there."""
    for name, result in results.items():
        failed = [status for status in result.get("statuses", ()) if status.startswith("5")]
        if failed:
            raise SystemExit(f"{name}: answers {result['statuses']}")
        if "sold" in result and result["sold"] != result["stock"]:
            raise SystemExit(f"{name}: sold {result['sold']} of {result['stock']}")


def rows(results: dict[str, Any]) -> list[tuple[str, ...]]:
    """One row for each measurement, in the order of a visit."""
    shown: list[tuple[str, ...]] = []
    if "hello" in results:
        shown += [
            _row("hello (Flask, gunicorn)", results["hello"], "", "the limit of reads"),
            _row("catalogue list", results["list"], "≥ 0.50"),
            _row("product detail", results["detail"], "≥ 0.50"),
        ]
    if "large_list" in results:
        shown += [
            _row("list, 100,000 SKUs", results["large_list"], "≥ 0.40"),
            _row("search, 100,000 SKUs", results["large_search"], "≥ 0.40"),
        ]
        for part in ("build", "search", "lists", "facets", "suggestions"):
            told = results["search_database"][part]["told"]
            shown.append((f"in the database: {part}", "", "", "", "", "", "", told))
    if "order" in results:
        order = results["order"]
        note = f"pgbench, same SQL: {order['limit_per_second']:.0f}/s"
        shown.append(_row("place order, 2 lines", order, "≥ 0.15", note))
    for name in ("hot_2000", "hot_100"):
        if name in results:
            hot = results[name]
            note = f"sold {hot['sold']} of {hot['stock']}, {_answers(hot)}"
            shown.append(_row(f"place order, hot SKU, {hot['stock']}", hot, "exact", note))
    if "notice" in results:
        notice = results["notice"]
        note = f"pgbench, same SQL: {notice['limit_per_second']:.0f}/s; credit exact"
        shown.append(_row("payment notice", notice, "", note))
    if "checkout" in results:
        whole, few = results["checkout"], results["checkout_50"]
        shown.append(_row("whole checkout incl. WeChat", whole, "", _ended(whole)))
        note = f"sold {few['sold']} of {few['stock']}; {_ended(few)}"
        shown.append(_row("whole checkout, stock of 50", few, "exact", note))
    shown += [(name, f"{rate:.1f}", "", "", "", "", "", note) for name, rate, note in PEERS]
    return shown


def table(shown: list[tuple[str, ...]]) -> str:
    """Columns as wide as they need to be."""
    lines = [HEADINGS, *shown]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    text = []
    for line in lines:
        cells = [
            cell.rjust(width) if 0 < column < 6 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        text.append("  ".join(cells).rstrip())
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(text)


def _row(name: str, result: dict[str, Any], aim: str, note: str = "") -> tuple[str, ...]:
    ratio = f"{result['ratio']:.2f}" if "ratio" in result else ""
    return (
        name,
        f"{result['per_second']:.0f}" if result["per_second"] >= 100 else
        f"{result['per_second']:.1f}",
        f"{result['p50_ms']:.1f}",
        f"{result['p99_ms']:.1f}",
        f"{result['processor_ms']:.2f}",
        ratio,
        aim,
        note,
    )  # fmt: skip


def _answers(result: dict[str, Any]) -> str:
    return ", ".join(f"{count} × {status}" for status, count in result["statuses"].items())


def _ended(result: dict[str, Any]) -> str:
    return ", ".join(f"{count} {how}" for how, count in result["ended"].items())
