"""Files to upload, good and bad, each built here."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms

GPS = {1: "N", 2: (28.0, 22.0, 11.0), 3: "E", 4: (111.0, 12.0, 13.0)}
CAMERA = "Phone of Wang Xiaoming"


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture that is red towards the right and green towards the bottom."""
    red = Image.linear_gradient("L").rotate(90).resize((width, height))
    green = Image.linear_gradient("L").resize((width, height))
    blue = Image.new("L", (width, height), 60)
    return Image.merge("RGB", (red, green, blue)).convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **how)
    return written.getvalue()


def jpeg(width: int = 1600, height: int = 1200, **how: Any) -> bytes:
    return encoded(gradient(width, height), "JPEG", quality=85, **how)


def photograph(width: int = 1600, height: int = 1200, orientation: int = 6) -> bytes:
    """What a phone writes: lying on its side, with who, where, and a profile of its own."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = CAMERA
    exif.get_ifd(0x8825).update(GPS)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + CAMERA.encode() + b"</x:xmpmeta>"
    return jpeg(width, height, exif=exif, icc_profile=profile, xmp=xmp, comment=CAMERA)


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A small PNG that would be 7.5 GB when decoded; every line is the same."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    line = b"\0" + b"\0" * (width * 3)
    body = b"".join(packer.compress(line) for _ in range(200)) + packer.flush()
    parts = png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def webp_bomb(side: int = 16_383) -> bytes:
    """The head of a WebP file with the largest canvas there is."""
    size = (side - 1).to_bytes(3, "little")
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size + size
    return b"RIFF" + struct.pack("<I", len(canvas) + 4) + b"WEBP" + canvas


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (400, 400), colour) for colour in ("red", "green", "blue")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


HTML = b"\xff\xd8\xff\xe0<html><script>alert(document.cookie)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 200

BAD = {
    "GIF": (lambda: animated("GIF"), "GIF"),
    "animated PNG": (lambda: animated("PNG"), "动图"),
    "animated WebP": (lambda: animated("WEBP"), "动图"),
    "SVG": (lambda: SVG, "SVG"),
    "HEIC": (lambda: HEIC, "兼容性最佳"),
    "PDF as a picture": (lambda: b"%PDF-1.7 and more", "PDF"),
    "BMP": (lambda: encoded(gradient(400, 400), "BMP"), "BMP"),
    "TIFF": (lambda: encoded(gradient(400, 400), "TIFF"), "TIFF"),
    "HTML that begins like a JPEG": (lambda: HTML, "损坏"),
    "text": (lambda: b"hello", "损坏"),
    "one byte": (lambda: b"\xff", "损坏"),
    "half a PNG header": (lambda: b"\x89PNG\r\n\x1a\n\0\0", "损坏"),
    "half a WebP header": (lambda: b"RIFF\x10\0\0\0WEBPVP8X", "损坏"),
    "WebP of an unknown kind": (lambda: b"RIFF\x20\0\0\0WEBPABCD" + b"\0" * 40, "损坏"),
    "truncated WebP": (lambda: half(encoded(gradient(600, 600), "WEBP")), "损坏"),
    "1x1": (lambda: encoded(Image.new("RGB", (1, 1)), "PNG"), "300"),
    "299 on the short side": (lambda: jpeg(1200, 299), "300"),
    "a strip": (lambda: jpeg(300, 3700), "12 倍"),
    "PNG bomb": (bomb, "4000 万"),
    "PNG of 10 000 x 5 000": (lambda: bomb(10_000, 5_000), "4000 万"),
    "WebP bomb": (webp_bomb, "4000 万"),
    "CMYK": (lambda: encoded(gradient(400, 400, "CMYK"), "JPEG"), "CMYK"),
    "16 bits": (lambda: encoded(Image.new("I;16", (400, 400)), "PNG"), "颜色格式"),
}
"""Refused at first sight: what builds it, and what its owner is told."""

SPOILT = {
    "truncated JPEG": lambda: jpeg()[:20_000],
    "truncated PNG": lambda: half(encoded(gradient(600, 600), "PNG")),
}
"""Fit by the header; that they are not is seen when they are decoded."""
