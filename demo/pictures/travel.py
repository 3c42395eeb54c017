"""Whole scenes for tourism services: peaks, terraces, rafts, houses, old lanes, tents."""

import math
from collections.abc import Callable
from random import Random

from demo.pictures import backdrops
from demo.pictures.backdrops import Palette
from demo.pictures.canvas import Canvas
from demo.pictures.colour import WHITE, Colour, darker, glass, lighter, mix, rgb
from demo.pictures.geometry import Point, ellipse, rounded, smooth

STONE = rgb("B98D6B")
ROOF = rgb("3F4650")
TIMBER = rgb("A8703F")
LANTERN = rgb("D93A2B")


def _sky(canvas: Canvas, chance: Random, base: float) -> Palette:
    palette = chance.choice(backdrops.PALETTES)
    canvas.wash(palette.sky, palette.haze)
    canvas.oval(chance.uniform(200, 800), 190, 84, 84, lighter(palette.accent, 0.35))
    backdrops.ranges(canvas, palette, chance, base)
    return palette


def mountain(canvas: Canvas, chance: Random) -> None:
    """Draw the sandstone pillars of Wulingyuan above a sea of cloud."""
    palette = _sky(canvas, chance, 700)
    for x, top, half in (
        (150, 420, 74),
        (820, 330, 92),
        (330, 260, 84),
        (640, 210, 96),
        (490, 400, 70),
    ):
        tone = mix(STONE, palette.haze, chance.uniform(0, 0.25))
        pillar: list[Point] = [
            (x - half, 1000),
            (x - half * 0.92, top + 120),
            (x - half * 0.6, top + 10),
        ]
        pillar += [(x + half * 0.5, top), (x + half * 0.9, top + 140), (x + half, 1000)]
        canvas.solid(pillar, tone, 44)
        for step in range(5):
            y = top + 130 + step * 110
            canvas.curve(
                [(x - half * 0.8, y), (x, y + 16), (x + half * 0.6, y - 8)],
                6,
                glass(darker(tone, 0.3), 120),
            )
        for _ in range(14):
            px = chance.uniform(x - half * 0.7, x + half * 0.6)
            canvas.oval(
                px,
                top + chance.uniform(-24, 26),
                30,
                24,
                mix(rgb("4F8A5B"), rgb("7FB069"), chance.random()),
            )
    for row, y in enumerate((660, 740, 830, 925)):
        tint = mix(mix(palette.haze, palette.hill, 0.42 - 0.12 * row), WHITE, 0.2 * row)
        canvas.box(0, y, 1000, 1000, tint)
        for step in range(12):
            cloud = step * 90 + chance.uniform(-40, 40)
            canvas.oval(cloud, y + 8, chance.uniform(70, 130), chance.uniform(24, 58), tint)


def terrace(canvas: Canvas, chance: Random) -> None:
    """Draw rice terraces stepping down the slope with a stilt house."""
    palette = _sky(canvas, chance, 480)
    for step in range(9):
        y = 380 + step * 70
        edge = [(x * 100.0, y + 46 * math.sin(x * 0.55 + step * 0.9)) for x in range(-1, 12)]
        line = smooth(edge, closed=False)
        bank = mix(rgb("5C8F4B"), rgb("3E7346"), step / 9)
        canvas.fill([*line, (1100, 1000), (-100, 1000)], bank)
        lower = [(x, py + 18) for x, py in line]
        fill = mix(rgb("DCE9B0"), palette.sky, 0.55) if step % 2 else rgb("C9CF63")
        canvas.fill([*lower, (1100, 1000), (-100, 1000)], fill)
    _house(canvas, 690, 560, 230, TIMBER)
    for x in (120, 210, 900):
        canvas.stroke([(x, 640), (x, 560)], 14, rgb("6B4A2F"))
        canvas.ball(x, 520, 64, 72, rgb("4F8A5B"))


def raft(canvas: Canvas, chance: Random) -> None:
    """Draw a bamboo raft with its boatman on a still green river."""
    palette = _sky(canvas, chance, 560)
    canvas.box(0, 540, 1000, 1000, mix(rgb("6FB1A6"), palette.sky, 0.25))
    for x, high in ((120, 240), (300, 180), (860, 260)):
        hill: list[Point] = [
            (x - 190, 545),
            (x - 70, 545 - high * 0.8),
            (x, 545 - high),
            (x + 80, 545 - high * 0.7),
            (x + 190, 545),
        ]
        canvas.fill(smooth(hill, closed=False), mix(rgb("3F7F5F"), palette.hill, 0.3))
        down = [(px, 545 + (545 - py) * 0.5) for px, py in smooth(hill, closed=False)]
        canvas.fill(down, glass(rgb("3F7F5F"), 90))
    for _ in range(16):
        px, py = chance.uniform(0, 900), chance.uniform(600, 980)
        canvas.stroke([(px, py), (px + chance.uniform(60, 160), py)], 6, glass(WHITE, 100))
    canvas.oval(500, 800, 340, 32, glass(rgb("1F4A4A"), 90))
    for row in range(6):
        y = 740 + row * 13
        canvas.solid(
            rounded(180 + row * 6, y, 800 + row * 6, y + 18, 9),
            mix(rgb("C9B26A"), rgb("8F9A4B"), row / 7),
            5,
        )
    canvas.curve([(800, 745), (850, 730), (880, 690)], 16, rgb("B9A25C"))
    _boatman(canvas, 360, 740)
    for x in (560, 660):
        canvas.solid(
            rounded(x - 34, 650, x + 34, 742, 26),
            chance.choice((LANTERN, rgb("3E7CB1"), rgb("F2A03D"))),
            12,
        )
        canvas.oval(x, 622, 27, 29, rgb("F0C8A0"))
        canvas.fill(ellipse(x, 606, 29, 18), rgb("4A342A"))


def _boatman(canvas: Canvas, x: float, y: float) -> None:
    canvas.stroke([(x - 120, y + 170), (x + 60, y - 330)], 11, rgb("9A7A3C"))
    canvas.solid(rounded(x - 40, y - 190, x + 40, y - 60, 26), rgb("2F5D7C"), 14)
    canvas.solid(rounded(x - 34, y - 80, x + 34, y + 4, 12), rgb("3A3A46"), 10)
    canvas.stroke([(x + 24, y - 170), (x + 4, y - 120), (x - 26, y - 100)], 22, rgb("2F5D7C"))
    canvas.oval(x, y - 222, 31, 33, rgb("E8B98C"))
    canvas.solid([(x - 84, y - 226), (x, y - 290), (x + 84, y - 226)], rgb("DDB760"), 10)


def _house(canvas: Canvas, x: float, base: float, wide: float, wall: Colour) -> None:
    """Draw a stilt house whose ground line is `base`."""
    half, tall = wide / 2, wide * 0.5
    for share in (-0.8, -0.3, 0.3, 0.8):
        canvas.box(
            x + half * share - 7, base - wide * 0.2, x + half * share + 7, base, darker(wall, 0.3)
        )
    floor = base - wide * 0.18
    canvas.solid(
        [(x - half, floor - tall), (x + half, floor - tall), (x + half, floor), (x - half, floor)],
        wall,
        12,
    )
    for share in (-0.62, 0, 0.62):
        window = x + half * share
        canvas.box(
            window - half * 0.18,
            floor - tall * 0.72,
            window + half * 0.18,
            floor - tall * 0.2,
            rgb("FFE3A0"),
            radius=4,
        )
        canvas.box(
            window - 3, floor - tall * 0.72, window + 3, floor - tall * 0.2, darker(wall, 0.3)
        )
    canvas.box(x - half * 1.06, floor - 12, x + half * 1.06, floor + 6, darker(wall, 0.25))
    roof: list[Point] = [
        (x - half * 1.34, floor - tall + 6),
        (x - half * 0.9, floor - tall - wide * 0.1),
    ]
    roof += [
        (x - half * 0.6, floor - tall - wide * 0.28),
        (x + half * 0.6, floor - tall - wide * 0.28),
    ]
    roof += [(x + half * 0.9, floor - tall - wide * 0.1), (x + half * 1.34, floor - tall + 6)]
    canvas.solid(roof, ROOF, 14)
    for step in range(-5, 6):
        top = (x + half * 0.11 * step, floor - tall - wide * 0.27)
        canvas.stroke([top, (x + half * 0.22 * step, floor - tall)], 3, lighter(ROOF, 0.2))


def homestay(canvas: Canvas, chance: Random) -> None:
    """Draw a timber guest house with a lit veranda, a path and lanterns."""
    palette = _sky(canvas, chance, 620)
    canvas.fill(
        [
            (-20, 700),
            *smooth([(-20, 700), (400, 650), (1020, 690)], False),
            (1020, 1000),
            (-20, 1000),
        ],
        mix(rgb("8DB36B"), palette.ground, 0.25),
    )
    path: list[Point] = [(470, 720), (540, 720), (600, 840), (760, 1000), (420, 1000), (470, 840)]
    canvas.fill(path, rgb("E6D3AC"))
    _house(canvas, 500, 730, 520, TIMBER)
    for x in (300, 430, 570, 700):
        canvas.stroke([(x, 500), (x, 528)], 4, darker(TIMBER, 0.4))
        canvas.solid(ellipse(x, 550, 22, 26), LANTERN, 8)
        canvas.box(x - 10, 574, x + 10, 582, rgb("F2C14E"))
    for x, base in ((110, 760), (890, 770), (200, 860), (830, 880)):
        canvas.stroke([(x, base), (x, base - 90)], 16, rgb("6B4A2F"))
        canvas.ball(x, base - 140, 88, 96, mix(rgb("4F8A5B"), rgb("86B46A"), chance.random()))
    for _ in range(40):
        px, py = chance.uniform(20, 980), chance.uniform(880, 985)
        tone = chance.choice((rgb("F2C14E"), rgb("E4572E"), WHITE, rgb("E98BA8")))
        canvas.oval(px, py, 9, 9, tone)


def camp(canvas: Canvas, chance: Random) -> None:
    """Draw tents on a plateau at dusk, a fire place and stars."""
    canvas.wash(rgb("2B3A67"), rgb("F4A77A"))
    for _ in range(60):
        size = chance.uniform(2, 5)
        canvas.oval(chance.uniform(0, 1000), chance.uniform(0, 380), size, size, glass(WHITE, 210))
    canvas.oval(770, 190, 62, 62, rgb("FBEBC0"))
    palette = Palette(rgb("2B3A67"), rgb("E59A7C"), rgb("3A4A6B"), rgb("3E6355"), rgb("F2C14E"))
    backdrops.ranges(canvas, palette, chance, 690)
    canvas.fill(
        [
            (-20, 700),
            *smooth([(-20, 690), (480, 640), (1020, 700)], False),
            (1020, 1000),
            (-20, 1000),
        ],
        rgb("4C7A5C"),
    )
    for x, base, half, tone in ((690, 740, 150, rgb("3E7CB1")), (320, 810, 220, rgb("E8843C"))):
        canvas.shadow(x, base, half * 1.1)
        canvas.solid([(x - half, base), (x, base - half * 1.15), (x + half, base)], tone, 26)
        canvas.fill(
            [(x - half * 0.36, base), (x, base - half * 0.85), (x + half * 0.36, base)],
            rgb("FFE3A0"),
        )
        canvas.fill(
            [(x - half * 0.36, base), (x, base - half * 0.85), (x - half * 0.08, base)],
            darker(tone, 0.15),
        )
    for lean in (-26, 0, 26):
        canvas.leaf(660, 870, 150, -90 + lean, rgb("F26B2A") if lean else rgb("FFC845"), width=0.5)
    canvas.stroke([(590, 885), (730, 855)], 20, rgb("5A3A26"))
    canvas.stroke([(590, 855), (730, 885)], 20, rgb("6B4A2F"))


def old_town(canvas: Canvas, chance: Random) -> None:
    """Draw a lane of old merchant houses with stepped gables and lanterns."""
    _sky(canvas, chance, 500)
    for left, right, top, tone in (
        (0, 300, 300, rgb("E9E4DA")),
        (700, 1000, 260, rgb("DDD7CB")),
        (270, 480, 400, rgb("CFC6B6")),
        (530, 730, 390, rgb("E2DACB")),
    ):
        canvas.solid([(left, top), (right, top), (right, 1000), (left, 1000)], tone, 10)
        width = right - left
        for step, share in enumerate((0.0, 0.2, 0.4)):
            inset = width * share
            y = top - 56 * step
            canvas.fill(
                [
                    (left + inset, y),
                    (right - inset, y),
                    (right - inset, y + 60),
                    (left + inset, y + 60),
                ],
                tone,
            )
            canvas.box(left + inset - 16, y - 16, right - inset + 16, y + 6, ROOF, radius=6)
        for x in (left + width * 0.3, left + width * 0.7):
            canvas.box(x - 26, top + 110, x + 26, top + 200, rgb("5A3A26"), radius=6)
            canvas.box(x - 20, top + 116, x + 20, top + 194, rgb("FFD98A"), radius=4)
    canvas.fill([(400, 700), (600, 700), (860, 1000), (140, 1000)], rgb("A9A298"))
    for row in range(7):
        y = 715 + row * row * 6 + row * 8
        half = 105 + (y - 700) * 0.86
        canvas.stroke([(500 - half, y), (500 + half, y)], 4, glass(rgb("5F5A54"), 120))
    for x, y in ((340, 470), (660, 460), (190, 560), (810, 550), (250, 680), (760, 680)):
        canvas.stroke([(x, y - 66), (x, y - 30)], 5, rgb("5A3A26"))
        canvas.solid(ellipse(x, y, 34, 38), LANTERN, 12)
        canvas.box(x - 16, y - 42, x + 16, y - 32, rgb("F2C14E"))
        canvas.box(x - 16, y + 34, x + 16, y + 44, rgb("F2C14E"))


SCENES: dict[str, Callable[[Canvas, Random], None]] = {
    "mountain": mountain,
    "terrace": terrace,
    "raft": raft,
    "homestay": homestay,
    "camp": camp,
    "old_town": old_town,
}
