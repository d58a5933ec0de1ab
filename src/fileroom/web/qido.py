"""QIDO-RS: searching by DICOM attributes (PS3.18 10.6, matching as in PS3.4 C.2.2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from fileroom.attributes import (
    EMPTY,
    FUZZY,
    INDEXED,
    attribute,
    combined,
    conditions,
    each_of,
    file_keys,
    fuzzy_words,
    tags_of,
    whole_number,
)
from fileroom.errors import BadRequest, NotFound
from fileroom.model.entries import Instance, Level
from fileroom.model.queries import Condition, Match, Query
from fileroom.web import dicom_json
from fileroom.web.accept import DICOM_XML, Offer, choose, data_set_offers, parse
from fileroom.web.answers import to_json
from fileroom.web.door import Door
from fileroom.web.multipart import Multipart
from fileroom.web.native_xml import to_xml
from fileroom.web.parameters import pairs
from fileroom.web.problems import NotAcceptable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.requests import Request

    from fileroom.archive import Archive
    from fileroom.model.queries import FileKey, Page

# What one answer holds at most; the Warning header says how many more there are (PS3.18 8.3.4.4.1).
MAX_RESULTS = 5000
MAX_OPENED = 200  # … when a file has to be opened for each
FEW = 100  # series in an answer whose requests are looked up in their files
USUAL_PORTS = {"http": 80, "https": 443}
REQUEST_ATTRIBUTES = "00400275"
# What a search may turn on (PS3.18 8.3.4.2, 8.3.4.5, 8.3.4.6). Two quotes ask for what is empty in any case.
SWITCHES = ("fuzzymatching", "emptyvaluematching", "multiplevaluematching")
# Names that are found by the folding of our own search, and its fields.
# The order of an answer to words, which would be by how well they fit: pages must not depend on that.
ORDERS = {Level.STUDY: ("-date",), Level.SERIES: ("number",), Level.INSTANCE: ("number",)}


@dataclass(frozen=True, slots=True)
class Search:
    """A search as it was asked for. ``paths`` lead to attributes that only files have."""

    query: Query
    include: frozenset[str]
    paths: tuple[tuple[str, ...], ...]


def read(level: Level, above: Iterable[Condition], given: Sequence[tuple[str, str]]) -> Search:
    """The query of an address; ``above`` are the UIDs of its path. BadRequest for what is not understood."""
    switches = {name: _switch(name, given) for name in SWITCHES}
    asked = _Asked(level, fuzzy=switches["fuzzymatching"], several=switches["multiplevaluematching"])
    limit, offset = MAX_RESULTS, 0
    for name, value in given:
        if name == "limit":
            limit = min(limit, whole_number(name, value, 0))
        elif name == "offset":
            offset = whole_number(name, value, 0)
        elif name == "includefield":
            asked.include(value)
        elif name != "accept" and name not in SWITCHES:
            asked.match(name, value)
    query = Query(
        level=level,
        words=" ".join(asked.words),
        conditions=(*above, *combined(asked.conditions)),  # PS3.18 8.3.4.1: combined date-time matching is performed
        in_files=tuple(asked.keys),
        limit=min(limit, MAX_OPENED) if asked.paths else limit,
        offset=offset,
        order=ORDERS[level] if asked.words else (),
        together=False,
    )
    return Search(query, frozenset(asked.fields), tuple(asked.paths))


def _switch(name: str, given: Iterable[tuple[str, str]]) -> bool:
    values = [value for one, value in given if one == name]
    if not set(values) <= {"true", "false"}:
        raise BadRequest(f"“{name}” must be true or false.")
    return values[-1:] == ["true"]


class _Asked:
    """The matching keys and fields of an address, as they are read."""

    def __init__(self, level: Level, *, fuzzy: bool, several: bool) -> None:
        self._level = level
        self._fuzzy = fuzzy
        self._several = several
        self.conditions: list[Condition] = []
        self.keys: list[FileKey] = []
        self.words: list[str] = []
        self.fields: set[str] = set()
        self.paths: list[tuple[str, ...]] = []

    def match(self, name: str, value: str) -> None:
        """One matching key. What was matched is answered too (PS3.18 10.6.3.3)."""
        row = attribute(name, self._level)
        if row is None or row.keyword not in INDEXED:
            self.keys += file_keys(name, value, self._level, several=self._several)
            self.include(name)
            return
        self.fields.add(row.keyword)
        if self._fuzzy and row.keyword in FUZZY and value != EMPTY:
            self.words += fuzzy_words(row, value)
            return
        for one in each_of(row.tag, row.vr, value) if self._several else [value]:
            self.conditions += conditions(row, one)

    def include(self, value: str) -> None:
        """Fields to be answered. What is no attribute is left out, not refused (PS3.18 8.3.4.3)."""
        for name in map(str.strip, value.split(",")):
            row = attribute(name, self._level)
            if name == "all" or row is not None:
                self.fields.add(row.keyword if row else name)
            elif (found := tags_of(name)) is not None:
                self.paths.append(found[0])


async def search(level: Level, request: Request) -> Response:
    """Studies, series or instances, of all or of those that the path names."""
    given = pairs(request)
    offer = choose(parse(accept_of(request, given)), data_set_offers())
    if offer is None:
        raise NotAcceptable("Searches are answered as application/dicom+json, or in parts of application/dicom+xml.")
    asked = read(level, path_conditions(request), given)
    base = base_url(request)
    whole = {name: name not in request.path_params for name in ("study", "series")}

    def find(archive: Archive) -> tuple[bytes, str, Page[Any]]:
        page = archive.search(asked.query)
        found = [_dataset(entry, level, base, asked.include, whole) for entry in page.items]
        for entry, data_set in zip(page.items, found, strict=True):
            _add_from_files(archive, entry, data_set, asked, base, few=len(found) <= FEW)
        return *_said(found, offer), page

    body, media_type, page = await Door.of(request).ask(find)
    headers = _warnings(base, page)
    if not page.items:
        return Response(status_code=204, headers=headers)  # PS3.18 8.3.4.4.1
    return Response(body, headers=headers, media_type=media_type)


def _said(found: list[dicom_json.Dataset], offer: Offer) -> tuple[bytes, str]:
    """Data sets in the form that was asked for, and its Content-Type."""
    if offer.type != DICOM_XML:
        return to_json(found), offer.type
    body = Multipart(DICOM_XML)
    return body.of_all(to_xml(data_set) for data_set in found), body.media_type


def _add_from_files(
    archive: Archive, entry: Any, data_set: dicom_json.Dataset, asked: Search, base: str, *, few: bool
) -> None:
    """What the catalog does not keep: fields that were asked for, and the request of a series (Table 10.6.3-4)."""
    if asked.paths:
        found = archive.described(entry, lambda path: f"{_instance_url(entry, base)}/bulkdata/{path}") or {}
        for path in asked.paths:
            _graft(data_set, found, path)
    elif few and asked.query.level is Level.SERIES:
        requests = archive.request_attributes(entry)
        if requests is not None:
            data_set[REQUEST_ATTRIBUTES] = requests


def _instance_url(entry: Any, base: str) -> str:
    return dicom_json.header_url(base, entry.header) if isinstance(entry, Instance) else base


def _graft(data_set: dicom_json.Dataset, found: dicom_json.Dataset, path: tuple[str, ...]) -> None:
    """Take an attribute over, of sequences only what the path leads to."""
    tag, *rest = path
    element = found.get(tag)
    if element is None or (tag in data_set and not rest):
        return
    if not rest:
        data_set[tag] = element
        return
    inside = element.get("Value", [])
    own = data_set.setdefault(tag, {"vr": "SQ", "Value": [{} for _ in inside]})
    for item, other in zip(own.get("Value", []), inside, strict=True):
        _graft(item, other, tuple(rest))


def _dataset(
    entry: Any, level: Level, base: str, include: frozenset[str], whole: dict[str, bool]
) -> dicom_json.Dataset:
    if level is Level.STUDY:
        return dicom_json.study_json(entry, base, include)
    if level is Level.SERIES:
        return dicom_json.series_json(entry, base, include, whole=whole["study"])
    return dicom_json.instance_json(entry, base, include, whole_study=whole["study"], whole_series=whole["series"])


def _warnings(base: str, page: Page[Any]) -> dict[str, str]:
    """The Warning header, in the words of PS3.18 8.3.4.4.1."""
    remaining = page.total - page.offset - len(page.items)
    if remaining <= 0 or not page.items:
        return {}
    return {"Warning": f"299 {base}: There are {remaining} additional results that can be requested"}


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
    host = request.headers["host"]
    port = (request.scope.get("server") or ("", None))[1]
    if port not in {None, USUAL_PORTS.get(request.url.scheme)} and not re.search(r":[0-9]+$", host):
        host = f"{host}:{port}"  # dicomweb-client, for one, leaves the port out of its Host header
    return f"{request.url.scheme}://{host}{request.scope['root_path']}/dicomweb"
