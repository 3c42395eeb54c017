"""What the shop shows of a picture: the smallest variant that fits, wherever the store is."""

from pathlib import Path

import pytest

from backend import Service
from backend.catalog.pictures.owned import unknown_pictures
from backend.catalog.pictures.variants import variant, variants
from backend.settings import Settings
from tests.api import Api, Person
from tests.catalog.pictures.files import jpeg
from tests.catalog.products.contents import said, sku_said
from tests.conftest import Worker
from tests.factories import CategoryFactory, ProducerFactory, ProductFactory, producer_person
from tests.uploads import upload

OURS = "pictures/U261124ABCDEFGHJK-0123456789abcdef"


@pytest.mark.parametrize(
    ("path", "width", "shown"),
    [
        (f"{OURS}/1280.webp", 320, f"{OURS}/320.webp"),
        (f"{OURS}/1280.webp", 750, f"{OURS}/750.webp"),
        (f"{OURS}/1280.webp", 1280, f"{OURS}/1280.webp"),
        (f"{OURS}/900.webp", 750, f"{OURS}/750.webp"),
        (f"{OURS}/750.webp", 750, f"{OURS}/750.webp"),
        (f"{OURS}/400.webp", 750, f"{OURS}/400.webp"),
        (f"{OURS}/300.webp", 320, f"{OURS}/300.webp"),
        (f"{OURS}/1280.webp", 500, f"{OURS}/1280.webp"),
        ("pictures/tea.webp", 320, "pictures/tea.webp"),
        ("pictures/tea/1280.webp", 320, "pictures/tea/1280.webp"),
        (f"x/{OURS}/1280.webp", 320, f"x/{OURS}/1280.webp"),
    ],
)
def test_a_path_says_which_smaller_variant_there_is(path: str, width: int, shown: str) -> None:
    assert variant(path, width) == shown


def test_the_variants_of_a_path_are_those_that_were_made(
    app: Service, person: Person, worker: Worker, settings: Settings
) -> None:
    for width in (300, 751, 1280, 1300):
        no = upload(app, person, jpeg(width, 600))["no"]
        worker.run()
        path = person.get(f"/v1/uploads/{no}")["picture"]["path"]
        made = (settings.media_directory / path).parent.iterdir()
        assert {each.name for each in made} == {Path(each).name for each in variants(path).values()}
    assert variants("pictures/tea.webp") == {}


def test_cards_and_pages_show_what_fits(app: Service, api: Api) -> None:
    product = ProductFactory(pictures=[f"{OURS}/1280.webp", "pictures/tea.webp"])
    (card,) = api.call("GET", "/v1/products", status=200)["items"]
    assert card["picture_url"] == f"/media/{OURS}/750.webp"
    page = api.call("GET", f"/v1/products/{product.id}", status=200)
    assert page["picture_urls"] == [f"/media/{OURS}/1280.webp", "/media/pictures/tea.webp"]
    assert page["pictures"] == [
        {"url": f"/media/{OURS}/1280.webp", "thumbnail_url": f"/media/{OURS}/320.webp"},
        {"url": "/media/pictures/tea.webp", "thumbnail_url": "/media/pictures/tea.webp"},
    ]


def test_a_product_goes_into_review_when_its_pictures_are_ready(
    app: Service, api: Api, person: Person, worker: Worker
) -> None:
    ready = upload(app, person, jpeg())["no"]
    worker.run()
    path = person.get(f"/v1/uploads/{ready}")["picture"]["path"]
    unknown = {variant(path, 320), f"{OURS}/1280.webp"}
    assert unknown_pictures([path, "pictures/demo.webp", *unknown]) == unknown

    producer_id = ProducerFactory().id
    seller = producer_person(api, producer_id)
    CategoryFactory()
    for code, pictures, status in (
        ("READY", [path], 201),
        ("SMALL", [path, variant(path, 320)], 409),
        ("GONE", [f"{OURS}/1280.webp"], 409),
    ):
        body = said(sku_said(f"{code}-1"), code=code, pictures=pictures)
        draft = seller.post(f"/v1/producers/{producer_id}/products", body)
        number = f"/v1/producers/{producer_id}/products/{draft['product_id']}/versions/1"
        answer = seller.post(f"{number}/submission", None, status)
        assert answer.get("code") == ("picture_missing" if status == 409 else None)
