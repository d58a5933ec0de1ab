"""QIDO-RS: searching by DICOM attributes (PS3.18 10.6, matching as in PS3.4 C.2.2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from fileroom.attributes import Attribute, attribute, conditions, whole_number
from fileroom.errors import BadRequest, NotFound
from fileroom.model import Condition, Level, Match, Query
from fileroom.web import dicom_json
from fileroom.web.accept import choose, json_offers, parse
from fileroom.web.answers import to_json
from fileroom.web.door import Door
from fileroom.web.parameters import pairs
from fileroom.web.problems import NotAcceptable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from fileroom.archive import Archive
    from fileroom.model import Page

# What one answer holds at most; the Warning header says how many more there are (PS3.18 8.3.4.4.1).
MAX_RESULTS = 5000


@dataclass(frozen=True, slots=True)
class Search:
    """A search as it was asked for."""

    query: Query
    include: frozenset[str]
    fuzzy: bool


def read(level: Level, above: Iterable[Condition], given: Iterable[tuple[str, str]]) -> Search:
    """The query of an address; ``above`` are the UIDs of its path. BadRequest for what is not understood."""
    matched, include = list(above), set[str]()
    limit, offset, fuzzy = MAX_RESULTS, 0, False
    for name, value in given:
        if name == "limit":
            limit = min(limit, whole_number(name, value, 0))
        elif name == "offset":
            offset = whole_number(name, value, 0)
        elif name == "fuzzymatching":
            fuzzy = _boolean(name, value)
        elif name == "includefield":
            include |= _included(value, level)
        elif name != "accept":
            row = _key(name, level)
            include.add(row.keyword)  # what was matched is answered too (PS3.18 10.6.3.3)
            matched += conditions(row, value)
    query = Query(level=level, conditions=tuple(matched), limit=limit, offset=offset, together=False)
    return Search(query, frozenset(include), fuzzy)


def _boolean(name: str, value: str) -> bool:
    if value not in {"true", "false"}:
        raise BadRequest(f"“{name}” must be true or false.")
    return value == "true"


def _included(value: str, level: Level) -> set[str]:
    # An attribute that we do not keep is left out, not refused (PS3.18 8.3.4.3: "supported by the origin server").
    found = {name: attribute(name, level) for name in map(str.strip, value.split(","))}
    return {row.keyword for row in found.values() if row} | (found.keys() & {"all"})


def _key(name: str, level: Level) -> Attribute[Any]:
    row = attribute(name, level)
    if row is None:
        raise BadRequest(f"This search knows no attribute of that name at the level of {level.value}.")
    return row


async def search(level: Level, request: Request) -> Response:
    """Studies, series or instances, of all or of those that the path names."""
    given = pairs(request)
    offer = choose(parse(accept_of(request, given)), json_offers())
    if offer is None:
        raise NotAcceptable("Searches are answered as application/dicom+json.")
    asked = read(level, path_conditions(request), given)
    base = base_url(request)
    whole = {name: name not in request.path_params for name in ("study", "series")}

    def find(archive: Archive) -> tuple[bytes, Page[Any]]:
        page = archive.search(asked.query)
        return to_json([_dataset(entry, level, base, asked.include, whole) for entry in page.items]), page

    body, page = await Door.of(request).ask(find)
    headers = _warnings(base, asked, page)
    if not page.items:
        return Response(status_code=204, headers=headers)  # PS3.18 8.3.4.4.1
    return Response(body, headers=headers, media_type=offer.type)


def _dataset(
    entry: Any, level: Level, base: str, include: frozenset[str], whole: dict[str, bool]
) -> dicom_json.Dataset:
    if level is Level.STUDY:
        return dicom_json.study_json(entry, base, include)
    if level is Level.SERIES:
        return dicom_json.series_json(entry, base, include, whole=whole["study"])
    return dicom_json.instance_json(entry, base, include, whole_study=whole["study"], whole_series=whole["series"])


def _warnings(base: str, asked: Search, page: Page[Any]) -> dict[str, str]:
    """The Warning header, in the words of PS3.18 8.3.4.2 and 8.3.4.4.1."""
    said = []
    if asked.fuzzy:
        said.append("The fuzzymatching parameter is not supported. Only literal matching has been performed.")
    remaining = page.total - page.offset - len(page.items)
    if remaining > 0 and page.items:
        said.append(f"There are {remaining} additional results that can be requested")
    return {"Warning": ", ".join(f"299 {base}: {words}" for words in said)} if said else {}


def path_conditions(request: Request) -> list[Condition]:
    """The UIDs in the path of an address. NotFound for a wildcard: a path names one thing, and is no matching key."""
    names = {"study": "StudyInstanceUID", "series": "SeriesInstanceUID", "instance": "SOPInstanceUID"}
    given = {keyword: request.path_params[name] for name, keyword in names.items() if name in request.path_params}
    if any("*" in uid or "?" in uid for uid in given.values()):
        raise NotFound("There is no such study, series or instance.")
    return [Condition(keyword, Match.SINGLE, (uid,)) for keyword, uid in given.items()]


def accept_of(request: Request, given: Iterable[tuple[str, str]]) -> str | None:
    """What the caller accepts: the ``accept`` parameter where there is one (PS3.18 8.3.3.1), else the header."""
    asked = next((value for name, value in given if name == "accept"), None)
    if asked is not None:
        return re.sub(r"(?<=/dicom) (?=json|xml)", "+", asked)  # a "+" that was not percent-encoded
    return ", ".join(request.headers.getlist("accept")) or None


def base_url(request: Request) -> str:
    """The address of the DICOMweb service, as the caller reaches it."""
    return f"{request.url.scheme}://{request.headers['host']}{request.scope['root_path']}/dicomweb"
