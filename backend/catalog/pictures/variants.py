"""Names of variants: a picture's path says by itself which smaller ones there are."""

import re

from backend.core.storage.opening import storage

WIDTHS = (320, 750, 1280)
"""Pixels: thumbnail, card, full width of a phone's screen."""
THUMBNAIL, CARD, LARGEST_WIDTH = WIDTHS
_OURS = re.compile(r"(pictures/[0-9A-Z]+-[0-9a-f]{16})/([0-9]+)\.webp")


def variant_path(no: str, digest: str, width: int) -> str:
    """Where a variant lies below media. The hash stands for the content: kept for ever, if cached.

    `digest` has 16 hexadecimal places.
    """
    return f"pictures/{no}-{digest}/{width}.webp"


def is_ours(path: str) -> bool:
    """Whether a path could be a variant that was made from an upload."""
    return _OURS.fullmatch(path) is not None


def variant(path: str, width: int) -> str:
    """The path of the variant `width` pixels wide, of a picture named by its largest variant.

    A picture that is no wider than that, or that has no variants, is shown as it is.
    """
    ours = _OURS.fullmatch(path)
    if ours is None or width not in WIDTHS or width >= int(ours[2]):
        return path
    return f"{ours[1]}/{width}.webp"


def variants(path: str) -> dict[int, str]:
    """Width and path of each variant of a picture named by its largest one, smallest first."""
    ours = _OURS.fullmatch(path)
    if ours is None:
        return {}
    largest = int(ours[2])
    smaller = {each: variant(path, each) for each in WIDTHS if each < largest}
    return {**smaller, largest: path}


def address(path: str, width: int | None = None) -> str:
    """Where a picture is shown from, or its variant of a width (pixels)."""
    return storage().public_url(path if width is None else variant(path, width))
