"""Fruit: heaped, in a basket or on a plate, with a cut half in front."""

import math
from collections.abc import Callable
from functools import partial
from random import Random

from demo.pictures.canvas import Canvas
from demo.pictures.colour import (
    CREAM,
    DEEP_LEAF,
    LEAF,
    STRAW,
    WHITE,
    Colour,
    darker,
    glass,
    lighter,
    mix,
    rgb,
)
from demo.pictures.geometry import Point, ellipse, smooth

Piece = Callable[[Canvas, float, float, float, Random], None]
Motif = Callable[[Canvas, Random], None]

ORANGE = rgb("F28C28")
TANGERINE = rgb("F6A132")
PEACH = rgb("F8B95C")
POMELO = rgb("CFCB55")
PEAR = rgb("D8C070")
KIWI = rgb("9A7A4C")
GRAPE = rgb("5B3A78")
BAYBERRY = rgb("8E1F45")
HEILAOHU = rgb("B23A4E")


def heap(canvas: Canvas, chance: Random, piece: Piece, cut: Piece | None, size: float) -> None:
    """Arrange pieces of radius `size` in one of three ways, a cut one in front."""
    chance.choice((_pyramid, _basket, _plate))(canvas, chance, piece, size)
    if cut is not None:
        side = chance.choice((-1, 1))
        canvas.shadow(500 + side * 250, 800 + size * 0.5, size * 0.9)
        cut(canvas, 500 + side * 250, 800 - size * 0.2, size * 0.92, chance)


def _pyramid(canvas: Canvas, chance: Random, piece: Piece, size: float) -> None:
    canvas.shadow(500, 770, size * 3.2)
    step, base = size * 1.9, 770 - size
    canvas.sprig(500 + size * 1.3, base - size * 1.9, size * 1.8, chance.uniform(-40, -10), 4)
    piece(canvas, 500, base - size * 2.55, size, chance)
    for x in (-0.5, 0.5):
        piece(canvas, 500 + x * step, base - size * 1.3, size, chance)
    for x in (-1, 1, 0):
        piece(canvas, 500 + x * step, base + (size * 0.12 if x == 0 else 0), size, chance)


def _basket(canvas: Canvas, chance: Random, piece: Piece, size: float) -> None:
    canvas.shadow(500, 790, 300)
    canvas.solid(ellipse(500, 560, 300, 60), darker(STRAW, 0.35), depth=4)
    for x, y in ((-190, -70), (0, -120), (185, -75), (-95, -30), (95, -25), (-205, 5), (205, 5)):
        piece(canvas, 500 + x, 545 + y, min(size, 112), chance)
    piece(canvas, 500, 540, min(size, 112), chance)
    canvas.leaf(420, 420, 130, -150)
    canvas.leaf(600, 410, 140, -30, DEEP_LEAF)
    woven(canvas, 205, 575, 795, 795)


def _plate(canvas: Canvas, chance: Random, piece: Piece, size: float) -> None:
    canvas.shadow(500, 800, 290)
    for x, y in ((-0.95, -0.35), (0.95, -0.35), (0, -1.15), (0, 0.1)):
        piece(canvas, 500 + x * size * 1.02, 665 + y * size, size, chance)
    canvas.leaf(560, 650 - size * 1.9, 150, -35)
    canvas.leaf(560, 650 - size * 1.9, 130, 15, DEEP_LEAF)
    glaze = chance.choice((rgb("5E8FA8"), rgb("EFE6D6"), rgb("A9BFA2"), rgb("C67B5C")))
    bowl: list[Point] = [(190, 690), (810, 690), (740, 765), (600, 805), (400, 805), (260, 765)]
    canvas.solid([(180, 668), (820, 668), *smooth(bowl[1:], closed=False), (190, 690)], glaze)
    canvas.box(176, 660, 824, 690, lighter(glaze, 0.35), radius=15)


def woven(canvas: Canvas, left: float, top: float, right: float, bottom: float) -> None:
    """Draw the front of a bamboo basket between the four edges, narrower at the bottom."""
    inset = (right - left) * 0.1
    canvas.solid(
        [(left, top), (right, top), (right - inset, bottom), (left + inset, bottom)], STRAW
    )
    rows, columns = 6, 13
    for row in range(rows):
        y0 = top + (bottom - top) * row / rows
        y1 = top + (bottom - top) * (row + 1) / rows
        edge0, edge1 = inset * row / rows, inset * (row + 1) / rows
        for column in range(row % 2, columns, 2):
            a, b = column / columns, (column + 1) / columns
            wide0, wide1 = right - left - 2 * edge0, right - left - 2 * edge1
            corners = [
                (left + edge0 + wide0 * a, y0),
                (left + edge0 + wide0 * b, y0),
                (left + edge1 + wide1 * b, y1),
                (left + edge1 + wide1 * a, y1),
            ]
            canvas.fill(corners, glass(rgb("B5823F"), 105))
    canvas.box(left - 16, top - 18, right + 16, top + 20, rgb("C89A55"), radius=19)
    canvas.box(left - 16, top - 18, right + 16, top - 6, rgb("DDB474"), radius=6)


def citrus(colour: Colour, flat: float) -> Piece:
    """Return a piece for a citrus fruit; `flat` is its height over its width."""

    def piece(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
        tone = mix(colour, rgb("E86F1C"), chance.uniform(0, 0.3))
        canvas.ball(x, y, r, r * flat, tone)
        for _ in range(9):
            angle, away = chance.uniform(0, math.tau), chance.uniform(0, 0.68)
            px, py = x + r * away * math.cos(angle), y + r * flat * away * math.sin(angle)
            canvas.oval(px, py, r * 0.026, r * 0.026, glass(darker(tone), 110))
        canvas.oval(x + r * 0.08, y - r * flat * 0.72, r * 0.1, r * 0.06, DEEP_LEAF)
        if chance.random() < 0.3:
            canvas.leaf(x + r * 0.1, y - r * flat * 0.74, r * 0.8, chance.uniform(-40, 10))

    return piece


def citrus_half(rind: Colour, flesh: Colour, segments: int = 10) -> Piece:
    """Return the piece that shows a citrus fruit cut in half."""

    def piece(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
        canvas.solid(ellipse(x, y, r, r), rind, depth=12)
        canvas.oval(x, y, r * 0.91, r * 0.91, mix(CREAM, rind, 0.12))
        turn = chance.uniform(0, 360 / segments)
        for index in range(segments):
            start = turn + index * 360 / segments
            canvas.fill(_segment(x, y, r * 0.83, start + 3, 360 / segments - 6), flesh)
            inner = _segment(x, y, r * 0.7, start + 9, 360 / segments - 18)
            canvas.fill(inner, lighter(flesh, 0.22))
        canvas.oval(x, y, r * 0.1, r * 0.1, mix(CREAM, rind, 0.12))

    return piece


def _segment(x: float, y: float, r: float, start: float, width: float) -> list[Point]:
    middle = math.radians(start + width / 2)
    tip = (x + r * 0.13 * math.cos(middle), y + r * 0.13 * math.sin(middle))
    angles = (math.radians(start + width * step / 8) for step in range(9))
    return [tip, *((x + r * math.cos(a), y + r * math.sin(a)) for a in angles)]


def _peach(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
    tilt = chance.uniform(-12, 12)
    outline: list[Point] = [(0, -0.88), (0.62, -0.92), (1, -0.2), (0.8, 0.6), (0.1, 1.02)]
    outline += [(-0.75, 0.65), (-1, -0.15), (-0.65, -0.9)]
    shape = smooth([(x + r * px, y + r * py) for px, py in outline])
    canvas.solid(shape, PEACH, depth=r * 0.24)
    canvas.oval(x - r * 0.35, y + r * 0.05, r * 0.5, r * 0.62, glass(rgb("E4572E"), 75), tilt=20)
    canvas.oval(x - r * 0.42, y + r * 0.1, r * 0.34, r * 0.42, glass(rgb("D93A3A"), 70), tilt=20)
    crease = [(x, y - r * 0.86), (x + r * 0.2, y - r * 0.2), (x + r * 0.12, y + r * 0.7)]
    canvas.curve(crease, r * 0.045, glass(darker(PEACH, 0.4), 150))
    canvas.leaf(x, y - r * 0.86, r * 0.95, -25 + tilt, width=0.32)


def _peach_half(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
    canvas.solid(ellipse(x, y, r * 0.95, r), rgb("EFA04B"), depth=14)
    canvas.oval(x, y, r * 0.84, r * 0.89, rgb("FCD57B"))
    canvas.oval(x, y, r * 0.46, r * 0.54, rgb("EE8A4F"))
    canvas.solid(ellipse(x, y, r * 0.32, r * 0.42), rgb("9C5230"), depth=14)
    for px, py in ((-0.1, -0.15), (0.1, 0.05), (-0.06, 0.2)):
        canvas.oval(x + r * px, y + r * py, r * 0.035, r * 0.06, rgb("6E3520"), tilt=20)


def _pomelo(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
    outline: list[Point] = [(0, -1.12), (0.4, -0.82), (0.92, 0), (0.85, 0.7), (0, 1)]
    outline += [(-0.85, 0.7), (-0.92, 0), (-0.4, -0.82)]
    canvas.solid(smooth([(x + r * px, y + r * py) for px, py in outline]), POMELO, r * 0.24)
    canvas.oval(
        x - r * 0.36, y - r * 0.2, r * 0.16, r * 0.3, glass(lighter(POMELO, 0.6), 130), tilt=20
    )
    canvas.leaf(x, y - r * 1.08, r * 0.8, -20)
    canvas.leaf(x, y - r * 1.08, r * 0.65, -150, DEEP_LEAF)


def _pear(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
    outline: list[Point] = [(0, -1.15), (0.36, -0.92), (0.52, -0.3), (0.95, 0.35), (0.6, 0.95)]
    outline += [(0, 0.92), (-0.6, 0.95), (-0.95, 0.35), (-0.52, -0.3), (-0.36, -0.92)]
    canvas.curve([(x, y - r * 1.1), (x + r * 0.1, y - r * 1.45)], r * 0.09, rgb("6B4A2F"))
    canvas.solid(smooth([(x + r * px, y + r * py) for px, py in outline]), PEAR, r * 0.24)
    canvas.oval(x - r * 0.42, y + r * 0.15, r * 0.13, r * 0.26, glass(WHITE, 110), tilt=20)
    for _ in range(14):
        px, py = chance.uniform(-0.55, 0.55), chance.uniform(-0.1, 0.75)
        canvas.oval(x + r * px, y + r * py, r * 0.025, r * 0.025, glass(rgb("8A6A34"), 150))


def _pear_half(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
    outline: list[Point] = [(0, -1.05), (0.4, -0.8), (0.5, -0.25), (0.9, 0.35), (0.55, 0.92)]
    outline += [(-0.55, 0.92), (-0.9, 0.35), (-0.5, -0.25), (-0.4, -0.8)]
    canvas.solid(smooth([(x + r * px, y + r * py) for px, py in outline]), PEAR, 12)
    inner = smooth([(x + r * px * 0.88, y + r * py * 0.9) for px, py in outline])
    canvas.fill(inner, rgb("FBF5DC"))
    canvas.oval(x, y + r * 0.3, r * 0.26, r * 0.34, rgb("EFE3B4"))
    for side in (-1, 1):
        canvas.oval(
            x + side * r * 0.1, y + r * 0.3, r * 0.06, r * 0.13, rgb("5A3B24"), tilt=side * -14
        )


def _kiwi(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
    tilt = chance.uniform(-25, 25)
    canvas.ball(x, y, r, r * 0.84, KIWI, tilt=tilt)
    for _ in range(22):
        angle, away = chance.uniform(0, math.tau), chance.uniform(0.1, 0.8)
        px, py = x + r * away * math.cos(angle), y + r * 0.8 * away * math.sin(angle)
        canvas.stroke([(px, py), (px + r * 0.06, py + r * 0.05)], 3, glass(rgb("5F4526"), 120))


def _kiwi_half(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
    heart = chance.choice((rgb("F3F0C4"), rgb("D9485F")))
    canvas.solid(ellipse(x, y, r, r * 0.94), KIWI, depth=12)
    canvas.oval(x, y, r * 0.92, r * 0.86, rgb("9CC24B"))
    canvas.oval(x, y, r * 0.64, r * 0.6, rgb("B7D466"))
    canvas.oval(x, y, r * 0.34, r * 0.31, heart)
    canvas.oval(x, y, r * 0.19, r * 0.17, rgb("F6F1CF"))
    for index in range(22):
        angle = math.tau * index / 22
        away = 0.47 if index % 2 else 0.42
        px, py = x + r * away * math.cos(angle), y + r * away * 0.93 * math.sin(angle)
        canvas.oval(px, py, r * 0.05, r * 0.024, rgb("2E2A22"), tilt=math.degrees(angle))


def _bayberry(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
    tone = mix(BAYBERRY, rgb("4E1238"), chance.uniform(0, 0.6))
    canvas.solid(ellipse(x, y, r, r), tone, depth=r * 0.24)
    for ring, count in ((0.78, 16), (0.5, 11), (0.22, 5)):
        for index in range(count):
            angle = math.tau * index / count + ring
            px, py = x + r * ring * math.cos(angle), y + r * ring * math.sin(angle)
            bead = lighter(tone, 0.22) if px + py < x + y else lighter(tone, 0.08)
            canvas.oval(px, py, r * 0.12, r * 0.12, bead)
            canvas.oval(px - r * 0.03, py - r * 0.04, r * 0.035, r * 0.03, glass(WHITE, 120))
    if chance.random() < 0.4:
        canvas.leaf(x, y - r * 0.85, r * 0.9, chance.uniform(-60, -10), DEEP_LEAF, width=0.28)


def _heilaohu(canvas: Canvas, x: float, y: float, r: float, chance: Random) -> None:
    canvas.solid(ellipse(x, y, r, r * 0.96), darker(HEILAOHU, 0.35), depth=r * 0.2)
    for ring, count in ((0.72, 13), (0.4, 8), (0.0, 1)):
        for index in range(count):
            angle = math.tau * index / count + ring * 2
            px, py = x + r * ring * math.cos(angle), y + r * 0.96 * ring * math.sin(angle)
            tone = mix(HEILAOHU, rgb("7A2140"), chance.uniform(0, 0.5))
            canvas.ball(px, py, r * 0.235, r * 0.23, tone)


def grapes(canvas: Canvas, chance: Random) -> None:
    """Draw two bunches of grapes hanging over the edge of a basket."""
    canvas.shadow(500, 800, 300)
    woven(canvas, 230, 650, 770, 810)
    for cx, cy, size in ((375, 330, 50), (615, 345, 52)):
        canvas.curve([(cx, cy - 130), (cx + 12, cy - 60), (cx, cy)], 14, rgb("7A5A34"))
        canvas.leaf(cx, cy - 60, 190, -35, LEAF, width=0.75)
        canvas.leaf(cx, cy - 60, 170, -150, DEEP_LEAF, width=0.75)
        for row, count in enumerate((4, 5, 4, 4, 3, 2, 1)):
            for index in range(count):
                x = cx + (index - (count - 1) / 2) * size * 1.55
                tone = mix(GRAPE, rgb("33214F"), chance.uniform(0, 0.6))
                canvas.ball(x, cy + row * size * 1.3, size, size, tone)


MOTIFS: dict[str, Motif] = {
    "orange": partial(
        heap, piece=citrus(ORANGE, 0.97), cut=citrus_half(ORANGE, rgb("F9A03F")), size=118
    ),
    "tangerine": partial(
        heap, piece=citrus(TANGERINE, 0.8), cut=citrus_half(TANGERINE, rgb("FBB040"), 9), size=124
    ),
    "peach": partial(heap, piece=_peach, cut=_peach_half, size=120),
    "pomelo": partial(heap, piece=_pomelo, cut=citrus_half(POMELO, rgb("F2A7A0"), 11), size=132),
    "pear": partial(heap, piece=_pear, cut=_pear_half, size=116),
    "kiwi": partial(heap, piece=_kiwi, cut=_kiwi_half, size=118),
    "bayberry": partial(heap, piece=_bayberry, cut=None, size=106),
    "schisandra": partial(heap, piece=_heilaohu, cut=None, size=128),
    "grape": grapes,
}
