"""Meat, poultry, eggs and fish."""

from collections.abc import Callable
from functools import partial
from random import Random

from demo.pictures import vessels
from demo.pictures.canvas import Canvas
from demo.pictures.colour import INK, STRAW, WHITE, Colour, darker, glass, lighter, mix, rgb
from demo.pictures.fruit import woven
from demo.pictures.geometry import Point, ellipse, rounded, smooth

RIND = rgb("8A4B2A")
LEAN = rgb("A63D32")
FAT = rgb("F3D9A8")


def bacon(canvas: Canvas, chance: Random) -> None:
    """Draw smoked pork belly hanging from a pole, slices on a board below."""
    canvas.solid(rounded(60, 110, 940, 146, 18), rgb("7A5634"), 10)
    for x, long in ((220, 400), (400, 450), (590, 420), (770, 380)):
        canvas.stroke([(x, 120), (x, 190)], 9, STRAW)
        top, half = 180, chance.uniform(58, 70)
        body = rounded(x - half, top, x + half, top + long, 34)
        canvas.solid(body, RIND, 20)
        for share, tone in ((-0.52, FAT), (-0.05, LEAN), (0.42, FAT)):
            left = x + half * share
            line: list[Point] = [
                (left, top + 34),
                (left + 10, top + long * 0.5),
                (left, top + long - 34),
            ]
            canvas.curve(line, half * 0.34, glass(tone, 215))
    vessels.board(canvas, 760)
    for step in range(7):
        _slice(canvas, 250 + step * 82, 770)


def _slice(canvas: Canvas, x: float, y: float) -> None:
    for band, tone in enumerate((RIND, FAT, LEAN, FAT, LEAN)):
        left = x - 42 + band * 16
        canvas.fill(
            [(left, y + 40), (left + 26, y - 70), (left + 46, y - 70), (left + 20, y + 40)], tone
        )


def sausage(canvas: Canvas, chance: Random) -> None:
    """Draw strings of sausages over a pole and cut ones on a board."""
    canvas.solid(rounded(60, 110, 940, 146, 18), rgb("7A5634"), 10)
    for x in (200, 330, 460, 590, 720, 830):
        canvas.stroke([(x, 120), (x, 180)], 8, STRAW)
        for part in range(2):
            top = 172 + part * 218
            tone = mix(rgb("A8382C"), rgb("7C2A22"), chance.random())
            canvas.solid(rounded(x - 40, top, x + 40, top + 208, 40), tone, 18)
            for _ in range(9):
                px, py = chance.uniform(x - 26, x + 20), chance.uniform(top + 28, top + 180)
                canvas.oval(px, py, 9, 6, glass(FAT, 190), tilt=chance.uniform(0, 180))
    vessels.board(canvas, 760)
    for step in range(8):
        x = 250 + step * 72
        canvas.solid(ellipse(x, 770 + (step % 2) * 24, 50, 42), rgb("9C3027"), 8)
        canvas.oval(x, 768 + (step % 2) * 24, 40, 33, rgb("C9564A"))
        for px, py in ((-16, -8), (12, -14), (4, 12), (-12, 16), (20, 8)):
            canvas.oval(x + px, 768 + (step % 2) * 24 + py, 7, 6, FAT)


def beef(canvas: Canvas, chance: Random) -> None:
    """Draw a marbled cut of beef on a board with sliced meat and herbs."""
    canvas.sprig(690, 640, 220, -55, 4)
    vessels.board(canvas, 690)
    outline: list[Point] = [(200, 600), (280, 450), (450, 410), (620, 450), (690, 580)]
    outline += [(640, 700), (450, 730), (270, 710)]
    shape = smooth(outline)
    canvas.solid([(x, y + 40) for x, y in shape], rgb("8F2229"), 20)
    canvas.solid(shape, rgb("F1DCC4"), 8)
    inner = [(445 + (x - 445) * 0.91, 575 + (y - 575) * 0.9) for x, y in shape]
    canvas.solid(inner, rgb("C43C3F"), 22)
    for _ in range(26):
        x, y = chance.gauss(445, 110), chance.gauss(575, 66)
        vein: list[Point] = [
            (x, y),
            (x + chance.uniform(14, 40), y - 16),
            (x + 56, y + chance.uniform(-20, 14)),
        ]
        if ((x - 420) / 190) ** 2 + ((y - 575) / 115) ** 2 < 1:
            canvas.curve(vein, chance.uniform(4, 8), glass(rgb("F6DDCB"), 215))
    for step in range(4):
        x = 660 + step * 46
        canvas.solid(rounded(x, 640 + step * 8, x + 92, 770 + step * 4, 26), rgb("B93539"), 14)
        canvas.curve([(x + 20, 670), (x + 46, 700), (x + 30, 740)], 6, glass(rgb("F6DDCB"), 200))


def bird(canvas: Canvas, chance: Random, feather: Colour, bill: Colour, neck: float) -> None:
    """Draw a water bird on its pond; `neck` is how far the head stands above the body."""
    water = rgb("8CC2C6")
    canvas.fill(
        [
            (-20, 700),
            *smooth([(-20, 700), (500, 672), (1020, 700)], False),
            (1020, 1000),
            (-20, 1000),
        ],
        water,
    )
    for y, left in ((760, 120), (830, 560), (900, 240), (945, 640)):
        ripple: list[Point] = [(left, y), (left + 90, y - 10), (left + 190, y)]
        canvas.curve(ripple, 9, glass(WHITE, 130))
    for x, tall in ((90, 300), (150, 380), (890, 330), (940, 260)):
        canvas.curve([(x, 760), (x + 10, 760 - tall * 0.6), (x + 24, 760 - tall)], 9, rgb("6E9152"))
        canvas.solid(rounded(x + 10, 740 - tall, x + 38, 830 - tall, 14), rgb("8C5A32"), 8)
    canvas.oval(480, 772, 260, 30, glass(INK, 50))
    head_y = 560 - neck
    throat: list[Point] = [
        (610, 640),
        (600, 560),
        (640, head_y),
        (720, head_y - 6),
        (730, 560),
        (740, 650),
    ]
    canvas.solid(smooth(throat), feather, 20)
    body: list[Point] = [(190, 560), (300, 610), (450, 560), (640, 560), (750, 650)]
    body += [(690, 750), (500, 785), (310, 750), (220, 660)]
    canvas.solid(smooth(body), feather, 38)
    wing: list[Point] = [(300, 610), (430, 580), (590, 620), (560, 700), (420, 715), (330, 670)]
    canvas.solid(smooth(wing), darker(feather, 0.1), 22)
    for step in range(3):
        x = 350 + step * 64
        canvas.curve([(x, 690 - step * 6), (x + 40, 676), (x + 70, 650)], 7, darker(feather, 0.24))
    canvas.solid(ellipse(680, head_y, 76, 68), feather, 18)
    beak: list[Point] = [
        (738, head_y - 22),
        (830, head_y + 2),
        (836, head_y + 22),
        (738, head_y + 30),
    ]
    canvas.solid(smooth(beak), bill, 10)
    canvas.oval(702, head_y - 16, 11, 13, INK)
    canvas.oval(705, head_y - 20, 4, 4, WHITE)
    canvas.oval(662, head_y + 22, 20, 13, glass(rgb("F08A6B"), 90))


def eggs(canvas: Canvas, chance: Random) -> None:
    """Draw duck eggs in a basket and a salted one cut in half."""
    canvas.shadow(450, 800, 270)
    canvas.fill(ellipse(450, 600, 250, 60), darker(STRAW, 0.35))
    for x, y in ((300, 560), (420, 520), (550, 530), (620, 585), (360, 600), (490, 590)):
        tone = mix(rgb("CFE0DC"), rgb("F2EFE2"), chance.random())
        canvas.ball(x, y, 76, 96, tone, tilt=chance.uniform(-25, 25))
    woven(canvas, 195, 630, 705, 800)
    canvas.shadow(790, 830, 92)
    canvas.solid(ellipse(790, 760, 88, 104, tilt=18), rgb("C5DAD6"), 12)
    canvas.oval(790, 760, 78, 93, rgb("FBF9F2"), tilt=18)
    canvas.ball(788, 772, 48, 48, rgb("F08A1D"))


def fish(canvas: Canvas, chance: Random) -> None:
    """Draw three smoked carp on a plate with rice ears."""
    canvas.shadow(500, 770, 360, 70)
    canvas.solid(ellipse(500, 690, 380, 150), rgb("F3EEE2"), 16)
    canvas.fill(ellipse(500, 684, 330, 122), rgb("DCE7E4"))
    for x, y, tilt in ((500, 600, -4), (480, 672, 3), (520, 744, -2)):
        tone = mix(rgb("B0713A"), rgb("7F4A28"), chance.random())
        tail: list[Point] = [(x + 170, y), (x + 275, y - 62), (x + 250, y), (x + 275, y + 56)]
        canvas.solid(tail, darker(tone, 0.1), 10)
        body: list[Point] = [
            (x - 250, y + 4),
            (x - 130, y - 58),
            (x + 40, y - 58),
            (x + 190, y - 8),
        ]
        body += [(x + 190, y + 10), (x + 40, y + 52), (x - 140, y + 50)]
        canvas.solid(smooth(body), tone, 20)
        canvas.curve([(x - 160, y - 46), (x - 136, y), (x - 160, y + 42)], 7, darker(tone, 0.35))
        for row in range(6):
            px = x - 90 + row * 44
            scale: list[Point] = [(px, y - 34), (px + 18, y), (px, y + 32)]
            canvas.curve(scale, 5, glass(lighter(tone, 0.55), 150))
        canvas.oval(x - 200, y - 12, 12, 12, WHITE)
        canvas.oval(x - 200, y - 12, 6, 6, INK)
        canvas.curve(
            [(x - 60, y - 60), (x + 10, y - 84 + tilt), (x + 80, y - 54)], 12, darker(tone, 0.2)
        )
    for bend in (0, 30, 64):
        stem: list[Point] = [(860 - bend, 560), (800 - bend, 360), (700 - bend, 250)]
        canvas.curve(stem, 8, rgb("A9A24B"))
        for step in range(8):
            canvas.leaf(800 - bend - step * 14, 370 - step * 16, 44, 120, rgb("E3B84A"), width=0.5)


def rabbit(canvas: Canvas, chance: Random) -> None:
    """Draw a rabbit sitting in the grass."""
    fur = chance.choice((rgb("D9C2A3"), rgb("EFE7DC"), rgb("B79A82")))
    canvas.shadow(480, 806, 250)
    canvas.ball(260, 730, 56, 52, lighter(fur, 0.5))
    body: list[Point] = [
        (270, 690),
        (360, 520),
        (520, 470),
        (650, 560),
        (690, 720),
        (640, 805),
        (320, 808),
    ]
    canvas.solid(smooth(body), fur, 40)
    canvas.solid(ellipse(400, 710, 130, 104), darker(fur, 0.06), 24)
    for x, tilt in ((620, -12), (690, 14)):
        canvas.solid(ellipse(x, 290, 40, 140, tilt=tilt), fur, 14)
        canvas.oval(x, 300, 20, 100, rgb("EBB7AC"), tilt=tilt)
    canvas.ball(660, 470, 126, 116, fur)
    canvas.oval(706, 450, 13, 17, INK)
    canvas.oval(710, 444, 5, 5, WHITE)
    canvas.oval(776, 480, 13, 10, rgb("C46A66"))
    canvas.oval(700, 506, 26, 16, glass(rgb("F08A6B"), 90))
    canvas.solid(rounded(600, 770, 740, 816, 22), fur, 10)
    canvas.solid(rounded(330, 776, 500, 820, 22), fur, 10)
    for _ in range(44):
        px = chance.uniform(40, 960)
        canvas.leaf(
            px, 870, chance.uniform(50, 110), chance.uniform(-115, -65), rgb("7FA85C"), width=0.16
        )


MOTIFS: dict[str, Callable[[Canvas, Random], None]] = {
    "bacon": bacon,
    "sausage": sausage,
    "beef": beef,
    "duck": partial(bird, feather=rgb("B98A5E"), bill=rgb("E9B23C"), neck=90),
    "goose": partial(bird, feather=rgb("F6F3EA"), bill=rgb("E88A2A"), neck=250),
    "eggs": eggs,
    "fish": fish,
    "rabbit": rabbit,
}
