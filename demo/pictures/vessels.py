"""Vessels the goods come in: jars, bottles, bags, bowls, cups and boards."""

from demo.pictures.canvas import Canvas
from demo.pictures.colour import (
    CREAM,
    STRAW,
    WHITE,
    WOOD,
    Colour,
    darker,
    glass,
    lighter,
    mix,
    rgb,
)
from demo.pictures.geometry import Point, ellipse, rounded, smooth


def jar(
    canvas: Canvas, x: float, base: float, tall: float, content: Colour, *, lid: Colour
) -> None:
    """Draw a glass jar of `tall` units filled with one colour, with a plain label."""
    half, top = tall * 0.36, base - tall
    canvas.shadow(x, base - 6, half * 1.15)
    canvas.solid(
        rounded(x - half, top + tall * 0.16, x + half, base, tall * 0.12), lighter(content, 0.5), 16
    )
    canvas.solid(
        rounded(x - half * 0.92, top + tall * 0.27, x + half * 0.92, base - 12, tall * 0.1),
        content,
        26,
    )
    canvas.box(
        x - half * 0.8, top + tall * 0.3, x - half * 0.62, base - 60, glass(WHITE, 110), radius=18
    )
    canvas.solid(rounded(x - half * 0.8, top, x + half * 0.8, top + tall * 0.17, 16), lid, 14)
    canvas.box(
        x - half * 0.8, top + tall * 0.1, x + half * 0.8, top + tall * 0.12, darker(lid, 0.18)
    )


def label(canvas: Canvas, x: float, y: float, half: float, accent: Colour) -> None:
    """Draw a round label with a hill and a sun, in place of words."""
    canvas.oval(x, y, half, half, CREAM)
    canvas.oval(x, y, half * 0.86, half * 0.86, lighter(accent, 0.55))
    canvas.oval(x + half * 0.25, y - half * 0.28, half * 0.2, half * 0.2, rgb("E4572E"))
    ridge: list[Point] = [
        (x - half * 0.82, y + half * 0.25),
        (x - half * 0.35, y - half * 0.25),
        (x, y + half * 0.1),
        (x + half * 0.35, y - half * 0.1),
        (x + half * 0.82, y + half * 0.25),
        (x + half * 0.5, y + half * 0.68),
        (x, y + half * 0.85),
        (x - half * 0.5, y + half * 0.68),
    ]
    canvas.fill(ridge, accent)


def bottle(
    canvas: Canvas, x: float, base: float, tall: float, content: Colour, *, cap: Colour
) -> None:
    """Draw a slim bottle of `tall` units."""
    half, top = tall * 0.19, base - tall
    canvas.shadow(x, base - 6, half * 1.2)
    canvas.solid(rounded(x - half * 0.36, top + 20, x + half * 0.36, top + tall * 0.4, 10), content)
    shoulder: list[Point] = [
        (x - half * 0.36, top + tall * 0.24),
        (x - half * 0.5, top + tall * 0.31),
        (x - half, top + tall * 0.42),
        (x - half, base - 24),
        (x - half * 0.86, base),
        (x + half * 0.86, base),
        (x + half, base - 24),
        (x + half, top + tall * 0.42),
        (x + half * 0.5, top + tall * 0.31),
        (x + half * 0.36, top + tall * 0.24),
    ]
    canvas.solid(shoulder, content, depth=26)
    canvas.box(
        x - half * 0.74, top + tall * 0.45, x - half * 0.56, base - 50, glass(WHITE, 120), radius=12
    )
    canvas.solid(rounded(x - half * 0.46, top, x + half * 0.46, top + tall * 0.12, 10), cap, 12)


def sack(canvas: Canvas, x: float, base: float, tall: float, cloth: Colour) -> None:
    """Draw a tied cloth sack of `tall` units."""
    half, top = tall * 0.4, base - tall
    canvas.shadow(x, base - 8, half * 1.15)
    ears: list[Point] = [
        (x - half * 0.2, top + tall * 0.24),
        (x - half * 0.62, top + tall * 0.02),
        (x - half * 0.15, top + tall * 0.07),
        (x, top),
        (x + half * 0.2, top + tall * 0.07),
        (x + half * 0.62, top + tall * 0.03),
        (x + half * 0.2, top + tall * 0.24),
    ]
    canvas.solid(ears, lighter(cloth, 0.1), 14)
    body: list[Point] = [
        (x - half * 0.22, top + tall * 0.2),
        (x - half * 0.85, top + tall * 0.42),
        (x - half, top + tall * 0.8),
        (x - half * 0.8, base),
        (x, base + 6),
        (x + half * 0.8, base),
        (x + half, top + tall * 0.8),
        (x + half * 0.85, top + tall * 0.42),
        (x + half * 0.22, top + tall * 0.2),
    ]
    canvas.solid(smooth(body), cloth, 34)
    canvas.box(
        x - half * 0.28,
        top + tall * 0.18,
        x + half * 0.28,
        top + tall * 0.24,
        rgb("B8483E"),
        radius=12,
    )


def bowl(
    canvas: Canvas,
    x: float,
    rim: float,
    half: float,
    glaze: Colour,
    *,
    content: Colour | None = None,
) -> None:
    """Draw a bowl whose rim lies at height `rim`, filled with a colour if one is given."""
    canvas.shadow(x, rim + half * 0.86, half * 0.75)
    foot = rounded(x - half * 0.36, rim + half * 0.7, x + half * 0.36, rim + half * 0.88, 8)
    canvas.solid(foot, darker(glaze, 0.1), 10)
    body: list[Point] = [
        (x + half, rim),
        (x + half * 0.92, rim + half * 0.4),
        (x + half * 0.5, rim + half * 0.76),
        (x - half * 0.5, rim + half * 0.76),
        (x - half * 0.92, rim + half * 0.4),
        (x - half, rim),
    ]
    canvas.solid(smooth(body, closed=False), glaze, 34)
    band = [
        (x - half * 0.93, rim + half * 0.3),
        (x, rim + half * 0.5),
        (x + half * 0.93, rim + half * 0.3),
    ]
    canvas.curve(band, 9, mix(glaze, rgb("3E6C8F"), 0.55))
    canvas.fill(ellipse(x, rim, half, half * 0.24), lighter(glaze, 0.45))
    inside = ellipse(x, rim + 3, half * 0.93, half * 0.2)
    canvas.fill(inside, content if content is not None else darker(glaze, 0.18))


def board(canvas: Canvas, top: float = 720, left: float = 150, right: float = 850) -> None:
    """Draw a wooden board seen from the front and slightly from above."""
    canvas.shadow(500, top + 100, (right - left) / 2)
    canvas.solid(
        [(left + 50, top), (right - 50, top), (right, top + 80), (left, top + 80)], WOOD, 8
    )
    canvas.box(left, top + 78, right, top + 108, darker(WOOD, 0.25), radius=8)
    for step in range(3):
        y = top + 20 + step * 20
        grain: list[Point] = [(left + 60, y), (500, y + 7 - step * 5), (right - 60, y)]
        canvas.curve(grain, 3, glass(darker(WOOD, 0.3), 110))


def tray(canvas: Canvas, y: float, half: float, high: float) -> None:
    """Draw a round bamboo tray seen at an angle."""
    canvas.shadow(500, y + high * 0.55, half * 1.02, high * 0.7)
    canvas.solid(ellipse(500, y, half, high), darker(STRAW, 0.15), 16)
    canvas.fill(ellipse(500, y - 8, half * 0.94, high * 0.88), rgb("E9CD96"))
    for step in range(-8, 9):
        x = step / 9
        reach = (1 - x * x) ** 0.5 * 0.86
        down = [
            (500 + half * 0.93 * x, y - 8 - high * reach),
            (500 + half * 0.93 * x, y - 8 + high * reach),
        ]
        canvas.stroke(down, 3, glass(rgb("B98B4A"), 110))
    for step in range(-4, 5):
        v = step / 5
        reach = (1 - v * v) ** 0.5 * 0.92
        across = [
            (500 - half * reach, y - 8 + high * 0.86 * v),
            (500 + half * reach, y - 8 + high * 0.86 * v),
        ]
        canvas.stroke(across, 3, glass(rgb("B98B4A"), 110))


def cup(canvas: Canvas, x: float, base: float, tall: float, tea: Colour) -> None:
    """Draw a straight glass with tea in it."""
    half, top = tall * 0.34, base - tall
    canvas.shadow(x, base - 4, half * 1.15)
    canvas.fill(rounded(x - half, top, x + half, base, 26), glass(WHITE, 130))
    body = rounded(x - half * 0.9, top + tall * 0.22, x + half * 0.9, base - 16, 20)
    canvas.solid(body, tea, 18, rim=0.3)
    canvas.fill(ellipse(x, top + tall * 0.22, half * 0.9, half * 0.2), lighter(tea, 0.35))
    canvas.box(x - half * 0.72, top + 30, x - half * 0.54, base - 44, glass(WHITE, 130), radius=12)
    canvas.fill(ellipse(x, top + 6, half, half * 0.2), glass(WHITE, 120))


def teacup(canvas: Canvas, x: float, base: float, half: float, tea: Colour) -> None:
    """Draw a small porcelain cup on its saucer, steaming."""
    canvas.shadow(x, base, half * 1.5)
    canvas.solid(ellipse(x, base - 8, half * 1.45, half * 0.26), rgb("F1EEE6"), 10)
    sides: list[Point] = [
        (x + half, base - half * 1.2),
        (x + half * 0.82, base - half * 0.4),
        (x + half * 0.4, base - 10),
        (x - half * 0.4, base - 10),
        (x - half * 0.82, base - half * 0.4),
        (x - half, base - half * 1.2),
    ]
    canvas.solid(smooth(sides, closed=False), rgb("FAF8F2"), 20)
    canvas.fill(ellipse(x, base - half * 1.2, half, half * 0.27), WHITE)
    canvas.fill(ellipse(x, base - half * 1.18, half * 0.9, half * 0.21), tea)
    for shift in (-0.3, 0.25):
        sx = x + half * shift
        steam: list[Point] = [
            (sx, base - half * 1.5),
            (sx + 18, base - half * 1.9),
            (sx - 12, base - half * 2.3),
            (sx + 10, base - half * 2.7),
        ]
        canvas.curve(steam, 9, glass(WHITE, 120))
