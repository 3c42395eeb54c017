"""A picture as it is shown: upright, in sRGB, in a few widths, without a word about who took it."""

import io
import threading
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageCms

from backend.catalog.pictures.checking import BROKEN, UnfitError, open_picture
from backend.catalog.pictures.variants import LARGEST_WIDTH, WIDTHS

QUALITY = 82
EXIF_ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture with this EXIF orientation stand upright."""
SIDEWAYS = frozenset({5, 6, 7, 8})
_SRGB = ImageCms.createProfile("sRGB")
_one_at_a_time = threading.Lock()
"""A large picture takes some hundred MB while it is decoded; a process decodes one at a time."""


@dataclass(frozen=True)
class Encoded:
    """The original's size in pixels as it is to be seen, and a WebP file for each width."""

    width: int
    height: int
    variants: dict[int, bytes]


def encode(data: bytes) -> Encoded:
    """Every variant of a picture that has passed `examine`, never wider than the picture.

    Raises `UnfitError` where decoding shows that the file is spoilt.
    """
    with _one_at_a_time, open_picture(data) as image:
        try:
            return _encode(image)
        except MemoryError:
            raise
        except Exception as error:
            # On spoilt files Pillow's decoders raise whatever they stumble over.
            raise UnfitError(BROKEN) from error


def _encode(image: Image.Image) -> Encoded:
    orientation = _orientation(image)
    sideways = orientation in SIDEWAYS
    width, height = image.size[::-1] if sideways else image.size
    largest = min(width, LARGEST_WIDTH)
    # A JPEG can be decoded at half, a quarter or an eighth: enough is twice what is shown.
    image.draft(None, (1, 2 * largest) if sideways else (2 * largest, 1))
    image.load()
    pixels = image.convert("RGBA" if image.has_transparency_data else "RGB")
    shown = largest, max(1, round(height * largest / width))
    pixels = pixels.resize(shown[::-1] if sideways else shown, Image.Resampling.LANCZOS)
    pixels = _in_srgb(pixels, image.info.get("icc_profile"))
    if orientation in UPRIGHT:
        pixels = pixels.transpose(UPRIGHT[orientation])
    widths = [*(each for each in WIDTHS if each < largest), largest]
    return Encoded(width, height, {each: _as_webp(pixels, each) for each in widths})


def _orientation(image: Image.Image) -> int:
    """As EXIF says it; a picture whose EXIF cannot be read stays as it is."""
    with suppress(Exception):
        return int(image.getexif().get(EXIF_ORIENTATION, 1))
    return 1


def _in_srgb(pixels: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours in sRGB; a profile that is none, or not of RGB, says nothing."""
    if not profile:
        return pixels
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != "RGB":
            return pixels
        return ImageCms.profileToProfile(pixels, source, _SRGB) or pixels
    except (ImageCms.PyCMSError, OSError):
        return pixels


def _as_webp(pixels: Image.Image, width: int) -> bytes:
    height = max(1, round(pixels.height * width / pixels.width))
    shown = pixels.resize((width, height), Image.Resampling.LANCZOS)
    # Some versions of Pillow write down what they find here: EXIF, XMP, the old profile.
    shown.info = {}
    written = io.BytesIO()
    shown.save(written, "WEBP", quality=QUALITY, method=4)
    return written.getvalue()
