"""Tea: pressed, in baskets, as leaves with a cup, and the vine tea of the Wuling hills."""

from collections.abc import Callable
from random import Random

from demo.pictures import vessels
from demo.pictures.canvas import Canvas
from demo.pictures.colour import DEEP_LEAF, LEAF, STRAW, Colour, darker, glass, lighter, mix, rgb
from demo.pictures.fruit import woven
from demo.pictures.geometry import ellipse, rounded

DARK = rgb("4A3226")
GREEN_TEA = rgb("C9D46A")
RED_TEA = rgb("C4501F")
AMBER_TEA = rgb("D98E3A")
GOLD = rgb("E8B93C")


def _loose(
    canvas: Canvas, chance: Random, x: float, y: float, wide: float, *, high: float, colour: Colour
) -> None:
    """Draw a heap of loose leaves, twisted and slightly different from each other."""
    canvas.shadow(x, y, wide * 1.05, high * 0.4)
    canvas.fill(ellipse(x, y - high * 0.3, wide * 0.86, high * 0.5), darker(colour, 0.35))
    for _ in range(170):
        across = chance.uniform(-1, 1)
        up = chance.uniform(-0.25, 1) * (1 - abs(across) ** 1.7)
        px, py = x + wide * across, y - high * up
        tone = mix(darker(colour, 0.25), lighter(colour, 0.3), chance.random())
        canvas.oval(
            px, py, chance.uniform(16, 28), chance.uniform(4, 7), tone, tilt=chance.uniform(0, 180)
        )


def tea_brick(canvas: Canvas, chance: Random) -> None:
    """Draw a Fu brick on its paper, golden dots on the broken edge, and a cup."""
    canvas.shadow(430, 800, 290)
    wrap = chance.choice((rgb("E7D3A8"), rgb("D7B98A"), rgb("E9DCC4")))
    canvas.solid([(150, 790), (260, 660), (730, 660), (700, 800)], wrap, 10)
    top = [(230, 470), (300, 400), (690, 400), (640, 470)]
    canvas.fill(top, lighter(DARK, 0.2))
    canvas.solid([(230, 470), (640, 470), (640, 740), (230, 740)], DARK, 26)
    canvas.fill([(640, 470), (690, 400), (690, 660), (640, 740)], darker(DARK, 0.3))
    canvas.fill(rounded(330, 520, 540, 690, 20), glass(lighter(DARK, 0.35), 120))
    canvas.fill(rounded(346, 536, 524, 674, 14), DARK)
    canvas.leaf(370, 640, 140, -42, lighter(DARK, 0.3))
    for _ in range(130):
        x, y = chance.uniform(238, 632), chance.uniform(478, 732)
        tone = GOLD if chance.random() < 0.3 else lighter(DARK, 0.22)
        canvas.oval(x, y, chance.uniform(3, 7), 3.5, tone, tilt=chance.uniform(0, 180))
    vessels.teacup(canvas, 790, 810, 88, RED_TEA)


def tea_basket(canvas: Canvas, chance: Random) -> None:
    """Draw dark tea in an open bamboo basket."""
    canvas.shadow(430, 800, 270)
    _loose(canvas, chance, 430, 500, 225, high=110, colour=DARK)
    woven(canvas, 200, 510, 660, 800)
    canvas.fill([(392, 500), (468, 500), (458, 800), (402, 800)], rgb("C0392B"))
    vessels.label(canvas, 430, 640, 66, rgb("7D5A3C"))
    vessels.teacup(canvas, 790, 815, 84, RED_TEA)


def tea_log(canvas: Canvas, chance: Random) -> None:
    """Draw a thousand-tael log in its bamboo skin, with slices cut from it."""
    canvas.shadow(340, 800, 130)
    canvas.solid(rounded(230, 180, 450, 800, 40), rgb("C99B58"), 40)
    for row in range(15):
        y = 200 + row * 40
        for column in range(5):
            if (row + column) % 2:
                x = 234 + column * 43
                canvas.fill(
                    [(x, y + 20), (x + 21, y), (x + 42, y + 20), (x + 21, y + 40)],
                    glass(rgb("8D6430"), 120),
                )
    for y in (250, 390, 530, 670):
        canvas.box(222, y, 458, y + 24, rgb("A87738"), radius=12)
    for x, y, r in ((670, 640, 155), (600, 745, 105)):
        canvas.shadow(x, y + r - 8, r)
        canvas.solid(ellipse(x + 26, y, r, r), darker(DARK, 0.3), 8)
        canvas.solid(ellipse(x, y, r, r), DARK, 16)
        for _ in range(90):
            px, py = chance.gauss(x, r * 0.4), chance.gauss(y, r * 0.4)
            if (px - x) ** 2 + (py - y) ** 2 < (r * 0.9) ** 2:
                tone = chance.choice((lighter(DARK, 0.25), lighter(DARK, 0.4), darker(DARK, 0.2)))
                canvas.oval(px, py, 13, 4, tone, tilt=chance.uniform(0, 180))
    vessels.teacup(canvas, 845, 815, 66, RED_TEA)


def tea_leaf(canvas: Canvas, chance: Random) -> None:
    """Draw a glass of green tea with standing buds, a fresh sprig and dry leaves."""
    canvas.sprig(660, 640, 260, -62, 4)
    canvas.sprig(640, 650, 230, -28, 3)
    vessels.cup(canvas, 400, 800, 470, GREEN_TEA)
    for _ in range(16):
        x, y = chance.uniform(285, 515), chance.uniform(500, 770)
        canvas.leaf(x, y, chance.uniform(46, 70), chance.uniform(-110, -70), LEAF, width=0.3)
    for _ in range(6):
        x = chance.uniform(300, 470)
        canvas.leaf(x, 440, 60, chance.uniform(40, 100), DEEP_LEAF, width=0.3)
    beside = chance.randrange(3)
    if beside == 0:
        _loose(canvas, chance, 720, 815, 150, high=70, colour=rgb("5E7A45"))
    elif beside == 1:
        vessels.teacup(canvas, 730, 820, 96, GREEN_TEA)
    else:
        _caddy(canvas, chance, 720, 812)


def _caddy(canvas: Canvas, chance: Random, x: float, base: float) -> None:
    tin = chance.choice((DEEP_LEAF, rgb("B8483E"), rgb("2F4A6B"), rgb("D9B77C")))
    canvas.shadow(x, base - 6, 110)
    canvas.solid(rounded(x - 96, base - 250, x + 96, base, 24), tin, 26)
    canvas.solid(rounded(x - 102, base - 300, x + 102, base - 230, 20), lighter(tin, 0.15), 14)
    vessels.label(canvas, x, base - 112, 66, rgb("7FA36B"))


def tea_red(canvas: Canvas, chance: Random) -> None:
    """Draw a glass pitcher of red tea, a cup and dark leaves with golden tips."""
    canvas.shadow(400, 800, 190)
    canvas.curve([(560, 500), (680, 510), (670, 680), (560, 700)], 26, glass(rgb("FFFFFF"), 170))
    canvas.fill(rounded(220, 380, 570, 800, 70), glass(rgb("FFFFFF"), 140))
    canvas.solid(rounded(236, 500, 554, 786, 56), RED_TEA, 30, rim=0.3)
    canvas.fill(ellipse(395, 502, 158, 30), lighter(RED_TEA, 0.35))
    canvas.fill([(230, 400), (180, 372), (236, 450)], glass(rgb("FFFFFF"), 170))
    canvas.box(262, 430, 290, 740, glass(rgb("FFFFFF"), 110), radius=14)
    _loose(canvas, chance, 690, 822, 130, high=62, colour=rgb("53321F"))
    for _ in range(14):
        x, y = chance.uniform(590, 790), chance.uniform(785, 815)
        canvas.oval(x, y, 20, 4, GOLD, tilt=chance.uniform(0, 180))
    vessels.teacup(canvas, 800, 740, 78, RED_TEA)


def tea_white(canvas: Canvas, chance: Random) -> None:
    """Draw a round cake of white tea leaning on its wrapper, and a cup."""
    canvas.shadow(430, 800, 250)
    canvas.solid(ellipse(455, 590, 240, 212), rgb("8E8A62"), 12)
    canvas.solid(ellipse(425, 590, 240, 212), rgb("B9B48A"), 26)
    for _ in range(210):
        x, y = chance.gauss(425, 105), chance.gauss(590, 92)
        if ((x - 425) / 218) ** 2 + ((y - 590) / 192) ** 2 < 1:
            tone = chance.choice((rgb("DDDCC4"), rgb("8C8B5C"), rgb("A5A374"), rgb("726B45")))
            canvas.oval(x, y, chance.uniform(13, 24), 5, tone, tilt=chance.uniform(0, 180))
    canvas.oval(425, 590, 44, 40, glass(rgb("5F5B3C"), 110))
    canvas.sprig(250, 800, 150, -18, 3)
    vessels.teacup(canvas, 790, 812, 88, AMBER_TEA)


def vine_tea(canvas: Canvas, chance: Random) -> None:
    """Draw frosted vine tea on a tray below the living vine."""
    canvas.curve([(120, 150), (330, 250), (560, 190), (880, 290)], 12, DEEP_LEAF)
    for step in range(9):
        x = 150 + step * 88
        y = 170 + (step % 3) * 42
        canvas.leaf(
            x, y + 24, 120, 55 + (step % 2) * 50, LEAF if step % 2 else DEEP_LEAF, width=0.5
        )
    vessels.tray(canvas, 690, 330, 130)
    for _ in range(190):
        px, py = chance.gauss(500, 125), chance.gauss(665, 38)
        if ((px - 500) / 280) ** 2 + ((py - 665) / 92) ** 2 < 1:
            tone = chance.choice((rgb("E9EEE4"), rgb("C7D3C0"), rgb("7E9A7C"), rgb("F6F7F0")))
            canvas.oval(px, py, chance.uniform(15, 26), 5, tone, tilt=chance.uniform(0, 180))
    vessels.teacup(canvas, 800, 835, 74, mix(GREEN_TEA, STRAW, 0.4))


MOTIFS: dict[str, Callable[[Canvas, Random], None]] = {
    "tea_brick": tea_brick,
    "tea_basket": tea_basket,
    "tea_log": tea_log,
    "tea_leaf": tea_leaf,
    "tea_red": tea_red,
    "tea_white": tea_white,
    "vine_tea": vine_tea,
}
