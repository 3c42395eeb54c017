"""Puts the demo data into the service's database, and its pictures where the service shows them.

    python -m demo.load rows        # the shop and the competition; again changes nothing
    python -m demo.load pictures    # draws what is missing

What is there already stays as it is, the stock above all: only missing rows are added.
"""

import argparse
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_missing

from backend import create_app
from backend.accounts.models import User
from backend.accounts.roles import grant
from backend.catalog.areas.models import Category
from backend.catalog.freight.models import FreightRule, FreightTemplate
from backend.catalog.producers.models import Producer
from backend.catalog.products.content import ProductContentIn
from backend.catalog.products.drafting import save_draft, submit
from backend.catalog.products.listing import list_version
from backend.catalog.products.models import Product, Sku
from backend.catalog.recognitions.life import RECOGNITIONS
from backend.catalog.recognitions.models import Recognition, RecognitionEvent
from backend.catalog.search.documents import refresh_stale
from backend.catalog.search.nearness import learn_if_changed
from backend.catalog.stock.models import SkuStock, StockMovement
from backend.competition.models import Competitor, Institution, Season, Team, Track
from backend.core import clock
from backend.core.caller import Role
from backend.core.database import Base, db, transaction
from backend.core.life import SYSTEM, Step
from backend.credit.models import ReferralLink
from demo import dataset, pictures, window
from demo.errors import DemoDataError
from demo.records import Dataset
from demo.records import Product as DemoProduct

PICTURES = "pictures"
VOUCHER_DAYS = 180
SEASON_BEGAN_BEFORE = timedelta(weeks=6)
SEASON_LASTS = timedelta(days=300)
INSTITUTION_KIND = {"college": "school", "enterprise": "employer"}

Row = dict[str, Any]


def load(app: Flask) -> dict[str, int]:
    """Add what is missing, in one transaction; how many rows of each kind were added.

    Raises `DemoDataError` for a database with a season of its own: that one is not for playing.
    """
    data = dataset.read()
    with app.app_context(), transaction():
        _refuse_foreign_season(data)
        added = _load_shop(data)
        added.update(_load_competition(data))
    with app.app_context():
        refresh_stale()
    with app.app_context(), transaction():
        learn_if_changed()
    return added


def draw(media_directory: Path, workers: int | None = None) -> int:
    """Draw the pictures that are missing below `media_directory`, on every core; their number."""
    directory = media_directory / PICTURES
    wanted = [(each.code, each.picture) for each in dataset.read().products]
    missing = [pair for pair in wanted if not (directory / f"{pair[0]}.webp").exists()]
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_draw_one, [directory] * len(missing), missing))
    return len(missing)


def _draw_one(directory: Path, picture: tuple[str, str]) -> None:
    pictures.write_all(directory, [picture])


def _refuse_foreign_season(data: Dataset) -> None:
    foreign = db.session.scalars(select(Season.code).where(Season.code != data.season.code)).all()
    if foreign:
        problem = f"the database has the season {foreign[0]}, which is not the demo's"
        raise DemoDataError([problem])


def _load_shop(data: Dataset) -> dict[str, int]:
    categories = [asdict(each) for each in data.categories]
    new_categories = _add_missing(Category, categories, Category.code)
    producers = _load_producers(data)
    new_templates = _load_freight(data, producers)
    known = set(db.session.scalars(select(Sku.code)))
    fresh = [each for each in data.skus if each.code not in known]
    product_ids = _list_products(data, producers, {each.product_code for each in fresh})
    _load_recognitions(data, product_ids)
    ids = dict(db.session.execute(select(Sku.code, Sku.id)).all())
    sku_ids = [ids[each.code] for each in fresh]
    _stock_up(zip(sku_ids, ((each.code, each.stock) for each in fresh), strict=True))
    added = {"categories": new_categories, "skus": len(sku_ids), "freight_templates": new_templates}
    return added | window.load(product_ids, PICTURES)


def _load_producers(data: Dataset) -> dict[str, int]:
    """Producers by their code in the demo data; the database knows them by their credit code."""
    rows = [
        _without(asdict(each), "code", "contact_name", "contact_phone")
        | {"state": "approved", "created_at": clock.now()}
        for each in data.producers
    ]
    _add_missing(Producer, rows, Producer.credit_code)
    ids = dict(db.session.execute(select(Producer.credit_code, Producer.id)).all())
    return {each.code: ids[each.credit_code] for each in data.producers}


def _load_freight(data: Dataset, producers: Mapping[str, int]) -> int:
    """Templates of producers that have none yet, not even retired ones; how many were added."""
    settled = set(db.session.scalars(select(FreightTemplate.producer_id)))
    missing = [each for each in data.freight if producers[each.producer_code] not in settled]
    rows = [
        {
            "producer_id": producers[each.producer_code],
            "name": each.name,
            "charged_by": each.charged_by,
            "free_from_fen": each.free_from_fen,
            "is_default": not each.fresh_only,
            "created_at": clock.now(),
        }
        for each in missing
    ]
    rules: list[Row] = []
    for template_id, each in zip(_returning(FreightTemplate, rows), missing, strict=True):
        steps = _STEPS | {name: getattr(each, name) for name in _STEPS}
        rules.append({"template_id": template_id, "area_codes": [], "deliverable": True, **steps})
        if each.not_sent_to:
            codes = each.not_sent_to.split()
            rules.append(
                {"template_id": template_id, "area_codes": codes, "deliverable": False, **_STEPS}
            )
    _returning(FreightRule, rules)
    return len(rows)


_STEPS = {"first_amount": 1, "first_fen": 0, "next_amount": 1, "next_fen": 0}


def _templates_for_fresh() -> dict[int, int]:
    """By producer, the template that is not its default: the demo has it for fresh goods."""
    others = select(FreightTemplate.producer_id, FreightTemplate.id).where(
        FreightTemplate.retired_at.is_(None), FreightTemplate.is_default.is_(False)
    )
    return dict(db.session.execute(others.order_by(FreightTemplate.id.desc())).all())


def _list_products(
    data: Dataset, producers: Mapping[str, int], wanted: Collection[str]
) -> dict[str, int]:
    """Draft, submit and list the products with the codes `wanted`; all ids by code.

    A product is there already when one of its SKUs is; it keeps the code that it has.
    """
    known = select(Sku.code, Product.id, Product.code).join(Product, Product.id == Sku.product_id)
    by_sku = {sku: (product_id, code) for sku, product_id, code in db.session.execute(known)}
    there = {each.product_code: by_sku[each.code] for each in data.skus if each.code in by_sku}
    ids = {code: product_id for code, (product_id, _) in there.items()}
    for_fresh, months = _templates_for_fresh(), window.season_months()
    for each in data.products:
        if each.code not in wanted:
            continue
        product_id, code = there.get(each.code, (None, each.code))
        producer_id = producers[each.producer_code]
        content = _content(data, each) | {
            "code": code,
            "freight_template_id": for_fresh.get(producer_id) if each.fresh else None,
            "season_months": sorted(months.get(each.code, [])),
        }
        version = save_draft(producer_id, content, SYSTEM, product_id)
        submit(version.id, SYSTEM)
        list_version(version.id, SYSTEM)
        ids[each.code] = version.product_id
    return ids


def _content(data: Dataset, product: DemoProduct) -> Row:
    """What a listed version of a demo product says."""
    said = _without(asdict(product), "producer_code", "origin_county_code", "picture") | {
        "county_code": product.origin_county_code,
        "shelf_life_days": product.shelf_life_days or None,
        "voucher_days": VOUCHER_DAYS if product.kind == "service" else None,
        "pictures": [f"{PICTURES}/{product.code}.webp"],
        "skus": [
            _without(asdict(sku), "product_code", "stock")
            for sku in data.skus
            if sku.product_code == product.code
        ],
    }
    loaded: Row = ProductContentIn().load(said)
    return loaded


def _load_recognitions(data: Dataset, product_ids: Mapping[str, int]) -> None:
    rows = [
        _without(asdict(each), "product_code") | {"product_id": product_ids[each.product_code]}
        for each in data.recognitions
    ]
    _add_missing(Recognition, rows, Recognition.product_id, Recognition.number)
    told = select(RecognitionEvent.recognition_id)
    for row in db.session.scalars(select(Recognition).where(Recognition.id.not_in(told))).all():
        RECOGNITIONS.begin(row.id, Step("register", (), row.status), SYSTEM)


def _stock_up(fresh: Iterable[tuple[int, tuple[str, int]]]) -> None:
    """The first stock of new SKUs, and the movement that explains it."""
    stocks: list[Row] = []
    movements: list[Row] = []
    for sku_id, (code, stock) in fresh:
        stocks.append({"sku_id": sku_id, "on_hand": stock})
        movements.append(
            {
                "sku_id": sku_id,
                "kind": "correct",
                "cause": f"demo:{code}",
                "on_hand_change": stock,
                "reserved_change": 0,
                "reason": "demo data",
                "at": clock.now(),
            }
        )
    if stocks:
        filled = insert_missing(SkuStock)
        filled = filled.on_conflict_do_update(
            index_elements=[SkuStock.sku_id], set_={"on_hand": filled.excluded.on_hand}
        )
        db.session.execute(filled, stocks)
        db.session.execute(insert(StockMovement), movements)


def _load_competition(data: Dataset) -> dict[str, int]:
    season_id = _load_season(data)
    tracks = _load_by_code(
        Track, [{"season_id": season_id, "code": t.code, "name": t.name} for t in data.tracks],
        Track.season_id, Track.code,
    )  # fmt: skip
    institutions = _load_by_code(
        Institution,
        [asdict(each) | {"kind": INSTITUTION_KIND[each.kind]} for each in data.schools],
        Institution.code,
    )
    teams = _load_by_code(
        Team,
        [
            {
                "season_id": season_id,
                "track_id": tracks[each.track_code],
                "institution_id": institutions[each.school_code],
                "code": each.code,
                "name": each.name,
                "slogan": each.slogan,
            }
            for each in data.teams
        ],
        Team.season_id,
        Team.code,
    )
    competitors = _load_competitors(data, season_id, teams)
    return {"referral_links": _load_links(data, competitors)}


def _load_season(data: Dataset) -> int:
    """The demo's season, running today: it began some weeks ago and lasts for months."""
    now = clock.now()
    season = db.session.scalars(select(Season).filter_by(code=data.season.code)).one_or_none()
    if season is None:
        midnight = datetime.combine(clock.today(), time.min, clock.SHANGHAI)
        season = Season(
            code=data.season.code,
            name=data.season.name,
            starts_at=midnight - SEASON_BEGAN_BEFORE,
            ends_at=midnight - SEASON_BEGAN_BEFORE + SEASON_LASTS,
            attribution_window_days=data.season.attribution_window_days,
        )
        db.session.add(season)
    elif season.ends_at <= now:
        season.ends_at = now + SEASON_LASTS
    db.session.flush()
    return season.id


def _load_competitors(data: Dataset, season_id: int, teams: Mapping[str, int]) -> dict[str, int]:
    """Competitors by their code: users with an openid, in a team, with the role."""
    now = clock.now()
    user_ids = _load_users([each.openid for each in data.competitors])
    ids: dict[str, int] = {}
    known = select(Competitor.user_id, Competitor.id).filter_by(season_id=season_id)
    entered = dict(db.session.execute(known).all())
    for each in data.competitors:
        user_id = user_ids[each.openid]
        if user_id not in entered:
            row = {
                "season_id": season_id,
                "team_id": teams[each.team_code],
                "user_id": user_id,
                "display_name": each.display_name,
                "is_captain": each.captain,
                "invited_by": ids.get(each.invited_by or ""),
                "enrolled_at": now,
            }
            entered[user_id] = _returning(Competitor, [row])[0]
            grant(user_id, Role.competitor, by=None)
        ids[each.code] = entered[user_id]
    return ids


def _load_users(openids: list[str]) -> dict[str, int]:
    """User ids by openid; numbers are drawn only for those who are new."""
    users = db.session.scalars(select(User).where(User.openid.in_(openids)))
    before = {str(user.openid): user.id for user in users}
    missing = [each for each in openids if each not in before]
    rows = [{"openid": each, "created_at": clock.now()} for each in missing]
    return before | dict(zip(missing, _returning(User, rows), strict=True))


def _load_links(data: Dataset, competitors: Mapping[str, int]) -> int:
    products = {each.product_code: each.code for each in data.skus}
    ids = dict(db.session.execute(select(Sku.code, Sku.product_id)).all())
    rows = [
        {
            "code": each.code.upper(),
            "competitor_id": competitors[each.competitor_code],
            "target_kind": each.target_kind,
            "target_id": str(ids[products[each.target_code]]) if each.target_code else None,
            "channel": each.channel,
            "created_at": clock.now(),
        }
        for each in data.referral_links
    ]
    return _add_missing(ReferralLink, rows)


def _load_by_code(table: type[Base], rows: Sequence[Row], *key: Any) -> dict[str, int]:
    """Add missing rows of a table whose rows have a code; all ids by code."""
    _add_missing(table, rows, *key)
    columns = table.__table__.c
    return dict(db.session.execute(select(columns.code, columns.id)).all())


def _add_missing(table: type[Base], rows: Sequence[Row], *key: Any) -> int:
    """Add the rows whose key is not there yet; how many were added."""
    primary = next(iter(table.__table__.primary_key))
    statement = insert_missing(table).on_conflict_do_nothing(index_elements=list(key) or None)
    return len(db.session.execute(statement.returning(primary), list(rows)).all())


def _returning(table: type[Base], rows: Sequence[Row]) -> list[int]:
    """Add rows; their ids in the same order."""
    if not rows:
        return []
    identity = table.__table__.c.id
    statement = insert(table).returning(identity, sort_by_parameter_order=True)
    return list(db.session.execute(statement, list(rows)).scalars())


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="demo.load", description="demo data for the service")
    parser.add_argument("what", choices=("rows", "pictures"))
    if parser.parse_args().what == "rows":
        print(load(create_app()))
    else:
        os.nice(10)
        print({"pictures": draw(Path(os.environ["MEDIA_DIRECTORY"]))})


if __name__ == "__main__":
    main()
