"""/api: what was measured on a series, and how it leaves: as a table, and as a structured report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from fileroom.errors import BadRequest
from fileroom.web.answers import answer, read_json
from fileroom.web.door import Door
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

FORMS = {"csv": "text/csv; charset=utf-8", "sr": "application/dicom"}
ENDINGS = {"csv": "csv", "sr": "dcm"}


async def measurements(request: Request) -> Response:
    """What was kept."""
    series_id = request.path_params["id"]
    return await answer(request, lambda archive: {"measurements": archive.measurements(series_id)})


async def keep(request: Request) -> Response:
    """Keep these and no others."""
    series_id = request.path_params["id"]
    items = (await read_json(request)).get("measurements")
    await Door.of(request).ask(lambda archive: archive.set_measurements(series_id, items))
    return Response(status_code=204)


async def export(request: Request) -> Response:
    """As a file: `csv`, or `sr`."""
    series_id, form = request.path_params["id"], request.path_params["form"]
    if form not in FORMS:
        raise BadRequest("Measurements leave as “csv” or “sr”.")
    data = await Door.of(request).ask(lambda archive: archive.export_measurements(series_id, form))
    headers = {"Content-Disposition": f'attachment; filename="measurements.{ENDINGS[form]}"'}
    return Response(data, headers=headers, media_type=FORMS[form])


ROUTES = [
    Route("/api/series/{id}/measurements", get=measurements, put=keep),
    Route("/api/series/{id}/measurements/{form}", get=export),
]
