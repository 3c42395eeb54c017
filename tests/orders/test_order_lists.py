"""A buyer's own orders by pages and by state; staff see any order and leave a trace."""

from backend.core.caller import Role
from tests.api import RECEIVER, Api
from tests.conftest import Worker
from tests.factories import SkuFactory, staff
from tests.orders.test_any_sequence import rows
from tests.payments.scenes import ordered


def test_orders_are_listed_page_by_page_the_newest_first(api: Api) -> None:
    tea = SkuFactory()
    buyer = api.log_in()
    placed = [buyer.place((tea.id, 1))["no"] for _ in range(5)]
    api.log_in().place((tea.id, 1))

    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = buyer.get(f"/v1/orders?limit=2{cursor and '&cursor=' + cursor}")
        pages.append([order["no"] for order in page["items"]])
        cursor = page["next_cursor"]
        # An order placed while somebody reads moves nothing on the later pages.
        buyer.place((tea.id, 1))

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [no for page in pages for no in page] == placed[::-1]


def test_orders_are_found_by_their_state(api: Api) -> None:
    tea = SkuFactory()
    buyer = api.log_in()
    unpaid, cancelled, paid = (buyer.place((tea.id, 1))["no"] for _ in range(3))
    buyer.cancel(cancelled)
    buyer.pay(paid)
    for state, expected in (
        ("pending_payment", [unpaid]),
        ("cancelled", [cancelled]),
        ("paid", [paid]),
        ("closed", []),
    ):
        page = buyer.get(f"/v1/orders?state={state}")
        assert [order["no"] for order in page["items"]] == expected
    assert buyer.get("/v1/orders?state=lost", 422)["code"] == "invalid_input"
    assert buyer.get("/v1/orders?cursor=bm90aGluZw==", 422)["field"] == "cursor"


def test_an_operator_who_looks_at_an_order_is_noted(api: Api) -> None:
    sale = ordered(api)
    operator = staff(api)
    assert operator.get(f"/v1/operator/orders/{sale.no}")["receiver"] == RECEIVER
    (entry,) = rows("SELECT by_user_id, action, subject FROM audit_entries WHERE subject ~ 'order'")
    assert tuple(entry) == (operator.id, "inspect_order", f"order:{sale.no}")
    missing = operator.get("/v1/operator/orders/X261123NOSUCHRDER", 404)
    assert missing["code"] == "order_not_found"


def test_a_buyer_sees_no_order_the_operator_s_way(api: Api) -> None:
    sale = ordered(api)
    path = f"/v1/operator/orders/{sale.no}"
    assert sale.buyer.get(path, 403)["code"] == "not_allowed"
    assert sale.buyer.post(f"{path}/refunds", {"reason": "?"}, 403)["code"] == "not_allowed"


def test_an_operator_refunds_an_order_for_a_reason(api: Api, worker: Worker) -> None:
    sale = ordered(api).paid()
    operator = staff(api)
    path = f"/v1/operator/orders/{sale.no}/refunds"
    assert operator.post(path, {"reason": ""}, 422)["code"] == "invalid_input"
    assert operator.post(path, {}, 422)["code"] == "invalid_input"

    refund = operator.post(path, {"reason": "产地受灾，无法发货"})

    assert (refund["state"], refund["amount_fen"]) == ("requested", sale.total_fen)
    worker.run()
    sale.wait_for("closed")
    (kept,) = rows("SELECT requested_by, reason FROM refunds")
    assert tuple(kept) == (operator.id, "产地受灾，无法发货")
    (entry,) = rows("SELECT by_user_id, reason FROM audit_entries WHERE action = 'refund_order'")
    assert tuple(entry) == (operator.id, "产地受灾，无法发货")


def test_finance_may_look_at_an_order_and_not_refund_it(api: Api) -> None:
    sale = ordered(api).paid()
    finance = staff(api, Role.finance)
    finance.get(f"/v1/operator/orders/{sale.no}")
    path = f"/v1/operator/orders/{sale.no}/refunds"
    assert finance.post(path, {"reason": "?"}, 403)["code"] == "not_allowed"
    assert sale.refunds == []
