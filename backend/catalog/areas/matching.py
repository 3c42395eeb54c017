"""Which areas cover which: a code that ends in zeros stands for everything below it."""

from collections.abc import Collection


def reach(code: str) -> str:
    """What all codes below `code` begin with: 430000 → 43, 430900 → 4309, 430923 → 430923."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def narrowest(area_codes: Collection[str], area_code: str) -> str | None:
    """The narrowest of `area_codes` that `area_code` lies in; `None` where it lies in none.

    All are six-digit codes of GB/T 2260: provinces, prefectures or counties. An area lies in
    itself; a prefecture does not lie in one of its counties.
    """
    covering = [code for code in area_codes if area_code.startswith(reach(code))]
    return max(covering, key=lambda code: len(reach(code)), default=None)


def covers(area_codes: Collection[str], area_code: str) -> bool:
    """Whether `area_code` lies in one of `area_codes`; an empty list stands for everywhere."""
    return not area_codes or narrowest(area_codes, area_code) is not None
