"""DICOMweb (PS3.18): its resources in one table; routes, capabilities and docs/conformance.md are made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from fileroom.model import Level
from fileroom.web import qido, stow, wado
from fileroom.web.routing import Route

if TYPE_CHECKING:
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
    _INSTANCE + "/frames/{frames}": (_retrieve("10.4.1.1.6", wado.frames),),
    _INSTANCE + "/bulkdata/{path:path}": (_retrieve("10.4.1.1.5", wado.bulk_data),),
}


def _route(path: str, transactions: tuple[Transaction, ...]) -> Route:
    return Route("/dicomweb" + path, **{one.method.lower(): one.handler for one in transactions})


ROUTES = [_route(path, transactions) for path, transactions in RESOURCES.items()]
