"""Builds what tests need in the database, with sensible values for whatever is not named."""

from datetime import date, timedelta
from typing import Any

import factory
from factory.alchemy import SQLAlchemyModelFactory

from backend.accounts.models import User
from backend.accounts.roles import grant
from backend.accounts.staff import create_staff
from backend.catalog.areas.models import Category
from backend.catalog.freight.models import FreightRule, FreightTemplate
from backend.catalog.home.models import Banner, Topic
from backend.catalog.producers import life
from backend.catalog.producers.models import (
    Producer,
    ProducerContact,
    ProducerLicence,
    ProducerMember,
)
from backend.catalog.products.content import PRODUCT_MEMBERS, SKU_MEMBERS
from backend.catalog.products.models import Product, ProductVersion, Sku
from backend.catalog.products.versions import VERSIONS
from backend.catalog.recognitions.life import RECOGNITIONS, REGISTER
from backend.catalog.recognitions.models import Recognition
from backend.catalog.search.documents import refresh
from backend.catalog.stock.keeping import correct
from backend.catalog.stock.models import SkuStock
from backend.competition.models import Competitor, Institution, Season, Team, Track
from backend.core import clock
from backend.core.caller import Role
from backend.core.database import db, transaction
from backend.core.life import SYSTEM, Step
from demo.credit_codes import make
from tests.api import Api, Person

PASSWORD = "a long phrase for tests 42"


class Factory(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "commit"


class ShownFactory(Factory):
    """What the list shows is found there at once, as when a room tells of a change."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        made = super()._create(model_class, *args, **kwargs)
        show_change(made)
        return made


class CategoryFactory(Factory):
    class Meta:
        model = Category
        sqlalchemy_get_or_create = ("code",)

    code = "tea"
    name = "茶叶"
    parent_code = None
    sort = 1


class ProducerFactory(Factory):
    class Meta:
        model = Producer

    name = factory.Sequence(lambda n: f"云台茶叶合作社{n}")
    kind = "cooperative"
    credit_code = factory.Sequence(lambda n: make("93", "430923", f"{n:08d}"))
    county_code = "430923"
    settlement_mode = "resale"
    story = "山里的老茶园。"
    households = 120
    state = "approved"
    created_at = factory.LazyFunction(clock.now)


class ProducerMemberFactory(Factory):
    class Meta:
        model = ProducerMember

    producer_id = factory.LazyFunction(lambda: ProducerFactory().id)
    user_id = factory.LazyFunction(lambda: UserFactory().id)
    is_owner = True
    since = factory.LazyFunction(clock.now)


class FreightTemplateFactory(Factory):
    """A default template: 8.00 for the first piece, 2.00 for each further, to everywhere."""

    class Meta:
        model = FreightTemplate

    producer_id = factory.LazyFunction(lambda: ProducerFactory().id)
    name = factory.Sequence(lambda n: f"运费模板 {n}")
    charged_by = "piece"
    free_from_fen = None
    is_default = True
    created_at = factory.LazyFunction(clock.now)
    rules = factory.LazyFunction(lambda: [freight_rule()])


class ProducerContactFactory(Factory):
    class Meta:
        model = ProducerContact

    name = "谌秋菊"
    phone = "13911112222"
    duty = "sales"


class ProducerLicenceFactory(Factory):
    """A business licence, long-term."""

    class Meta:
        model = ProducerLicence

    kind = "business"
    number = factory.Sequence(lambda n: f"4309230000{n:05d}")
    issuer = "安化县市场监督管理局"
    valid_from = date(2024, 5, 1)
    valid_to = None
    scan = "D261124K7M2Q9TXAB"


def registered_producer(state: str = "submitted", **changes: Any) -> Producer:
    """A producer with its first event, a contact and a business licence."""
    made = ProducerFactory(state=state, **changes)
    with transaction():
        life.begin(made.id, SYSTEM)
    ProducerContactFactory(producer_id=made.id)
    ProducerLicenceFactory(producer_id=made.id)
    return made


class ProductFactory(ShownFactory):
    class Meta:
        model = Product

    producer_id = factory.LazyFunction(lambda: ProducerFactory().id)
    category_code = factory.LazyFunction(lambda: CategoryFactory().code)
    county_code = "430923"
    kind = "goods"
    state = "listed"
    name = factory.Sequence(lambda n: f"安化黑茶 {n} 号")
    subtitle = "茯砖"
    description = "金花茂盛。"
    pictures = factory.LazyFunction(lambda: ["pictures/tea.webp"])
    fresh = False
    voucher_days = factory.LazyAttribute(lambda made: 180 if made.kind == "service" else None)
    shelf_life_days = 3650
    storage = "通风干燥"
    code = factory.Sequence(lambda n: f"P{n:05d}")
    listed_at = factory.LazyFunction(clock.now)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        product = super()._create(model_class, *args, **kwargs)
        keep_version(product.id)
        return product


def keep_version(product_id: int) -> None:
    """What the rows of a listed product say becomes its listed version."""
    product = db.session.get_one(Product, product_id)
    skus = db.session.query(Sku).filter_by(product_id=product_id, on_sale=True).order_by(Sku.id)
    if product.state != "listed" or not skus.count():
        return
    versions = db.session.query(ProductVersion).filter_by(product_id=product_id).all()
    for earlier in versions:
        if earlier.state == "listed":
            change(earlier, state="ended", ended_at=clock.now())
    content = {name: getattr(product, name) for name in PRODUCT_MEMBERS}
    content["skus"] = [{name: getattr(sku, name) for name in SKU_MEMBERS} for sku in skus]
    version = ProductVersion(
        product_id=product_id,
        number=len(versions) + 1,
        state="listed",
        content=content,
        created_at=clock.now(),
        listed_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    VERSIONS.begin(version.id, Step("list", (), "listed"), SYSTEM)
    db.session.commit()


class RecognitionFactory(ShownFactory):
    class Meta:
        model = Recognition

    product_id = factory.LazyFunction(lambda: ProductFactory().id)
    number = factory.Sequence(lambda n: f"湘帮认字〔2026〕{n:04d}号")
    issuer = "湖南省消费帮扶工作专班"
    batch = "2026 年第一批"
    valid_from = date(2026, 1, 1)
    valid_to = date(2027, 12, 31)
    status = "valid"

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        recognition = super()._create(model_class, *args, **kwargs)
        RECOGNITIONS.begin(recognition.id, REGISTER, SYSTEM)
        db.session.commit()
        return recognition


class SkuFactory(ShownFactory):
    """A SKU with stock: `SkuFactory(stock=100, price_fen=5990)`."""

    class Meta:
        model = Sku

    product_id = factory.LazyFunction(lambda: ProductFactory().id)
    code = factory.Sequence(lambda n: f"SKU{n:05d}")
    spec = "1kg 装"
    unit = "box"
    net_weight_g = 1000
    price_fen = 5990
    market_price_fen = 6990
    case_size = 1
    min_quantity = 1
    purchase_limit = None
    price_tiers = factory.LazyFunction(list)
    tax_class = "rate9"
    stock = 100

    @classmethod
    def _create(cls, model_class: Any, *args: Any, stock: int = 100, **kwargs: Any) -> Any:
        sku = super()._create(model_class, *args, **kwargs)
        db.session.add(SkuStock(sku_id=sku.id, on_hand=0, reserved=0))
        db.session.flush()
        if stock:
            correct(sku.id, stock, "opening stock", None, f"opening:{sku.code}")
        db.session.commit()
        keep_version(sku.product_id)
        return sku


class BannerFactory(Factory):
    """A banner that began yesterday and is shown for another week."""

    class Meta:
        model = Banner

    title = factory.Sequence(lambda n: f"横幅 {n}")
    picture = "pictures/tea.webp"
    target_kind = "none"
    target_id = None
    starts_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=1))
    ends_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=7))
    sort = 0


class TopicFactory(Factory):
    """A topic of this week: `TopicFactory(prefecture_code="433100")`."""

    class Meta:
        model = Topic

    code = factory.Sequence(lambda n: f"topic{n}")
    title = factory.Sequence(lambda n: f"专题 {n}")
    intro = "好物集中看。"
    picture = None
    starts_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=1))
    ends_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=7))
    sort = 0


class SeasonFactory(Factory):
    """A season that began a month ago and lasts another ten."""

    class Meta:
        model = Season
        sqlalchemy_get_or_create = ("code",)

    code = "2026"
    name = "2026 赛季"
    starts_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=30))
    ends_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=300))
    attribution_window_days = 15


class TrackFactory(Factory):
    class Meta:
        model = Track
        sqlalchemy_get_or_create = ("season_id", "code")

    season_id = factory.LazyFunction(lambda: SeasonFactory().id)
    code = "college"
    name = "高校组"


class InstitutionFactory(Factory):
    class Meta:
        model = Institution
        sqlalchemy_get_or_create = ("code",)

    code = "school"
    name = "湖南潇湘商贸学院"
    kind = "school"
    prefecture_code = "430100"


class TeamFactory(Factory):
    class Meta:
        model = Team

    season_id = factory.LazyFunction(lambda: SeasonFactory().id)
    track_id = factory.LazyFunction(lambda: TrackFactory().id)
    institution_id = factory.LazyFunction(lambda: InstitutionFactory().id)
    code = factory.Sequence(lambda n: f"T{n:04d}")
    name = factory.Sequence(lambda n: f"橙心队 {n}")


class UserFactory(Factory):
    class Meta:
        model = User

    openid = factory.Sequence(lambda n: f"oMADE{n:023d}")
    created_at = factory.LazyFunction(clock.now)


class CompetitorFactory(Factory):
    class Meta:
        model = Competitor

    team_id = factory.LazyFunction(lambda: TeamFactory().id)
    season_id = factory.LazyFunction(lambda: SeasonFactory().id)
    user_id = factory.LazyFunction(lambda: UserFactory().id)
    display_name = factory.Sequence(lambda n: f"小橙子{n}")
    is_captain = False
    enrolled_at = factory.LazyFunction(clock.now)


def competitor(api: Api, **changes: Any) -> Person:
    """Somebody who is logged in and competes in the running season."""
    person = api.log_in()
    CompetitorFactory(user_id=person.id, **changes)
    with transaction():
        grant(person.id, Role.competitor, None)
    return person


def freight_rule(*area_codes: str, **changes: Any) -> FreightRule:
    """8.00 for the first, 2.00 for each further, for these areas or, without any, the rest."""
    steps = {"first_amount": 1, "first_fen": 800, "next_amount": 1, "next_fen": 200}
    return FreightRule(**{"area_codes": list(area_codes), "deliverable": True, **steps, **changes})


def producer_person(api: Api, producer_id: int, *, is_owner: bool = True) -> Person:
    """Somebody who is logged in and acts for a producer."""
    person = api.log_in()
    ProducerMemberFactory(producer_id=producer_id, user_id=person.id, is_owner=is_owner)
    with transaction():
        grant(person.id, Role.producer, None)
    return person


def staff(api: Api, role: Role = Role.operator) -> Person:
    """A logged-in member of staff with one role."""
    login = f"{role}.{UserFactory().id}"
    with transaction():
        create_staff(login, PASSWORD, role, None)
    return api.log_in_staff(login, PASSWORD)


def change(thing: Any, **changes: Any) -> None:
    """Change a row as somebody else would, behind the back of whoever read it before."""
    for name, value in changes.items():
        setattr(thing, name, value)
    db.session.commit()
    show_change(thing)


def show_change(thing: Any) -> None:
    """Let the search know of a product, of a SKU or of a recognition that has changed."""
    if isinstance(thing, Product | Sku | Recognition):
        with transaction():
            refresh([thing.id if isinstance(thing, Product) else thing.product_id])
