"""The canvas: 1000 by 1000 units and a handful of shapes, lit from the upper left."""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from demo.pictures import geometry
from demo.pictures.colour import DEEP_LEAF, LEAF, Colour, Paint, darker, lighter
from demo.pictures.geometry import Point

UNITS = 1000
OVERSAMPLING = 2


class Canvas:
    """Draws in units; `finished` gives the image in pixels."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.scale = size * OVERSAMPLING / UNITS
        side = size * OVERSAMPLING
        self.image = Image.new("RGB", (side, side))
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def finished(self, mirrored: bool) -> Image.Image:
        """Return the picture at its final size, mirrored left to right if wanted."""
        small = self.image.resize((self.size, self.size), Image.Resampling.LANCZOS)
        return small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else small

    def wash(self, top: Colour, bottom: Colour) -> None:
        """Fill the whole canvas from one colour down to another."""
        column = Image.new("RGB", (1, 2))
        column.putpixel((0, 0), top)
        column.putpixel((0, 1), bottom)
        self.image.paste(column.resize(self.image.size, Image.Resampling.BILINEAR))

    def fill(self, points: Sequence[Point], paint: Paint) -> None:
        """Fill an outline with one flat colour."""
        self.pen.polygon(self._pixels(points), fill=paint)

    def oval(
        self, cx: float, cy: float, rx: float, ry: float, paint: Paint, *, tilt: float = 0
    ) -> None:
        """Fill an ellipse with one flat colour."""
        self.fill(geometry.ellipse(cx, cy, rx, ry, tilt=tilt), paint)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        paint: Paint,
        *,
        radius: float = 0,
    ) -> None:
        """Fill a rectangle with round corners with one flat colour."""
        self.fill(geometry.rounded(left, top, right, bottom, radius), paint)

    def stroke(self, points: Sequence[Point], width: float, paint: Paint) -> None:
        """Draw a line with round ends through the points."""
        pixels = self._pixels(points)
        radius = width * self.scale / 2
        reach = round(radius) + 2
        left = round(min(x for x, _ in pixels)) - reach
        top = round(min(y for _, y in pixels)) - reach
        right = round(max(x for x, _ in pixels)) + reach
        bottom = round(max(y for _, y in pixels)) + reach
        mask = Image.new("L", (right - left, bottom - top))
        pen = ImageDraw.Draw(mask)
        opacity = paint[3] if len(paint) == 4 else 255
        inside = [(x - left, y - top) for x, y in pixels]
        pen.line(inside, fill=opacity, width=max(1, round(width * self.scale)), joint="curve")
        for x, y in (inside[0], inside[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=opacity)
        self.image.paste(paint[:3], (left, top), mask)

    def curve(self, points: Sequence[Point], width: float, paint: Paint) -> None:
        """Draw a soft line through the points."""
        self.stroke(geometry.smooth(points, closed=False), width, paint)

    def solid(
        self,
        points: Sequence[Point],
        colour: Colour,
        depth: float = 22,
        rim: float = 0.16,
    ) -> None:
        """Fill an outline and give it body: a shade `depth` units wide and a light rim."""
        pixels = self._pixels(points)
        reach = max(2, round(depth * self.scale))
        left = round(min(x for x, _ in pixels)) - reach - 2
        top = round(min(y for _, y in pixels)) - reach - 2
        width = round(max(x for x, _ in pixels)) - left + reach + 2
        height = round(max(y for _, y in pixels)) - top + reach + 2
        mask = Image.new("L", (width, height))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in pixels], fill=255)
        shade = ImageChops.subtract(mask, ImageChops.offset(mask, -reach * 7 // 10, -reach))
        light = ImageChops.subtract(mask, ImageChops.offset(mask, reach // 3, reach // 3))
        self.image.paste(colour, (left, top), mask)
        self.image.paste(lighter(colour, rim), (left, top), light)
        self.image.paste(darker(colour), (left, top), shade)

    def ball(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        colour: Colour,
        *,
        tilt: float = 0,
    ) -> None:
        """Draw a round body with a shade and a gleam."""
        self.solid(geometry.ellipse(cx, cy, rx, ry, tilt=tilt), colour, depth=min(rx, ry) * 0.26)
        gleam = (*lighter(colour, 0.65), 150)
        self.oval(cx - rx * 0.38, cy - ry * 0.44, rx * 0.2, ry * 0.11, gleam, tilt=-38 + tilt)

    def leaf(
        self,
        x: float,
        y: float,
        length: float,
        tilt: float,
        colour: Colour = LEAF,
        *,
        width: float = 0.42,
    ) -> None:
        """Draw a leaf from its stalk at (x, y); `tilt` 0 points right, 90 down."""
        half = length * width / 2
        upper: list[Point] = [
            (x, y),
            (x + length * 0.3, y - half),
            (x + length * 0.66, y - half * 0.8),
            (x + length, y),
        ]
        lower = [(px, 2 * y - py) for px, py in reversed(upper)]
        whole = geometry.smooth(upper, closed=False) + geometry.smooth(lower, closed=False)
        self.fill(geometry.turned(whole, (x, y), tilt), colour)
        below = [*geometry.smooth(lower, closed=False), (x, y)]
        self.fill(geometry.turned(below, (x, y), tilt), darker(colour, 0.14))
        vein = geometry.turned([(x, y), (x + length * 0.88, y)], (x, y), tilt)
        self.stroke(vein, max(2.5, length * 0.022), lighter(colour, 0.35))

    def sprig(self, x: float, y: float, length: float, tilt: float, leaves: int = 5) -> None:
        """Draw a twig with leaves on both sides and one at its end."""
        along = geometry.turned(
            [(x + length * step / leaves, y) for step in range(leaves + 1)], (x, y), tilt
        )
        self.stroke(along, 7, DEEP_LEAF)
        for step, (px, py) in enumerate(along[1:-1]):
            side = 48 if step % 2 else -48
            self.leaf(px, py, length * 0.4, tilt + side, LEAF if step % 2 else DEEP_LEAF)
        self.leaf(*along[-1], length * 0.42, tilt, LEAF)

    def shadow(self, cx: float, cy: float, rx: float, ry: float = 34) -> None:
        """Lay a soft shadow on the ground under an object."""
        reach = 30
        box = [round(v * self.scale) for v in (cx - rx - reach, cy - ry - reach)]
        width, height = round(2 * (rx + reach) * self.scale), round(2 * (ry + reach) * self.scale)
        mask = Image.new("L", (width, height))
        inset = round(reach * self.scale)
        ImageDraw.Draw(mask).ellipse((inset, inset, width - inset, height - inset), fill=105)
        soft = mask.filter(ImageFilter.GaussianBlur(reach * self.scale / 3))
        self.image.paste((52, 36, 52), (box[0], box[1]), soft)

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in points]
