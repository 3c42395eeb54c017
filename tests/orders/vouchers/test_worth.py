"""What goes back and what was consumed add up to what was paid, to the fen, in any order."""

from hypothesis import given
from hypothesis import strategies as st

from backend.orders.vouchers.worth import redeemed_fen, unused_fen, used_fen


@st.composite
def visits(draw: st.DrawFn) -> tuple[int, int, list[int]]:
    """A price, a number of people, and the parties in which some of them come."""
    persons = draw(st.integers(1, 40))
    parties: list[int] = []
    for size in draw(st.lists(st.integers(1, 10), max_size=40)):
        if sum(parties) + size <= persons:
            parties.append(size)
    return draw(st.integers(0, 10**7)), persons, parties


@given(visits())
def test_redemptions_and_the_refund_add_up_to_what_was_paid(
    visit: tuple[int, int, list[int]],
) -> None:
    paid, persons, parties = visit
    came, consumed = 0, 0
    for party in parties:
        value = redeemed_fen(paid, came, came + party, persons)
        assert value >= 0
        came, consumed = came + party, consumed + value
    back = unused_fen(paid, came, persons)
    assert back >= 0
    assert consumed + back == paid
    assert consumed == used_fen(paid, came, persons)


@given(st.integers(0, 10**7), st.integers(1, 40))
def test_nobody_came_brings_back_all_and_everybody_nothing(paid: int, persons: int) -> None:
    assert unused_fen(paid, 0, persons) == paid
    assert unused_fen(paid, persons, persons) == 0


def test_the_refund_is_paid_minus_recomputed() -> None:
    assert unused_fen(10_000, 1, 3) == 10_000 - 3333
    assert unused_fen(10_000, 2, 3) == 10_000 - 6667
    assert unused_fen(1, 1, 2) == 0
