"""HTTP of areas: the schematic map, drawn and as data."""

from typing import Any

from flask import Response, request

from backend.catalog.areas import drawing, tiles
from backend.catalog.areas.schemas import MapOut, MapQuery
from backend.core.api import Blueprint, refuses
from backend.core.caller import public
from backend.core.shown import shown_for

DAY = 86_400
MAP_SECONDS = 60.0
"""Areas change with a release only."""

blueprint = Blueprint("areas", __name__, url_prefix="/v1/areas", description="Hunan's counties.")


@blueprint.get("/map.svg")
@public()
@refuses(tiles.AreaNotOnMap)
@blueprint.arguments(MapQuery, location="query")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/svg+xml")
def draw_map(query: dict[str, str | None]) -> Response:
    """A schematic tile map of the helped counties; the chosen one stands out. Keep it for a day."""
    known, chosen = tiles.tiles(), query["county"]
    if chosen is not None:
        tiles.require_on_map(chosen, known)
    response = Response(drawing.draw(known, chosen), content_type="image/svg+xml; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/map")
@public()
@shown_for(MAP_SECONDS)
@blueprint.response(200, MapOut)
def get_map() -> dict[str, Any]:
    """The same map as tiles on a grid, for clients that draw it themselves."""
    return {"tiles": tiles.tiles()}
