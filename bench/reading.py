"""Reads: the catalogue's list and one product, each beside the machine's limit."""

import random
from collections.abc import Iterator
from typing import Any

import requests

from bench import wire
from bench.bench import Bench


def measure(bench: Bench) -> dict[str, Any]:
    """hello, list, hello, detail, hello: each ratio is to the hellos before and after."""
    hellos = [_hello(bench)]
    listed = bench.cycle(bench.stack.service, list_requests(bench))
    hellos.append(_hello(bench))
    shown = bench.cycle(bench.stack.service, detail_requests(bench))
    hellos.append(_hello(bench))
    rates = [hello["per_second"] for hello in hellos]
    listed["ratio"] = listed["per_second"] / (sum(rates[:2]) / 2)
    shown["ratio"] = shown["per_second"] / (sum(rates[1:]) / 2)
    return {"hello": {**hellos[1], "per_second": sum(rates) / 3}, "list": listed, "detail": shown}


def _hello(bench: Bench) -> dict[str, Any]:
    return bench.cycle(bench.stack.hello, [wire.get("/hello")])


def list_requests(bench: Bench) -> list[bytes]:
    """Everything, the four categories and six of those below, each from four positions."""
    groups = ["", *(f"&category=c{i}" for i in range(1, 5))]
    groups += [f"&category=c{1 + i % 4}s{i}" for i in range(1, 7)]
    return [wire.get(path) for group in groups for path in _pages(bench, group)]


def _pages(bench: Bench, group: str) -> Iterator[str]:
    """The first four pages of a group, as far as it goes."""
    path = first = f"/v1/products?limit=20{group}"
    for _ in range(4):
        yield path
        answer = requests.get(f"http://127.0.0.1:{bench.stack.service}{path}", timeout=30).json()
        if answer["next_cursor"] is None:
            return
        path = f"{first}&cursor={answer['next_cursor']}"


def detail_requests(bench: Bench) -> list[bytes]:
    """Every product, in any order."""
    ids = random.sample(bench.shop.product_ids, len(bench.shop.product_ids))
    return [wire.get(f"/v1/products/{product_id}") for product_id in ids]
