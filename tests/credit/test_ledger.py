"""The ledger: each transfer posted once for its cause, never changed, and it adds up."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from backend import Service
from backend.competition.models import Competitor
from backend.core.database import db, transaction
from backend.credit.ledger import (
    Balance,
    CreditedLine,
    CreditedOrder,
    accrue,
    balance,
    reverse_lines,
    reverse_order,
)
from backend.credit.models import CreditTransfer
from tests.api import Api
from tests.core.contexts import apart
from tests.factories import CompetitorFactory, competitor
from tests.racing import at_once

pytestmark = pytest.mark.usefixtures("app")


def order_of(seller: Competitor, no: str = "X1", *amounts: int) -> CreditedOrder:
    """An order of one line per amount that credits the seller."""
    lines = [
        CreditedLine(line_no, amount, "430923")
        for line_no, amount in enumerate(amounts or (5990, 1010), start=1)
    ]
    return CreditedOrder(no, "exhibition", seller.season_id, seller.team_id, seller.id, lines)


def post(order: CreditedOrder) -> None:
    with transaction():
        accrue(order)


def reverse(order_no: str = "X1", refund_no: str = "R1") -> None:
    with transaction():
        reverse_order(order_no, refund_no)


def transfers() -> list[tuple[str, str, str, str, int]]:
    query = select(
        CreditTransfer.cause,
        CreditTransfer.kind,
        CreditTransfer.source,
        CreditTransfer.target,
        CreditTransfer.amount_fen,
    ).order_by(CreditTransfer.id)
    return [tuple(row) for row in db.session.execute(query)]


ACCRUED = [
    ("accrue:X1:1", "accrue", "sales", "pending", 5990),
    ("accrue:X1:2", "accrue", "sales", "pending", 1010),
]
REVERSED = [
    ("reverse:R1:1", "reverse", "pending", "sales", 5990),
    ("reverse:R1:2", "reverse", "pending", "sales", 1010),
]


def test_each_line_of_a_paid_order_becomes_pending_credit() -> None:
    seller = CompetitorFactory()
    post(order_of(seller))
    assert transfers() == ACCRUED
    assert balance(seller.id) == Balance(7000, 7000, 0, 1)


def test_a_transfer_tells_where_it_came_from() -> None:
    seller = CompetitorFactory()
    post(order_of(seller, "X1", 5990))
    row = db.session.scalars(select(CreditTransfer)).one()
    assert (row.competitor_id, row.team_id, row.season_id) == (
        seller.id,
        seller.team_id,
        seller.season_id,
    )
    assert (row.order_no, row.line_no, row.county_code) == ("X1", 1, "430923")
    assert row.channel == "exhibition"


def test_accruing_twice_is_accruing_once() -> None:
    seller = CompetitorFactory()
    for _ in range(3):
        post(order_of(seller))
    assert transfers() == ACCRUED


def test_reversing_takes_everything_back_and_twice_is_once() -> None:
    seller = CompetitorFactory()
    post(order_of(seller))
    for _ in range(3):
        reverse()
    assert transfers() == ACCRUED + REVERSED
    assert balance(seller.id) == Balance(0, 7000, 7000, 1)


def test_another_refund_of_an_order_already_reversed_changes_nothing() -> None:
    seller = CompetitorFactory()
    post(order_of(seller))
    reverse()
    reverse(refund_no="R2")
    assert transfers() == ACCRUED + REVERSED


def test_accruing_after_the_reversal_does_not_bring_the_credit_back() -> None:
    seller = CompetitorFactory()
    post(order_of(seller))
    reverse()
    post(order_of(seller))
    assert balance(seller.id).pending_fen == 0


def test_reversing_an_order_without_credit_leaves_no_trace() -> None:
    reverse("X-unknown")
    assert transfers() == []


def reverse_part(amounts: dict[int, int], refund_no: str = "R1") -> None:
    with transaction():
        reverse_lines("X1", refund_no, amounts)


def test_a_part_of_a_line_goes_back_once_for_each_refund() -> None:
    seller = CompetitorFactory()
    post(order_of(seller))
    for _ in range(3):
        reverse_part({1: 990})
    reverse_part({1: 1000, 2: 10}, "R2")
    assert transfers() == [
        *ACCRUED,
        ("reverse:R1:1-part", "reverse", "pending", "sales", 990),
        ("reverse:R2:1-part", "reverse", "pending", "sales", 1000),
        ("reverse:R2:2-part", "reverse", "pending", "sales", 10),
    ]
    assert balance(seller.id) == Balance(5000, 7000, 2000, 1)


def test_never_more_goes_back_than_the_line_still_holds() -> None:
    seller = CompetitorFactory()
    post(order_of(seller))
    reverse_part({1: 5000})
    reverse_part({1: 5000, 2: 9999, 3: 1}, "R2")
    reverse_part({1: 1}, "R3")
    assert balance(seller.id) == Balance(0, 7000, 7000, 1)


def test_what_a_part_left_goes_back_with_the_whole_even_for_the_same_refund() -> None:
    seller = CompetitorFactory()
    post(order_of(seller))
    reverse_part({1: 990})
    reverse()
    assert balance(seller.id) == Balance(0, 7000, 7000, 1)


def test_a_part_of_an_order_without_credit_leaves_no_trace() -> None:
    reverse_part({1: 100})
    assert transfers() == []


def test_reversing_touches_no_other_order() -> None:
    seller = CompetitorFactory()
    post(order_of(seller, "X1", 100))
    post(order_of(seller, "X2", 200))
    reverse("X1")
    assert balance(seller.id) == Balance(200, 300, 100, 2)


def test_a_rolled_back_accrual_has_not_happened() -> None:
    seller = CompetitorFactory()
    with pytest.raises(ZeroDivisionError), transaction():
        accrue(order_of(seller))
        raise ZeroDivisionError
    assert transfers() == []


def test_whoever_sold_nothing_has_a_balance_of_nothing() -> None:
    assert balance(CompetitorFactory().id) == Balance(0, 0, 0, 0)


@pytest.mark.slow
def test_accruing_at_once_from_eight_threads_posts_once(app: Service) -> None:
    seller = CompetitorFactory()
    order = order_of(seller)
    at_once(apart(app, lambda _: accrue(order)), range(8))
    assert transfers() == ACCRUED


@pytest.mark.slow
def test_reversing_at_once_from_eight_threads_posts_once(app: Service) -> None:
    seller = CompetitorFactory()
    post(order_of(seller))
    at_once(apart(app, lambda _: reverse_order("X1", "R1")), range(8))
    assert balance(seller.id) == Balance(0, 7000, 7000, 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE credit_transfers SET amount_fen = amount_fen + 1",
        "UPDATE credit_transfers SET competitor_id = competitor_id",
        "DELETE FROM credit_transfers",
        "DELETE FROM credit_transfers WHERE false",
        "TRUNCATE credit_transfers",
    ],
)
def test_the_database_refuses_to_change_history(change: str) -> None:
    post(order_of(CompetitorFactory()))
    with pytest.raises(IntegrityError, match="only ever added to"), transaction():
        db.session.execute(text(change))
    assert transfers() == ACCRUED


@pytest.mark.parametrize(
    "column", [{"amount_fen": 0}, {"amount_fen": -1}, {"kind": "gift"}, {"target": "sales"}]
)
def test_the_database_refuses_a_transfer_that_is_none(column: dict[str, Any]) -> None:
    seller = CompetitorFactory()
    post(order_of(seller, "X1", 100))
    source = db.session.scalars(select(CreditTransfer)).one()
    names = {column.name for column in CreditTransfer.__table__.columns} - {"id"}
    values = {name: getattr(source, name) for name in names}
    with pytest.raises(IntegrityError), transaction():
        db.session.add(CreditTransfer(**{**values, "cause": "another", **column}))
    db.session.rollback()
    assert len(transfers()) == 1


ORDERS = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.integers(1, 10**9), min_size=1, max_size=3)),
    min_size=4,
    max_size=4,
)
STEPS = st.lists(st.tuples(st.sampled_from(["accrue", "reverse"]), st.integers(0, 3)), max_size=12)

_PENDING = text("""
    SELECT coalesce(sum(amount_fen) FILTER (WHERE target = 'pending'), 0)
         - coalesce(sum(amount_fen) FILTER (WHERE source = 'pending'), 0)
      FROM credit_transfers WHERE competitor_id = :seller
""")


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ORDERS, STEPS)
def test_balances_are_what_the_transfers_add_up_to(
    orders: list[tuple[int, list[int]]], steps: list[tuple[str, int]]
) -> None:
    sellers = [CompetitorFactory() for _ in range(3)]
    numbers = [f"X{sellers[0].id}-{number}" for number in range(len(orders))]
    accrued: set[int] = set()
    reversed_: set[int] = set()
    for kind, number in steps:
        seller, amounts = orders[number]
        if kind == "accrue":
            post(order_of(sellers[seller], numbers[number], *amounts))
            accrued.add(number)
        else:
            reverse(numbers[number], f"R{numbers[number]}")
            reversed_ |= {number} & accrued
    for index, seller in enumerate(sellers):
        own = {number for number, (whose, _) in enumerate(orders) if whose == index}
        came = sum(sum(orders[number][1]) for number in own & accrued)
        went = sum(sum(orders[number][1]) for number in own & reversed_)
        assert balance(seller.id) == Balance(came - went, came, went, len(own & accrued))
        assert db.session.scalar(_PENDING, {"seller": seller.id}) == came - went


def test_a_competitor_sees_the_transfers_behind_the_figure_page_by_page(api: Api) -> None:
    person, other = competitor(api), competitor(api)
    seller, another = (
        db.session.scalars(select(Competitor).filter_by(user_id=who.id)).one()
        for who in (person, other)
    )
    for number in range(3):
        post(order_of(seller, f"X{number}", 100 + number))
    post(order_of(another, "X9", 999))
    reverse("X1", "R1")
    seen: list[tuple[str, str, int]] = []
    cursor = ""
    while True:
        page = person.get(f"/v1/competitor/credit/transfers?limit=2{cursor}")
        seen += [(one["kind"], one["order_no"], one["amount_fen"]) for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [
        ("reverse", "X1", 101),
        ("accrue", "X2", 102),
        ("accrue", "X1", 101),
        ("accrue", "X0", 100),
    ]
    shown = person.credit()
    assert (shown["pending_fen"], shown["accrued_fen"], shown["reversed_fen"]) == (202, 303, 101)
    assert shown["orders"] == 3


def test_nobody_else_sees_a_competitors_credit(api: Api) -> None:
    for path in ("/v1/competitor/credit", "/v1/competitor/credit/transfers"):
        assert api.log_in().get(path, status=403)["code"] == "not_allowed"


def test_the_teams_and_the_unreferred_add_up_to_all_that_was_credited() -> None:
    sellers = [CompetitorFactory() for _ in range(3)]
    for number, seller in enumerate(sellers * 2):
        post(order_of(seller, f"X{number}", 1000 + number, 7))
    reverse("X4")
    signed = text("""
        SELECT team_id, sum(CASE kind WHEN 'accrue' THEN amount_fen ELSE -amount_fen END)
          FROM credit_transfers GROUP BY team_id
    """)
    by_team = {team: int(amount) for team, amount in db.session.execute(signed)}
    assert by_team == {seller.team_id: balance(seller.id).pending_fen for seller in sellers}
    everything = select(func.sum(CreditTransfer.amount_fen)).filter_by(kind="accrue")
    assert sum(by_team.values()) == (db.session.scalar(everything) or 0) - 1004 - 7
