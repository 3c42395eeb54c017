"""Product pictures, drawn from shapes: the same motif and seed always give the same picture.

pictures.draw("tea_brick", "fuzhuan").show()
pictures.write_all(directory, [(product.code, product.picture) for product in data.products])
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from random import Random

from PIL import Image

from demo.pictures import animals, backdrops, fruit, herbs, kitchen, tea, travel, vegetables
from demo.pictures.canvas import Canvas

GOODS = (
    tea.MOTIFS | fruit.MOTIFS | vegetables.MOTIFS | animals.MOTIFS | kitchen.MOTIFS | herbs.MOTIFS
)
MOTIFS = frozenset(GOODS | travel.SCENES)
SIZE = 800
QUALITY = 80


def draw(motif: str, seed: str, size: int = SIZE) -> Image.Image:
    """Draw a motif as a square of `size` pixels; the seed decides on colours and arrangement."""
    chance = Random(hashlib.sha256(f"{motif}/{seed}".encode()).digest())
    canvas = Canvas(size)
    mirrored = chance.random() < 0.5
    if motif in travel.SCENES:
        travel.SCENES[motif](canvas, chance)
    else:
        backdrops.paint(canvas, chance)
        GOODS[motif](canvas, chance)
    return canvas.finished(mirrored)


def write_all(directory: Path, wanted: Iterable[tuple[str, str]], size: int = SIZE) -> list[Path]:
    """Write `<code>.webp` for each pair of product code and motif; keep files that exist.

    Returns the paths of all wanted pictures, in the given order.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for code, motif in wanted:
        path = directory / f"{code}.webp"
        if not path.exists():
            unfinished = path.with_suffix(".part")
            draw(motif, code, size).save(unfinished, "WEBP", quality=QUALITY, method=4)
            unfinished.replace(path)
        paths.append(path)
    return paths
