"""The home page: what is on now, in order, in a handful of statements, whatever there is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from backend import Service
from backend.catalog.home.models import TopicProduct
from backend.core import clock
from backend.core.database import db
from tests.api import Api
from tests.conftest import Time
from tests.factories import (
    BannerFactory,
    CategoryFactory,
    ProducerFactory,
    ProductFactory,
    SkuFactory,
    TopicFactory,
)

XIANGXI, FENGHUANG = "433100", "433123"


def home(api: Api) -> Any:
    return api.call("GET", "/v1/home", status=200)


def topic(api: Api, code: str, query: str = "", status: int = 200) -> Any:
    return api.call("GET", f"/v1/topics/{code}{query}", status=status)


def choose(topic_id: int, *product_ids: int) -> None:
    for place, product_id in enumerate(product_ids, start=1):
        db.session.add(TopicProduct(topic_id=topic_id, product_id=product_id, place=place))
    db.session.commit()


def ids(cards: list[dict[str, Any]]) -> list[int]:
    return [int(card["id"]) for card in cards]


def test_an_empty_shop_has_an_empty_home(api: Api) -> None:
    shown = home(api)
    assert (shown["banners"], shown["topics"], shown["seasonal"]["items"]) == ([], [], [])
    assert shown["county_ranking"] == {"since": None, "as_of": None, "items": []}


def test_banners_are_shown_in_their_time_and_in_their_order(api: Api) -> None:
    now = clock.now()
    BannerFactory(title="第二", sort=2)
    BannerFactory(title="第一", sort=1, target_kind="county", target_id="430923")
    BannerFactory(title="过去", ends_at=now)
    BannerFactory(title="将来", starts_at=now + timedelta(hours=1))
    shown = home(api)["banners"]
    assert [banner["title"] for banner in shown] == ["第一", "第二"]
    assert (shown[0]["target_kind"], shown[0]["target_id"]) == ("county", "430923")
    assert shown[0]["picture_url"] == "/media/pictures/tea.webp"


def test_a_banner_that_leads_nowhere_is_not_shown(api: Api) -> None:
    listed, gone = ProductFactory(), ProductFactory(state="delisted")
    of_suspended = ProductFactory(producer_id=ProducerFactory(state="suspended").id)
    over = TopicFactory(ends_at=clock.now())
    running = TopicFactory()
    for kind, target in (
        ("product", listed.id), ("product", gone.id), ("product", of_suspended.id),
        ("product", 10**17), ("topic", over.code), ("topic", running.code), ("none", None),
    ):  # fmt: skip
        BannerFactory(target_kind=kind, target_id=target and str(target))
    shown = {(banner["target_kind"], banner["target_id"]) for banner in home(api)["banners"]}
    assert shown == {("product", str(listed.id)), ("topic", running.code), ("none", None)}


def test_a_topic_shows_its_chosen_products_first_and_then_what_fits(api: Api) -> None:
    honey, ginger, rice = (ProductFactory(county_code=FENGHUANG) for _ in range(3))
    elsewhere, other = ProductFactory(), ProductFactory()
    ProductFactory(county_code=FENGHUANG, state="draft")
    ProductFactory(county_code=FENGHUANG, producer_id=ProducerFactory(state="suspended").id)
    week = TopicFactory(code="xiangxi", title="湘西周", prefecture_code=XIANGXI)
    choose(week.id, elsewhere.id, honey.id)
    (shown,) = home(api)["topics"]
    assert (shown["code"], shown["title"]) == ("xiangxi", "湘西周")
    assert ids(shown["products"]) == [elsewhere.id, honey.id, rice.id, ginger.id]
    assert other.id not in ids(shown["products"])


def test_a_card_on_the_home_page_is_the_card_of_the_list(api: Api) -> None:
    sku = SkuFactory(price_fen=4580)
    TopicFactory(county_code="430923")
    (listed,) = api.call("GET", "/v1/products", status=200)["items"]
    assert home(api)["topics"][0]["products"] == [listed]
    assert listed["id"] == str(sku.product_id)


def test_every_filter_of_a_topic_must_fit(api: Api) -> None:
    CategoryFactory(code="tea_dark", name="黑茶", parent_code=CategoryFactory().code, sort=2)
    CategoryFactory(code="rice", name="米", sort=3)
    dark = ProductFactory(county_code=FENGHUANG, category_code="tea_dark")
    ProductFactory(county_code=FENGHUANG, category_code="rice")
    ProductFactory(county_code="433122", category_code="tea")
    TopicFactory(
        prefecture_code=XIANGXI, county_code=FENGHUANG, category_code="tea", code="darktea"
    )
    assert ids(topic(api, "darktea")["items"]) == [dark.id]


def test_a_topic_of_chosen_products_only_holds_no_others(api: Api) -> None:
    one, _ = ProductFactory(), ProductFactory()
    choose(TopicFactory(code="chosen").id, one.id)
    assert ids(topic(api, "chosen")["items"]) == [one.id]


def test_a_topic_is_read_page_by_page_without_gap_or_double(api: Api) -> None:
    products = [ProductFactory(county_code=FENGHUANG).id for _ in range(7)]
    chosen = [products[3], products[0], products[5]]
    choose(TopicFactory(code="xiangxi", prefecture_code=XIANGXI).id, *chosen)
    rest = [id_ for id_ in reversed(products) if id_ not in chosen]
    for limit in (1, 2, 3, 10):
        seen, query = [], f"?limit={limit}"
        while query:
            page = topic(api, "xiangxi", query)
            seen += ids(page["items"])
            following = page["next_cursor"]
            query = f"?limit={limit}&cursor={following}" if following else ""
        assert seen == chosen + rest, limit


@pytest.mark.parametrize("days", [-8, 8])
def test_a_topic_outside_its_time_does_not_exist(api: Api, days: int) -> None:
    begins = clock.now() + timedelta(days=days)
    TopicFactory(code="later", starts_at=begins, ends_at=begins + timedelta(days=7))
    assert topic(api, "later", status=404)["code"] == "topic_not_found"
    assert home(api)["topics"] == []


def test_what_is_in_season_goes_by_the_month_in_shanghai(api: Api, time: Time) -> None:
    orange = ProductFactory(season_months=[11, 12])
    ProductFactory(season_months=[10])
    ProductFactory(season_months=[11], state="delisted")
    ProductFactory(season_months=[11], producer_id=ProducerFactory(state="suspended").id)
    time.freeze(datetime(2026, 10, 31, 16, 30, tzinfo=UTC))
    shown = home(api)["seasonal"]
    assert (shown["month"], ids(shown["items"])) == (11, [orange.id])


def test_the_number_of_statements_hangs_not_on_what_there_is(app: Service, api: Api) -> None:
    counted: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.append(statement)

    for number in range(4):
        week = TopicFactory(prefecture_code=XIANGXI)
        choose(week.id, *(ProductFactory(season_months=[clock.today().month]).id for _ in "ab"))
        BannerFactory(sort=number)
    event.listen(db.engine, "before_cursor_execute", count)
    try:
        shown = home(api)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert len(shown["topics"]) == len(shown["banners"]) == 4
    assert len(counted) <= 6, counted
