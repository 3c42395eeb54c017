"""The demo's shop window: banners, one topic, and the months in which products are in season."""

import csv
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_missing

from backend.catalog.home.models import Banner, Topic, TopicProduct
from backend.core import clock
from backend.core.database import db

DATA = Path(__file__).parent / "data"
LASTS = timedelta(days=365)
TOPIC_COLUMNS = ("code", "title", "intro", "prefecture_code")


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of `<name>.csv`."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def season_months() -> dict[str, list[int]]:
    """Months (1-12) by product code; a product that is not named has no season."""
    rows = rows_of("season_months")
    return {row["product_code"]: [int(month) for month in row["months"].split()] for row in rows}


def load(product_ids: Mapping[str, int], pictures: str) -> dict[str, int]:
    """Add the topics and banners that are missing; how many. `product_ids` go by demo code."""
    topics = [_load_topic(row, product_ids, pictures) for row in rows_of("topics")]
    known = set(db.session.scalars(select(Banner.title)))
    missing = [row for row in rows_of("banners") if row["title"] not in known]
    if missing:
        db.session.execute(
            insert(Banner),
            [
                {
                    "title": row["title"],
                    "picture": f"{pictures}/{row['picture_of']}.webp",
                    "target_kind": row["target_kind"],
                    "target_id": str(product_ids.get(row["target"], row["target"])),
                    "starts_at": clock.now(),
                    "ends_at": clock.now() + LASTS,
                    "sort": int(row["sort"]),
                }
                for row in missing
            ],
        )
    return {"topics": sum(topics), "banners": len(missing)}


def _load_topic(row: Mapping[str, str], product_ids: Mapping[str, int], pictures: str) -> bool:
    """Add a topic with its chosen products unless its code is known."""
    topic_id = db.session.execute(
        insert_missing(Topic)
        .values(
            **{name: row[name] for name in TOPIC_COLUMNS},
            picture=f"{pictures}/{row['picture_of']}.webp",
            starts_at=clock.now(),
            ends_at=clock.now() + LASTS,
            sort=0,
        )
        .on_conflict_do_nothing()
        .returning(Topic.id)
    ).scalar_one_or_none()
    if topic_id is None:
        return False
    chosen = [
        {"topic_id": topic_id, "product_id": product_ids[code], "place": place}
        for place, code in enumerate(row["product_codes"].split(), start=1)
    ]
    db.session.execute(insert(TopicProduct), chosen)
    return True
