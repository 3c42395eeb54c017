"""The rules between the records of the demo data; each check yields readable problems."""

from collections import Counter
from collections.abc import Iterable, Iterator

from backend.catalog.areas.codes import is_area_code
from backend.core.credit_codes import is_valid
from demo import credit_codes, pictures
from demo.records import Dataset, Producer, Product, Recognition, Sku

LINK_ALPHABET = frozenset("23456789abcdefghjkmnpqrstuvwxyz")
LINK_LENGTH = 8
TEAM_SIZES = range(1, 8)
PHONE_PREFIX = "1990000"
GROWER_KINDS = ("cooperative", "village_collective", "family_farm")


def problems_of(data: Dataset) -> list[str]:
    """Return every broken rule of the whole data set; an empty list means it is sound."""
    every_check = (
        _duplicates(data),
        _unknown_codes(data),
        _bad_producers(data),
        _bad_products(data),
        _bad_recognitions(data),
        _bad_skus(data),
        _bad_freight(data),
        _bad_teams(data),
        _bad_links(data),
        _bad_season(data),
    )
    return [problem for check in every_check for problem in check]


def _duplicates(data: Dataset) -> Iterator[str]:
    unique = {
        "prefecture": [each.code for each in data.prefectures],
        "county": [each.code for each in data.counties],
        "category": [each.code for each in data.categories],
        "producer": [each.code for each in data.producers],
        "producer name": [each.name for each in data.producers],
        "credit code": [each.credit_code for each in data.producers],
        "product": [each.code for each in data.products],
        "recognition number": [each.number for each in data.recognitions],
        "sku": [each.code for each in data.skus],
        "freight": [f"{each.producer_code} {each.fresh_only}" for each in data.freight],
        "school": [each.code for each in data.schools],
        "track": [each.code for each in data.tracks],
        "team": [each.code for each in data.teams],
        "competitor": [each.code for each in data.competitors],
        "openid": [each.openid for each in data.competitors],
        "referral link": [each.code for each in data.referral_links],
    }
    for what, values in unique.items():
        for value, times in Counter(values).items():
            if times > 1:
                yield f"{what} {value} occurs {times} times"


def _unknown_codes(data: Dataset) -> Iterator[str]:
    prefectures = {each.code for each in data.prefectures}
    counties = {each.code for each in data.counties}
    categories = {each.code for each in data.categories}
    producers = {each.code for each in data.producers}
    products = {each.code for each in data.products}
    schools = {each.code for each in data.schools}
    tracks = {each.code for each in data.tracks}
    teams = {each.code for each in data.teams}
    competitors = {each.code for each in data.competitors}
    for county in data.counties:
        yield from _unknown(county.code, county.prefecture_code, prefectures, "prefecture")
    for category in data.categories:
        yield from _unknown(category.code, category.parent_code, categories, "category")
    for producer in data.producers:
        yield from _unknown(producer.code, producer.county_code, counties, "county")
    for product in data.products:
        yield from _unknown(product.code, product.producer_code, producers, "producer")
        yield from _unknown(product.code, product.category_code, categories, "category")
        yield from _unknown(product.code, product.origin_county_code, counties, "county")
        yield from _unknown(product.code, product.picture, pictures.MOTIFS, "picture motif")
    for freight in data.freight:
        yield from _unknown(freight.name, freight.producer_code, producers, "producer")
    for recognition in data.recognitions:
        yield from _unknown(recognition.number, recognition.product_code, products, "product")
    for sku in data.skus:
        yield from _unknown(sku.code, sku.product_code, products, "product")
    for school in data.schools:
        yield from _unknown(school.code, school.prefecture_code, prefectures, "prefecture")
    for team in data.teams:
        yield from _unknown(team.code, team.school_code, schools, "school")
        yield from _unknown(team.code, team.track_code, tracks, "track")
    for person in data.competitors:
        yield from _unknown(person.code, person.team_code, teams, "team")
        yield from _unknown(person.code, person.invited_by, competitors, "competitor")
    for link in data.referral_links:
        yield from _unknown(link.code, link.competitor_code, competitors, "competitor")
        yield from _unknown(link.code, link.target_code, products, "product")


def _unknown(owner: str, code: str | None, known: Iterable[str], what: str) -> Iterator[str]:
    if code is not None and code not in known:
        yield f"{owner} names {what} {code}, which is not listed"


def _bad_producers(data: Dataset) -> Iterator[str]:
    for producer in data.producers:
        yield from _bad_credit_code(producer)
        if len(producer.contact_phone) != 11 or not producer.contact_phone.startswith(PHONE_PREFIX):
            yield f"producer {producer.code}: the phone must be fictitious, {PHONE_PREFIX}xxxx"


def _bad_credit_code(producer: Producer) -> Iterator[str]:
    code = producer.credit_code
    start = credit_codes.PREFIX_OF_KIND[producer.kind] + producer.county_code
    if not is_valid(code):
        yield f"producer {producer.code}: credit code {code} is not valid"
    if not code.startswith(start):
        yield f"producer {producer.code}: credit code {code} must start with {start}"


def _bad_products(data: Dataset) -> Iterator[str]:
    sold = {sku.product_code for sku in data.skus}
    parents = {category.parent_code for category in data.categories}
    for product in data.products:
        if product.code not in sold:
            yield f"product {product.code} has no sku"
        if product.category_code in parents:
            yield f"product {product.code} stands in {product.category_code}, not on a last level"
        if product.fresh and (product.kind == "service" or product.shelf_life_days == 0):
            yield f"product {product.code} is fresh and needs to be goods with a shelf life"
        if product.kind == "service" and product.shelf_life_days != 0:
            yield f"product {product.code} is a service and has no shelf life"


def _bad_recognitions(data: Dataset) -> Iterator[str]:
    current: Counter[str] = Counter()
    for recognition in data.recognitions:
        yield from _bad_period(recognition)
        current[recognition.product_code] += recognition.status == "valid"
    for product_code, times in current.items():
        if times > 1:
            yield f"product {product_code} has {times} valid recognitions at once"


def _bad_period(recognition: Recognition) -> Iterator[str]:
    if recognition.valid_from >= recognition.valid_to:
        yield f"recognition {recognition.number} ends before it begins"


def _bad_skus(data: Dataset) -> Iterator[str]:
    products = {product.code: product for product in data.products}
    producers = {producer.code: producer for producer in data.producers}
    for sku in data.skus:
        yield from _bad_amounts(sku)
        product = products.get(sku.product_code)
        if product is None:
            continue
        yield from _bad_weight(sku, product)
        producer = producers.get(product.producer_code)
        if producer is not None:
            yield from _bad_tax(sku, product, producer)


def _bad_amounts(sku: Sku) -> Iterator[str]:
    if not 0 < sku.price_fen <= sku.market_price_fen:
        yield f"sku {sku.code}: the price must be above 0 and not above the market price"
    if sku.case_size < 1 or sku.min_quantity < 1:
        yield f"sku {sku.code}: case size and minimum quantity are at least 1"
    if sku.purchase_limit is not None and sku.purchase_limit < sku.min_quantity:
        yield f"sku {sku.code}: the purchase limit is below the minimum quantity"


def _bad_weight(sku: Sku, product: Product) -> Iterator[str]:
    weighed = {"kg": 1000, "g": 1}
    if product.kind == "service":
        if sku.net_weight_g != 0:
            yield f"sku {sku.code}: a service weighs nothing"
    elif sku.net_weight_g < 1:
        yield f"sku {sku.code}: goods need a net weight in grams"
    elif sku.unit in weighed and sku.net_weight_g != weighed[sku.unit]:
        yield f"sku {sku.code}: one {sku.unit} weighs {weighed[sku.unit]} g"


def _bad_tax(sku: Sku, product: Product, producer: Producer) -> Iterator[str]:
    if (product.kind == "service") != (sku.tax_class == "rate6"):
        yield f"sku {sku.code}: 6 % is for services and for nothing else"
    sells_own_harvest = (
        producer.kind in GROWER_KINDS and producer.settlement_mode == "profit_sharing"
    )
    if sku.tax_class == "exempt" and not sells_own_harvest:
        yield f"sku {sku.code}: only a grower who sells its own harvest is exempt"


def _bad_freight(data: Dataset) -> Iterator[str]:
    defaults = {each.producer_code for each in data.freight if not each.fresh_only}
    for freight in data.freight:
        told = f"freight {freight.producer_code} {freight.name}"
        if freight.producer_code not in defaults:
            yield f"{told}: the producer has no default"
        if freight.first_amount < 1 or freight.next_amount < 1:
            yield f"{told}: the steps must be at least 1"
        for code in (freight.not_sent_to or "").split():
            if not (is_area_code(code) and code.endswith("0000")):
                yield f"{told}: {code} is not a province"


def _bad_teams(data: Dataset) -> Iterator[str]:
    for team in data.teams:
        members = data.members_of(team)
        captains = sum(member.captain for member in members)
        if len(members) not in TEAM_SIZES:
            yield f"team {team.code} has {len(members)} people instead of 1 to 7"
        if captains != 1:
            yield f"team {team.code} has {captains} captains instead of one"
    for person in data.competitors:
        if person.invited_by == person.code:
            yield f"competitor {person.code} can't be invited by themself"


def _bad_links(data: Dataset) -> Iterator[str]:
    for link in data.referral_links:
        if len(link.code) != LINK_LENGTH or not set(link.code) <= LINK_ALPHABET:
            yield f"referral link {link.code} is not {LINK_LENGTH} unambiguous characters"
        if (link.target_kind == "home") != (link.target_code is None):
            yield f"referral link {link.code}: a target code is for products, home has none"


def _bad_season(data: Dataset) -> Iterator[str]:
    season = data.season
    if season.starts_on >= season.ends_on:
        yield f"season {season.code} ends before it begins"
    if season.attribution_window_days < 1:
        yield f"season {season.code}: the attribution window is at least one day"
