"""What a file really is, told from its content, before anything of it is decoded."""

import io
from dataclasses import dataclass

from PIL import Image

from backend.catalog.pictures.models import Purpose

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
TYPES = {
    Purpose.picture: (JPEG, PNG, WEBP),
    Purpose.document: (JPEG, PNG, WEBP, PDF),
}
LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""
MOST_PIXELS = 40_000_000
LEAST_SIDE = 300
MOST_STRETCHED = 12
"""The long side over the short one; beyond it a variant would not fit into a WebP file."""
MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA"})
"""Kinds of pixels that can be shown as they are: 8 bits, grey or RGB."""

BROKEN = "文件已损坏或不是图片，请重新拍摄或导出为 JPG 后再上传"
TOO_MANY_PIXELS = "图片像素太多（最多 4000 万像素），请缩小后再上传"
_ADVICE = (
    (lambda head: head.startswith(b"GIF8"), "不支持 GIF，请另存为 JPG 或 PNG 后再上传"),
    (lambda head: head.startswith(b"BM"), "不支持 BMP，请另存为 JPG 或 PNG 后再上传"),
    (lambda head: head[:4] in {b"II*\0", b"MM\0*"}, "不支持 TIFF，请另存为 JPG 后再上传"),
    (
        lambda head: head[4:8] == b"ftyp",
        "不支持 HEIC/AVIF，请在手机相机设置中选择“兼容性最佳”，或另存为 JPG 后再上传",
    ),
    (lambda head: b"<svg" in head.lower(), "不支持 SVG，请导出为 PNG 后再上传"),
    (lambda head: head.startswith(b"%PDF-"), "这里只能上传图片，请把 PDF 导出为 JPG 后再上传"),
)


class UnfitError(Exception):
    """The file cannot be taken; `reason` tells its owner in Chinese what to do."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Found:
    """What a file is. Pixels as they lie in the file, `None` for a PDF."""

    content_type: str
    width: int | None = None
    height: int | None = None


def examine(data: bytes, purpose: str) -> Found:
    """What the file is, if it is fit for its purpose; `UnfitError` says why it is not."""
    if len(data) > LARGEST:
        raise UnfitError("文件超过 10 MB，请压缩后再上传")
    if purpose == Purpose.document and data.startswith(b"%PDF-"):
        return Found(PDF)
    content_type = _type_of(data)
    with open_picture(data) as image:
        width, height = image.size
        if purpose == Purpose.picture:
            _check_picture(image)
    return Found(content_type, width, height)


def open_picture(data: bytes) -> Image.Image:
    """The picture with its header read and nothing decoded; `UnfitError` when that fails."""
    if _type_of(data) == WEBP:
        # Pillow's WebP reader makes room for the whole canvas as soon as it opens a file.
        _check_pixels(*_size_of_webp(data))
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
    except Image.DecompressionBombError:
        raise UnfitError(TOO_MANY_PIXELS) from None
    except MemoryError:
        raise
    except Exception as error:
        # On spoilt files Pillow's readers raise whatever they stumble over.
        raise UnfitError(BROKEN) from error
    _check_pixels(*image.size)
    return image


def _type_of(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    head = data[:1024]
    raise UnfitError(next((told for fits, told in _ADVICE if fits(head)), BROKEN))


def _size_of_webp(data: bytes) -> tuple[int, int]:
    """Width and height as the file's first chunk says them (RFC 9649)."""
    chunk, head = data[12:16], data[20:30]
    if len(head) < 10:
        raise UnfitError(BROKEN)
    if chunk == b"VP8X":
        return (
            int.from_bytes(head[4:7], "little") + 1,
            int.from_bytes(head[7:10], "little") + 1,
        )
    if chunk == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        return (
            int.from_bytes(head[6:8], "little") & 0x3FFF,
            int.from_bytes(head[8:10], "little") & 0x3FFF,
        )
    raise UnfitError(BROKEN)


def _check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise UnfitError(TOO_MANY_PIXELS)


def _check_picture(image: Image.Image) -> None:
    short, long = sorted(image.size)
    if short < LEAST_SIDE:
        raise UnfitError(f"图片太小，短边至少 {LEAST_SIDE} 像素，请换一张更清晰的")
    if long > MOST_STRETCHED * short:
        raise UnfitError(f"图片太长，长边最多为短边的 {MOST_STRETCHED} 倍，请裁成几张后再上传")
    # A phone's JPEG may hold a second picture (MPO); that is no animation.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise UnfitError("不支持动图，请上传静态的 JPG 或 PNG")
    if image.mode == "CMYK":
        raise UnfitError("这是印刷用的 CMYK 颜色，请另存为 RGB 颜色的 JPG 后再上传")
    if image.mode not in MODES:
        raise UnfitError("这种颜色格式无法显示，请另存为普通的 JPG 后再上传")
