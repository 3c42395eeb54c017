"""Numbers and codes that leave the house: hard to guess, easy to read out."""

import secrets

from backend.core import clock

READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Digits and capitals without 0/O and 1/I, which people mix up. 32 of them, so a byte is fair."""


def new_number(prefix: str) -> str:
    """A number for an order, payment or refund: prefix, Shanghai day, ten random places.

    At most 20 characters of `0-9A-Z`, inside what WeChat Pay takes for `out_trade_no` (6–32).
    """
    day = clock.now().astimezone(clock.SHANGHAI).strftime("%y%m%d")
    return f"{prefix}{day}{random_code(10)}"


def random_code(length: int) -> str:
    """`length` readable characters, 5 bits of chance each."""
    return "".join(READABLE[byte % len(READABLE)] for byte in secrets.token_bytes(length))


def random_token() -> str:
    """An unguessable 128-bit token for an anonymous visitor."""
    return secrets.token_urlsafe(16)
