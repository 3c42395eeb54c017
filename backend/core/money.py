"""Whole fen and whole grams: rounding, sharing out, and how people read them."""

from collections.abc import Sequence


def divide_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest whole, halves away from zero.

    Both are integers, so no amount ever passes through a float.
    """
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    quotient, rest = divmod(abs(numerator), denominator)
    rounded = quotient + (1 if 2 * rest >= denominator else 0)
    return rounded if numerator >= 0 else -rounded


def amount_by_weight(grams: int, fen_per_kg: int) -> int:
    """What a weight costs in fen, rounded half up once."""
    return divide_half_up(grams * fen_per_kg, 1000)


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` fen in proportion to `weights` so that the parts add up exactly.

    Largest remainder; among equal remainders the earlier part wins. Weights are whole and
    not negative; where all are zero the parts are equal.
    """
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("nothing negative can be shared out")
    if not weights:
        raise ValueError("there is nobody to share with")
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def yuan(fen: int) -> str:
    """Fen as people read them: 123456 → `1,234.56`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
