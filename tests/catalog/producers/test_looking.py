"""Who sees what of a producer: everybody its public face, staff everything, and it is noted."""

from datetime import date

import pytest

from tests.api import Api
from tests.catalog.producers.scenes import CONTACT, act, audited, register
from tests.conftest import Time
from tests.factories import (
    ProducerFactory,
    ProducerLicenceFactory,
    producer_person,
    registered_producer,
    staff,
)

PUBLIC = {
    "id",
    "name",
    "kind",
    "credit_code",
    "county_code",
    "county_name",
    "area_class",
    "prefecture_name",
    "story",
    "households",
    "licences",
}


def test_everybody_sees_an_approved_producer_and_its_licences(api: Api) -> None:
    producer = registered_producer("approved")
    ProducerLicenceFactory(
        producer_id=producer.id, kind="food_trade", number="JY1", valid_to=date(2029, 4, 30)
    )
    ProducerLicenceFactory(producer_id=producer.id, kind="other", number="INTERNAL")
    seen = api.call("GET", f"/v1/producers/{producer.id}", status=200)
    assert seen.keys() == PUBLIC
    assert (seen["credit_code"], seen["county_name"]) == (producer.credit_code, "安化县")
    assert (seen["area_class"], seen["prefecture_name"]) == ("national", "益阳市")
    assert [(each["kind"], each["valid_to"]) for each in seen["licences"]] == [
        ("business", None),
        ("food_trade", "2029-04-30"),
    ]
    assert all("scan" not in each for each in seen["licences"])


@pytest.mark.parametrize("state", ["submitted", "returned", "suspended"])
def test_no_other_producer_is_seen(api: Api, state: str) -> None:
    producer = registered_producer(state)
    assert api.call("GET", f"/v1/producers/{producer.id}", status=404)["code"] == "not_found"


def test_who_is_suspended_is_gone_within_a_second(api: Api, time: Time) -> None:
    producer = registered_producer("approved")
    path = f"/v1/producers/{producer.id}"
    api.call("GET", path, status=200)
    act(staff(api), producer.id, "suspension", reason="掺杂使假")
    api.wait_for(lambda: api.send("GET", path, None, {}).status_code == 404, seconds=3)


def test_a_page_shown_again_needs_not_be_sent(api: Api) -> None:
    path = f"/v1/producers/{registered_producer('approved').id}"
    etag = api.send("GET", path, None, {}).headers["ETag"]
    assert api.send("GET", path, None, {"If-None-Match": etag}).status_code == 304


def test_staff_see_contacts_in_full_and_it_is_noted(api: Api) -> None:
    made = register(api.log_in())
    operator = staff(api)
    seen = operator.get(f"/v1/operator/producers/{made['id']}")
    assert seen == made
    assert seen["contacts"] == [CONTACT]
    assert audited("inspect_producer") == [(operator.id, f"producer:{made['id']}", None)]


def test_a_look_at_nothing_is_not_noted(api: Api) -> None:
    assert staff(api).get("/v1/operator/producers/999", 404)["code"] == "not_found"
    assert audited("inspect_producer") == []


def test_contacts_are_shown_to_nobody_else(api: Api) -> None:
    producer = registered_producer("approved")
    public = api.send("GET", f"/v1/producers/{producer.id}", None, {}).text
    headers = {"Authorization": f"Bearer {staff(api).token}"}
    listed = api.send("GET", "/v1/operator/producers", None, headers).text
    for text in (public, listed):
        assert producer.name in text
        assert CONTACT["phone"] not in text
        assert CONTACT["name"] not in text
    stranger = producer_person(api, ProducerFactory().id)
    stranger.get(f"/v1/producers/{producer.id}/registration", 404)
    assert producer_person(api, producer.id).get(f"/v1/producers/{producer.id}/registration")[
        "contacts"
    ] == [CONTACT]


def test_staff_find_producers_by_state_name_and_code(api: Api) -> None:
    tea = registered_producer("submitted", name="云台山茶叶合作社")
    rice = registered_producer("submitted", name="100% 大米厂")
    pork = registered_producer("approved", name="茶油土猪")
    operator = staff(api)

    def found(query: str) -> list[str]:
        return [row["id"] for row in operator.get(f"/v1/operator/producers{query}")["items"]]

    assert found("") == [str(pork.id), str(rice.id), str(tea.id)]
    assert found("?state=submitted") == [str(rice.id), str(tea.id)]
    assert found("?search=茶") == [str(pork.id), str(tea.id)]
    assert found("?search=茶&state=submitted") == [str(tea.id)]
    assert found(f"?search={rice.credit_code.lower()}") == [str(rice.id)]
    assert found("?search=%25") == [str(rice.id)], "a sign of LIKE is a sign like any other"
    assert found("?search=_") == []
    assert found("?state=suspended") == []


def test_the_list_goes_on_where_it_stopped(api: Api) -> None:
    wanted = [str(registered_producer().id) for _ in range(5)][::-1]
    operator, found, cursor = staff(api), [], ""
    while True:
        page = operator.get(f"/v1/operator/producers?limit=2{cursor}")
        found += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == wanted
