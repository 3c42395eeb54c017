"""From a signed form to a picture everybody sees."""

import io

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageCms
from sqlalchemy import select

from backend import Service
from backend.catalog.pictures.encoding import encode
from backend.catalog.pictures.models import Upload, UploadEvent
from backend.core.database import db
from backend.settings import Settings
from tests.api import Api, Person
from tests.catalog.pictures.conftest import private_files
from tests.catalog.pictures.files import BAD, CAMERA, SPOILT, encoded, gradient, jpeg, photograph
from tests.conftest import Worker
from tests.uploads import PDF, announcement, send_form, upload


def steps(no: str) -> list[str]:
    """What happened to an upload, in order."""
    db.session.rollback()
    return list(
        db.session.scalars(
            select(UploadEvent.step)
            .join(Upload, Upload.id == UploadEvent.upload_id)
            .where(Upload.no == no)
            .order_by(UploadEvent.id)
        )
    )


def shown(client: FlaskClient, url: str) -> Image.Image:
    response = client.get(url)
    assert (response.status_code, response.mimetype) == (200, "image/webp")
    return Image.open(io.BytesIO(response.data))


def test_a_picture_goes_from_the_form_to_the_page(
    app: Service, person: Person, worker: Worker, client: FlaskClient, settings: Settings
) -> None:
    data = jpeg()
    announced = person.post("/v1/uploads", announcement(data))
    no = announced["no"]
    assert announced["url"].startswith(f"{settings.public_url}/uploads?policy=")
    assert person.get(f"/v1/uploads/{no}")["state"] == "expected"
    assert send_form(app, announced, data).status_code == 204
    stored = person.post(f"/v1/uploads/{no}/completion")
    assert (stored["state"], stored["picture"], stored["bytes"]) == ("stored", None, len(data))
    worker.run()
    ready = person.get(f"/v1/uploads/{no}")
    assert (ready["state"], ready["reason"]) == ("ready", None)
    assert (ready["width"], ready["height"]) == (1600, 1200)
    picture = ready["picture"]
    assert [each["width"] for each in picture["variants"]] == [320, 750, 1280]
    assert picture["url"] == f"/media/{picture['path']}"
    assert picture["path"].startswith(f"pictures/{no}-")
    assert picture["thumbnail_url"] == picture["variants"][0]["url"]
    for each in picture["variants"]:
        image = shown(client, each["url"])
        assert image.format == "WEBP"
        assert image.size == (each["width"], round(each["width"] * 3 / 4))
    assert steps(no) == ["announce", "store", "finish"]
    assert private_files(settings) == [], "neither the original nor what was sent is kept"


@pytest.mark.parametrize(
    ("width", "expected"), [(300, [300]), (320, [320]), (500, [320, 500]), (1279, [320, 750, 1279])]
)
def test_no_variant_is_wider_than_the_picture(
    app: Service, person: Person, worker: Worker, width: int, expected: list[int]
) -> None:
    no = upload(app, person, jpeg(width, 400))["no"]
    worker.run()
    variants = person.get(f"/v1/uploads/{no}")["picture"]["variants"]
    assert [each["width"] for each in variants] == expected


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_upright_and_says_nothing_of_its_maker(
    app: Service, person: Person, worker: Worker, client: FlaskClient, orientation: int
) -> None:
    data = photograph(orientation=orientation)
    assert CAMERA.encode() in data
    assert dict(Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825))
    no = upload(app, person, data)["no"]
    worker.run()
    ready = person.get(f"/v1/uploads/{no}")
    upright = (1200, 1600) if orientation >= 5 else (1600, 1200)
    assert (ready["width"], ready["height"]) == upright
    corners = {
        1: ("dark", "red", "green"), 2: ("red", "dark", "both"), 3: ("both", "green", "red"),
        4: ("green", "both", "dark"), 5: ("dark", "green", "red"), 6: ("green", "dark", "both"),
        7: ("both", "red", "green"), 8: ("red", "both", "dark"),
    }  # fmt: skip
    for each in ready["picture"]["variants"]:
        written = client.get(each["url"]).data
        for trace in (CAMERA.encode(), b"EXIF", b"Exif", b"XMP ", b"ICCP", b"adobe"):
            assert trace not in written
        image = Image.open(io.BytesIO(written)).convert("RGB")
        assert not dict(image.getexif())
        assert not {"exif", "xmp", "icc_profile"} & image.info.keys()
        right, bottom = image.width - 5, image.height - 5
        seen = tuple(colour(image, place) for place in ((4, 4), (right, 4), (4, bottom)))
        assert seen == corners[orientation]


def colour(image: Image.Image, place: tuple[int, int]) -> str:
    """Where of the gradient a pixel was."""
    pixel = image.getpixel(place)
    assert isinstance(pixel, tuple)
    red, green = pixel[0] > 128, pixel[1] > 128
    return {(0, 0): "dark", (1, 0): "red", (0, 1): "green", (1, 1): "both"}[red, green]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_stays_so(
    app: Service, person: Person, worker: Worker, client: FlaskClient, kind: str
) -> None:
    image = gradient(400, 400, "RGBA")
    image.putalpha(Image.linear_gradient("L").resize((400, 400)))
    no = upload(app, person, encoded(image, kind))["no"]
    worker.run()
    small = shown(client, person.get(f"/v1/uploads/{no}")["picture"]["thumbnail_url"])
    assert small.mode == "RGBA"
    alpha = small.getchannel("A")
    assert alpha.getpixel((160, 2)) < 10
    assert alpha.getpixel((160, 317)) > 245


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1"])
def test_grey_and_palettes_are_pictures_too(
    app: Service, person: Person, worker: Worker, mode: str
) -> None:
    no = upload(app, person, encoded(gradient(400, 400).convert(mode), "PNG"))["no"]
    worker.run()
    assert person.get(f"/v1/uploads/{no}")["state"] == "ready"


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_file_that_is_not_fit_is_refused_and_its_owner_told_what_to_do(
    app: Service, person: Person, worker: Worker, settings: Settings, bad: str
) -> None:
    make, told = BAD[bad]
    refused = upload(app, person, make())
    assert (refused["state"], refused["picture"]) == ("refused", None)
    assert told in refused["reason"]
    assert person.get(f"/v1/uploads/{refused['no']}") == refused
    worker.run()
    assert steps(refused["no"]) == ["announce", "refuse"]


@pytest.mark.parametrize("spoilt", SPOILT, ids=str)
def test_a_file_that_turns_out_to_be_spoilt_is_refused_by_the_worker(
    app: Service, person: Person, worker: Worker, spoilt: str
) -> None:
    no = upload(app, person, SPOILT[spoilt]())["no"]
    worker.run()
    refused = person.get(f"/v1/uploads/{no}")
    assert refused["state"] == "refused"
    assert "损坏" in refused["reason"]
    assert steps(no) == ["announce", "store", "refuse"]


def test_what_a_file_is_hangs_on_its_content_and_not_on_what_was_said(
    app: Service, person: Person
) -> None:
    found = upload(app, person, encoded(gradient(400, 400), "PNG"), content_type="image/webp")
    assert (found["state"], found["content_type"]) == ("stored", "image/png")


def test_a_picture_may_not_be_announced_as_a_pdf(person: Person) -> None:
    body = announcement(PDF, "picture", "application/pdf")
    assert person.post("/v1/uploads", body, 422)["field"] == "content_type"


def test_completing_before_sending_is_refused_and_changes_nothing(person: Person) -> None:
    no = person.post("/v1/uploads", announcement(jpeg()))["no"]
    problem = person.post(f"/v1/uploads/{no}/completion", None, 409)
    assert problem["code"] == "upload_missing"
    assert person.get(f"/v1/uploads/{no}")["state"] == "expected"


def test_nobody_sees_or_completes_the_upload_of_somebody_else(
    app: Service, api: Api, person: Person
) -> None:
    no = person.post("/v1/uploads", announcement(jpeg()))["no"]
    stranger = api.log_in()
    for problem in (
        stranger.get(f"/v1/uploads/{no}", 404),
        stranger.post(f"/v1/uploads/{no}/completion", None, 404),
        stranger.get(f"/v1/uploads/{no}/content", 404),
    ):
        assert problem["code"] == "upload_not_found"


def test_nobody_announces_without_end(app: Service, person: Person) -> None:
    for _ in range(60):
        person.post("/v1/uploads", announcement(jpeg(300, 300)))
    problem = person.post("/v1/uploads", announcement(jpeg(300, 300)), 409)
    assert problem["code"] == "too_many_uploads"


@pytest.mark.parametrize(("broken", "expected"), [(False, "green"), (True, "red")])
def test_colours_are_those_of_the_profile_and_the_profile_is_gone(
    broken: bool, expected: str
) -> None:
    """A profile in which red and green have changed places; half of one says nothing."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"____").replace(b"gXYZ", b"rXYZ").replace(b"____", b"gXYZ")
    for mode in ("RGB", "RGBA"):
        image = Image.new(mode, (400, 400), "red")
        data = encoded(image, "PNG", icc_profile=swapped[:200] if broken else swapped)
        written = encode(data).variants[320]
        assert b"ICCP" not in written
        assert colour(Image.open(io.BytesIO(written)).convert("RGB"), (160, 160)) == expected
