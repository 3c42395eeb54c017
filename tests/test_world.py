"""A world with people of every role that many requests are tried in, and that can be restored.

Building it takes a second, so a module builds it once; what a request changed is put back.
"""

import contextvars
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import psycopg
import pytest
import redis
from flask import Flask
from psycopg import sql
from werkzeug.test import TestResponse

from backend import Service
from backend.accounts.people import block
from backend.accounts.roles import grant
from backend.catalog.producers.models import ProducerState
from backend.catalog.products import drafting, listing
from backend.catalog.products.models import Product, ProductVersion, Sku
from backend.catalog.stock import low
from backend.competition.models import Team
from backend.core.alarms import raise_alarm
from backend.core.caller import STAFF, Role
from backend.core.database import db, transaction
from backend.core.life import SYSTEM
from backend.settings import Settings
from simulator.testing import RunningSimulator
from tests.api import Api, Person, in_process
from tests.catalog.products.contents import content, sku_said
from tests.catalog.sheets.scenes import imports_of
from tests.conftest import empty
from tests.factories import (
    PASSWORD,
    BannerFactory,
    CompetitorFactory,
    FreightTemplateFactory,
    ProducerMemberFactory,
    RecognitionFactory,
    SkuFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    create_staff,
    registered_producer,
)
from tests.orders.vouchers.scenes import paid_vouchers
from tests.uploads import PDF, upload

Digest = dict[str, tuple[int, str]]
"""By table: how many rows, and a hash of them all."""


class Tables:
    """Every table of a database: what is in them, and a copy to return to."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        found = self._connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        )
        self._names = [name for (name,) in found]
        self._kept: Digest = {}

    def digest(self) -> Digest:
        query = sql.SQL(" UNION ALL ").join(
            sql.SQL(
                "SELECT {name}, count(*), md5(coalesce(string_agg(r::text, '|' ORDER BY r::text),"
                " '')) FROM {table} r"
            ).format(name=sql.Literal(name), table=sql.Identifier(name))
            for name in self._names
        )
        rows = self._connection.execute(query, prepare=True)
        return {name: (count, md5) for name, count, md5 in rows}

    def keep(self) -> None:
        """Remember everything as it is now."""
        for name in self._names:
            self._run("CREATE TEMP TABLE {copy} AS TABLE {table}", name)
        self._kept = self.digest()

    def changed(self) -> list[str]:
        """The tables that are no longer as they were kept."""
        now = self.digest()
        return [name for name in self._names if now[name] != self._kept[name]]

    def restore(self) -> None:
        """Make everything as it was kept; triggers that guard history are passed over."""
        changed = self.changed()
        if not changed:
            return
        with self._connection.transaction():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            for name in changed:
                self._run("DELETE FROM {table}", name)
                self._run("INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {copy}", name)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.encode(), values).fetchall()

    def close(self) -> None:
        self._connection.close()

    def _run(self, statement: str, name: str) -> None:
        self._connection.execute(
            sql.SQL(statement).format(
                table=sql.Identifier("public", name), copy=sql.Identifier("kept_" + name)
            )
        )


@dataclass(frozen=True)
class Example:
    """A request that succeeds when the person named (nobody for `None`) sends it."""

    method: str
    path: str
    by: str | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass
class World:
    """People of every role, and one of each thing that a request can name."""

    app: Service
    api: Api
    tables: Tables
    people: dict[str, Person]
    sku: Sku
    product: Product
    drafted: ProductVersion
    in_review: ProductVersion
    delisted_product_id: int
    recognition_id: int
    notice_id: int
    banner_id: int
    topic_id: int
    team: Team
    new_user_id: int
    second_competitor_id: int
    blocked_user_id: int
    alarm_id: int
    link_code: str
    unpaid_order_no: str
    paid_order_no: str
    producer_id: int
    freight_template_id: int
    producers: dict[str, int]
    """By state; `people["producer"]` owns them all."""
    producer_member_id: int
    invitation_code: str
    document_no: str
    voucher_order_no: str
    voucher_producer_id: int
    voucher_code: str
    """Not redeemed yet; the order's others were redeemed and given back."""
    checked_import_no: str
    applied_import_no: str

    STAFF_LOGIN: ClassVar[str] = "known.operator"

    def send(
        self,
        method: str,
        path: str,
        *,
        by: str | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """A request with exactly these bytes; as JSON unless the headers say otherwise."""
        sent = dict(headers or {})
        if by is not None:
            sent.setdefault("Authorization", f"Bearer {self.people[by].token}")
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        return send(self.app, method, path, data=data, headers=sent)

    def ask(self, example: Example, **changes: Any) -> TestResponse:
        """Send an example, with other `by`, `path`, `body` or `headers` where they are given."""
        asked = replace(example, **changes)
        data = asked.body
        if data is not None and not isinstance(data, bytes):
            data = json.dumps(data).encode()
        return self.send(asked.method, asked.path, by=asked.by, data=data, headers=asked.headers)


def send(
    app: Flask,
    method: str,
    path: str,
    *,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> TestResponse:
    """Straight into an application, in a context that shares no session with the test."""
    client = app.test_client()
    return contextvars.Context().run(
        client.open, path, method=method, data=data, headers=dict(headers or {})
    )


@contextmanager
def standing_world(app: Service, settings: Settings, wechat: RunningSimulator) -> Iterator[World]:
    """A world in an otherwise empty database, kept so that it can be restored."""
    wechat.post("/reset")
    empty(settings.database_url)
    redis.Redis.from_url(str(settings.redis_url)).flushall()
    tables = Tables(settings.database_url)
    with app.app_context():
        world = _build(app, Api(in_process(app), wechat), tables)
    (settings.media_directory / "tea.webp").write_bytes(b"a picture")
    tables.keep()
    yield world
    tables.close()


def _build(app: Service, api: Api, tables: Tables) -> World:
    sku, team = SkuFactory(price_fen=5990, stock=100), TeamFactory()
    people = _people(api)
    CompetitorFactory(user_id=people["competitor"].id, team_id=team.id)
    second = CompetitorFactory(team_id=team.id)
    recognition = RecognitionFactory(product_id=sku.product_id)
    buyer, blocked = people["consumer"], UserFactory()
    link_code = people["competitor"].make_link()
    buyer.visit(link_code)
    paid = buyer.place((sku.id, 1))["no"]
    buyer.pay(paid)
    producer_id = db.session.get_one(Product, sku.product_id).producer_id
    # Not the default, so that the examples' orders are delivered free.
    template = FreightTemplateFactory(producer_id=producer_id, is_default=False)
    ProducerMemberFactory(producer_id=producer_id, user_id=people["producer"].id)
    versions = _versions(producer_id)
    producers = {state: registered_producer(state).id for state in ProducerState}
    for each in producers.values():
        ProducerMemberFactory(producer_id=each, user_id=people["producer"].id)
    invitations = f"/v1/producers/{producers['approved']}/invitations"
    vouchers = paid_vouchers(buyer, people["producer"])
    checked_import, applied_import = imports_of(producer_id, people["producer"].id)
    with transaction():
        raise_alarm("amount_differs", "payment:1", expected_fen=1, found_fen=2)
        block(blocked.id, people["operator"].id, "恶意退款")
    topic = TopicFactory(code="xiangxi", prefecture_code="433100")
    notice_id = _low_stock(sku.id, people["operator"].id)
    return World(
        app=app,
        api=api,
        tables=tables,
        people=people,
        sku=sku,
        product=db.session.get_one(Product, sku.product_id),
        drafted=versions["DRAFT"],
        in_review=versions["REVIEW"],
        delisted_product_id=versions["GONE"].product_id,
        recognition_id=recognition.id,
        banner_id=BannerFactory().id,
        topic_id=topic.id,
        notice_id=notice_id,
        team=team,
        new_user_id=UserFactory().id,
        second_competitor_id=second.id,
        blocked_user_id=blocked.id,
        alarm_id=tables.rows("SELECT id FROM alarms")[0][0],
        link_code=link_code,
        unpaid_order_no=buyer.place((sku.id, 2))["no"],
        paid_order_no=paid,
        producer_id=producer_id,
        freight_template_id=template.id,
        producers=producers,
        producer_member_id=ProducerMemberFactory(producer_id=producers["approved"]).id,
        invitation_code=people["producer"].post(invitations, {"as_owner": False})["code"],
        document_no=upload(app, buyer, PDF, purpose="document")["no"],
        voucher_order_no=vouchers.order_no,
        voucher_producer_id=vouchers.producer_id,
        voucher_code=vouchers.codes[2],
        checked_import_no=checked_import,
        applied_import_no=applied_import,
    )


def _low_stock(sku_id: int, by: int) -> int:
    """Let a SKU run low; the number of the notice."""
    with transaction():
        low.set_threshold(sku_id, 100, by)
        low.sweep()
        return int(db.session.execute(db.text("SELECT id FROM stock_notices")).scalar_one())


def _versions(producer_id: int) -> dict[str, ProductVersion]:
    """Versions of products of their own: one drafted, one in review, one delisted."""
    versions = {}
    for code in ("DRAFT", "REVIEW", "GONE"):
        with transaction():
            said = content(sku_said(f"{code}-1KG"), code=code)
            versions[code] = drafting.save_draft(producer_id, said, SYSTEM)
            if code != "DRAFT":
                drafting.submit(versions[code].id, SYSTEM)
    with transaction():
        listing.list_version(versions["GONE"].id, SYSTEM)
        listing.delist(versions["GONE"].product_id, SYSTEM, "换季")
    return versions


def _people(api: Api) -> dict[str, Person]:
    """One logged-in person for each role, under its name."""
    people = {}
    for role in Role:
        if role in STAFF:
            login = World.STAFF_LOGIN if role is Role.operator else f"known.{role}"
            with transaction():
                create_staff(login, PASSWORD, role, None)
            people[role.value] = api.log_in_staff(login, PASSWORD)
            continue
        people[role.value] = api.log_in()
        if role is not Role.consumer:
            with transaction():
                grant(people[role.value].id, role, None)
    return people


@pytest.fixture(scope="module")
def world(service: Service, settings: Settings, wechat_server: RunningSimulator) -> Iterator[World]:
    with standing_world(service, settings, wechat_server) as built:
        yield built


def test_the_world_has_somebody_of_every_role(world: World) -> None:
    held = world.tables.rows("SELECT user_id, role FROM role_grants WHERE revoked_at IS NULL")
    expected = {(world.people[role].id, role.value) for role in set(Role) - {Role.consumer}}
    assert set(held) == expected


def test_whatever_changes_is_seen_and_put_back(world: World) -> None:
    world.tables.rows("UPDATE users SET unionid = 'another' WHERE id = %s RETURNING 1", 1)
    world.tables.rows("INSERT INTO areas VALUES ('999999', '某县', NULL, 'other') RETURNING 1")
    assert world.tables.changed() == ["areas", "users"]
    world.tables.restore()
    assert world.tables.changed() == []


def test_history_is_put_back_too(world: World) -> None:
    world.people["consumer"].cancel(world.unpaid_order_no)
    assert "order_events" in world.tables.changed()
    world.tables.restore()
    assert world.people["consumer"].order(world.unpaid_order_no)["state"] == "pending_payment"
