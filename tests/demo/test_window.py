"""The demo's home page has something to show in every month."""

import pytest
from sqlalchemy import text

from backend import Service
from backend.catalog.home.banners import current_banners
from backend.catalog.home.topics import show_topic
from backend.core.database import db, transaction
from demo import dataset, window
from demo.load import load


def test_banners_and_the_topic_lead_somewhere(app: Service) -> None:
    added = load(app)
    assert (added["topics"], added["banners"]) == (1, 3)
    with transaction():
        assert [banner["target_kind"] for banner in current_banners()] == [
            "topic",
            "county",
            "product",
        ]
        topic = show_topic("xiangxi", limit=100, cursor=None)
        counties = {card["county_code"][:4] for card in topic["items"]}
    assert counties == {"4331"}
    assert len(topic["items"]) >= 10


def test_what_an_operator_has_changed_stays(app: Service) -> None:
    load(app)
    with transaction():
        db.session.execute(text("UPDATE banners SET ends_at = starts_at"))
        db.session.execute(text("DELETE FROM topic_products"))
    again = load(app)
    assert (again["topics"], again["banners"]) == (0, 0)


@pytest.mark.parametrize("month", range(1, 13))
def test_something_is_in_season_in_every_month(month: int) -> None:
    months = window.season_months()
    assert months.keys() <= {product.code for product in dataset.read().products}
    assert sum(month in each for each in months.values()) >= 2
