"""DICOMweb (PS3.18): its resources in one table; routes, capabilities and docs/conformance.md are made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from starlette.responses import Response

from fileroom.model.entries import Level
from fileroom.web import qido, rendered, stow, wado
from fileroom.web.accept import JSON, Offer, choose, parse
from fileroom.web.answers import to_json
from fileroom.web.native_xml import DECLARATION
from fileroom.web.parameters import pairs
from fileroom.web.problems import NotAcceptable
from fileroom.web.qido import accept_of, base_url
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

    from fileroom.web.routing import Handler


@dataclass(frozen=True, slots=True)
class Transaction:
    """What may be asked of a resource: the method, the standard's name for it and its clause, and who answers."""

    method: str
    name: str
    clause: str
    handler: Handler


def _search(level: Level) -> Transaction:
    return Transaction("GET", "Search", "10.6", partial(qido.search, level))


def _retrieve(clause: str, handler: Handler) -> Transaction:
    return Transaction("GET", "Retrieve", clause, handler)


_STORE = Transaction("POST", "Store", "10.5", stow.store)
_STUDY = "/studies/{study}"
_SERIES = _STUDY + "/series/{series}"
_INSTANCE = _SERIES + "/instances/{instance}"
FRAMES = _INSTANCE + "/frames/{frames}"

RESOURCES: dict[str, tuple[Transaction, ...]] = {
    "/studies": (_search(Level.STUDY), _STORE),
    "/series": (_search(Level.SERIES),),
    "/instances": (_search(Level.INSTANCE),),
    f"{_STUDY}/series": (_search(Level.SERIES),),
    f"{_STUDY}/instances": (_search(Level.INSTANCE),),
    f"{_SERIES}/instances": (_search(Level.INSTANCE),),
    _STUDY: (_retrieve("10.4.1.1.1", wado.instances), _STORE),
    _SERIES: (_retrieve("10.4.1.1.1", wado.instances),),
    _INSTANCE: (_retrieve("10.4.1.1.1", wado.instances),),
    f"{_STUDY}/metadata": (_retrieve("10.4.1.1.2", wado.metadata),),
    f"{_SERIES}/metadata": (_retrieve("10.4.1.1.2", wado.metadata),),
    f"{_INSTANCE}/metadata": (_retrieve("10.4.1.1.2", wado.metadata),),
    FRAMES: (_retrieve("10.4.1.1.6", wado.frames),),
    _INSTANCE + "/frames/{frames}/rendered": (_retrieve("10.4.1.1.3", rendered.rendered),),
    _INSTANCE + "/frames/{frames}/thumbnail": (_retrieve("10.4.1.1.4", rendered.thumbnail),),
    f"{_STUDY}/rendered": (_retrieve("10.4.1.1.3", rendered.rendered),),
    f"{_SERIES}/rendered": (_retrieve("10.4.1.1.3", rendered.rendered),),
    f"{_INSTANCE}/rendered": (_retrieve("10.4.1.1.3", rendered.rendered),),
    f"{_STUDY}/thumbnail": (_retrieve("10.4.1.1.4", rendered.thumbnail),),
    f"{_SERIES}/thumbnail": (_retrieve("10.4.1.1.4", rendered.thumbnail),),
    f"{_INSTANCE}/thumbnail": (_retrieve("10.4.1.1.4", rendered.thumbnail),),
    "/wado": (Transaction("GET", "WADO-URI", "9", rendered.wado_uri),),
    _INSTANCE + "/bulkdata/{path:path}": (_retrieve("10.4.1.1.5", wado.bulk_data),),
}


# -- capabilities (PS3.18 8.9) -----------------------------------------------------------------------------------

WADL = "application/vnd.sun.wadl+xml"
_VARIABLE = re.compile(r"\{(\w+)(?::path)?\}")


async def capabilities(request: Request) -> Response:
    """What can be asked of this service, as WADL or JSON."""
    offer = choose(parse(accept_of(request, pairs(request))), (Offer(WADL), Offer(JSON)))
    if offer is None:
        raise NotAcceptable(f"The capabilities are told as {WADL} or {JSON}.")
    base = base_url(request)
    if offer.type == JSON:
        told = {_VARIABLE.sub(r"{\1}", path): [one.method for one in those] for path, those in RESOURCES.items()}
        return Response(to_json({"base": base, "resources": told}), media_type=JSON)
    return Response(_wadl(base), media_type=WADL)


def _wadl(base: str) -> bytes:
    root = ET.Element("application", {"xmlns": "http://wadl.dev.java.net/2009/02"})
    resources = ET.SubElement(root, "resources", {"base": base})
    for path, transactions in RESOURCES.items():
        names = _VARIABLE.findall(path)
        resource = ET.SubElement(resources, "resource", {"path": _VARIABLE.sub(r"{\1}", path)[1:]})
        for name in names:
            ET.SubElement(resource, "param", {"name": name, "style": "template", "required": "true"})
        for one in transactions:
            ET.SubElement(resource, "method", {"name": one.method, "id": f"{one.name} {path}"})
    document: bytes = ET.tostring(root, encoding="utf-8")
    return DECLARATION + document


def _allowed(transactions: tuple[Transaction, ...]) -> Handler:
    methods = {one.method for one in transactions} | {"OPTIONS"}
    allow = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))

    async def options(_: Request) -> Response:
        return Response(status_code=204, headers={"Allow": allow})

    return options


def _route(path: str, transactions: tuple[Transaction, ...]) -> Route:
    handlers = {one.method.lower(): one.handler for one in transactions}
    return Route("/dicomweb" + path, options=_allowed(transactions), **handlers)


ROUTES = [
    *(Route(path, get=capabilities, options=capabilities) for path in ("/dicomweb", "/dicomweb/")),
    *(_route(path, RESOURCES[path]) for path in sorted(RESOURCES, key=lambda path: path != FRAMES)),  # tried in turn
]
