"""Prepared food and drink: staples, bean curd, sweets, oil, dairy, wine."""

import math
from collections.abc import Callable
from functools import partial
from random import Random

from demo.pictures import vessels
from demo.pictures.canvas import Canvas
from demo.pictures.colour import DEEP_LEAF, WHITE, Colour, darker, glass, lighter, mix, rgb
from demo.pictures.fruit import TANGERINE
from demo.pictures.geometry import Point, ellipse, rounded, smooth, turned

BRAISED = rgb("7A4A2B")
FRESH = rgb("F3ECDA")
HONEY = rgb("E8A020")
OIL = rgb("E9B93A")


def rice_bag(canvas: Canvas, chance: Random) -> None:
    """Draw a sack of rice, a full bowl and ears of rice."""
    grain, bag = chance.choice(
        (
            (rgb("FBF7EA"), rgb("E9DCC0")),
            (rgb("F6ECCB"), rgb("C9D3B0")),
            (rgb("E5C7B5"), rgb("D8B08C")),
        )
    )
    for bend in (0, 36, 72):
        canvas.curve([(240 - bend, 700), (190 - bend, 420), (100 - bend, 300)], 8, rgb("A9A24B"))
        for step in range(9):
            canvas.leaf(196 - bend - step * 11, 430 - step * 15, 46, 110, rgb("E3B84A"), width=0.5)
    vessels.sack(canvas, 420, 800, 560, bag)
    vessels.label(canvas, 420, 600, 96, rgb("7A9A52"))
    vessels.bowl(canvas, 740, 670, 150, rgb("5E8FA8"))
    heap = smooth([(602, 672), (650, 600), (740, 572), (830, 600), (878, 672), (740, 694)])
    canvas.solid(heap, grain, 16)
    for _ in range(80):
        x, y = chance.gauss(740, 62), chance.uniform(596, 682)
        if abs(x - 740) < 40 + (y - 580) * 0.95:
            tone = mix(darker(grain, 0.12), WHITE, chance.random())
            canvas.oval(x, y, 9, 4, tone, tilt=chance.uniform(0, 180))


def flour_bowl(canvas: Canvas, chance: Random) -> None:
    """Draw a bowl of root starch with its wooden spoon and the root."""
    for x, y, tilt in ((230, 740, -20), (330, 790, 8)):
        canvas.shadow(x, y + 50, 150, 20)
        canvas.solid(ellipse(x, y, 170, 52, tilt=tilt), rgb("B58A5E"), 18)
        canvas.oval(
            x + 150, y - math.sin(math.radians(20)) * 140 * (tilt < 0), 26, 38, rgb("F3E8D4")
        )
    vessels.bowl(canvas, 600, 590, 240, rgb("B9573F"), content=rgb("F4F0E6"))
    heap: list[Point] = [(380, 592), (470, 500), (600, 450), (720, 505), (820, 592), (600, 630)]
    canvas.solid(smooth(heap), rgb("F4F0E6"), 24)
    for _ in range(16):
        px, py = chance.uniform(470, 740), chance.uniform(520, 600)
        canvas.solid(ellipse(px, py, 20, 15, tilt=chance.uniform(0, 90)), rgb("E6DFD2"), 6)
    canvas.stroke([(690, 500), (880, 290)], 28, rgb("9A6B3F"))
    canvas.solid(ellipse(680, 512, 72, 36, tilt=-48), rgb("9A6B3F"), 12)


def noodle(canvas: Canvas, chance: Random) -> None:
    """Draw bundles of sweet-potato noodles tied with straw."""
    for y, tone in ((600, 0.1), (690, 0.0), (780, 0.05)):
        canvas.shadow(500, y + 50, 330, 22)
        base = darker(rgb("B6A38E"), tone)
        canvas.solid(rounded(190, y - 48, 810, y + 48, 30), base, 18)
        for line in range(15):
            ly = y - 42 + line * 6
            tint = lighter(base, 0.4) if line % 2 else darker(base, 0.18)
            bend = chance.uniform(-5, 5)
            canvas.curve(
                [(196, ly), (400, ly + bend), (600, ly - bend), (804, ly)], 3, glass(tint, 170)
            )
        for x in (330, 670):
            canvas.box(x - 17, y - 54, x + 17, y + 54, rgb("C0392B"), radius=10)
    for x, y in ((330, 470), (470, 490), (640, 468)):
        canvas.ball(x, y, 96, 62, rgb("A9474F"), tilt=chance.uniform(-20, 20))


def tofu(canvas: Canvas, chance: Random, curd: Colour) -> None:
    """Draw stacked blocks of bean curd on a board, braised dark or fresh and white."""
    canvas.sprig(740, 640, 230, -65, 4)
    vessels.board(canvas, 740, 110, 890)
    tone = mix(curd, lighter(curd), chance.random())
    for x, y in ((290, 700), (560, 705), (420, 535), (740, 730)):
        half, high = (126, 72) if y < 725 else (84, 46)
        left, right, top, bottom = x - half, x + half, y - high, y + high
        back = high * 0.62
        canvas.fill(
            [(left, top), (left + back, top - back), (right + back, top - back), (right, top)],
            lighter(tone, 0.3),
        )
        canvas.fill(
            [
                (right, top),
                (right + back, top - back),
                (right + back, bottom - back),
                (right, bottom),
            ],
            darker(tone, 0.28),
        )
        canvas.solid([(left, top), (right, top), (right, bottom), (left, bottom)], tone, 12)
        for step in range(1, 5):
            mark = left + (right - left) * step / 5
            scored = [(mark - 14, top + 18), (mark + 10, bottom - 18)]
            canvas.stroke(scored, 5, glass(darker(tone, 0.3), 80))
    for _ in range(16):
        px, py = chance.uniform(200, 800), chance.uniform(785, 812)
        crumb = chance.choice((rgb("D62F2A"), rgb("F0E2B8"), rgb("6E9152")))
        canvas.oval(px, py, 9, 5, crumb, tilt=chance.uniform(0, 180))


def latiao(canvas: Canvas, chance: Random) -> None:
    """Draw a plate of spicy gluten strips with sesame."""
    canvas.shadow(500, 790, 340, 60)
    canvas.solid(ellipse(500, 720, 350, 120), rgb("F2EDE1"), 14)
    canvas.fill(ellipse(500, 712, 296, 92), rgb("E0DACB"))
    for _ in range(48):
        across = chance.uniform(-0.85, 0.85)
        x, y = 500 + 260 * across, 720 - chance.random() * 260 * (1 - across * across)
        tone = mix(rgb("D2501E"), rgb("9A2A16"), chance.random())
        strip = turned([(x - 92, y), (x, y - 22), (x + 92, y + 6)], (x, y), chance.uniform(-40, 40))
        canvas.curve(strip, 30, darker(tone, 0.3))
        canvas.curve([(px, py - 5) for px, py in strip], 20, tone)
        canvas.curve([(px, py - 11) for px, py in strip], 4, glass(rgb("FFC58A"), 150))
    for _ in range(70):
        x, y = chance.gauss(500, 110), chance.gauss(620, 70)
        canvas.oval(x, y, 8, 4, rgb("F7EBC8"), tilt=chance.uniform(0, 180))


def soup(canvas: Canvas, chance: Random) -> None:
    """Draw a steaming bowl of beef soup with chilli and herbs."""
    for x in (400, 500, 600):
        steam: list[Point] = [(x, 470), (x + 34, 400), (x - 26, 320), (x + 20, 230)]
        canvas.curve(steam, 18, glass(WHITE, 110))
    vessels.bowl(canvas, 500, 560, 320, rgb("3D5A6C"), content=rgb("B5482A"))
    for _ in range(46):
        px, py = chance.gauss(500, 120), chance.gauss(562, 20)
        if ((px - 500) / 280) ** 2 + ((py - 562) / 56) ** 2 > 1:
            continue
        tone = chance.choice(
            (rgb("7A2C22"), rgb("E8E0CC"), rgb("6E9152"), rgb("E4572E"), rgb("8E3B2C"))
        )
        canvas.solid(
            ellipse(px, py, chance.uniform(18, 34), 14, tilt=chance.uniform(-30, 30)), tone, 5
        )
    canvas.stroke([(640, 520), (880, 330)], 12, rgb("8C5A32"))
    canvas.stroke([(670, 530), (910, 350)], 12, rgb("8C5A32"))


def canned(canvas: Canvas, chance: Random) -> None:
    """Draw glass jars of mandarin segments in syrup."""
    lid = chance.choice((rgb("E4572E"), rgb("F2C14E"), rgb("3E7C6B")))
    for x, base, tall in ((660, 750, 340), (400, 800, 460)):
        vessels.jar(canvas, x, base, tall, rgb("F7C873"), lid=lid)
        half = tall * 0.29
        for row in range(5):
            for column in range(3):
                px = x - half * 0.75 + column * half * 0.72 + (row % 2) * 14
                py = base - tall * 0.62 + row * tall * 0.125
                canvas.leaf(px, py, half * 0.72, chance.uniform(-30, 30), TANGERINE, width=0.5)
    canvas.shadow(800, 820, 90)
    canvas.ball(800, 760, 92, 76, TANGERINE)
    canvas.leaf(806, 694, 90, -30)


def honey_jar(canvas: Canvas, chance: Random) -> None:
    """Draw a honey jar with a dipper, a comb and a bee or two."""
    for row in range(4):
        for column in range(4):
            x, y = 640 + column * 84 + (row % 2) * 42, 560 + row * 73
            cell = [
                (x + 44 * math.cos(math.radians(a)), y + 44 * math.sin(math.radians(a)))
                for a in range(30, 390, 60)
            ]
            canvas.solid(cell, rgb("D98E1F"), 4)
            canvas.fill(
                [(x + (px - x) * 0.74, y + (py - y) * 0.74) for px, py in cell], rgb("F7C948")
            )
    tone = mix(HONEY, rgb("F6CF6A"), chance.random())
    vessels.jar(canvas, 400, 810, 520, tone, lid=rgb("A9703A"))
    vessels.label(canvas, 400, 640, 100, rgb("C98A2B"))
    for _ in range(chance.choice((1, 2, 3))):
        _bee(canvas, chance.uniform(560, 860), chance.uniform(180, 460))


def _bee(canvas: Canvas, x: float, y: float) -> None:
    for side, tilt in ((-12, -40), (22, -8)):
        canvas.oval(x + side, y - 34, 24, 36, glass(WHITE, 190), tilt=tilt)
    canvas.solid(ellipse(x, y, 50, 32), rgb("F2B632"), 8)
    for step in (-16, 8, 30):
        canvas.stroke([(x + step, y - 25), (x + step, y + 25)], 10, rgb("3A2A20"))
    canvas.oval(x - 48, y - 2, 20, 19, rgb("3A2A20"))


def oil_bottle(canvas: Canvas, chance: Random) -> None:
    """Draw bottles of camellia oil with the flower and seeds."""
    cap = chance.choice((rgb("2F5D50"), rgb("8C2B20"), rgb("3A2A20")))
    if chance.random() < 0.6:
        vessels.bottle(canvas, 650, 750, 520, OIL, cap=cap)
    vessels.bottle(canvas, 430, 805, 640, OIL, cap=cap)
    vessels.label(canvas, 430, 640, 92, DEEP_LEAF)
    canvas.leaf(700, 800, 190, -20, DEEP_LEAF)
    canvas.leaf(690, 800, 180, -150, DEEP_LEAF)
    for petal in range(6):
        canvas.leaf(720, 770, 96, petal * 60, rgb("FDFBF4"), width=0.7)
    canvas.oval(720, 770, 30, 30, rgb("F2C14E"))
    for x, y in ((250, 830), (310, 850), (850, 840)):
        canvas.shadow(x, y + 24, 36, 10)
        canvas.ball(x, y, 36, 31, rgb("5A3A2A"))


def milk(canvas: Canvas, chance: Random) -> None:
    """Draw a milk bottle, a glass and milk sticks before a pasture."""
    vessels.bottle(canvas, 390, 805, 600, rgb("FAF8F2"), cap=rgb("3E7CB1"))
    canvas.box(276, 560, 504, 700, rgb("CFE3F0"), radius=16)
    for x, y, rx, ry in ((340, 610, 40, 30), (430, 650, 46, 28), (390, 580, 24, 16)):
        canvas.oval(x, y, rx, ry, rgb("4A4A55"), tilt=15)
    vessels.cup(canvas, 660, 800, 290, rgb("FBF9F3"))
    for step in range(5):
        x, y = 770 + (step % 3) * 44, 820 - (step // 3) * 30
        canvas.solid(rounded(x - 60, y - 14, x + 70, y + 14, 12), rgb("F6E7C4"), 6)
    canvas.oval(800, 900, 150, 12, glass(rgb("3A2A20"), 30))


def ginger_candy(canvas: Canvas, chance: Random) -> None:
    """Draw pulled ginger sweets on a plate and a rope of sugar on its hook."""
    canvas.curve([(740, 80), (750, 150), (700, 190)], 16, rgb("6B6B74"))
    for strand in range(7):
        bend = strand * 13
        rope: list[Point] = [
            (706, 180),
            (600 + bend, 300),
            (650 + bend * 0.6, 420),
            (742 + bend, 330),
            (706, 180),
        ]
        canvas.curve(rope, 13, mix(rgb("F3D59A"), rgb("C98A3F"), strand / 9))
    canvas.shadow(450, 800, 310, 50)
    canvas.solid(ellipse(450, 740, 320, 96), rgb("EDE6D8"), 14)
    canvas.fill(ellipse(450, 732, 270, 72), rgb("DDD3C0"))
    for row, count in enumerate((5, 4, 3, 2)):
        for index in range(count):
            x = 450 + (index - (count - 1) / 2) * 102
            y = 720 - row * 62
            tone = mix(rgb("E6B45C"), rgb("B9772F"), chance.random())
            canvas.solid(
                turned(rounded(x - 48, y - 30, x + 48, y + 30, 14), (x, y), chance.uniform(-9, 9)),
                tone,
                12,
            )
            for step in (-18, 4, 26):
                canvas.stroke(
                    [(x + step - 8, y - 20), (x + step + 6, y + 20)], 4, glass(WHITE, 110)
                )
    canvas.ball(800, 800, 70, 50, rgb("D9AE63"), tilt=-20)
    canvas.ball(860, 760, 40, 52, rgb("D9AE63"), tilt=20)


def wine_jar(canvas: Canvas, chance: Random) -> None:
    """Draw an earthen wine jar sealed with red cloth, and two cups."""
    clay = chance.choice((rgb("7C4A32"), rgb("5B4A42"), rgb("8E6B3E")))
    canvas.shadow(430, 800, 210)
    body: list[Point] = [(340, 400), (240, 480), (215, 620), (290, 780), (430, 808)]
    body += [(570, 780), (645, 620), (620, 480), (520, 400), (430, 390)]
    canvas.solid(smooth(body), clay, 46)
    canvas.solid(rounded(350, 330, 510, 420, 20), darker(clay, 0.15), 14)
    cloth: list[Point] = [(330, 330), (370, 262), (430, 244), (490, 262), (530, 330), (552, 400)]
    cloth += [(490, 380), (430, 402), (370, 380), (308, 400)]
    canvas.solid(smooth(cloth), rgb("C0392B"), 20)
    canvas.box(340, 342, 520, 362, rgb("E8C04A"), radius=10)
    canvas.solid([(430, 480), (530, 580), (430, 680), (330, 580)], rgb("C8372D"), 8)
    vessels.label(canvas, 430, 580, 56, rgb("8E5A3A"))
    for x in (722, 892):
        vessels.bowl(canvas, x, 735, 80, rgb("E9E2D2"), content=rgb("F1E3B0"))


def soap(canvas: Canvas, chance: Random) -> None:
    """Draw bars of tea-seed soap on a rack, with foam."""
    vessels.board(canvas, 720)
    for x, y in ((360, 690), (600, 690), (480, 570)):
        tone = mix(rgb("8A5F3C"), rgb("B08A58"), chance.random())
        canvas.solid(rounded(x - 108, y - 62, x + 108, y + 58, 26), tone, 20)
        vessels.label(canvas, x, y - 4, 40, rgb("6E8F5E"))
    canvas.sprig(180, 730, 230, -100, 4)
    for _ in range(26):
        px, py, r = chance.gauss(770, 60), chance.gauss(760, 34), chance.uniform(12, 40)
        canvas.oval(px, py, r, r, glass(WHITE, 150))
        canvas.oval(px - r * 0.3, py - r * 0.3, r * 0.24, r * 0.18, glass(WHITE, 230))


MOTIFS: dict[str, Callable[[Canvas, Random], None]] = {
    "rice_bag": rice_bag,
    "flour_bowl": flour_bowl,
    "noodle": noodle,
    "tofu": partial(tofu, curd=BRAISED),
    "tofu_white": partial(tofu, curd=FRESH),
    "latiao": latiao,
    "soup": soup,
    "canned": canned,
    "honey_jar": honey_jar,
    "oil_bottle": oil_bottle,
    "milk": milk,
    "ginger_candy": ginger_candy,
    "wine_jar": wine_jar,
    "soap": soap,
}
