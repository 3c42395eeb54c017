"""Palettes and backdrops: what stands behind the goods, and the ground they stand on."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from demo.pictures.canvas import Canvas
from demo.pictures.colour import WHITE, Colour, darker, glass, lighter, mix, rgb
from demo.pictures.geometry import Point, arc, ellipse, smooth

GROUND = 690


@dataclass(frozen=True)
class Palette:
    """The colours of one backdrop; all are quiet, so that the goods stay in front."""

    sky: Colour
    haze: Colour
    hill: Colour
    ground: Colour
    accent: Colour


def _palette(sky: str, haze: str, hill: str, ground: str, accent: str) -> Palette:
    return Palette(rgb(sky), rgb(haze), rgb(hill), rgb(ground), rgb(accent))


PALETTES = (
    _palette("BFE0E2", "F4F1DC", "7FB5A5", "E9D3A4", "F3A65A"),
    _palette("FBD9B5", "FDF3DE", "D99A6C", "C9805A", "E4572E"),
    _palette("CFE3C8", "F6F4DF", "87AF7C", "C7D39B", "E8B84A"),
    _palette("F6CFC6", "FCEFE4", "CF8E85", "EBC7A9", "B8483E"),
    _palette("CBD8EE", "F3F1F0", "7F98C4", "D9CDB8", "F0B35B"),
    _palette("F7E3A8", "FDF7E0", "C9AE5C", "DBA85B", "C85A3C"),
    _palette("B9DACB", "EFF5E6", "5F9E8C", "A9CBA6", "F2C14E"),
    _palette("DCCFE6", "F7F0F0", "9A86B4", "D8BFC0", "E9A05C"),
    _palette("F4D4A4", "FBF0DA", "B98B52", "9A6B46", "D9A441"),
    _palette("BCDDF0", "EEF6F2", "6CA0B8", "CFE0C0", "EF8354"),
    _palette("F9DEC9", "FFF6EA", "E0A486", "D7B79A", "E58A5B"),
    _palette("C9D6B8", "F2EFD8", "8A9A5B", "B99B6B", "D9663B"),
)


def paint(canvas: Canvas, chance: Random) -> Palette:
    """Paint one of the backdrops in one of the palettes; return the palette."""
    palette = chance.choice(PALETTES)
    chance.choice(BACKDROPS)(canvas, palette, chance)
    return palette


def ranges(canvas: Canvas, palette: Palette, chance: Random, base: float, layers: int = 3) -> None:
    """Paint mountain ranges one behind the other, the far ones paler."""
    for layer in range(layers):
        share = (layer + 1) / (layers + 0.6)
        colour = mix(palette.haze, palette.hill, share)
        height = 250 - 70 * layer
        phase, waves = chance.uniform(0, 6), chance.uniform(1.2, 2.2)
        ridge: list[Point] = []
        for step in range(-1, 13):
            x = step * 1000 / 11
            swell = math.sin(x / 1000 * math.tau * waves + phase) * 0.5 + chance.uniform(-0.2, 0.2)
            ridge.append((x, base - height * (0.7 + 0.5 * swell)))
        outline = smooth(ridge, closed=False)
        canvas.fill([*outline, (1100, 1000), (-100, 1000)], colour)


def _floor(canvas: Canvas, palette: Palette) -> None:
    canvas.box(0, GROUND - 40, 1000, 1000, palette.ground)
    canvas.box(0, GROUND - 40, 1000, GROUND - 30, lighter(palette.ground, 0.4))
    for row, y in enumerate((790, 880, 960)):
        canvas.box(0, y, 1000, y + 5, darker(palette.ground, 0.06 + 0.02 * row))


def _meadow(canvas: Canvas, palette: Palette) -> None:
    edge: list[Point] = [(-20, 680), (250, 640), (520, 668), (780, 636), (1020, 672)]
    canvas.fill([*smooth(edge, closed=False), (1020, 1000), (-20, 1000)], palette.ground)
    front: list[Point] = [(-20, 880), (300, 850), (640, 896), (1020, 862)]
    canvas.fill([*smooth(front, closed=False), (1020, 1000), (-20, 1000)], lighter(palette.ground))


def _hills(canvas: Canvas, palette: Palette, chance: Random) -> None:
    canvas.wash(palette.sky, palette.haze)
    x, y = chance.uniform(180, 820), chance.uniform(150, 260)
    canvas.oval(x, y, 118, 118, glass(palette.accent, 60))
    canvas.oval(x, y, 84, 84, lighter(palette.accent, 0.35))
    ranges(canvas, palette, chance, 690)
    _meadow(canvas, palette)


def _terraces(canvas: Canvas, palette: Palette, chance: Random) -> None:
    canvas.wash(palette.sky, palette.haze)
    ranges(canvas, palette, chance, 520, layers=2)
    for step in range(6):
        y = 400 + step * 52
        edge = [(x * 100.0, y + 26 * math.sin(x * 0.7 + step * 0.8)) for x in range(-1, 12)]
        tone = mix(palette.hill, palette.ground, step / 6)
        canvas.fill([*smooth(edge, closed=False), (1100, 1000), (-100, 1000)], tone)
        canvas.curve([(x, y + 4) for x, y in edge], 6, glass(WHITE, 90))
    _meadow(canvas, palette)


def _moon_gate(canvas: Canvas, palette: Palette, chance: Random) -> None:
    canvas.wash(palette.haze, lighter(palette.haze))
    canvas.oval(500, 420, 372, 372, lighter(palette.hill, 0.35))
    canvas.oval(500, 420, 346, 346, palette.sky)
    lift = chance.uniform(-40, 40)
    for index, (peak, tone) in enumerate(((330, 0.35), (400, 0.7))):
        ridge: list[Point] = [
            (120, 640),
            (260, peak + 70 + lift * index),
            (400, peak + 150),
            (560, peak - lift),
            (700, peak + 130),
            (880, 640),
        ]
        canvas.fill(_inside(smooth(ridge), 344), mix(palette.haze, palette.hill, tone))
    canvas.oval(660, 230, 52, 52, lighter(palette.accent, 0.3))
    _floor(canvas, palette)


def _inside(points: list[Point], radius: float) -> list[Point]:
    held: list[Point] = []
    for x, y in points:
        distance = math.hypot(x - 500, y - 420)
        share = min(1.0, radius / distance) if distance else 1.0
        held.append((500 + (x - 500) * share, 420 + (y - 420) * share))
    return held


def _rays(canvas: Canvas, palette: Palette, chance: Random) -> None:
    canvas.wash(palette.sky, palette.haze)
    turn = chance.uniform(0, 15)
    for ray in range(0, 360, 30):
        start, end = math.radians(ray + turn), math.radians(ray + turn + 15)
        far = [(500 + 900 * math.cos(a), 500 + 900 * math.sin(a)) for a in (start, end)]
        canvas.fill([(500, 500), *far], glass(lighter(palette.sky, 0.55), 120))
    canvas.oval(500, 480, 330, 330, glass(palette.haze, 190))
    _floor(canvas, palette)


def _brocade(canvas: Canvas, palette: Palette, chance: Random) -> None:
    canvas.wash(palette.haze, palette.haze)
    pitch = chance.choice((92, 110, 128))
    tone = mix(palette.haze, palette.sky, 0.8)
    for row in range(9):
        for column in range(-1, 13):
            x, y = column * pitch + (row % 2) * pitch / 2, row * pitch * 0.8
            wide = pitch * 0.36
            canvas.fill([(x, y - wide), (x + wide, y), (x, y + wide), (x - wide, y)], tone)
            canvas.oval(x, y, pitch * 0.1, pitch * 0.1, palette.haze)
    canvas.oval(500, 470, 340, 340, lighter(palette.sky, 0.25))
    _floor(canvas, palette)


def _window(canvas: Canvas, palette: Palette, chance: Random) -> None:
    wall = lighter(palette.haze, 0.2)
    canvas.wash(wall, mix(wall, palette.sky, 0.3))
    shift = chance.choice((-150, 0, 150))
    arch = arc(500 + shift, 330, 300, 230, start=180, end=360)
    frame = [(200 + shift, 640), (200 + shift, 330), *arch, (800 + shift, 640)]
    canvas.fill(frame, palette.hill)
    centre = 500 + shift
    pane = [(centre + (x - centre) * 0.93, 640 + (y - 640) * 0.95) for x, y in frame]
    canvas.fill(pane, palette.sky)
    ridge: list[Point] = [(centre - 279, 640), (centre - 279, 520), (centre - 120, 400)]
    ridge += [(centre + 20, 490), (centre + 140, 420), (centre + 279, 540), (centre + 279, 640)]
    canvas.fill(ridge, mix(palette.haze, palette.hill, 0.55))
    canvas.oval(centre + 110, 270, 50, 50, lighter(palette.accent, 0.25))
    canvas.box(centre - 6, 105, centre + 6, 640, palette.hill)
    _floor(canvas, palette)


def _waves(canvas: Canvas, palette: Palette, chance: Random) -> None:
    canvas.wash(palette.sky, palette.sky)
    radius = chance.choice((70, 84, 100))
    rings = (palette.haze, palette.sky, palette.haze, palette.sky)
    for row in range(4 * 700 // radius):
        for column in range(-1, 1000 // radius + 2):
            cx = column * radius * 1.0 + (row % 2) * radius / 2
            for ring, tone in enumerate(rings):
                size = radius * (0.5 - 0.12 * ring)
                shade = mix(palette.sky, tone, 0.55)
                canvas.fill(ellipse(cx, row * radius * 0.25, size, size), shade)
    canvas.oval(500, 470, 335, 335, glass(palette.haze, 215))
    _floor(canvas, palette)


Backdrop = Callable[[Canvas, Palette, Random], None]
BACKDROPS: tuple[Backdrop, ...] = (
    _hills,
    _terraces,
    _moon_gate,
    _rays,
    _brocade,
    _window,
    _waves,
)
