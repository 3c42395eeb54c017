"""Vegetables, fresh and dried, and the chillies with their sauces."""

import math
from collections.abc import Callable
from random import Random

from demo.pictures import vessels
from demo.pictures.canvas import Canvas
from demo.pictures.colour import DEEP_LEAF, LEAF, Colour, darker, glass, lighter, mix, rgb
from demo.pictures.fruit import woven
from demo.pictures.geometry import Point, ellipse, rounded, smooth, turned

CHILLI = rgb("D62F2A")
GARLIC = rgb("EFE3EC")
GINGER = rgb("D9AE63")
TARO = rgb("8A6448")
LILY = rgb("F7EED8")
BEAN = rgb("E3C374")


def pod(canvas: Canvas, x: float, y: float, length: float, tilt: float, *, colour: Colour) -> None:
    """Draw a chilli hanging from (x, y), `tilt` 90 points straight down."""
    half = length * 0.13
    outline: list[Point] = [
        (x, y),
        (x + length * 0.08, y - half),
        (x + length * 0.5, y - half * 0.95),
        (x + length, y + half * 0.5),
        (x + length * 0.5, y + half * 0.9),
        (x + length * 0.08, y + half),
    ]
    canvas.solid(turned(smooth(outline), (x, y), tilt), colour, depth=max(6, length * 0.05))
    gleam = [(x + length * 0.14, y - half * 0.4), (x + length * 0.5, y - half * 0.4)]
    canvas.stroke(turned(gleam, (x, y), tilt), length * 0.03, glass(lighter(colour, 0.7), 170))
    canvas.oval(x, y, half * 0.85, half * 0.7, DEEP_LEAF, tilt=tilt)
    stalk = [(x, y), (x - length * 0.16, y - half * 0.7)]
    canvas.stroke(turned(stalk, (x, y), tilt), length * 0.045, DEEP_LEAF)


def chilli(canvas: Canvas, chance: Random) -> None:
    """Draw a string of chillies above a basket full of them."""
    canvas.curve([(250, 60), (256, 260), (246, 470)], 12, rgb("B5823F"))
    for step in range(11):
        y = 90 + step * 38
        side = 150 - chance.uniform(20, 60) if step % 2 else 30 + chance.uniform(20, 60)
        pod(canvas, 250, y, 150, side, colour=mix(CHILLI, rgb("A11B28"), chance.uniform(0, 0.7)))
    canvas.shadow(560, 800, 270)
    for _ in range(36):
        px, py = chance.uniform(360, 800), chance.uniform(540, 640)
        tone = mix(CHILLI, rgb("A11B28"), chance.uniform(0, 0.7))
        pod(canvas, px, py, chance.uniform(130, 180), chance.uniform(-170, 170), colour=tone)
    woven(canvas, 330, 620, 810, 800)


def chilli_jar(canvas: Canvas, chance: Random) -> None:
    """Draw a jar of chilli sauce with fresh pods and garlic around it."""
    lid = chance.choice((rgb("E8C04A"), rgb("2F5D50"), rgb("8C2B20"), rgb("D9B77C")))
    if chance.random() < 0.5:
        vessels.jar(canvas, 680, 740, 330, rgb("A8281E"), lid=lid)
    vessels.jar(canvas, 430, 800, 450, rgb("C2331F"), lid=lid)
    for _ in range(40):
        x, y = chance.uniform(300, 560), chance.uniform(520, 780)
        tone = chance.choice((rgb("E8553A"), rgb("F2C14E"), rgb("8E1B16"), rgb("F0E2B8")))
        canvas.oval(x, y, chance.uniform(4, 9), 5, tone, tilt=chance.uniform(0, 180))
    vessels.label(canvas, 430, 640, 88, rgb("B8483E"))
    for x, y, tilt in ((640, 810, -14), (780, 850, 172), (230, 850, 20)):
        canvas.shadow(x + 60 * math.cos(math.radians(tilt)), y + 16, 90, 18)
        pod(canvas, x, y, 190, tilt, colour=CHILLI)


def garlic(canvas: Canvas, chance: Random) -> None:
    """Draw heads of purple garlic and a few cloves."""
    for x, y, r in ((330, 640, 150), (650, 630, 160), (490, 690, 172)):
        canvas.shadow(x, y + r * 0.92, r)
        neck: list[Point] = [(x - 24, y - r * 0.7), (x - 12, y - r * 1.6), (x + 26, y - r * 1.65)]
        canvas.solid([*neck, (x + 26, y - r * 0.7)], rgb("E6D9C6"), 10)
        body: list[Point] = [(0, -0.95), (0.62, -0.6), (1, 0.2), (0.66, 0.86), (0, 0.94)]
        body += [(-0.66, 0.86), (-1, 0.2), (-0.62, -0.6)]
        canvas.solid(smooth([(x + r * px, y + r * py) for px, py in body]), GARLIC, 28)
        for bend in (-0.72, -0.36, 0, 0.36, 0.72):
            line = [(x, y - r * 0.88), (x + r * bend, y), (x + r * bend * 0.5, y + r * 0.9)]
            canvas.curve(line, 9, glass(rgb("9B5C9A"), 120))
    for x, y, tilt in ((760, 830, -30), (850, 800, 15), (220, 840, 10)):
        canvas.shadow(x, y + 28, 52, 14)
        canvas.ball(x, y, 56, 30, rgb("E9CFE0"), tilt=tilt)


def ginger(canvas: Canvas, chance: Random) -> None:
    """Draw a knobbly hand of ginger with slices and leaves."""
    for length, tilt in ((300, -115), (340, -90), (280, -65)):
        canvas.leaf(520, 520, length, tilt, LEAF if tilt == -90 else DEEP_LEAF, width=0.16)
    canvas.shadow(480, 790, 310)
    knobs = (
        (280, 660, 110, 66, -20),
        (400, 560, 70, 110, 10),
        (450, 690, 150, 92, 5),
        (600, 570, 66, 112, 25),
        (650, 680, 140, 80, -12),
        (780, 610, 60, 88, 30),
    )
    for x, y, rx, ry, tilt in knobs:
        outline = ellipse(x, y, rx * chance.uniform(0.94, 1.06), ry, tilt=tilt)
        canvas.solid(outline, GINGER, 20)
        for step in (-0.4, 0, 0.4):
            ring = turned(
                [(x + rx * step, y - ry * 0.6), (x + rx * step, y + ry * 0.6)], (x, y), tilt
            )
            middle = (x + rx * (step + 0.1), y)
            canvas.curve([ring[0], middle, ring[1]], 4, glass(darker(GINGER, 0.35), 110))
    for x, y in ((700, 830), (800, 845)):
        canvas.shadow(x, y + 30, 66, 14)
        canvas.solid(ellipse(x, y, 70, 44, tilt=-8), rgb("F3DC8E"), 10)
        canvas.oval(x, y, 48, 28, rgb("F8E9AE"), tilt=-8)


def taro(canvas: Canvas, chance: Random) -> None:
    """Draw a large ringed taro and a cut one with violet veins."""
    canvas.shadow(390, 800, 200)
    canvas.solid(ellipse(390, 560, 190, 250, tilt=8), TARO, 40)
    for step in range(8):
        y = 370 + step * 54
        half = 190 * math.sqrt(max(0.0, 1 - ((y - 560) / 250) ** 2))
        line = [(390 - half * 0.95, y), (395, y + 22), (390 + half * 0.95, y)]
        canvas.curve(line, 7, glass(darker(TARO, 0.4), 150))
    canvas.curve([(390, 330), (380, 240), (430, 130)], 26, rgb("8FB574"))
    canvas.leaf(430, 140, 210, -20, LEAF, width=0.8)
    canvas.shadow(690, 815, 150)
    canvas.solid(ellipse(690, 680, 150, 142), TARO, 14)
    canvas.oval(686, 676, 134, 126, rgb("F3ECEF"))
    for _ in range(70):
        angle, away = chance.uniform(0, math.tau), math.sqrt(chance.random()) * 112
        px, py = 686 + away * math.cos(angle), 676 + away * math.sin(angle)
        canvas.stroke([(px, py), (px + chance.uniform(-14, 14), py + 12)], 4, rgb("A276A8"))


def radish(canvas: Canvas, chance: Random) -> None:
    """Draw white radishes with their greens, and slices."""
    for x, tilt, tone in ((330, -16, 0.0), (500, 4, 0.06), (655, 20, 0.02)):
        foot = (x, 560.0)
        for length, lean in ((300, -108), (330, -88), (280, -70)):
            canvas.leaf(*turned([(x, 400)], foot, tilt)[0], length, lean + tilt, LEAF, width=0.34)
        canvas.shadow(x - tilt * 3, 812, 88, 26)
        body: list[Point] = [(x, 380), (x + 84, 420), (x + 88, 600), (x + 40, 760), (x, 830)]
        body += [(x - 40, 760), (x - 88, 600), (x - 84, 420)]
        canvas.solid(turned(smooth(body), foot, tilt), darker(rgb("FBFAF3"), tone), 26)
        crown = ellipse(x, 405, 62, 24)
        canvas.fill(turned(crown, foot, tilt), glass(rgb("A9CF7E"), 190))
    for x, y in ((790, 830), (860, 805)):
        canvas.solid(ellipse(x, y, 66, 40), rgb("F7F6EC"), 8)
        canvas.oval(x, y, 48, 28, rgb("FFFFFF"))


def daylily(canvas: Canvas, chance: Random) -> None:
    """Draw a flowering day lily above a tray of its dried buds."""
    for x, tilt in ((330, -100), (500, -84), (660, -74)):
        canvas.curve([(500, 660), (x + 30, 480), (x, 270)], 13, DEEP_LEAF)
        for lean in (-62, -28, 0, 28, 62):
            petal = rgb("F2A81D") if lean else rgb("F8C24A")
            canvas.leaf(x, 290, 160, tilt + lean, petal, width=0.34)
        canvas.oval(x, 285, 20, 20, rgb("D9822B"))
    vessels.tray(canvas, 720, 350, 120)
    for _ in range(110):
        px, py = chance.gauss(500, 140), chance.gauss(700, 34)
        if ((px - 500) / 300) ** 2 + ((py - 700) / 84) ** 2 < 1:
            slant = chance.uniform(-25, 25)
            tone = mix(rgb("E2B04A"), rgb("9C7A3C"), chance.random())
            canvas.stroke(turned([(px - 34, py), (px + 34, py)], (px, py), slant), 10, tone)


def lily_bulb(canvas: Canvas, chance: Random) -> None:
    """Draw a lily bulb of layered scales, loose scales beside it, and its flower."""
    canvas.curve([(640, 620), (700, 420), (680, 250)], 14, DEEP_LEAF)
    canvas.leaf(690, 460, 150, -20, LEAF, width=0.26)
    canvas.leaf(680, 540, 150, -160, LEAF, width=0.26)
    for lean in (-60, -30, 0, 30, 60):
        canvas.leaf(680, 270, 170, lean - 90, rgb("F08A4B"), width=0.32)
    canvas.shadow(420, 800, 230)
    for ring, (count, radius, size) in enumerate(((7, 150, 150), (6, 92, 130), (4, 36, 110))):
        for index in range(count):
            angle = math.tau * index / count + ring * 0.4
            x = 420 + radius * math.cos(angle)
            y = 620 + radius * 0.72 * math.sin(angle)
            outline = ellipse(x, y, size * 0.48, size * 0.64, tilt=math.degrees(angle) + 90)
            canvas.solid(outline, mix(LILY, rgb("E9CFA0"), 0.1 * (2 - ring)), 14)
    for x, y, tilt in ((720, 820, -20), (830, 800, 25), (640, 850, 8)):
        canvas.shadow(x, y + 26, 60, 14)
        canvas.solid(ellipse(x, y, 66, 32, tilt=tilt), LILY, 10)


def bamboo(canvas: Canvas, chance: Random) -> None:
    """Draw bamboo shoots in their sheaths before a few canes."""
    for x in (160, 250, 800):
        for step in range(6):
            top = 40 + step * 110
            canvas.solid(rounded(x - 22, top, x + 22, top + 104, 10), rgb("8DB56B"), 12)
        canvas.leaf(x, 150, 150, -30, LEAF, width=0.2)
        canvas.leaf(x, 260, 150, 20, DEEP_LEAF, width=0.2)
    for x, base, tall in ((350, 790, 430), (655, 800, 450), (500, 820, 560)):
        canvas.shadow(x, base - 8, tall * 0.27)
        canvas.leaf(x, base, tall, -90, rgb("D9B27A"), width=0.46)
        for step in range(4):
            long = tall * (0.86 - 0.17 * step)
            side = 1 if step % 2 else -1
            tone = mix(rgb("B07F45"), rgb("7A5436"), step / 4)
            foot = x + side * tall * 0.055
            canvas.leaf(foot, base + 6, long, -90 + side * 7, tone, width=0.4 + 0.09 * step)
            canvas.leaf(
                foot + side * 4, base - long * 0.86, tall * 0.13, -90 + side * 20, LEAF, width=0.3
            )
        canvas.solid(ellipse(x, base - 8, tall * 0.15, tall * 0.05), rgb("F0DDB2"), 8)


def beans(canvas: Canvas, chance: Random) -> None:
    """Draw a bowl heaped with soybeans, some spilled, and two pods."""
    vessels.bowl(canvas, 470, 570, 270, rgb("6F93A6"), content=BEAN)
    for _ in range(150):
        across = chance.uniform(-0.9, 0.9)
        y = 590 - chance.uniform(0, 1) * 130 * (1 - across * across)
        tone = mix(BEAN, rgb("F5E2A5"), chance.random())
        canvas.ball(470 + 262 * across, y, 24, 21, tone, tilt=chance.uniform(0, 90))
    for _ in range(14):
        x, y = chance.uniform(640, 900), chance.uniform(800, 880)
        canvas.shadow(x, y + 18, 24, 8)
        canvas.ball(x, y, 25, 22, BEAN)
    for x, y, tilt in ((700, 770, -18), (230, 850, 10)):
        canvas.shadow(x + 90, y + 24, 100, 16)
        canvas.solid(ellipse(x + 80, y, 110, 30, tilt=tilt), rgb("9BBF62"), 12)
        for step in (-60, 0, 60):
            bump = turned([(x + 80 + step, y)], (x + 80, y), tilt)[0]
            canvas.oval(*bump, 26, 22, rgb("B5D27C"))


def beans_pod(canvas: Canvas, chance: Random) -> None:
    """Draw long beans drying over a pole, and a bundle of dried ones."""
    canvas.solid(rounded(80, 190, 920, 226, 18), rgb("B98B4A"), 10)
    for step in range(20):
        x = 130 + step * 39
        long = chance.uniform(260, 370)
        tone = mix(rgb("7FA34F"), rgb("A68A4C"), chance.random())
        canvas.curve([(x, 200), (x - 12, 200 + long * 0.5), (x + 8, 200 + long)], 19, tone)
    canvas.shadow(500, 800, 300)
    for _ in range(34):
        y = chance.uniform(690, 790)
        tone = mix(rgb("8A7A42"), rgb("B59A5A"), chance.random())
        ends: list[Point] = [(230 + chance.uniform(-30, 30), y), (500, y - 22), (770, y + 10)]
        canvas.curve(ends, 17, tone)
    canvas.box(468, 655, 532, 812, rgb("C0392B"), radius=14)


def konjac(canvas: Canvas, chance: Random) -> None:
    """Draw porous konjac slabs on a board before a round corm."""
    canvas.shadow(680, 700, 160)
    canvas.solid(ellipse(680, 570, 165, 140), rgb("7C5B48"), 30)
    canvas.oval(680, 450, 52, 22, rgb("D987A0"))
    canvas.leaf(680, 450, 150, -70, LEAF, width=0.4)
    vessels.board(canvas)
    for x, y in ((300, 690), (470, 700), (385, 590), (640, 710)):
        canvas.solid(rounded(x - 92, y - 50, x + 92, y + 50, 16), rgb("B7B0A4"), 16)
        for _ in range(34):
            px, py = chance.uniform(x - 82, x + 82), chance.uniform(y - 40, y + 36)
            canvas.oval(px, py, chance.uniform(3, 8), chance.uniform(3, 6), rgb("857C74"))


MOTIFS: dict[str, Callable[[Canvas, Random], None]] = {
    "chilli": chilli,
    "chilli_jar": chilli_jar,
    "garlic": garlic,
    "ginger": ginger,
    "taro": taro,
    "radish": radish,
    "daylily": daylily,
    "lily_bulb": lily_bulb,
    "bamboo": bamboo,
    "beans": beans,
    "beans_pod": beans_pod,
    "konjac": konjac,
}
