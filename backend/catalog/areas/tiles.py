"""Hunan as tiles: where each prefecture and each helped county stands on a schematic map."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from backend.catalog.areas.models import Area
from backend.core.database import db
from backend.core.errors import NotFound

LAYOUT = Path(__file__).with_name("hunan_tiles.csv")


class AreaNotOnMap(NotFound):
    code = "area_not_on_map"
    message = "地图上没有这个地区"


@dataclass(frozen=True)
class Place:
    """A box on the grid, counted in cells from the north-west; a county's box is one cell."""

    kind: str
    code: str
    short_name: str
    column: int
    row: int
    columns: int
    rows: int


@dataclass(frozen=True)
class Tile:
    """A prefecture or a county at its place, with what the database says of it today."""

    place: Place
    name: str
    area_class: str
    prefecture_code: str | None


@functools.cache
def places() -> tuple[Place, ...]:
    """The layout as it stands in `hunan_tiles.csv`, prefectures before their counties."""
    with LAYOUT.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return tuple(
            Place(
                row["kind"],
                row["code"],
                row["short_name"],
                *(int(row[name]) for name in ("column", "row", "columns", "rows")),
            )
            for row in rows
        )


def tiles() -> tuple[Tile, ...]:
    """Every box of the map with its area's full name and class."""
    columns = (Area.code, Area.name, Area.area_class, Area.prefecture_code)
    areas = {row.code: row for row in db.session.execute(select(*columns))}
    return tuple(
        Tile(place, area.name, area.area_class, area.prefecture_code)
        for place in places()
        if (area := areas.get(place.code))
    )


def require_on_map(code: str, among: tuple[Tile, ...]) -> None:
    """Refuse a code that is on no tile (`AreaNotOnMap`)."""
    if all(tile.place.code != code for tile in among):
        raise AreaNotOnMap(field="county")
