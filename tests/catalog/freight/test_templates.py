"""A producer's people make, change and retire templates; nobody else does."""

from typing import Any

import pytest
from sqlalchemy import func, select

from backend import Service
from backend.catalog.freight import templates
from backend.catalog.freight.charging import Rule
from backend.catalog.freight.models import FreightRule, FreightTemplate
from backend.core.audit import AuditEntry
from backend.core.caller import Role
from backend.core.database import db, transaction
from tests.api import Api, Person
from tests.factories import (
    FreightTemplateFactory,
    ProducerFactory,
    UserFactory,
    freight_rule,
    producer_person,
    staff,
)
from tests.racing import at_once

STEPS = {"first_amount": 1, "first_fen": 800, "next_amount": 1, "next_fen": 200}
EVERYWHERE = {"area_codes": [], **STEPS}


@pytest.fixture
def producer_id(api: Api) -> int:
    return int(ProducerFactory().id)


@pytest.fixture
def person(api: Api, producer_id: int) -> Person:
    return producer_person(api, producer_id)


@pytest.fixture
def path(producer_id: int) -> str:
    return f"/v1/producers/{producer_id}/freight-templates"


def body(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"name": "茶叶", "charged_by": "piece", "rules": list(rules) or [EVERYWHERE], **changes}


def put(who: Person, path: str, what: Any, status: int = 200) -> Any:
    return who.api.call("PUT", path, what, token=who.token, status=status)


def items(who: Person, path: str) -> list[Any]:
    return list(who.get(path)["items"])


def defaults(producer_id: int) -> list[int]:
    query = select(FreightTemplate.id).filter_by(
        producer_id=producer_id, is_default=True, retired_at=None
    )
    return list(db.session.scalars(query))


def audited() -> list[tuple[Any, ...]]:
    query = select(AuditEntry.action, AuditEntry.by_user_id, AuditEntry.subject).where(
        AuditEntry.action.like("%freight%")
    )
    return [tuple(row) for row in db.session.execute(query.order_by(AuditEntry.id))]


def test_a_template_says_what_it_was_told(person: Person, path: str) -> None:
    nothing_there = {"area_codes": ["650000", "540000"], "deliverable": False}
    hunan = {"area_codes": ["430000", "440300"], **STEPS, "first_fen": 0}
    said = body(EVERYWHERE, nothing_there, hunan, free_from_fen=9900, charged_by="weight")
    made = person.post(path, said)
    assert made["is_default"]
    assert (made["free_from_fen"], made["charged_by"]) == (9900, "weight")
    assert made["retired_at"] is None
    rest, refused, near = made["rules"]
    assert rest == {**EVERYWHERE, "area_names": [], "deliverable": True}
    assert refused["area_names"] == ["新疆维吾尔自治区", "西藏自治区"]
    assert {refused[name] for name in STEPS} == {None}
    assert near["area_names"] == ["湖南省", "广东省 440300"]
    assert items(person, path) == [made]
    assert audited() == [("make_freight_template", person.id, f"freight_template:{made['id']}")]


def test_counties_and_prefectures_of_hunan_are_called_by_their_names(
    person: Person, path: str
) -> None:
    made = person.post(path, body({**EVERYWHERE, "area_codes": ["430923", "430900", "430104"]}))
    assert made["rules"][0]["area_names"] == ["安化县", "益阳市", "湖南省 430104"]


def test_the_first_template_is_the_default_and_another_can_become_it(
    person: Person, path: str, producer_id: int
) -> None:
    first, second = (person.post(path, body(name=name)) for name in ("茶叶", "水果"))
    assert (first["is_default"], second["is_default"]) == (True, False)
    for _ in range(2):
        assert person.post(f"{path}/{second['id']}/default")["is_default"]
        assert defaults(producer_id) == [int(second["id"])]
    assert [action for action, *_ in audited()].count("set_default_freight_template") == 1


def test_a_change_replaces_the_rules_and_the_audit_keeps_the_old_ones(
    person: Person, path: str
) -> None:
    made = person.post(path, body(EVERYWHERE, {**EVERYWHERE, "area_codes": ["430000"]}))
    after = body({**EVERYWHERE, "first_fen": 1500}, name="水果", charged_by="weight")
    changed = put(person, f"{path}/{made['id']}", after)
    assert (changed["id"], changed["name"]) == (made["id"], "水果")
    assert [rule["first_fen"] for rule in changed["rules"]] == [1500]
    assert items(person, path) == [changed]
    assert db.session.scalar(select(func.count()).select_from(FreightRule)) == 1
    entry = db.session.scalars(select(AuditEntry).filter_by(action="change_freight_template")).one()
    assert [rule["first_fen"] for rule in entry.detail["before"]["rules"]] == [800, 800]
    assert entry.detail["said"]["name"] == "水果"


def test_what_is_listed_can_be_sent_back_unchanged(person: Person, path: str) -> None:
    made = person.post(path, body(EVERYWHERE, {"area_codes": ["650000"], "deliverable": False}))
    rules = [
        {name: value for name, value in rule.items() if name != "area_names"}
        for rule in made["rules"]
    ]
    assert put(person, f"{path}/{made['id']}", body(*rules, free_from_fen=None)) == made


def test_two_templates_in_use_have_two_names(person: Person, path: str) -> None:
    first = person.post(path, body(name="茶叶"))
    second = person.post(path, body(name="水果"))
    refusal = person.post(path, body(name="茶叶"), 409)
    assert (refusal["code"], refusal["field"]) == ("freight_template_name_taken", "name")
    refusal = put(person, f"{path}/{second['id']}", body(name="茶叶"), 409)
    assert refusal["code"] == "freight_template_name_taken"
    put(person, f"{path}/{first['id']}", body(name="茶叶", charged_by="weight"))
    person.post(f"{path}/{second['id']}/retirement")
    person.post(path, body(name="水果"))


def test_another_producer_may_use_the_same_name(api: Api, person: Person, path: str) -> None:
    person.post(path, body())
    other = ProducerFactory()
    producer_person(api, other.id).post(f"/v1/producers/{other.id}/freight-templates", body())


def test_the_default_is_retired_last(person: Person, path: str, producer_id: int) -> None:
    first, second = (person.post(path, body(name=name))["id"] for name in ("茶叶", "水果"))
    refusal = person.post(f"{path}/{first}/retirement", status=409)
    assert refusal["code"] == "freight_template_is_default"
    assert defaults(producer_id) == [int(first)]
    for _ in range(2):
        assert person.post(f"{path}/{second}/retirement")["retired_at"]
    assert person.post(f"{path}/{first}/retirement")["is_default"] is False
    assert items(person, path) == []
    assert [action for action, *_ in audited()].count("retire_freight_template") == 2


def test_a_retired_template_stays_as_it_is(person: Person, path: str) -> None:
    made = person.post(path, body())["id"]
    person.post(f"{path}/{made}/retirement")
    assert put(person, f"{path}/{made}", body(), 404)["code"] == "not_found"
    assert person.post(f"{path}/{made}/default", status=404)["code"] == "not_found"


def test_after_the_last_one_a_new_template_is_the_default_again(person: Person, path: str) -> None:
    made = person.post(path, body())["id"]
    person.post(f"{path}/{made}/retirement")
    assert person.post(path, body())["is_default"]


def test_nobody_touches_the_templates_of_another_producer(api: Api, person: Person) -> None:
    theirs = FreightTemplateFactory()
    mine = f"/v1/producers/{ProducerFactory().id}/freight-templates"
    stranger = f"/v1/producers/{theirs.producer_id}/freight-templates"
    for at in (mine, stranger):
        person.get(at, 404)
        person.post(at, body(), 404)
        put(person, f"{at}/{theirs.id}", body(), 404)
        person.post(f"{at}/{theirs.id}/retirement", status=404)
        person.post(f"{at}/{theirs.id}/default", status=404)
    assert (theirs.retired_at, db.session.scalar(select(func.count(FreightTemplate.id)))) == (
        None,
        1,
    )


def test_a_template_is_not_reached_through_ones_own_producer(person: Person, path: str) -> None:
    theirs = FreightTemplateFactory()
    put(person, f"{path}/{theirs.id}", body(), 404)
    person.post(f"{path}/{theirs.id}/retirement", status=404)
    person.post(f"{path}/{theirs.id}/default", status=404)


def test_an_operator_looks_and_changes_nothing(api: Api, person: Person, path: str) -> None:
    made = person.post(path, body())
    operator = staff(api)
    assert items(operator, path.replace("/v1/", "/v1/operator/")) == [made]
    assert operator.post(path, body(name="水果"), 403)["code"] == "not_allowed"
    assert staff(api, Role.finance).get(path, 403)["code"] == "not_allowed"
    operator.get("/v1/operator/producers/999/freight-templates", 404)


def test_the_list_goes_on_by_cursor(person: Person, path: str) -> None:
    made = [person.post(path, body(name=f"模板 {n}"))["id"] for n in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = person.get(f"{path}?limit=2{cursor and '&cursor=' + cursor}")
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made


def areas(*codes: str, **changes: Any) -> dict[str, Any]:
    return {"area_codes": list(codes), **STEPS, **changes}


def but(rule: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key != name}


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ([EVERYWHERE, EVERYWHERE], "rules.1.area_codes"),
        ([areas("430000"), areas("440000", "430000")], "rules.1.area_codes.1"),
        ([areas("430000", "430000")], "rules.0.area_codes.1"),
        ([areas("990000")], "rules.0.area_codes.0"),
        ([areas("430000"), areas("43092")], "rules.1.area_codes.0"),
        ([areas("430023")], "rules.0.area_codes.0"),
        ([areas("４３０９２３")], "rules.0.area_codes.0"),
        ([areas("430000"), areas("110000", "434500")], "rules.1.area_codes.1"),
        ([areas("436001")], "rules.0.area_codes.0"),
        ([areas("430000", deliverable=False)], "rules.0.first_amount"),
        ([{"area_codes": [], "deliverable": False}], "rules"),
        ([but(EVERYWHERE, "next_fen")], "rules.0.next_fen"),
        ([areas(first_fen=None)], "rules.0.first_fen"),
        ([areas(first_amount=0)], "rules.0.first_amount"),
        ([areas(next_amount=0)], "rules.0.next_amount"),
        ([areas(first_amount=1_000_001)], "rules.0.first_amount"),
        ([areas(first_fen=-1)], "rules.0.first_fen"),
        ([areas(next_fen=100_001)], "rules.0.next_fen"),
        ([areas(f"11{n:04d}") for n in range(101, 152)], "rules"),
        ([areas(*(f"11{n:04d}" for n in range(k, k + 201))) for k in (1101, 1401)], "rules"),
        ([], "rules"),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(
    person: Person, path: str, rules: list[Any], field: str
) -> None:
    refusal = person.post(path, {**body(), "rules": rules}, 422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", field)
    assert items(person, path) == []


def test_the_largest_template_fits(person: Person, path: str) -> None:
    rules = [areas(*(f"11{n:04d}" for n in range(k, k + 8))) for k in range(1101, 1500, 8)]
    made = person.post(path, body(*rules))
    assert (len(made["rules"]), sum(len(each["area_codes"]) for each in made["rules"])) == (50, 400)


def content(name: str, *rules: Rule) -> templates.Content:
    return templates.Content(name, "piece", None, rules)


@pytest.mark.slow
def test_two_changes_at_once_never_mix_their_rules(app: Service, producer_id: int) -> None:
    template_id = FreightTemplateFactory(producer_id=producer_id).id
    by = UserFactory().id

    def change(fen: int) -> None:
        rules = [Rule((f"{11 + n}0000",), True, 1, fen, 1, fen) for n in range(5)]
        with app.app_context(), transaction():
            templates.change(producer_id, template_id, content(f"{fen}", *rules), by)

    at_once(change, [100, 200, 300, 400])
    found = db.session.scalars(select(FreightRule.first_fen)).all()
    assert len(found) == 5
    assert len(set(found)) == 1
    assert db.session.scalars(select(FreightTemplate.name)).all() == [str(found[0])]


@pytest.mark.slow
def test_first_templates_made_at_once_have_one_default(app: Service, producer_id: int) -> None:
    by = UserFactory().id

    def make(n: int) -> int:
        with app.app_context(), transaction():
            return templates.make(producer_id, content(f"{n}", Rule(())), by).id

    made = at_once(make, range(4))
    assert len(set(made)) == 4
    assert len(defaults(producer_id)) == 1

    def choose(template_id: int) -> None:
        with app.app_context(), transaction():
            templates.set_default(producer_id, template_id, by)

    at_once(choose, made)
    assert len(defaults(producer_id)) == 1


def test_rules_leave_with_their_place_in_the_template(app: Service) -> None:
    """A rule list shorter than before leaves nothing behind."""
    made = FreightTemplateFactory(rules=[freight_rule("430000"), freight_rule()])
    with transaction():
        templates.change(made.producer_id, made.id, content("短", Rule(())), UserFactory().id)
    assert db.session.scalar(select(func.count(FreightRule.id))) == 1
