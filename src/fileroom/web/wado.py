"""WADO-RS: instances, their metadata, bulk data and frames (PS3.18 10.4), straight from the files."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from fileroom.errors import BadRequest, NotFound, Unavailable, Undecodable
from fileroom.web.accept import (
    DICOM,
    DICOM_XML,
    EXPLICIT_VR_LITTLE_ENDIAN,
    LITTLE_ENDIAN,
    MADE,
    NATIVE,
    OCTETS,
    Offer,
    choose,
    data_set_offers,
    frame_offers,
    instance_offers,
    parse,
)
from fileroom.web.answers import InPieces, Stretches, matches, not_modified, ranged, stream, to_json
from fileroom.web.dicom_json import header_url
from fileroom.web.door import Door
from fileroom.web.multipart import Multipart, Part
from fileroom.web.native_xml import to_xml
from fileroom.web.parameters import pairs
from fileroom.web.problems import NotAcceptable
from fileroom.web.qido import accept_of, base_url, path_conditions
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from starlette.requests import Request

    from fileroom.archive import Archive, FrameBytes, InstanceFile, Transcoded
    from fileroom.errors import FileroomError
    from fileroom.model.headers import Header
    from fileroom.model.queries import Condition
    from fileroom.web.accept import MediaRange

log = logging.getLogger("fileroom.web")

# A file up to this size is one chunk: one read, one write. Larger ones must not fill the memory.
CHUNK = 32 << 20
AT_ONCE = 4 << 20  # bytes of files that are read one after the other without a word to the loop
PIXEL_DATA = {"7FE00008", "7FE00009", "7FE00010"}
LIST = re.compile(r"[0-9]{1,9}(?:,[0-9]{1,9})*")


@dataclass(frozen=True, slots=True)
class Found:
    """An instance whose file is there, and the address under which it is asked for."""

    file: InstanceFile
    base: str

    @property
    def transfer_syntax_uid(self) -> str:
        """How the file is encoded."""
        return self.file.header.transfer_syntax_uid

    @property
    def location(self) -> str:
        """The instance's own address."""
        return header_url(self.base, self.file.header)

    @property
    def mark(self) -> str:
        """Changes when the file does."""
        return f"{self.file.id}:{self.file.size}:{self.file.mtime_ns}"


def find(archive: Archive, conditions: Sequence[Condition], base: str) -> tuple[list[Found], int]:
    """The instances of a path whose files are there, and how many others there are. NotFound when there are none
    at all, Unavailable when none can be reached."""
    those = archive.read_all({one.keyword: one.values[0] for one in conditions})
    if not those:
        raise NotFound("There is no such study, series or instance.")
    found = [Found(one, base) for one in those if not isinstance(one, Unavailable)]
    if not found:
        raise next(one for one in reversed(those) if isinstance(one, Unavailable))
    return found, len(those) - len(found)


def tag_of(found: Sequence[Found], *more: str) -> str:
    """A strong entity tag of what is made from those files."""
    digest = hashlib.blake2b(digest_size=12)
    for piece in (*(one.mark for one in found), *more):
        digest.update(piece.encode() + b"\n")
    return f'"{digest.hexdigest()}"'


def accepted(request: Request) -> tuple[MediaRange, ...]:
    """What the caller accepts."""
    return parse(accept_of(request, pairs(request)))


def picked(ranges: tuple[MediaRange, ...], offers: tuple[Offer, ...]) -> Offer:
    """The offer that is answered. NotAcceptable (406) when none is wanted (PS3.18 8.7.5)."""
    offer = choose(ranges, offers)
    if offer is None:
        raise NotAcceptable("None of the media types and transfer syntaxes asked for can be made of this.")
    return offer


# -- instances ---------------------------------------------------------------------------------------------------


async def instances(request: Request) -> Response:
    """The instances of a study or series, or one: as they are stored, or in the transfer syntax that is asked for."""
    door, ranges = Door.of(request), accepted(request)
    find_all = partial(find, conditions=path_conditions(request), base=base_url(request))
    found, missing = await door.ask(find_all)
    if "instance" in request.path_params:
        return await one_instance(request, door, found[0], ranges)
    offer = _instance_offer(door.archive, ranges, found, single=False)
    return await _in_parts(request, door, found, offer, missing)


async def one_instance(request: Request, door: Door, found: Found, ranges: tuple[MediaRange, ...]) -> Response:
    """One instance, alone or as a multipart of one part."""
    offer = _instance_offer(door.archive, ranges, [found], single=True)
    if offer.multipart:
        return await _in_parts(request, door, [found], offer, 0)
    syntax = _syntax(found, offer)
    headers = {"Content-Location": found.location}
    content_type = f"{DICOM}; transfer-syntax={syntax}"
    if syntax == found.transfer_syntax_uid:
        return ranged(request, partial(_file_chunks, door, found), found.file.size, content_type, headers, found.mark)
    made = await door.ask(partial(_made, found=found, syntax=syntax))
    if made.size is not None:
        headers["Content-Length"] = str(made.size)
    return stream(request, _chunks_of(door, made), media_type=content_type, headers=headers)


def _instance_offer(archive: Archive, ranges: tuple[MediaRange, ...], found: Sequence[Found], *, single: bool) -> Offer:
    kinds = {_kind(one.file.header): one.file for one in found}.values()
    made = [syntax for syntax in MADE if all(archive.can_be(one, syntax) for one in kinds)]
    return picked(ranges, instance_offers({one.transfer_syntax_uid for one in found}, made, single=single))


def _kind(header: Header) -> tuple[object, ...]:
    """What decides whether an image can be encoded anew: of a series it is one kind, or a few."""
    return header.transfer_syntax_uid, header.bits_allocated, header.samples_per_pixel, header.has_pixels


def _syntax(found: Found, offer: Offer) -> str:
    """The transfer syntax in which an instance is answered."""
    return offer.transfer_syntax or found.transfer_syntax_uid


async def _in_parts(request: Request, door: Door, found: Sequence[Found], offer: Offer, missing: int) -> Response:
    as_stored, first = _as_stored(found, offer), None
    if not as_stored:  # what cannot be had is said before the answer begins
        possible, first = await door.ask(partial(_possible, found=found, offer=offer))
        missing, found = missing + len(found) - len(possible), possible
    status, headers, parts = 206 if missing else 200, _partial(missing), _parts(found, offer)
    body = Multipart(DICOM)
    if as_stored:
        headers["Content-Length"] = str(body.length(parts))
    those = _stored_parts(door, parts, found) if as_stored else _file_parts(door, parts, found, offer, first)
    chunks = body.body(those)
    return stream(request, chunks, media_type=body.media_type, status=status, headers=headers)


def _possible(archive: Archive, found: Sequence[Found], offer: Offer) -> tuple[list[Found], Transcoded | None]:
    """The instances that can be answered so, and the first of them, if it is encoded anew; NotAcceptable or Unavailable
    when there are none. Only the first one and those whose files were cut short are tried."""
    possible, first = list[Found](), None
    failure: FileroomError = Unavailable("The files cannot be read now.")
    for one in found:
        syntax = _syntax(one, offer)
        try:
            if syntax != one.transfer_syntax_uid and not (possible and archive.is_whole(one.file)):
                made = _made(archive, one, syntax)
                first = first if possible else made
        except (NotAcceptable, Unavailable) as error:
            failure = error
        else:
            possible.append(one)
    if not possible:
        raise failure
    return possible, first


def _as_stored(found: Sequence[Found], offer: Offer) -> bool:
    return all(_syntax(one, offer) == one.transfer_syntax_uid for one in found)


def _parts(found: Sequence[Found], offer: Offer) -> list[Part]:
    return [
        Part(
            f"{DICOM}; transfer-syntax={_syntax(one, offer)}",
            one.location,
            one.file.size if _syntax(one, offer) == one.transfer_syntax_uid else None,
        )
        for one in found
    ]


async def _stored_parts(
    door: Door, parts: Sequence[Part], found: Sequence[Found]
) -> AsyncIterator[tuple[Part, AsyncIterator[bytes]]]:
    """Files as they are; small ones are read some at a time, for handing over to a thread costs as much as a read."""
    begin = 0
    while begin < len(found):
        end, size = begin + 1, found[begin].file.size
        while end < len(found) and size + found[end].file.size <= AT_ONCE:
            size += found[end].file.size
            end += 1
        if size > AT_ONCE:
            yield parts[begin], _file_chunks(door, found[begin], 0, size)
        else:
            read = await door.ask(partial(_read_each, those=found[begin:end]))
            for part, data in zip(parts[begin:end], read, strict=True):
                yield part, _one_chunk(data)
        begin = end


def _read_each(archive: Archive, those: Sequence[Found]) -> list[bytes]:
    return [_read(archive, one, 0, one.file.size) for one in those]


async def _file_parts(
    door: Door, parts: Sequence[Part], found: Sequence[Found], offer: Offer, first: Transcoded | None
) -> AsyncIterator[tuple[Part, AsyncIterator[bytes]]]:
    for part, one in zip(parts, found, strict=True):
        syntax = _syntax(one, offer)
        if syntax == one.transfer_syntax_uid:
            yield part, _file_chunks(door, one, 0, one.file.size)
        else:
            try:
                made = (
                    first
                    if first is not None and one is found[0]
                    else await door.ask(partial(_made, found=one, syntax=syntax))
                )
            except (NotAcceptable, Unavailable):  # too late for 206: it has no part, and the others follow
                log.warning("an instance was left out of an answer that had begun: it cannot be encoded anew")
                continue
            yield replace(part, size=made.size), _chunks_of(door, made)


def _made(archive: Archive, found: Found, syntax: str) -> Transcoded:
    try:
        return archive.transcoded(found.file, syntax)
    except Undecodable as error:
        raise NotAcceptable(f"The instance cannot be had in that transfer syntax: {error}.") from error


async def _chunks_of(door: Door, made: Transcoded) -> AsyncIterator[bytes]:
    """The pieces of what is encoded anew; each is made in a thread when the one before has gone."""
    while (piece := await door.ask(lambda _: next(made.pieces, None))) is not None:
        yield piece


async def _file_chunks(door: Door, found: Found, begin: int, size: int) -> AsyncIterator[bytes]:
    """Bytes of a file, as many as were promised; the answer breaks off when it has become shorter."""
    for offset in range(begin, begin + size, CHUNK):
        length = min(CHUNK, begin + size - offset)
        yield await door.ask(partial(_read, found=found, offset=offset, size=length))


def _read(archive: Archive, found: Found, offset: int, size: int) -> bytes:
    data = archive.stored_bytes(found.file, offset, size)
    if len(data) < size:
        raise Unavailable("The file has become shorter.")
    return data


# -- metadata ----------------------------------------------------------------------------------------------------


async def metadata(request: Request) -> Response:
    """The data sets of instances in the DICOM JSON model, bulk data by URI (PS3.18 10.4.1.1.2)."""
    door = Door.of(request)
    offer = picked(accepted(request), data_set_offers())
    find_all = partial(find, conditions=path_conditions(request), base=base_url(request))
    found, missing = await door.ask(find_all)
    read_by = await door.ask(lambda archive: archive.text_charsets([one.file for one in found]))
    tag = tag_of(found, base_url(request), offer.type, *read_by)
    headers = {"ETag": tag, "Vary": "Accept"}
    if matches(request, tag):
        return not_modified(headers)
    data_sets: list[bytes] = []
    write = to_xml if offer.type == DICOM_XML else to_json
    failure: FileroomError = Unavailable("The files cannot be read now.")
    for one in found:  # gathered, for what cannot be read must be known before the status is said
        try:
            data_sets.append(await door.ask(partial(_metadata, found=one, write=write)))
        except (Unavailable, Undecodable) as error:
            missing, failure = missing + 1, error
    if not data_sets:
        raise failure
    headers |= _partial(missing)
    body, media_type = b"[" + b",".join(data_sets) + b"]", offer.type
    if offer.type == DICOM_XML:
        parts = Multipart(DICOM_XML)
        body, media_type = parts.of_all(data_sets), parts.media_type
    return Response(body, status_code=206 if missing else 200, media_type=media_type, headers=headers)


def _metadata(archive: Archive, found: Found, write: Callable[[Any], bytes]) -> bytes:
    return write(archive.metadata(found.file, lambda path: f"{found.location}/bulkdata/{path}"))


def _partial(missing: int) -> dict[str, str]:
    """What says that an answer is not all of it (PS3.18 Table 10.4.3-1)."""
    return {"Warning": f"299 fileroom: {missing} instances cannot be read now"} if missing else {}


# -- frames ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames as they will be answered: of which instance, which ones, in what form, and the bytes of the first ones."""

    found: Found
    numbers: tuple[int, ...]
    offer: Offer
    tag: str
    ready: Sequence[FrameBytes]  # none: the caller has them already


async def frames(request: Request) -> Response:
    """Frames of the instance that a path names."""
    conditions, base = path_conditions(request), base_url(request)
    return await _frames(request, lambda archive: find(archive, conditions, base)[0][0])


async def frames_by_id(request: Request) -> Response:
    """Frames of the instance of an id of ours."""
    instance_id, base = request.path_params["id"], base_url(request)
    return await _frames(request, lambda archive: Found(archive.read(instance_id), base))


async def _frames(request: Request, find_one: Callable[[Archive], Found]) -> Response:
    door, ranges = Door.of(request), accepted(request)
    numbers = frame_numbers(request.path_params["frames"])
    known = partial(matches, request)
    asked = await door.ask(lambda archive: _ask_frames(archive, find_one(archive), numbers, ranges, known))
    return _answer_frames(request, asked)


def frame_numbers(given: str) -> tuple[int, ...]:
    """``1,3,2`` as numbers, in the order they are asked for."""
    if not LIST.fullmatch(given):
        raise BadRequest("Frames are asked for by their numbers, with commas between.")
    return tuple(map(int, given.split(",")))


def _ask_frames(
    archive: Archive,
    found: Found,
    numbers: tuple[int, ...],
    ranges: tuple[MediaRange, ...],
    known: Callable[[str], bool],
) -> Frames:
    """Find the form to answer in, and read what tells whether it can be answered so: what is wrong is said before the
    answer begins."""
    offer, tag = _frame_form(archive, found, numbers, ranges)
    if known(tag):
        return Frames(found, numbers, offer, tag, ())
    return Frames(found, numbers, offer, tag, _first_frames(archive, found, numbers, offer))


def _first_frames(archive: Archive, found: Found, numbers: tuple[int, ...], offer: Offer) -> list[FrameBytes]:
    """The first frame, and where frames are decoded as many as may be held; whether the last one is there as well."""
    ready = [_frame(archive, found, numbers[0], offer)]
    if max(numbers) > numbers[0]:  # what was cut short lacks its last frames
        _frame(archive, found, max(numbers), offer)
    if ready[0].transfer_syntax_uid == found.transfer_syntax_uid or found.transfer_syntax_uid in NATIVE:
        return ready
    size = len(ready[0].data)
    for number in numbers[1:]:
        if size > CHUNK:
            break
        ready.append(_frame(archive, found, number, offer))
        size += len(ready[-1].data)
    return ready


def _frame_form(
    archive: Archive, found: Found, numbers: tuple[int, ...], ranges: tuple[MediaRange, ...]
) -> tuple[Offer, str]:
    if not all(1 <= number <= found.file.frames for number in numbers):
        raise NotFound("There is no such frame.")
    made = tuple(syntax for syntax in MADE if archive.can_be(found.file, syntax))
    offer = _frame_offer(ranges, found.transfer_syntax_uid, made, single=len(numbers) == 1)
    return offer, tag_of([found], repr((numbers, offer)))


@lru_cache(maxsize=64)  # the same for all frames of a series
def _frame_offer(ranges: tuple[MediaRange, ...], stored: str, made: tuple[str, ...], *, single: bool) -> Offer:
    return picked(ranges, frame_offers(stored, made, single=single))


def _frame(archive: Archive, found: Found, number: int, offer: Offer) -> FrameBytes:
    """One frame in the form of ``offer``. Native little endian pixels are as they should be already."""
    asked = offer.transfer_syntax or EXPLICIT_VR_LITTLE_ENDIAN
    if asked == EXPLICIT_VR_LITTLE_ENDIAN:
        return archive.frame(found.file, number, decoded=found.transfer_syntax_uid not in LITTLE_ENDIAN)
    if asked == found.transfer_syntax_uid:
        return archive.frame(found.file, number)
    try:
        return archive.frame_as(found.file, number, asked)
    except Undecodable as error:
        raise NotAcceptable(f"The frame cannot be had in that transfer syntax: {error}.") from error


def _answer_frames(request: Request, asked: Frames) -> Response:
    headers = _frame_headers(asked.tag)
    if not asked.ready:
        return not_modified(headers)
    body = Multipart(asked.offer.type)
    if len(asked.numbers) == 1:
        return _one_frame(asked.found, asked.numbers[0], asked.offer, headers, asked.ready[0].data, body)
    chunks = body.body(_frame_parts(Door.of(request), asked))
    return stream(request, chunks, media_type=body.media_type, headers=headers)


def _frame_headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Vary": "Accept"}


def _one_frame(
    found: Found, number: int, offer: Offer, headers: Mapping[str, str], data: bytes | Stretches, body: Multipart
) -> InPieces:
    content_type = _frame_type(offer)
    if not offer.multipart:
        return InPieces((data,), headers=headers, media_type=content_type)
    part = Part(content_type, f"{found.location}/frames/{number}", len(data))
    return InPieces(body.around(part, data), headers=headers, media_type=body.media_type)


def _frame_type(offer: Offer) -> str:
    return f"{offer.type}; transfer-syntax={offer.transfer_syntax}"


async def _frame_parts(door: Door, asked: Frames) -> AsyncIterator[tuple[Part, AsyncIterator[bytes]]]:
    """The frames as parts; after the first ones only one is held at a time."""
    content_type = _frame_type(asked.offer)
    for at, number in enumerate(asked.numbers):
        if at < len(asked.ready):
            frame = asked.ready[at]
        else:
            frame = await door.ask(partial(_frame, found=asked.found, number=number, offer=asked.offer))
        yield Part(content_type, f"{asked.found.location}/frames/{number}", len(frame.data)), _one_chunk(frame.data)


async def _one_chunk(data: bytes) -> AsyncIterator[bytes]:
    yield data


# -- straight from the file --------------------------------------------------------------------------------------
# The same answers, put together without reading anything of what they send (:mod:`fileroom.web.straight`). None: there
# is more to do than to send bytes that lie in files as they are.


def straight_frame(archive: Archive, request: Request, found: Found, number: int, boundary: str) -> InPieces | None:
    """One frame of an instance, as :func:`frames` answers it."""
    offer, tag = _frame_form(archive, found, (number,), accepted(request))
    native = (offer.transfer_syntax or EXPLICIT_VR_LITTLE_ENDIAN) == EXPLICIT_VR_LITTLE_ENDIAN
    if found.transfer_syntax_uid not in LITTLE_ENDIAN if native else offer.transfer_syntax != found.transfer_syntax_uid:
        return None
    stretches = archive.stored_stretches(found.file, number)
    if stretches is None:
        return None
    data, body = Stretches(found.file.path, stretches), Multipart(offer.type, boundary)
    return _one_frame(found, number, offer, _frame_headers(tag), data, body)


def straight_instances(
    archive: Archive, request: Request, found: Sequence[Found], boundary: str, *, single: bool
) -> InPieces | None:
    """Instances in parts, as :func:`instances` answers them."""
    offer = _instance_offer(archive, accepted(request), found, single=single)
    if not offer.multipart or not _as_stored(found, offer):
        return None
    body = Multipart(DICOM, boundary)
    pieces: list[bytes | Stretches] = []
    for part, one in zip(_parts(found, offer), found, strict=True):
        pieces += [body.opening(part), Stretches(one.file.path, ((0, one.file.size),))]
    return InPieces((*pieces, body.closing), headers={}, media_type=body.media_type)


# -- bulk data ---------------------------------------------------------------------------------------------------


async def bulk_data(request: Request) -> Response:
    """The value that a BulkDataURI of the metadata names (PS3.18 10.4.1.1.5).

    Encapsulated pixel data are answered frame by frame, as compressed bulk data are (PS3.18 8.7.3.3.2); native ones go
    straight from the file.
    """
    door, ranges = Door.of(request), accepted(request)
    path, conditions, base = request.path_params["path"], path_conditions(request), base_url(request)
    found = (await door.ask(lambda archive: find(archive, conditions, base)))[0][0]
    header = found.file.header
    pixels = path in PIXEL_DATA and header.has_pixels
    if pixels and found.transfer_syntax_uid not in NATIVE:
        numbers, known = tuple(range(1, found.file.frames + 1)), partial(matches, request)
        ask = partial(_ask_frames, found=found, numbers=numbers, ranges=ranges, known=known)
        return _answer_frames(request, await door.ask(ask))
    offer = picked(ranges, (Offer(OCTETS, multipart=True), Offer(OCTETS)))
    in_place = pixels and found.transfer_syntax_uid in LITTLE_ENDIAN and header.pixel_offset and header.pixel_length
    if in_place:
        begin, size = header.pixel_offset or 0, header.pixel_length or 0
        chunks = partial(_bytes_at, door, found, begin)
    else:
        data = await door.ask(lambda archive: archive.bulk_data(found.file, path))
        size, chunks = len(data), partial(_slice_of, data)
    mark = f"{found.mark}/{path}"
    if not offer.multipart:
        return ranged(request, chunks, size, OCTETS, {}, mark)
    body = Multipart(OCTETS)
    part = Part(OCTETS, f"{found.location}/bulkdata/{path}", size)
    headers = {"Content-Length": str(body.length([part]))}
    return stream(request, body.body(_one_part(part, chunks(0, size))), media_type=body.media_type, headers=headers)


def _bytes_at(door: Door, found: Found, begin: int, offset: int, size: int) -> AsyncIterator[bytes]:
    return _file_chunks(door, found, begin + offset, size)


async def _slice_of(data: bytes, offset: int, size: int) -> AsyncIterator[bytes]:
    yield data[offset : offset + size]


async def _one_part(part: Part, chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[Part, AsyncIterator[bytes]]]:
    yield part, chunks


ROUTES = [Route("/api/instances/{id}/frames/{frames}", get=frames_by_id)]
