"""STOW-RS: storing instances (PS3.18 10.5), as files or as metadata with bulk data.

The body goes to the disk as it comes; nothing of it is kept unless all of it has come and is well-formed. What becomes
of each instance stands in the answer (PS3.18 I.2), from the same decisions as any import.
"""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fileroom.errors import BadRequest, NoRoom
from fileroom.model.ledger import Stored
from fileroom.model.outcomes import Outcome, Reason
from fileroom.web.accept import DICOM, DICOM_JSON, DICOM_XML, Offer, choose, json_offers, parse
from fileroom.web.answers import declared, refuse_over, to_json
from fileroom.web.dicom_json import element, header_url
from fileroom.web.door import Door
from fileroom.web.native_xml import from_xml, to_xml
from fileroom.web.parameters import pairs
from fileroom.web.problems import NotAcceptable, TooLarge
from fileroom.web.qido import accept_of, base_url
from fileroom.web.reading_multipart import Begin, End, Piece, Reader, content_type

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from starlette.requests import Request

    from fileroom.archive import Archive, Arrival
    from fileroom.web.dicom_json import Dataset

WHO = "dicomweb"
MOST_METADATA = 64 << 20
SMALL = 64 << 20
MOST_PARTS = 200_000
PATIENCE = 60.0  # seconds without a byte
_AT_ONCE = 1 << 20  # bytes that go to the disk in one go
TYPES = (DICOM, DICOM_JSON, DICOM_XML)

# Failure Reason (0008,1197), PS3.18 Table I.2-2, and Warning Reason (0008,1196), Table I.2-1.
NO_ROOM, NO_MATCH, NOT_UNDERSTOOD, PROCESSING, COERCED = 0xA700, 0xA900, 0xC000, 0x0110, 0xB000


@dataclass(slots=True)
class Item:
    """One instance of a request: on its way (``arrival``), or what became of it."""

    class_uid: str = ""
    instance_uid: str = ""
    arrival: Arrival | None = None
    failure: int = 0
    stored: Stored | None = None


@dataclass(slots=True)
class BulkParts:
    """The parts of one Content-Location, in the inbox under temporary names until the instance is made of them."""

    arrivals: list[Arrival] = field(default_factory=list)
    kind: str = ""
    transfer_syntax: str = ""

    @property
    def sizes(self) -> Sequence[int]:
        """Of its parts, in bytes."""
        return [one.size for one in self.arrivals]

    def pieces(self, part: int) -> Iterator[bytes]:
        """The bytes of one of its parts."""
        return self.arrivals[part].pieces()


class Incoming:
    """What has come of one request so far; its arrivals are dropped at the end unless they were kept."""

    def __init__(self, archive: Archive, study: str | None) -> None:
        self._archive = archive
        self._study = study
        self._stack = contextlib.ExitStack()
        self.items: list[Item] = []
        self.metadata = bytearray()
        self.bulk: dict[str, BulkParts] = defaultdict(BulkParts)

    def close(self) -> None:
        """Drop what was not kept."""
        self._stack.close()

    def arrive(self) -> Arrival | None:
        """A place for bytes; None when there is no room."""
        try:
            return self._stack.enter_context(self._archive.inbox().begin(WHO))
        except NoRoom:
            return None

    def file_came(self, arrival: Arrival | None) -> None:
        """A part that is a file has come to its end."""
        if arrival is None:
            self.items.append(Item(failure=NO_ROOM))
            return
        reading = arrival.finish()
        header = reading.header
        if header is None:
            arrival.drop()
            self.items.append(Item(failure=NO_MATCH if reading.outcome is Outcome.NO_IDENTITY else NOT_UNDERSTOOD))
            return
        item = Item(header.sop_class_uid, header.sop_instance_uid, arrival)
        if self._study is not None and header.study_instance_uid != self._study:  # PS3.18 10.5.1.1.1
            item.failure = NO_MATCH
        self.items.append(item)

    def compose(self, kind: str) -> None:
        """Make files of the metadata and the bulk data."""
        for data_set in _data_sets(bytes(self.metadata), kind):
            arrival = self.arrive()
            if arrival is None:
                self.items.append(Item(*_uids(data_set), failure=NO_ROOM))
                continue
            try:
                self._archive.compose(data_set, self._syntax(data_set), self.bulk.get, arrival.write)
            except NoRoom:
                self.items.append(Item(*_uids(data_set), failure=NO_ROOM))
            except BadRequest:
                self.items.append(Item(*_uids(data_set), failure=NOT_UNDERSTOOD))
            else:
                self.file_came(arrival)

    def _syntax(self, data_set: Any) -> str:
        """The transfer syntax of the bulk data, else that of the metadata: Available Transfer Syntax UID."""
        pixels = data_set.get("7FE00010") if isinstance(data_set, dict) else None
        part = self.bulk.get(pixels.get("BulkDataURI", "")) if isinstance(pixels, dict) else None
        if part is not None and part.transfer_syntax:
            return part.transfer_syntax
        if part is not None and part.kind in _USUAL:
            return _USUAL[part.kind]
        return _first(data_set, "00083002")

    def keep(self) -> None:
        """All has come and is well-formed: keep the instances, and wait for what becomes of them."""
        names = {}
        for item in self.items:
            if item.arrival is not None and not item.failure:
                names[item.arrival.keep()] = item
        told = self._archive.take_in(list(names))
        for name, item in names.items():
            item.stored = told.get(name, Stored(outcome=None, reason=None))
            item.failure = _failure(item.stored)


# The default transfer syntax of a compressed media type (PS3.18 Table 8.7.3-5).
_USUAL = {
    "image/jpeg": "1.2.840.10008.1.2.4.70",
    "image/jls": "1.2.840.10008.1.2.4.80",
    "image/jp2": "1.2.840.10008.1.2.4.90",
    "image/jpx": "1.2.840.10008.1.2.4.92",
    "image/jphc": "1.2.840.10008.1.2.4.201",
    "image/dicom-rle": "1.2.840.10008.1.2.5",
    "video/mpeg": "1.2.840.10008.1.2.4.100",
    "video/mp4": "1.2.840.10008.1.2.4.102",
}


def _failure(stored: Stored) -> int:
    if stored.kept:
        return 0
    if stored.outcome is Outcome.REFUSED:
        return NO_ROOM if stored.reason in {Reason.NO_SPACE, Reason.PATIENT_LIMIT} else PROCESSING
    return NO_MATCH if stored.outcome is Outcome.NO_IDENTITY else NOT_UNDERSTOOD


def _data_sets(metadata: bytes, kind: str) -> list[Any]:
    if kind == DICOM_XML:
        return [from_xml(metadata)]
    try:
        found = json.loads(metadata)
    except (ValueError, RecursionError):
        raise BadRequest("The metadata are no JSON.") from None
    found = found if isinstance(found, list) else [found]
    if not found or not all(isinstance(one, dict) for one in found):
        raise BadRequest("The metadata are no DICOM JSON.")
    return list(found)


def _first(data_set: Any, tag: str) -> str:
    found = data_set.get(tag) if isinstance(data_set, dict) else None
    values = found.get("Value") if isinstance(found, dict) else None
    return values[0] if isinstance(values, list) and values and isinstance(values[0], str) else ""


def _uids(data_set: Any) -> tuple[str, str]:
    return _first(data_set, "00080016"), _first(data_set, "00080018")


# -- the body ----------------------------------------------------------------------------------------------------


async def store(request: Request) -> Response:
    """Store what the body holds, and say what became of it."""
    door = Door.of(request)
    offer = choose(parse(accept_of(request, pairs(request))), (*json_offers(), Offer(DICOM_XML)))
    if offer is None:
        raise NotAcceptable("What became of the instances is told as application/dicom+json or application/dicom+xml.")
    kind, parameters = content_type(request.headers.get("content-type", ""))
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        # RFC 9110 12.5.3: with what would have been taken
        raise HTTPException(415, "Bodies are taken as they are, not compressed.", {"Accept-Encoding": "identity"})
    if declared(request) > SMALL:  # others are told of each instance that there was no room
        room = await door.ask(lambda archive: archive.inbox().room())
        refuse_over(request, room, "There is no room for so much here.")
    came = Incoming(door.archive, request.path_params.get("study"))
    try:
        if kind == "multipart/related":
            await _read_multipart(request, came, parameters)
        elif kind == DICOM:
            await _read_file(request, came)
        else:
            raise _unsupported()
        if not came.items:
            raise BadRequest("There is nothing to store in the request.")
        await door.ask(lambda _: came.keep())
    finally:
        await door.ask(lambda _: came.close())
    return _answer(came.items, base_url(request), request.path_params.get("study"), offer)


def _unsupported() -> HTTPException:
    return HTTPException(415, f"What can be stored is multipart/related of {' or '.join(TYPES)}, or one {DICOM}.")


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes, gathered to what is worth a write. 408 when nothing comes any more."""
    gathered = bytearray()
    chunks = aiter(request.stream())
    while True:
        try:
            with anyio.fail_after(PATIENCE):
                gathered += await anext(chunks)
        except StopAsyncIteration:
            break
        except TimeoutError:
            raise HTTPException(408, "The request does not come to its end.") from None
        if len(gathered) >= _AT_ONCE:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


async def _read_file(request: Request, came: Incoming) -> None:
    """A body that is one instance (PS3.18 8.7.4)."""
    door, part = Door.of(request), _Part(came, DICOM, {})
    empty = True
    async for piece in _pieces(request):
        empty = False
        await door.ask(partial(_write, part=part, data=piece))
    if not empty:
        await door.ask(lambda _: part.end())


def _write(_: Archive, part: _Part, data: bytes) -> None:
    part.write(data)


async def _read_multipart(request: Request, came: Incoming, parameters: dict[str, str]) -> None:
    door, kind = Door.of(request), parameters.get("type", "").lower()
    if kind and kind not in TYPES:
        raise _unsupported()
    parts = _Parts(came, Reader(parameters.get("boundary", "")), kind)
    async for piece in _pieces(request):
        await door.ask(partial(_feed, parts=parts, data=piece))
    await door.ask(lambda _: parts.finish())


def _feed(_: Archive, parts: _Parts, data: bytes) -> None:
    parts.feed(data)


class _Parts:
    """The parts of one body."""

    def __init__(self, came: Incoming, reader: Reader, kind: str) -> None:
        self._came = came
        self._reader = reader
        self._kind = kind
        self._count = 0
        self._part: _Part | None = None

    def feed(self, data: bytes) -> None:
        """More of the body."""
        for event in self._reader.feed(data):
            if isinstance(event, Begin):
                self._part = self._begin(event.headers)
            elif isinstance(event, Piece) and self._part is not None:
                self._part.write(event.data)
            elif isinstance(event, End) and self._part is not None:
                self._part.end()

    def finish(self) -> None:
        """The body is over."""
        if not self._count and self._reader.untouched:
            raise BadRequest("There is nothing to store in the request.")
        self._reader.finish()
        if self._kind in {DICOM_JSON, DICOM_XML}:
            self._came.compose(self._kind)

    def _begin(self, headers: dict[str, str]) -> _Part:
        self._count += 1
        if self._count > MOST_PARTS:
            raise TooLarge("The request has more parts than are taken at once.")
        kind, parameters = content_type(headers.get("content-type", self._kind or DICOM))
        if kind == "application/json":
            kind = DICOM_JSON
        self._kind = self._kind or kind
        if self._kind not in TYPES or (kind != self._kind and (self._kind == DICOM or self._count == 1)):
            raise _unsupported()
        return _Part(self._came, kind, headers | {"transfer-syntax": parameters.get("transfer-syntax", "")})


class _Part:
    """One part: a file, metadata, or bulk data."""

    def __init__(self, came: Incoming, kind: str, headers: dict[str, str]) -> None:
        self._came = came
        self._kind = kind
        self._headers = headers
        self._is_metadata = kind in {DICOM_JSON, DICOM_XML}
        self._arrival = None if self._is_metadata else came.arrive()

    def write(self, data: bytes) -> None:
        """More of it."""
        if self._is_metadata:
            self._came.metadata += data
            if len(self._came.metadata) > MOST_METADATA:
                raise TooLarge("The metadata are larger than anything we wait for.")
        elif self._arrival is not None:
            try:
                self._arrival.write(data)
            except NoRoom:
                self._arrival.drop()
                self._arrival = None

    def end(self) -> None:
        """All of it has come."""
        if self._is_metadata:
            return
        if self._kind == DICOM:
            self._came.file_came(self._arrival)
        elif self._arrival is not None:
            bulk = self._came.bulk[self._headers.get("content-location", "")]
            bulk.arrivals.append(self._arrival)
            bulk.kind, bulk.transfer_syntax = self._kind, self._headers["transfer-syntax"]


# -- the answer --------------------------------------------------------------------------------------------------


def _answer(items: Sequence[Item], base: str, study: str | None, offer: Offer) -> Response:
    """The Store Instances Response Module (PS3.18 I.2), with the status of Table 10.5.3-1."""
    stored = [item for item in items if not item.failure]
    failed = [item for item in items if item.failure and item.instance_uid]
    unnamed = [item for item in items if item.failure and not item.instance_uid]
    data_set: Dataset = {}
    studies = {item.stored.header.study_instance_uid for item in stored if item.stored and item.stored.header}
    if len(studies) == 1 or (study is not None and stored):
        data_set["00081190"] = element("UR", f"{base}/studies/{study or next(iter(studies))}")
    else:
        data_set["00081190"] = element("UR", "")
    if failed:
        data_set["00081198"] = {"vr": "SQ", "Value": [_failed(item) for item in failed]}
    if stored:
        data_set["00081199"] = {"vr": "SQ", "Value": [_stored(item, base) for item in stored]}
    if unnamed:  # PS3.18 I.2.2: of those whose identity is not known
        others = [{"00081197": element("US", item.failure)} for item in unnamed]
        data_set["0008119A"] = {"vr": "SQ", "Value": others}
    all_well = not failed and not unnamed and not any(_warning(item) or _waits(item) for item in stored)
    status = 200 if all_well else 202 if stored else 409
    body = to_xml(data_set) if offer.type == DICOM_XML else to_json(data_set)
    return Response(body, status_code=status, media_type=offer.type)


def _failed(item: Item) -> Dataset:
    return {
        "00081150": element("UI", item.class_uid),
        "00081155": element("UI", item.instance_uid),
        "00081197": element("US", item.failure),
    }


def _stored(item: Item, base: str) -> Dataset:
    found = {"00081150": element("UI", item.class_uid), "00081155": element("UI", item.instance_uid)}
    if item.stored is not None and item.stored.header is not None:
        found["00081190"] = element("UR", header_url(base, item.stored.header))
    warning = _warning(item)
    if warning:
        found["00081196"] = element("US", warning)
    return dict(sorted(found.items()))


def _warning(item: Item) -> int:
    """What was sent is kept, but another file of its SOP Instance UID is the one that is shown."""
    return COERCED if item.stored is not None and item.stored.outcome is Outcome.CONFLICT else 0


def _waits(item: Item) -> bool:
    return item.stored is not None and item.stored.outcome is None
