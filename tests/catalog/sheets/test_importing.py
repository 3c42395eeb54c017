"""A file is sent in, checked, applied; sent again it changes nothing."""

from uuid import uuid4

import pytest

from backend.core.audit import AuditEntry
from backend.core.database import db
from tests.api import Api
from tests.catalog.sheets.books import (
    csv_of,
    joined_row,
    many,
    product_row,
    sku_row,
    workbook,
)
from tests.catalog.sheets.desk import Desk, contents, operators_desk, products, versions


def test_a_good_file_becomes_drafts(desk: Desk) -> None:
    rows = [sku_row(code="A-1", 阶梯价="10:54.90;50:49.90"), sku_row(code="A-2", 规格="2kg 装")]
    found = desk.check(workbook(skus=rows))
    assert (found["state"], found["errors_total"], found["products_new"]) == ("checked", 0, 1)
    assert (found["rows_total"], found["rows_done"]) == (3, 3)
    assert versions() == [], "nothing is applied by checking"
    desk.apply(found["no"])
    desk.worker.run()
    assert desk.look(found["no"])["state"] == "applied"
    (said,) = contents().values()
    assert said["name"] == "安化千两茶饼"
    assert [sku["price_fen"] for sku in said["skus"]] == [5990, 5990]
    assert said["skus"][0]["price_tiers"] == [
        {"from_quantity": 10, "price_fen": 5490},
        {"from_quantity": 50, "price_fen": 4990},
    ]
    assert [version.state for version in versions()] == ["draft"]


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    desk.bring_in(many(5, 2))
    before = [(version.id, version.state, version.content) for version in versions()]
    again = desk.bring_in(many(5, 2))
    assert (again["state"], again["products_unchanged"]) == ("applied", 5)
    assert (again["products_new"], again["products_changed"]) == (0, 0)
    assert [(version.id, version.state, version.content) for version in versions()] == before


def test_only_what_differs_is_changed(desk: Desk) -> None:
    desk.bring_in(many(3))
    changed = workbook(
        [product_row(f"P{n:05d}") for n in range(3)],
        [sku_row(f"P{n:05d}", f"P{n:05d}-0", **{"单价（元）": 60 + n % 2}) for n in range(3)],
    )
    found = desk.check(changed)
    assert (found["products_changed"], found["products_unchanged"]) == (3, 0)
    desk.apply(found["no"])
    desk.worker.run()
    assert [said["skus"][0]["price_fen"] for said in contents().values()] == [6000, 6100, 6000]
    assert len(versions()) == 3


def test_all_is_refused_while_anything_is_wrong(desk: Desk) -> None:
    found = desk.check(workbook(skus=[sku_row(**{"单价（元）": "很便宜"})]))
    assert (found["state"], found["bad_rows"], found["products_bad"]) == ("checked", 1, 1)
    refusal = desk.apply(found["no"], "all", status=409)
    assert refusal["code"] == "catalogue_import_has_errors"
    desk.worker.run()
    assert versions() == []


def test_one_wrong_row_leaves_its_product_out_and_no_other(desk: Desk) -> None:
    file = workbook(
        [product_row("A"), product_row("B")],
        [sku_row("A"), sku_row("A", "A-2", 单位="桶"), sku_row("B")],
    )
    done = desk.bring_in(file, "good_rows")
    assert (done["state"], done["products_bad"]) == ("applied", 1)
    assert set(contents()) == {"B"}
    first, second = desk.errors(done["no"])
    assert (first["sheet"], first["row"], first["column"]) == ("规格", 3, "D")
    assert (first["heading"], first["value"]) == ("单位", "桶")
    assert "下拉列表" in first["remedy"]
    assert (second["sheet"], second["row"], second["product_code"]) == ("商品", 2, "A")
    assert "整个商品没有导入" in second["message"]


def test_what_is_handed_in_goes_to_review(desk: Desk) -> None:
    desk.bring_in(many(2), submit=True)
    assert [version.state for version in versions()] == ["review", "review"]


def test_drafts_of_an_earlier_import_can_be_handed_in_by_sending_the_file_again(
    desk: Desk,
) -> None:
    desk.bring_in(many(2))
    done = desk.bring_in(many(2), submit=True)
    assert done["products_unchanged"] == 2
    assert [version.state for version in versions()] == ["review", "review"]


def test_without_a_picture_the_draft_stays_a_draft_and_that_is_told(desk: Desk) -> None:
    done = desk.bring_in(many(1, 图片=None), submit=True)
    assert [version.state for version in versions()] == ["draft"]
    (error,) = desk.errors(done["no"])
    assert "没有提交审核" in error["message"]
    assert (error["row"], error["heading"]) == (2, "图片")


def test_what_is_in_review_is_not_changed(desk: Desk) -> None:
    desk.bring_in(many(1), submit=True)
    same = desk.check(many(1))
    assert (same["products_unchanged"], same["errors_total"]) == (1, 0)
    found = desk.check(many(1, 商品名称="改了名字"))
    (error,) = desk.errors(found["no"])
    assert "审核" in error["message"]


def test_what_changed_between_check_and_application_is_left_and_told(desk: Desk) -> None:
    found = desk.check(many(2, 商品名称="新名字"))
    desk.bring_in(many(1), submit=True)
    desk.apply(found["no"])
    desk.worker.run()
    done = desk.look(found["no"])
    assert done["state"] == "applied"
    (error,) = desk.errors(found["no"])
    assert "正在审核" in error["message"]
    assert contents()["P00000"]["name"] == "安化千两茶饼"
    assert contents()["P00001"]["name"] == "新名字"


def test_the_same_key_and_file_is_the_same_import(desk: Desk) -> None:
    key = uuid4().hex
    file = many(1)  # a workbook holds the time of its making, so the same bytes are sent
    first = desk.send(file, key=key)
    desk.worker.run()
    assert desk.send(file, key=key) == first
    refusal = desk.refused(many(2), key=key)
    assert refusal["code"] == "idempotency_key_used_otherwise"


def test_a_second_file_waits_until_the_first_is_done(desk: Desk) -> None:
    desk.send(many(1))
    assert desk.refused(many(2), 409)["code"] == "catalogue_import_under_way"
    desk.worker.run()
    desk.send(many(2))


def test_applying_waits_for_another_file_that_is_being_checked(desk: Desk) -> None:
    found = desk.check(many(1))
    desk.send(many(2))
    assert desk.apply(found["no"], status=409)["code"] == "catalogue_import_under_way"
    assert versions() == []


def test_asking_twice_to_apply_is_asking_once(desk: Desk) -> None:
    found = desk.check(many(1))
    desk.apply(found["no"])
    desk.apply(found["no"])
    desk.worker.run()
    desk.apply(found["no"])
    assert len(versions()) == 1
    assert desk.apply(found["no"], "good_rows", status=409)["code"] == "step_not_possible"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_of_the_joined_form_is_taken(desk: Desk, encoding: str, separator: str) -> None:
    rows = [joined_row("A"), {**sku_row("A", "A-2")}, joined_row("B")]
    found = desk.check(csv_of(rows, separator).encode(encoding), content_type="text/csv")
    assert (found["state"], desk.errors(found["no"])) == ("checked", [])
    assert found["products_new"] == 2
    desk.apply(found["no"])
    desk.worker.run()
    assert [len(said["skus"]) for said in contents().values()] == [2, 1]


def test_rows_of_one_product_may_not_contradict_each_other(desk: Desk) -> None:
    rows = [joined_row("A"), joined_row("A", 规格编码="A-2", 商品名称="别的名字")]
    found = desk.check(csv_of(rows).encode(), content_type="text/csv")
    (error,) = desk.errors(found["no"])
    assert (error["row"], error["heading"], error["value"]) == (3, "商品名称", "别的名字")


def test_a_file_in_a_form_is_taken_too(desk: Desk) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="tea.xlsx"\r\n\r\n'
        + many(1)
        + b"\r\n--x--\r\n"
    )
    no = desk.send(body, content_type="multipart/form-data; boundary=x")
    assert desk.look(no)["file_name"] == "tea.xlsx"
    desk.worker.run()
    assert desk.look(no)["products_new"] == 1


def test_an_operator_imports_for_a_producer_and_it_is_audited(desk: Desk, api: Api) -> None:
    operator = operators_desk(desk, api)
    done = operator.bring_in(many(2))
    assert done["state"] == "applied"
    assert {product.producer_id for product in products()} == {desk.producer_id}
    noted = db.session.query(AuditEntry).filter_by(by_user_id=operator.person.id)
    actions = [(entry.action, entry.subject) for entry in noted.order_by(AuditEntry.id)]
    subject = f"producer:{desk.producer_id}"
    assert actions == [("import_catalogue", subject), ("apply_import", subject)]
    assert versions()[0].content["code"] == "P00000"
