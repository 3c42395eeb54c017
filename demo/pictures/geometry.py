"""Outlines as lists of points, in a square of 1000 by 1000 units with y pointing down."""

import math
from collections.abc import Iterable, Sequence

Point = tuple[float, float]


def ellipse(cx: float, cy: float, rx: float, ry: float, *, tilt: float = 0) -> list[Point]:
    """Return the outline of an ellipse turned by `tilt` degrees."""
    steps = (math.tau * step / 72 for step in range(72))
    return turned([(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in steps], (cx, cy), tilt)


def arc(cx: float, cy: float, rx: float, ry: float, *, start: float, end: float) -> list[Point]:
    """Return points along an ellipse from `start` to `end` degrees, clockwise from the right."""
    angles = (math.radians(start + (end - start) * step / 32) for step in range(33))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> list[Point]:
    """Return the outline of a rectangle with round corners."""
    r = min(radius, (right - left) / 2, (bottom - top) / 2)
    return [
        *arc(right - r, top + r, r, r, start=-90, end=0),
        *arc(right - r, bottom - r, r, r, start=0, end=90),
        *arc(left + r, bottom - r, r, r, start=90, end=180),
        *arc(left + r, top + r, r, r, start=180, end=270),
    ]


def turned(points: Iterable[Point], centre: Point, tilt: float) -> list[Point]:
    """Turn points around a centre by `tilt` degrees, clockwise."""
    cos, sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    x0, y0 = centre
    return [
        (x0 + (x - x0) * cos - (y - y0) * sin, y0 + (x - x0) * sin + (y - y0) * cos)
        for x, y in points
    ]


def smooth(points: Sequence[Point], closed: bool = True) -> list[Point]:
    """Return a soft curve through the points (Catmull-Rom)."""
    count = len(points)
    result: list[Point] = []
    for index in range(count if closed else count - 1):
        around = [_neighbour(points, index + step, closed) for step in (-1, 0, 1, 2)]
        result.extend(_between(around, step / 12) for step in range(12))
    return result if closed else [*result, points[-1]]


def _neighbour(points: Sequence[Point], index: int, closed: bool) -> Point:
    if closed:
        return points[index % len(points)]
    return points[max(0, min(index, len(points) - 1))]


def _between(around: Sequence[Point], t: float) -> Point:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = around
    return _spline(ax, bx, cx, dx, t), _spline(ay, by, cy, dy, t)


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b
        + (c - a) * t
        + (2 * a - 5 * b + 4 * c - d) * t * t
        + (3 * b - a - 3 * c + d) * t * t * t
    )
