"""The records of the demo data: one frozen dataclass per CSV file, its fields in column order.

Money is whole fen, weight whole grams. A blank cell is `None` where the type allows it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

CountyClass = Literal["national", "provincial", "other"]
ProducerKind = Literal["firm", "cooperative", "village_collective", "family_farm", "sole_trader"]
SettlementMode = Literal["resale", "profit_sharing"]
ProductKind = Literal["goods", "service"]
RecognitionStatus = Literal["valid", "lapsed", "revoked"]
Unit = Literal["piece", "box", "kg", "g"]
TaxClass = Literal["exempt", "rate9", "rate13", "rate6"]
ChargedBy = Literal["piece", "weight"]
SchoolKind = Literal["college", "enterprise"]
TargetKind = Literal["home", "product"]
LinkChannel = Literal["miniprogram", "new_media"]


@dataclass(frozen=True, slots=True)
class Prefecture:
    """A prefecture of Hunan with its six-digit code."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class County:
    """One of the 51 counties consumption assistance is for."""

    code: str
    name: str
    prefecture_code: str
    prefecture: str
    county_class: CountyClass


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the shop; `parent_code` is None on the top level."""

    code: str
    name: str
    parent_code: str | None
    sort: int


@dataclass(frozen=True, slots=True)
class Producer:
    """An invented seller; `county_code` is where it is registered, `households` whom it helps."""

    code: str
    name: str
    kind: ProducerKind
    credit_code: str
    county_code: str
    settlement_mode: SettlementMode
    contact_name: str
    contact_phone: str
    story: str
    households: int


@dataclass(frozen=True, slots=True)
class Product:
    """What is shown. `shelf_life_days` is 0 for services and for goods that don't spoil."""

    code: str
    producer_code: str
    category_code: str
    origin_county_code: str
    kind: ProductKind
    name: str
    subtitle: str
    description: str
    fresh: bool
    shelf_life_days: int
    storage: str
    picture: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """A certificate of a product; a renewed product has more than one."""

    product_code: str
    number: str
    issuer: str
    batch: str
    valid_from: date
    valid_to: date
    status: RecognitionStatus


@dataclass(frozen=True, slots=True)
class Sku:
    """What is bought.

    Prices are fen per `unit`. `stock`, `case_size`, `min_quantity` and `purchase_limit` count
    whole units too, so an Sku sold by the kilo states them in kilos. `net_weight_g` is the grams
    in one unit and 0 for a service.
    """

    code: str
    product_code: str
    spec: str
    unit: Unit
    net_weight_g: int
    price_fen: int
    market_price_fen: int
    case_size: int
    min_quantity: int
    purchase_limit: int | None
    tax_class: TaxClass
    stock: int


@dataclass(frozen=True, slots=True)
class Freight:
    """What a producer charges for sending: its default, or that of its fresh goods only.

    Steps are pieces or grams, prices fen. `free_from_fen` is None where delivery is never free;
    `not_sent_to` are provinces, set apart by blanks.
    """

    producer_code: str
    name: str
    fresh_only: bool
    charged_by: ChargedBy
    free_from_fen: int | None
    first_amount: int
    first_fen: int
    next_amount: int
    next_fen: int
    not_sent_to: str | None


@dataclass(frozen=True, slots=True)
class School:
    """A college or an employer that sends teams."""

    code: str
    name: str
    kind: SchoolKind
    prefecture_code: str


@dataclass(frozen=True, slots=True)
class Season:
    """The competition year; both days belong to it."""

    code: str
    name: str
    starts_on: date
    ends_on: date
    attribution_window_days: int


@dataclass(frozen=True, slots=True)
class Track:
    """A group of the competition in which teams are ranked against each other."""

    code: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Team:
    """A team of one school in one track."""

    code: str
    name: str
    slogan: str
    school_code: str
    track_code: str


@dataclass(frozen=True, slots=True)
class Competitor:
    """A member of a team. `invited_by` names another competitor and earns that one nothing."""

    code: str
    team_code: str
    display_name: str
    openid: str
    captain: bool
    invited_by: str | None


@dataclass(frozen=True, slots=True)
class ReferralLink:
    """A short code a competitor shares; `target_code` is None when it leads to the home page."""

    code: str
    competitor_code: str
    target_kind: TargetKind
    target_code: str | None
    channel: LinkChannel


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything a demo shop and a demo competition consist of, in file order."""

    prefectures: tuple[Prefecture, ...]
    counties: tuple[County, ...]
    categories: tuple[Category, ...]
    producers: tuple[Producer, ...]
    products: tuple[Product, ...]
    recognitions: tuple[Recognition, ...]
    skus: tuple[Sku, ...]
    freight: tuple[Freight, ...]
    schools: tuple[School, ...]
    season: Season
    tracks: tuple[Track, ...]
    teams: tuple[Team, ...]
    competitors: tuple[Competitor, ...]
    referral_links: tuple[ReferralLink, ...]

    def skus_of(self, product: Product) -> tuple[Sku, ...]:
        """Return the Skus of one product in file order."""
        return tuple(sku for sku in self.skus if sku.product_code == product.code)

    def recognitions_of(self, product: Product) -> tuple[Recognition, ...]:
        """Return the certificates of one product in file order."""
        return tuple(each for each in self.recognitions if each.product_code == product.code)

    def members_of(self, team: Team) -> tuple[Competitor, ...]:
        """Return the people of one team, the captain first as in the file."""
        return tuple(each for each in self.competitors if each.team_code == team.code)
