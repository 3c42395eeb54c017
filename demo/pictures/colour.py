"""Colours as RGB triples, and the few ways of making one from another."""

Colour = tuple[int, int, int]
Paint = Colour | tuple[int, int, int, int]

WHITE: Colour = (255, 255, 255)
INK: Colour = (43, 40, 52)
CREAM: Colour = (250, 243, 228)
LEAF: Colour = (86, 150, 84)
DEEP_LEAF: Colour = (52, 112, 78)
WOOD: Colour = (176, 122, 78)
STRAW: Colour = (222, 184, 120)
CLAY: Colour = (150, 84, 58)
PORCELAIN: Colour = (246, 246, 242)


def rgb(code: str) -> Colour:
    """Return the triple of a six-digit hexadecimal colour."""
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; `share` 0 is the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lighter(colour: Colour, share: float = 0.25) -> Colour:
    """Move a colour towards a warm white."""
    return mix(colour, (255, 250, 235), share)


def darker(colour: Colour, share: float = 0.22) -> Colour:
    """Move a colour towards a deep violet, which looks fresher than grey."""
    return mix(colour, (46, 28, 60), share)


def glass(colour: Colour, opacity: int) -> Paint:
    """Make a colour see-through; `opacity` runs from 0 to 255."""
    return (*colour, opacity)
