"""Unified social credit codes (GB 32100-2015): is a code one, and what is wrong with it.

A code has 18 places: 1–2 say what kind of body it is and who registered it, 3–8 the area of
registration, 9–17 are the organisation code (its last place is a check of its own), and 18 checks
everything before it. Any one wrong character is found. So are two that changed places, except
the first and the last, which weigh the same.
"""

from string import ascii_uppercase, digits

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and capitals without I, O, S, V and Z."""
LENGTH = 18
_ORGANISATION_ALPHABET = digits + ascii_uppercase
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))

BODIES = {
    "12": "事业单位",
    "81": "基层工会",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
    "N2": "村级集体经济组织",
}
"""Whom the first two places stand for, as far as this service meets them."""


def is_valid(code: str) -> bool:
    """Tell whether `code` is a credit code with both checks right."""
    return what_is_wrong(code) is None


def what_is_wrong(code: str) -> str | None:
    """What is wrong with a code, in Chinese for the person who typed it; `None` if nothing."""
    if len(code) != LENGTH:
        return f"统一社会信用代码应为 {LENGTH} 位，现为 {len(code)} 位"
    for place, character in enumerate(code, start=1):
        if character not in ALPHABET:
            return f"统一社会信用代码第 {place} 位不能是“{character}”（不用 I O S V Z）"
    if organisation_check(code[8:16]) != code[16]:
        return "统一社会信用代码第 9 至 17 位（组织机构代码）校验不符，请核对"
    if credit_check(code[:17]) != code[17]:
        return "统一社会信用代码第 18 位校验码不符，请核对有无错字或颠倒"
    return None


def organisation_check(body: str) -> str:
    """Place 17, the check of the eight places before it (modulo 11, X for ten)."""
    values = (_ORGANISATION_ALPHABET.index(character) for character in body)
    total = sum(w * v for w, v in zip(_ORGANISATION_WEIGHTS, values, strict=True))
    return "0123456789X0"[11 - total % 11]


def credit_check(first: str) -> str:
    """Place 18, the check of the seventeen places before it (modulo 31)."""
    total = sum(w * ALPHABET.index(c) for w, c in zip(_WEIGHTS, first, strict=True))
    return ALPHABET[(31 - total % 31) % 31]
