"""Mini-program codes (小程序码): a round picture for a page and a scene.

Source: developers.weixin.qq.com, "获取不限制的小程序码".
"""

import io
import re

import segno
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from PIL import Image, ImageDraw

from .errors import WeixinError
from .weixin import body_of_request, check_token

blueprint = Blueprint("codes", __name__)
blueprint.before_request(check_token)

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
LONGEST_SCENE = 32
NARROWEST, WIDEST, USUAL = 280, 1280, 430
DARK = (24, 26, 28, 255)
GREEN = (7, 193, 96, 255)
OVERSAMPLING = 2


@blueprint.post("/wxa/getwxacodeunlimit")
def unlimited() -> ResponseReturnValue:
    """`{scene, page, check_path, env_version, width, is_hyaline}` → a PNG.

    Errors: 40169 no scene or too long, 40129 forbidden characters, 41030 page, 40097 the rest.
    """
    body = body_of_request(40097, "invalid args")
    scene = body.data.get("scene")
    if not isinstance(scene, str) or not 1 <= len(scene) <= LONGEST_SCENE:
        raise WeixinError(40169, "invalid length for scene, or the data is not json string")
    if not SCENE.fullmatch(scene):
        raise WeixinError(40129, "invalid scene")
    page = body.optional_text("page") or ""
    if page.startswith("/") or "?" in page or len(page) > 128:
        raise WeixinError(41030, "invalid page")
    body.flag("check_path", True)
    version = body.choice("env_version", {"release", "trial", "develop"}, "release")
    width = body.optional_integer("width", least=NARROWEST, most=WIDEST) or USUAL
    address = f"weixin://simulator/{version}/{page}?scene={scene}"
    picture = _drawn(address, width, transparent=body.flag("is_hyaline"))
    return Response(picture, content_type="image/png")


def _drawn(address: str, width: int, *, transparent: bool) -> bytes:
    modules = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    size = width * OVERSAMPLING
    image = Image.new("RGBA", (size, size), (255, 255, 255, 0 if transparent else 255))
    draw = ImageDraw.Draw(image)
    _ring(draw, size)
    side = size * 0.62
    step = side / len(modules)
    start = (size - side) / 2
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                _dot(draw, start + column * step, start + row * step, step)
    shrunk = image.resize((width, width), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    shrunk.save(file, "PNG")
    return file.getvalue()


def _ring(draw: ImageDraw.ImageDraw, size: int) -> None:
    edge = size * 0.02
    box = (edge, edge, size - edge, size - edge)
    for quarter in range(36):
        color = GREEN if quarter % 12 < 3 else DARK
        draw.arc(box, quarter * 10, quarter * 10 + 6, fill=color, width=max(size // 60, 4))


def _dot(draw: ImageDraw.ImageDraw, left: float, top: float, step: float) -> None:
    draw.rounded_rectangle((left, top, left + step, top + step), step * 0.35, fill=DARK)
