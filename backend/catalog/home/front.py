"""The home page in one go: a handful of statements, whatever there is to show."""

from typing import Any

from sqlalchemy import text

from backend.catalog.home.banners import current_banners
from backend.catalog.home.ranking import ranking
from backend.catalog.home.topics import current_topics
from backend.catalog.shop.browsing import cards_of
from backend.core import clock
from backend.core.database import db

FIRST_OF_A_TOPIC = 6
SEASONAL_PICKS = 12

_IN_SEASON = text("""
    SELECT p.id FROM products p JOIN producers m ON m.id = p.producer_id
     WHERE p.state = 'listed' AND m.state = 'approved'
       AND p.season_months @> CAST(ARRAY[:month] AS bigint[])
     ORDER BY p.id DESC LIMIT :most
""")


def front() -> dict[str, Any]:
    """Banners, topics with their first products, seasonal picks, and the ranking of counties."""
    month = clock.today().month
    topics = current_topics(FIRST_OF_A_TOPIC)
    wanted = {"month": month, "most": SEASONAL_PICKS}
    seasonal = list(db.session.execute(_IN_SEASON, wanted).scalars())
    cards = cards_of({*seasonal, *(id_ for topic in topics for id_ in topic["product_ids"])})
    # Whatever was delisted between two statements has no card any more.
    return {
        "banners": current_banners(),
        "topics": [
            topic | {"products": [cards[id_] for id_ in topic["product_ids"] if id_ in cards]}
            for topic in topics
        ],
        "seasonal": {"month": month, "items": [cards[id_] for id_ in seasonal if id_ in cards]},
        "county_ranking": ranking(),
    }
