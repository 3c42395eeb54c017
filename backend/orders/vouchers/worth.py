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


GIVEN_BACK = """LATERAL (
    SELECT count(*) FILTER (WHERE v.persons_refunded = v.persons) AS units,
           CAST(coalesce(sum(v.fen), 0) AS bigint) AS amount_fen
      FROM (SELECT v.persons, v.persons_refunded,
                   (SELECT sum(r.amount_fen) FROM voucher_returns r
                      JOIN refunds f ON f.id = r.refund_id
                     WHERE r.voucher_id = v.id AND f.state = 'succeeded') AS fen
              FROM vouchers v WHERE v.order_line_id = l.id) v)"""
"""Over `order_lines l`: whole units and fen of its vouchers whose refund came through."""
