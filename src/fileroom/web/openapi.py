"""The OpenAPI document of DICOMweb, made of the table of its resources: what can be asked, and every status."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fileroom import __version__
from fileroom.attributes import BY_LEVEL, INDEXED, REACH
from fileroom.model.entries import Level
from fileroom.web.accept import DICOM, DICOM_JSON, DICOM_XML, JSON, OCTETS
from fileroom.web.answers import json_answer
from fileroom.web.dicomweb import RESOURCES, WADL
from fileroom.web.qido import SWITCHES, base_url
from fileroom.web.routing import Route
from fileroom.web.stow import TYPES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from fileroom.web.dicomweb import Transaction

MULTIPART = "multipart/related"
PICTURES = ["image/jpeg", "image/png", "image/gif"]
FRAMES = [OCTETS, "image/jpeg", "image/jls", "image/jp2", "image/jphc", "image/dicom-rle", MULTIPART]
_VARIABLE = re.compile(r"\{(\w+)(?::path)?\}")
_REFUSALS = [400, 401, 403, 404, 405, 406, 421]
# What each kind of answer is made of, and the statuses besides those that every resource may say no with.
ANSWERS: dict[str, tuple[list[str], list[int], list[int]]] = {
    "search": ([DICOM_JSON, JSON, MULTIPART], [200], [204]),
    "instances": ([DICOM, MULTIPART], [200, 206], [304, 416, 503]),
    "metadata": ([DICOM_JSON, JSON, MULTIPART], [200, 206], [304, 422, 503]),
    "frames": (FRAMES, [200], [304, 422, 503]),
    "bulk_data": (FRAMES, [200, 206], [304, 416, 422, 503]),
    "rendered": ([*PICTURES, MULTIPART], [200], [304, 422, 503]),
    "wado_uri": ([*PICTURES, DICOM], [200, 206], [304, 416, 422, 503]),
    "store": ([DICOM_JSON, JSON, DICOM_XML], [200, 202, 409], [408, 413, 415]),
    "capabilities": ([WADL, JSON], [200], []),
}
_LEVELS = {"studies": Level.STUDY, "series": Level.SERIES, "instances": Level.INSTANCE}
_LOOK = {
    "window": "centre,width and linear, linear-exact or sigmoid",
    "viewport": "columns,rows or columns,rows,x,y,width,height",
    "quality": "1 to 100",
    "annotation": "patient, technique",
    "iccprofile": "accepted; pictures are sRGB",
}
_URI = (
    "requestType studyUID seriesUID objectUID contentType transferSyntax frameNumber rows columns region windowCenter "
    "windowWidth imageQuality annotation anonymize"
)


def document(base: str) -> dict[str, Any]:
    """The document of a service at ``base``."""
    paths = {}
    for path, transactions in RESOURCES.items():
        shown = _VARIABLE.sub(r"{\1}", path)
        paths[shown] = {one.method.lower(): _operation(path, one) for one in transactions}
    return {
        "openapi": "3.1.0",
        "info": {"title": "fileroom DICOMweb", "version": __version__, "description": "PS3.18 of the DICOM standard"},
        "servers": [{"url": base}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(path: str, one: Transaction) -> dict[str, Any]:
    kind = kind_of(path, one)
    types, well, other = ANSWERS[kind]
    content: dict[str, Any] = {media_type: {} for media_type in types}
    responses: dict[str, Any] = {str(status): {"description": "", "content": content} for status in well}
    responses |= {
        str(status): {"description": ""} if status in {204, 304} else _problem()
        for status in (*other, *_REFUSALS)
        if status not in well
    }
    names = _VARIABLE.findall(path)
    parameters = [_parameter(name, "path") for name in names] + [
        _parameter(name, "query", words) for name, words in _query(kind, path).items()
    ]
    found = {"summary": f"{one.name} (PS3.18 {one.clause})", "parameters": parameters, "responses": responses}
    if kind == "store":
        body: dict[str, Any] = {
            media_type: {} for media_type in (DICOM, *(f'{MULTIPART}; type="{one}"' for one in TYPES))
        }
        found["requestBody"] = {"required": True, "content": body}
    return found


def kind_of(path: str, one: Transaction) -> str:
    """What kind of answer a resource gives."""
    if one.name in {"Search", "Store"}:
        return one.name.lower()
    if one.name == "WADO-URI":
        return "wado_uri"
    last = path.rpartition("/")[2]
    named = {"metadata": "metadata", "rendered": "rendered", "thumbnail": "rendered", "{frames}": "frames"}
    return named.get(last, "bulk_data" if "bulkdata" in path else "instances")


def _query(kind: str, path: str) -> dict[str, str]:
    accept = {"accept": "goes before the Accept header"}
    if kind == "search":
        level = _LEVELS[path.rpartition("/")[2]]
        keys = [row.keyword for above in REACH[level] for row in BY_LEVEL[above] if row.keyword in INDEXED]
        words = dict.fromkeys(dict.fromkeys(keys), "a matching key (PS3.4 C.2.2.2)")
        switches = dict.fromkeys(SWITCHES, "true or false")
        return words | accept | {"limit": "", "offset": "", "includefield": ""} | switches
    if kind == "rendered":
        return accept | _LOOK
    return dict.fromkeys(_URI.split(), "") if kind == "wado_uri" else accept


def _parameter(name: str, place: str, words: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "in": place, "schema": {"type": "string"}}
    if place == "path":
        found["required"] = True
    if words:
        found["description"] = words
    return found


def _problem() -> dict[str, Any]:
    return {"description": "RFC 9457", "content": {"application/problem+json": {}}}


async def openapi(request: Request) -> Response:
    """The document, for the address by which the caller reaches us."""
    return json_answer(document(base_url(request)))


ROUTES = [Route("/api/openapi.json", get=openapi)]
