"""Which templates charge an order, as the database has them, in one query."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from backend import Service
from backend.catalog.freight.charging import FreightCharge, FreightLine, charge
from backend.core import clock
from backend.core.database import db
from tests.factories import FreightTemplateFactory, ProducerFactory, freight_rule

ANHUA, URUMQI = "430923", "650102"

pytestmark = pytest.mark.usefixtures("app")


def line(producer_id: int, template_id: int | None = None, **changes: Any) -> FreightLine:
    return replace(FreightLine(producer_id, template_id, 1, 500, 3000), **changes)


def test_a_line_is_charged_by_its_own_template_or_the_default() -> None:
    default = FreightTemplateFactory()
    own = FreightTemplateFactory(
        producer_id=default.producer_id, is_default=False, rules=[freight_rule(first_fen=1500)]
    )
    lines = [line(default.producer_id), line(default.producer_id, own.id)]
    assert charge(lines, ANHUA) == FreightCharge((800, 1500))


def test_areas_and_refusals_are_read_as_they_were_stored() -> None:
    rules = [
        freight_rule("430000", first_fen=300),
        freight_rule("650000", deliverable=False),
        freight_rule(),
    ]
    made = FreightTemplateFactory(rules=rules, charged_by="weight", free_from_fen=9900)
    lines = [line(made.producer_id, weight_g=3)]
    assert charge(lines, ANHUA) == FreightCharge((300 + 2 * 200,))
    assert charge(lines, URUMQI) == FreightCharge((0,), (0,))
    assert charge(lines, None) == FreightCharge((0,), area_needed=True)
    assert charge([line(made.producer_id, amount_fen=9900)], ANHUA) == FreightCharge((0,))


def test_a_retired_template_leaves_its_products_to_the_default() -> None:
    retired = FreightTemplateFactory(is_default=False, retired_at=clock.now())
    lines = [line(retired.producer_id, retired.id)]
    assert charge(lines, ANHUA) == FreightCharge((0,))
    FreightTemplateFactory(producer_id=retired.producer_id, rules=[freight_rule(first_fen=600)])
    assert charge(lines, ANHUA) == FreightCharge((600,))


def test_another_producers_template_charges_nothing() -> None:
    theirs = FreightTemplateFactory()
    assert charge([line(ProducerFactory().id, theirs.id)], ANHUA) == FreightCharge((0,))


def test_a_template_without_rules_is_sent_nowhere() -> None:
    made = FreightTemplateFactory(rules=[])
    assert charge([line(made.producer_id)], ANHUA) == FreightCharge((0,), (0,))


@pytest.fixture
def statements(app: Service) -> Iterator[list[str]]:
    """What the database is asked from here on."""
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def test_however_many_lines_there_are_the_database_is_asked_once(statements: list[str]) -> None:
    made = [FreightTemplateFactory(rules=[freight_rule("430000"), freight_rule()]) for _ in "abc"]
    lines = [line(each.producer_id, own) for each in made for own in (None, each.id)]
    statements.clear()
    assert charge(lines, ANHUA).total_fen == 3 * 1000
    assert len(statements) == 1
    statements.clear()
    assert charge([], ANHUA) == FreightCharge(())
    assert statements == []
