"""/api: what an object holds that is no image, documents that are put into it, and its file as it is."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import Response

from fileroom.errors import Unavailable
from fileroom.web.answers import answer, stream
from fileroom.web.door import Door
from fileroom.web.parameters import Parameters
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from fileroom.archive import Archive, InstanceFile

CHUNK = 1 << 20

# A PDF is shown by the viewer of the browser in a frame of our page: it runs nothing, loads nothing, posts nothing, and
# nobody else may frame it. (``object-src`` is for that of Chromium; in a ``sandbox`` it would show nothing.)
OF_A_PDF = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)
# Everything else (CDA may name a style sheet with scripts) is bytes to keep: were it opened, it would be in a cell.
OF_BYTES = "default-src 'none'; frame-ancestors 'none'; sandbox"


async def content(request: Request) -> Response:
    """A report as a tree of text, curves with their samples, what a document is …"""
    instance_id = request.path_params["id"]
    return await answer(request, lambda archive: archive.content(instance_id))


async def related(request: Request) -> Response:
    """What lies over the images of a series: masks, outlines, presentation states."""
    series_id = request.path_params["id"]
    return await answer(request, lambda archive: archive.related(series_id))


async def document(request: Request) -> Response:
    """An encapsulated document: a PDF to be shown, anything else (or with ``download=1``) to be kept."""
    instance_id = request.path_params["id"]
    found = await Door.of(request).ask(lambda archive: archive.document(instance_id))
    name = f"document.{found.ending}"
    if found.is_pdf and not Parameters(request).text("download"):
        headers = {"Content-Disposition": f'inline; filename="{name}"', "Content-Security-Policy": OF_A_PDF}
        return Response(found.data, headers=headers, media_type="application/pdf")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": OF_BYTES}
    return Response(found.data, headers=headers, media_type="application/octet-stream")


async def file(request: Request) -> Response:
    """The file of an instance as it is."""
    door, instance_id = Door.of(request), request.path_params["id"]
    found = await door.ask(lambda archive: archive.read(instance_id))
    headers = {
        "Content-Disposition": f'attachment; filename="{_name(found)}"',
        "Content-Length": str(found.size),
        "Content-Security-Policy": OF_BYTES,
    }
    return stream(request, _pieces(door, found), media_type="application/dicom", headers=headers)


def _name(found: InstanceFile) -> str:
    """Modality and numbers: no name of a person, and nothing that a file system minds."""
    header = found.header
    parts = [header.modality or "DICOM", str(header.series_number or ""), str(header.instance_number or "")]
    return "-".join(filter(None, (re.sub(r"[^A-Za-z0-9]", "", part) for part in parts))) + ".dcm"


async def _pieces(door: Door, found: InstanceFile) -> AsyncIterator[bytes]:
    for offset in range(0, found.size, CHUNK):
        yield await door.ask(partial(_read, found=found, offset=offset))


def _read(archive: Archive, found: InstanceFile, offset: int) -> bytes:
    size = min(CHUNK, found.size - offset)
    data = archive.stored_bytes(found, offset, size)
    if len(data) < size:  # the answer breaks off
        raise Unavailable("The file has become shorter.")
    return data


ROUTES = [
    Route("/api/series/{id}/related", get=related),
    Route("/api/instances/{id}/content", get=content),
    Route("/api/instances/{id}/document", get=document),
    Route("/api/instances/{id}/file", get=file),
]
