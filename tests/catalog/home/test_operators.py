"""Operators put up banners and topics, change and end them; what cannot be is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from backend.catalog.home.models import Banner, Topic
from backend.core import clock
from backend.core.audit import AuditEntry
from backend.core.database import db
from tests.api import Api, Person
from tests.conftest import Time
from tests.factories import (
    BannerFactory,
    CategoryFactory,
    ProductFactory,
    TopicFactory,
    staff,
)

BANNERS, TOPICS = "/v1/operator/banners", "/v1/operator/topics"


@pytest.fixture
def operator(api: Api) -> Person:
    return staff(api)


def instant(**days: float) -> str:
    return (clock.now() + timedelta(**days)).isoformat()


def banner(**changes: Any) -> dict[str, Any]:
    plain = {
        "title": "金秋湘茶",
        "picture": "pictures/tea.webp",
        "target_kind": "none",
        "starts_at": instant(days=-1),
        "ends_at": instant(days=7),
    }
    return plain | changes


def topic(**changes: Any) -> dict[str, Any]:
    plain = {
        "title": "湘西周",
        "intro": "好山好水。",
        "starts_at": instant(days=-1),
        "ends_at": instant(days=7),
        "prefecture_code": "433100",
    }
    return plain | changes


def put(who: Person, path: str, body: Any, status: int = 200) -> Any:
    return who.api.call("PUT", path, body, token=who.token, status=status)


def audited(action: str) -> list[tuple[int | None, str, str | None]]:
    query = select(AuditEntry.by_user_id, AuditEntry.subject, AuditEntry.reason)
    query = query.filter_by(action=action).order_by(AuditEntry.id)
    return [tuple(row) for row in db.session.execute(query)]


def test_a_banner_is_put_up_changed_and_taken_down(api: Api, operator: Person) -> None:
    made = operator.post(BANNERS, banner())
    path = f"{BANNERS}/{made['id']}"
    assert (made["phase"], made["picture_url"]) == ("current", "/media/pictures/tea.webp")
    changed = put(operator, path, banner(title="新茶", sort=3))
    assert (changed["id"], changed["title"], changed["sort"]) == (made["id"], "新茶", 3)
    ended = operator.post(f"{path}/ending", {"reason": "提前结束"}, 200)
    assert ended["phase"] == "past"
    assert operator.post(f"{path}/ending", {"reason": "再次"}, 200)["ends_at"] == ended["ends_at"]
    subject = f"banner:{made['id']}"
    assert audited("create_banner") == audited("change_banner") == [(operator.id, subject, None)]
    assert audited("end_banner")[0] == (operator.id, subject, "提前结束")


def test_what_is_ended_before_it_began_never_begins(operator: Person, time: Time) -> None:
    future = BannerFactory(starts_at=clock.now() + timedelta(days=1))
    ended = operator.post(f"{BANNERS}/{future.id}/ending", {"reason": "取消"}, 200)
    assert ended["starts_at"] == ended["ends_at"]
    time.travel(days=2)
    home = operator.api.call("GET", "/v1/home", status=200)
    assert home["banners"] == []


def test_banners_lead_to_things_that_exist(api: Api, operator: Person) -> None:
    CategoryFactory()
    product, week = ProductFactory(), TopicFactory()
    existing = {
        "product": str(product.id),
        "topic": week.code,
        "category": "tea",
        "county": "430923",
    }
    for kind, target_id in existing.items():
        operator.post(BANNERS, banner(target_kind=kind, target_id=target_id))
        for lost in (None, "999999", "nothing"):
            wish = banner(target_kind=kind, target_id=lost)
            assert operator.post(BANNERS, wish, 422)["field"] == "target_id"
    assert operator.post(BANNERS, banner(target_id="1"), 422)["field"] == "target_id"
    prefecture = banner(target_kind="county", target_id="430900")
    assert operator.post(BANNERS, prefecture, 422)["field"] == "target_id"
    assert db.session.scalar(select(func.count()).select_from(Banner)) == 4


def test_a_banner_that_does_not_exist_is_not_found(operator: Person) -> None:
    put(operator, f"{BANNERS}/999", banner(), 404)
    operator.post(f"{BANNERS}/999/ending", {"reason": "结束"}, 404)


@pytest.mark.parametrize("path", [BANNERS, TOPICS])
def test_what_ends_must_have_begun_before(operator: Person, path: str) -> None:
    body = banner() if path == BANNERS else topic(code="xiangxi")
    begins = {"starts_at": body["ends_at"]}
    assert operator.post(path, body | begins, 422)["field"] == "ends_at"


@pytest.mark.parametrize(
    "path", ["../secret.webp", "/etc/passwd", "a//b.webp", "x.svg", "http://x/a.webp"]
)
def test_a_picture_is_a_path_of_ours(operator: Person, path: str) -> None:
    assert operator.post(BANNERS, banner(picture=path), 422)["field"] == "picture"


def test_the_list_holds_all_times_page_by_page(operator: Person) -> None:
    now = clock.now()
    past = BannerFactory(ends_at=now)
    current = BannerFactory()
    future = BannerFactory(starts_at=now + timedelta(days=1))
    first = operator.get(f"{BANNERS}?limit=2")
    rest = operator.get(f"{BANNERS}?limit=2&cursor={first['next_cursor']}")
    told = [(int(b["id"]), b["phase"]) for b in first["items"] + rest["items"]]
    assert told == [(future.id, "future"), (current.id, "current"), (past.id, "past")]
    assert rest["next_cursor"] is None


def test_a_topic_is_put_up_changed_and_taken_down(api: Api, operator: Person) -> None:
    one, two = (str(ProductFactory().id) for _ in range(2))
    made = operator.post(TOPICS, topic(code="xiangxi", product_ids=[two, one]))
    assert (made["code"], made["product_ids"], made["phase"]) == ("xiangxi", [two, one], "current")
    path = f"{TOPICS}/{made['id']}"
    changed = put(operator, path, topic(title="新题", product_ids=[one], prefecture_code=None))
    assert (changed["title"], changed["product_ids"]) == ("新题", [one])
    assert (changed["code"], changed["prefecture_code"]) == ("xiangxi", None)
    assert operator.get(TOPICS)["items"] == [changed]
    assert operator.post(f"{path}/ending", {"reason": "结束"}, 200)["phase"] == "past"
    assert api.call("GET", "/v1/topics/xiangxi", status=404)["code"] == "topic_not_found"
    kinds = [audited(f"{kind}_topic")[0][1] for kind in ("create", "change", "end")]
    assert kinds == [f"topic:{made['id']}"] * 3


def test_an_operator_sees_the_change_at_once(api: Api, operator: Person) -> None:
    api.call("GET", "/v1/home", status=200)
    operator.post(BANNERS, banner())
    assert [b["title"] for b in operator.get("/v1/home")["banners"]] == ["金秋湘茶"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"prefecture_code": "430923"}, "prefecture_code"),
        ({"prefecture_code": "999999"}, "prefecture_code"),
        ({"county_code": "433100"}, "county_code"),
        ({"category_code": "nothing"}, "category_code"),
        ({"product_ids": ["999"]}, "product_ids"),
        ({"prefecture_code": None}, "product_ids"),
    ],
)
def test_a_topic_that_makes_no_sense_is_refused(
    operator: Person, changes: dict[str, Any], field: str
) -> None:
    refusal = operator.post(TOPICS, topic(code="xiangxi", **changes), 422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", field)
    existing = TopicFactory(code="other", prefecture_code="433100")
    assert put(operator, f"{TOPICS}/{existing.id}", topic(**changes), 422)["field"] == field
    assert db.session.scalars(select(Topic.code)).all() == ["other"]


def test_the_same_product_is_chosen_once(operator: Person) -> None:
    product_id = str(ProductFactory().id)
    twice = topic(code="xiangxi", product_ids=[product_id, product_id])
    assert operator.post(TOPICS, twice, 422)["field"] == "product_ids"


def test_a_code_belongs_to_one_topic(operator: Person) -> None:
    operator.post(TOPICS, topic(code="xiangxi"))
    assert operator.post(TOPICS, topic(code="xiangxi"), 409)["code"] == "topic_code_taken"


def test_a_topic_that_does_not_exist_is_not_found(operator: Person) -> None:
    put(operator, f"{TOPICS}/999", topic(), 404)
    operator.post(f"{TOPICS}/999/ending", {"reason": "结束"}, 404)


def test_times_are_kept_to_the_second_they_were_given(operator: Person) -> None:
    made = operator.post(BANNERS, banner(starts_at="2026-11-01T00:00:00+08:00"))
    assert made["starts_at"] == "2026-11-01T00:00:00+08:00"
    kept = db.session.execute(text("SELECT starts_at FROM banners")).scalar_one()
    assert kept == datetime(2026, 10, 31, 16, tzinfo=UTC)
