"""The tile map as an accessible SVG: titles for reading aloud, class told by colour and by edge.

One unit is one pixel at the width of a small phone (340), so a label of three characters fits.
"""

import functools
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from backend.catalog.areas.tiles import Tile

CELL_WIDTH, CELL_HEIGHT, MARGIN = 41, 23, 6
TOP, BOTTOM = 34, 22
GRID_COLUMNS, GRID_ROWS = 8, 14
WIDTH = 2 * MARGIN + GRID_COLUMNS * CELL_WIDTH
HEIGHT = TOP + GRID_ROWS * CELL_HEIGHT + BOTTOM
LEGEND_ROW = 11.35

CLASS_NAMES = {"national": "国家级脱贫县", "provincial": "省级脱贫县"}
NOTE = "示意图：方格按相邻关系排列，不表示实际边界和面积"
STYLE = (
    "text{font-family:'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;"
    "text-anchor:middle;font-size:11.5px;fill:#2b2320}"
    ".box{fill:#f6f1e7;stroke:#cfc4b0}.of{fill:#efe3cb;stroke:#8d5a2b;stroke-width:1.5}"
    ".head{font-size:11px;fill:#6b5b4b;font-weight:600}"
    ".long{font-size:10.5px}.county{stroke-width:1}.national{fill:#f4c9a8;stroke:#b9703a}"
    ".provincial{fill:#cfe3d4;stroke:#4f8763;stroke-dasharray:3 2}"
    ".other{fill:#fff;stroke:#b9b2a6}"
    ".chosen rect{fill:#a3231c;stroke:#5e0f0b;stroke-width:2;stroke-dasharray:none}"
    ".chosen text{fill:#fff;font-weight:700}"
    ".title{font-size:15px;font-weight:700}.left{text-anchor:start}"
    ".note{font-size:10px;fill:#6b5b4b}"
)


@functools.lru_cache(maxsize=128)
def draw(tiles: tuple[Tile, ...], chosen: str | None) -> str:
    """The map as SVG; the county or prefecture with the code `chosen` stands out."""
    found = next((tile for tile in tiles if tile.place.code == chosen), None)
    heading = "湖南帮扶地区" + (f" · {found.name}" if found else "")
    prefectures = [tile for tile in tiles if tile.place.kind == "prefecture"]
    counties = [tile for tile in tiles if tile.place.kind == "county"]
    holder = (found.prefecture_code or found.place.code) if found else None
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" lang="zh-CN"'
        ' role="img" aria-labelledby="map-title map-desc">',
        f'<title id="map-title">{escape(heading)}</title>',
        f'<desc id="map-desc">{escape(_describe(counties, found, prefectures))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fffdf8"/>',
        f'<text class="title" x="{WIDTH / 2:g}" y="23">{escape(heading)}</text>',
        *(_prefecture(tile, tile.place.code == holder) for tile in prefectures),
        *(_county(tile, tile is found) for tile in counties),
        *_legend(found),
        f'<text class="note" x="{WIDTH / 2:g}" y="{HEIGHT - 8}">{NOTE}</text>',
        "</svg>",
    ]
    return "\n".join(parts)


def _describe(counties: list[Tile], found: Tile | None, prefectures: list[Tile]) -> str:
    counted = [
        f"{name} {sum(tile.area_class == kind for tile in counties)} 个"
        for kind, name in CLASS_NAMES.items()
    ]
    told = f"湖南省 {len(counties)} 个帮扶县市区的方格示意图，其中{'，'.join(counted)}。"
    if found is None:
        return told
    above = next((p.name for p in prefectures if p.place.code == found.prefecture_code), "")
    kind = CLASS_NAMES.get(found.area_class, "")
    # 怀化市洪江管理区 bears its prefecture's name already.
    above = "" if found.name.startswith(above) else above
    return f"{told}突出显示：{above}{found.name}{f'（{kind}）' if kind else ''}。"


def _prefecture(tile: Tile, holds_chosen: bool) -> str:
    place = tile.place
    x, y = _at(place.column, place.row)
    width, height = place.columns * CELL_WIDTH, place.rows * CELL_HEIGHT
    return (
        f"<g><title>{escape(tile.name)}</title>"
        f'<rect class="{"box of" if holds_chosen else "box"}" x="{x + 1:g}" y="{y + 1:g}"'
        f' width="{width - 2:g}" height="{height - 2:g}" rx="4"/>'
        f'<text class="head" x="{x + width / 2:g}" y="{y + 16:g}">{escape(place.short_name)}</text>'
        "</g>"
    )


def _county(tile: Tile, is_chosen: bool) -> str:
    x, y = _at(tile.place.column, tile.place.row)
    label = escape(tile.place.short_name)
    size = ' class="long"' if len(tile.place.short_name) > 2 else ""
    says = f"{tile.name}，{CLASS_NAMES.get(tile.area_class, '')}"
    kind = f"county {tile.area_class}"
    group = "chosen" if is_chosen else "tile"
    return (
        f'<g class="{group}" data-code={quoteattr(tile.place.code)}>'
        f"<title>{escape(says)}</title>{_rect(x, y, kind)}"
        f'<text{size} x="{x + CELL_WIDTH / 2:g}" y="{y + 14.5:g}">{label}</text></g>'
    )


def _legend(found: Tile | None) -> Iterator[str]:
    """In the empty south-west: what the colours and edges mean."""
    wanted = [(f"county {kind}", "", name) for kind, name in CLASS_NAMES.items()]
    if found is not None and found.place.kind == "county":
        wanted.append(("county", ' class="chosen"', "所选县市区"))
    for number, (kind, group, name) in enumerate(wanted):
        x, y = _at(0, LEGEND_ROW + 0.85 * number)
        yield (
            f'<g{group}><rect class="{kind}" x="{x + 4:g}" y="{y:g}" width="20" height="13"'
            f' rx="3"/></g><text class="left" x="{x + 30:g}" y="{y + 11:g}">{name}</text>'
        )


def _rect(x: float, y: float, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{x + 2.5:g}" y="{y + 1:g}" width="{CELL_WIDTH - 5}"'
        f' height="{CELL_HEIGHT - 4}" rx="3"/>'
    )


def _at(column: float, row: float) -> tuple[float, float]:
    """The north-west corner of a cell."""
    return MARGIN + column * CELL_WIDTH, TOP + row * CELL_HEIGHT
