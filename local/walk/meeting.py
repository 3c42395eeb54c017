"""The walk up to the quote: the shop, the competitor's link, the buyer who comes by it."""

import secrets
from collections import Counter
from typing import Any

from local.walk.client import WrongError, check
from local.walk.printing import yuan
from local.walk.story import DELIVERED_TO, Goods, Story

COMPETITOR = "demo-competitor-01"
CATEGORY = "tea"
PAGE = 4
QUANTITIES = (2, 3)


def service_is_ready(story: Story) -> None:
    story.tell.step("服务就绪", "the service is ready")
    story.tell.asked("GET /readyz")
    state = story.service.get("/readyz")
    check("/readyz status", state["status"], "ready")
    story.tell.fact(
        f"数据库 {state['database']}，队列 {state['queue']}（{state['workers']} 个工作进程），"
        f"缓存 {state['cache']}"
    )


def look_around(story: Story) -> None:
    """Areas, categories, two pages of a list, a county's goods."""
    story.tell.step("看货架", "the catalogue")
    story.tell.asked("GET /v1/areas")
    prefectures = story.service.get("/v1/areas")["items"]
    counties = [county for each in prefectures for county in each["counties"]]
    classes = Counter(county["area_class"] for county in counties)
    check("prefectures, counties", (len(prefectures), len(counties)), (14, 51))
    check("national, provincial", (classes["national"], classes["provincial"]), (40, 11))
    story.tell.fact("14 个市州，51 个帮扶县：国家级 40，省级 11")

    categories = story.service.get("/v1/categories")["items"]
    check("the category is listed", CATEGORY in {each["code"] for each in categories}, True)
    story.tell.asked(f"GET /v1/products?category={CATEGORY}&limit={PAGE} + cursor")
    first = story.service.get("/v1/products", category=CATEGORY, limit=PAGE)
    second = story.service.get(
        "/v1/products", category=CATEGORY, limit=PAGE, cursor=first["next_cursor"]
    )
    ids = [int(card["id"]) for page in (first, second) for card in page["items"]]
    check("two pages without repetition", ids, sorted(set(ids), reverse=True))
    check("cards on two pages", len(ids), 2 * PAGE)
    story.tell.fact(f"{len(categories)} 个类目；茶叶两页各 {PAGE} 件，游标翻页无重复")

    county = first["items"][0]["county_code"]
    listed = story.service.get("/v1/products", county=county, limit=100)["items"]
    check("goods of one county", {card["county_code"] for card in listed}, {county})
    story.tell.fact(f"按县筛选：{first['items'][0]['county_name']} {len(listed)} 件")
    _choose_goods(story, [*first["items"], *second["items"]])


def _choose_goods(story: Story, cards: list[dict[str, Any]]) -> None:
    """One SKU each of two products, with plenty in stock and free of limits."""
    for card in cards:
        if len(story.goods) == len(QUANTITIES):
            break
        product = story.service.get(f"/v1/products/{card['id']}")
        quantity = QUANTITIES[len(story.goods)]
        fitting = [
            sku
            for sku in product["skus"]
            if sku["purchase_limit"] is None and sku["min_quantity"] <= quantity < sku["available"]
        ]
        if fitting:
            sku = fitting[0]
            chosen = Goods(
                product["id"],
                product["name"],
                sku["id"],
                sku["spec"],
                sku["price_fen"],
                quantity,
            )
            story.goods.append(chosen)
            mark = product["recognition"]["number"] if product["recognition"] else "无"
            story.tell.fact(
                f"{chosen.product_name} {chosen.spec} {yuan(chosen.price_fen)}"
                f"（{product['county_name']}，{product['producer_name']}，认定 {mark}）"
                f" 库存 {sku['available']}"
            )
    if len(story.goods) < len(QUANTITIES):
        raise WrongError("goods with enough stock", len(QUANTITIES), len(story.goods))
    story.stock_before = story.stock()


def competitor_shares(story: Story) -> None:
    story.tell.step("参赛者登录并分享", "a competitor logs in and shares a link")
    code = story.wechat.login_code(COMPETITOR)["code"]
    story.tell.asked("POST /v1/sessions, POST /v1/competitor/referral-links")
    session = story.service.post("/v1/sessions", {"code": code})
    story.competitor = story.service.as_(session["token"])
    wish = {"target_kind": "product", "target_id": story.goods[0].product_id}
    link = story.competitor.post("/v1/competitor/referral-links", wish)
    again = story.competitor.post("/v1/competitor/referral-links", wish)
    check("the same wish gives the same link", again["code"], link["code"])
    story.link_code = link["code"]
    story.credit_before = story.competitor.get("/v1/competitor/credit")
    story.tell.fact(
        f"{story.credit_before['institution_name']}「{story.credit_before['team_name']}」"
        f" 推荐码 {link['code']}"
    )
    story.tell.fact(f"此前待确认业绩 {yuan(story.credit_before['pending_fen'])}")


def stranger_becomes_buyer(story: Story) -> None:
    story.tell.step("访客打开链接后登录", "a stranger opens the link, then logs in")
    story.tell.asked(f"POST /v1/referral-links/{story.link_code}/visits")
    visit = story.service.post(f"/v1/referral-links/{story.link_code}/visits", {})
    check("the link's target", visit["target_id"], story.goods[0].product_id)
    login = story.wechat.login_code()
    story.openid = login["openid"]
    story.tell.asked("POST /v1/sessions {code, visitor_id}")
    body = {"code": login["code"], "visitor_id": visit["visitor_id"]}
    session = story.service.post("/v1/sessions", body)
    check("a first login", session["is_new"], True)
    story.buyer = story.service.as_(session["token"])
    story.tell.fact(f"新用户 {session['user_id']}，此前的访问归其名下")

    phone = f"1990000{secrets.randbelow(10**4):04d}"
    code = story.wechat.phone_code(story.openid, phone)
    story.tell.asked("POST /v1/me/phone")
    bound = story.buyer.post("/v1/me/phone", {"code": code}, status=200)
    check("the phone is masked", bound["phone_masked"], f"{phone[:3]}****{phone[-4:]}")
    story.tell.fact(f"手机号已绑定 {bound['phone_masked']}")


def quote_names_the_competitor(story: Story) -> None:
    story.tell.step("报价", "the quote, and whom it credits")
    story.tell.asked("POST /v1/quotes")
    wishes = [{"sku_id": each.sku_id, "quantity": each.quantity} for each in story.goods]
    asked = {"lines": wishes, "area_code": DELIVERED_TO}
    quote = story.as_buyer().post("/v1/quotes", asked, status=200)
    story.freight_fen = quote["freight_fen"]
    check("goods of the quote", quote["goods_fen"], story.goods_fen)
    check("total of the quote", quote["total_fen"], story.total_fen)
    for each in story.goods:
        story.tell.fact(
            f"{each.product_name} {yuan(each.price_fen)} × {each.quantity}"
            f" = {yuan(each.amount_fen)}"
        )
    check("the team credited", quote["credits"]["team_name"], story.credit_before["team_name"])
    story.tell.fact(
        f"运费 {yuan(quote['freight_fen'])}，合计 {yuan(quote['total_fen'])}，业绩归"
        f" {quote['credits']['competitor_name']}（{quote['credits']['team_name']}）"
    )
