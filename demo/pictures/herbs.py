"""Flowers, roots and crafts: honeysuckle, rose, poria, sliced herbs, indigo cloth, embroidery."""

import math
from collections.abc import Callable
from random import Random

from demo.pictures import vessels
from demo.pictures.canvas import Canvas
from demo.pictures.colour import CREAM, DEEP_LEAF, LEAF, WHITE, darker, glass, lighter, mix, rgb
from demo.pictures.geometry import Point, ellipse, rounded, smooth, turned

INDIGO = rgb("23407A")


def herbs(canvas: Canvas, chance: Random) -> None:
    """Draw sliced roots on a tray, a mortar and a living sprig."""
    canvas.sprig(220, 600, 300, -70, 5)
    canvas.sprig(270, 610, 240, -40, 4)
    vessels.tray(canvas, 710, 350, 130)
    tone = chance.choice((rgb("F1E4C3"), rgb("C9A36B"), rgb("DCC79A"), rgb("B98A58")))
    for _ in range(44):
        x, y = chance.gauss(470, 130), chance.gauss(690, 34)
        if ((x - 500) / 290) ** 2 + ((y - 690) / 88) ** 2 > 1:
            continue
        tilt, r = chance.uniform(-30, 30), chance.uniform(26, 42)
        canvas.solid(ellipse(x, y, r, r * 0.62, tilt=tilt), darker(tone, 0.2), 5)
        canvas.oval(x, y - 3, r * 0.84, r * 0.46, tone, tilt=tilt)
        canvas.oval(x, y - 3, r * 0.3, r * 0.17, darker(tone, 0.15), tilt=tilt)
    vessels.bowl(canvas, 770, 560, 120, rgb("8FA39B"), content=rgb("6E7F78"))
    canvas.stroke([(770, 560), (850, 380)], 36, rgb("7A8C85"))
    canvas.oval(852, 376, 26, 24, rgb("8FA39B"))


def honeysuckle(canvas: Canvas, chance: Random) -> None:
    """Draw a flowering branch of honeysuckle above a bowl of dried buds."""
    branch: list[Point] = [(60, 260), (300, 190), (560, 250), (920, 170)]
    canvas.curve(branch, 13, rgb("7A6A3C"))
    for step in range(7):
        x = 140 + step * 122
        y = 235 + 30 * math.sin(step * 1.3)
        canvas.leaf(x, y, 120, -60, DEEP_LEAF, width=0.5)
        canvas.leaf(x, y, 120, 150, LEAF, width=0.5)
        for lean in (55, 80, 108):
            bloom = rgb("FBF5E3") if (step + lean) % 2 else rgb("F6CF5C")
            tip = turned([(x + 120, y)], (x, y), lean)[0]
            canvas.stroke([(x, y), tip], 11, bloom)
            for petal in (-55, -20, 20, 55):
                canvas.leaf(*tip, 58, lean + petal, bloom, width=0.36)
    vessels.bowl(canvas, 500, 640, 230, rgb("4F7A78"), content=rgb("C9CFA0"))
    for _ in range(100):
        across = chance.uniform(-0.92, 0.92)
        px, py = 500 + 214 * across, 655 - chance.random() * 90 * (1 - across * across)
        bud = turned([(px - 24, py), (px + 24, py)], (px, py), chance.uniform(-70, 70))
        canvas.stroke(bud, 9, mix(rgb("D7DBA8"), rgb("9AA765"), chance.random()))


def rose(canvas: Canvas, chance: Random) -> None:
    """Draw edible roses with a jar of petal jam."""
    vessels.jar(canvas, 360, 805, 430, rgb("A42A55"), lid=rgb("E6C27A"))
    vessels.label(canvas, 360, 655, 84, rgb("C84B77"))
    for x, y, r in ((660, 430, 135), (780, 640, 112), (600, 720, 92)):
        canvas.leaf(x, y + r * 0.4, r * 1.5, 25, DEEP_LEAF)
        canvas.leaf(x, y + r * 0.4, r * 1.5, 140, LEAF)
        _rose_head(canvas, x, y, r)
    for x, y in ((520, 850), (690, 855), (830, 840)):
        canvas.solid(ellipse(x, y, 42, 22, tilt=chance.uniform(-30, 30)), rgb("D9507F"), 8)


def _rose_head(canvas: Canvas, x: float, y: float, r: float) -> None:
    for ring, (count, away, size) in enumerate(((6, 0.62, 0.56), (5, 0.36, 0.46), (3, 0.14, 0.34))):
        for petal in range(count):
            angle = math.tau * petal / count + ring * 0.6
            px, py = x + r * away * math.cos(angle), y + r * away * math.sin(angle)
            tone = mix(rgb("E0608C"), rgb("A8254F"), ring / 2.4)
            outline = ellipse(px, py, r * size, r * size * 0.84, tilt=math.degrees(angle))
            canvas.solid(outline, tone, r * 0.1)
    canvas.curve(
        [(x - r * 0.12, y), (x, y - r * 0.14), (x + r * 0.13, y), (x, y + r * 0.08)],
        7,
        rgb("7A1638"),
    )


def poria(canvas: Canvas, chance: Random) -> None:
    """Draw a rough dark poria, cut open, and white cubes beside a pine twig."""
    for lean in range(-70, 80, 14):
        tip = turned([(920, 260)], (760, 260), lean + 160)[0]
        canvas.stroke([(760, 260), tip], 6, DEEP_LEAF)
    canvas.curve([(960, 160), (860, 220), (760, 262)], 16, rgb("7A5A3A"))
    canvas.shadow(380, 790, 250)
    rough: list[Point] = [
        (140, 620),
        (200, 480),
        (360, 420),
        (540, 460),
        (620, 600),
        (570, 740),
        (380, 800),
        (200, 760),
    ]
    canvas.solid(smooth(rough), rgb("5A4334"), 40)
    for _ in range(70):
        x, y = chance.gauss(360, 110), chance.gauss(600, 80)
        canvas.stroke([(x, y), (x + chance.uniform(-26, 26), y + 14)], 5, glass(rgb("33241C"), 120))
    canvas.solid(
        smooth([(420, 470), (560, 490), (620, 600), (560, 720), (430, 700), (390, 590)]),
        rgb("F7F1E7"),
        16,
    )
    for x, y in ((640, 800), (740, 790), (690, 720), (820, 820), (790, 730)):
        side = chance.uniform(38, 48)
        canvas.shadow(x, y + side, side * 1.1, 14)
        canvas.fill(
            [
                (x - side, y - side),
                (x - side * 0.6, y - side * 1.4),
                (x + side * 1.4, y - side * 1.4),
                (x + side, y - side),
            ],
            WHITE,
        )
        canvas.fill(
            [
                (x + side, y - side),
                (x + side * 1.4, y - side * 1.4),
                (x + side * 1.4, y + side * 0.6),
                (x + side, y + side),
            ],
            rgb("CFC5B6"),
        )
        canvas.solid(rounded(x - side, y - side, x + side, y + side, 4), rgb("F4EDE2"), 8)


def indigo(canvas: Canvas, chance: Random) -> None:
    """Draw resist-dyed cloth hanging from a pole over a vat of indigo."""
    canvas.solid(rounded(40, 120, 960, 150, 15), rgb("9A7448"), 10)
    for index, (left, long) in enumerate(((90, 560), (380, 470), (670, 590))):
        right, bottom = left + 240, 140 + long
        tone = mix(INDIGO, rgb("4F7FB8"), chance.uniform(0, 0.5))
        wave: list[Point] = [
            (right, bottom),
            (left + 160, bottom + 26),
            (left + 80, bottom - 10),
            (left, bottom + 16),
        ]
        canvas.solid([(left, 130), (right, 130), *smooth(wave, closed=False)], tone, 22)
        style = (index + chance.randrange(3)) % 3
        for y in range(220, int(bottom) - 60, 120):
            _resist(canvas, left + 120, y, style)
    canvas.shadow(500, 850, 190)
    vat: list[Point] = [(320, 740), (680, 740), (650, 860), (350, 860)]
    canvas.solid(vat, rgb("8C6239"), 26)
    canvas.solid(ellipse(500, 740, 180, 36), rgb("A87A48"), 6)
    canvas.fill(ellipse(500, 742, 162, 28), rgb("1E3768"))


def _resist(canvas: Canvas, x: float, y: float, style: int) -> None:
    pale = rgb("E7F0F8")
    if style == 0:
        for radius in (50, 36, 22):
            for step in range(24):
                angle = math.tau * step / 24
                canvas.oval(x + radius * math.cos(angle), y + radius * math.sin(angle), 4, 4, pale)
    elif style == 1:
        for petal in range(8):
            canvas.leaf(x, y, 54, petal * 45, pale, width=0.4)
        canvas.oval(x, y, 12, 12, INDIGO)
    else:
        for side in (-70, 0, 70):
            canvas.fill(
                [(x + side, y - 34), (x + side + 30, y), (x + side, y + 34), (x + side - 30, y)],
                pale,
            )
            canvas.fill(
                [(x + side, y - 16), (x + side + 14, y), (x + side, y + 16), (x + side - 14, y)],
                INDIGO,
            )


def embroidery(canvas: Canvas, chance: Random) -> None:
    """Draw an embroidery hoop with a Miao butterfly, threads and a needle."""
    cloth = chance.choice((rgb("22262F"), rgb("7A1F2B"), rgb("1F3A4A")))
    canvas.shadow(460, 800, 290)
    canvas.solid(ellipse(460, 510, 310, 300), rgb("D9A860"), 18)
    canvas.fill(ellipse(460, 510, 284, 274), darker(rgb("D9A860"), 0.3))
    canvas.fill(ellipse(460, 510, 276, 266), cloth)
    for step in range(36):
        x = 460 + 240 * math.cos(math.tau * step / 36)
        y = 510 + 230 * math.sin(math.tau * step / 36)
        tone = (rgb("F2C14E"), rgb("E4572E"), rgb("5FB3A1"))[step % 3]
        canvas.solid(ellipse(x, y, 15, 11, tilt=step * 10), tone, 3)
    for side in (-1, 1):
        for tilt, long, tone in ((-38, 190, rgb("E4417A")), (28, 150, rgb("F2A03D"))):
            lean = tilt if side > 0 else 180 - tilt
            canvas.leaf(460, 510, long, lean, tone, width=0.72)
            canvas.leaf(460, 510, long * 0.72, lean, lighter(tone, 0.35), width=0.6)
            spot = turned([(460 + long * 0.72, 510)], (460, 510), lean)[0]
            canvas.oval(*spot, 17, 17, rgb("2F8F83"))
        canvas.curve([(460, 440), (460 + side * 40, 380), (460 + side * 84, 372)], 7, rgb("F2C14E"))
    canvas.solid(ellipse(460, 510, 24, 92), rgb("F7E3A1"), 8)
    for x, y, tone in (
        (800, 720, rgb("E4417A")),
        (850, 800, rgb("2F8F83")),
        (740, 815, rgb("F2A03D")),
    ):
        canvas.shadow(x, y + 44, 56, 14)
        canvas.solid(rounded(x - 44, y - 44, x + 44, y + 44, 12), tone, 12)
        canvas.box(x - 52, y - 52, x + 52, y - 34, CREAM, radius=8)
        canvas.box(x - 52, y + 34, x + 52, y + 52, CREAM, radius=8)


MOTIFS: dict[str, Callable[[Canvas, Random], None]] = {
    "herbs": herbs,
    "honeysuckle": honeysuckle,
    "rose": rose,
    "poria": poria,
    "indigo": indigo,
    "embroidery": embroidery,
}
