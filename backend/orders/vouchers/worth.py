"""What the people of a voucher are worth: the parts always add up to what was paid."""

from backend.core.money import divide_half_up


def used_fen(paid_fen: int, used: int, persons: int) -> int:
    """What `used` of `persons` have consumed of the price, in fen, rounded half up once."""
    return divide_half_up(paid_fen * used, persons)


def unused_fen(paid_fen: int, used: int, persons: int) -> int:
    """What goes back when the rest stays away: paid minus recomputed, in fen."""
    return paid_fen - used_fen(paid_fen, used, persons)


def redeemed_fen(paid_fen: int, before: int, after: int, persons: int) -> int:
    """What one redemption consumes, in fen; redemptions in any steps add up to `used_fen`."""
    return used_fen(paid_fen, after, persons) - used_fen(paid_fen, before, persons)
