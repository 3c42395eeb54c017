"""Voucher codes: hard to guess, easy to type, and a slip of the finger is told from a stranger."""

import re
import secrets

from backend.core.errors import DomainError

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0/O and 1/I/L. 31 characters: a prime, so that the check catches every single slip."""
LENGTH = 12
QR_PREFIX = "XB1:"


class VoucherCodeMistyped(DomainError):
    code = "voucher_code_mistyped"
    status = 422
    message = "券码输入有误，请核对后重新输入"


def new_code() -> str:
    """Eleven places by chance (54 bits) and a check character.

    The unique key in the database settles the collision that no one will live to see.
    """
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def qr_text(code: str) -> str:
    """What the mini-program draws as a QR code."""
    return QR_PREFIX + code


def read_code(typed: str, field: str = "code") -> str:
    """The code in what was typed or scanned: any case, with blanks and dashes, with our prefix.

    Raises `VoucherCodeMistyped` where a character is wrong or two have changed places.
    """
    text = re.sub(r"[\s\-]", "", typed).upper().removeprefix(QR_PREFIX)
    if len(text) != LENGTH or set(text) - set(ALPHABET) or _check(text[:-1]) != text[-1]:
        raise VoucherCodeMistyped(field=field)
    return text


def mask_code(code: str) -> str:
    """`ABCD****WXYZ`: enough to talk about a voucher, not enough to redeem it."""
    return f"{code[:4]}****{code[-4:]}"


def _check(body: str) -> str:
    """Places weigh differently, and all weights and their differences are units modulo 31."""
    weighed = sum(weight * ALPHABET.index(char) for weight, char in enumerate(body, start=2))
    return ALPHABET[-weighed % len(ALPHABET)]
