"""What a new version changes: member by member, SKUs found again by their code."""

from collections.abc import Iterator, Mapping
from typing import Any

Change = dict[str, Any]


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[Change]:
    """Each member that differs, with both values; everything is new where nothing is listed.

    A member of a SKU is named `skus.<code>.<member>`; a SKU that comes or goes is one change.
    """
    return [
        {"member": member, "old": before, "new": after}
        for member, before, after in _changes(old or {}, new)
        if before != after
    ]


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for member, after in new.items():
        if member != "skus":
            yield member, old.get(member), after
    before = {sku["code"]: sku for sku in old.get("skus", [])}
    after_by_code = {sku["code"]: sku for sku in new["skus"]}
    for code, sku in after_by_code.items():
        if code not in before:
            yield f"skus.{code}", None, sku
            continue
        for member, value in sku.items():
            yield f"skus.{code}.{member}", before[code].get(member), value
    for code, sku in before.items():
        if code not in after_by_code:
            yield f"skus.{code}", sku, None
