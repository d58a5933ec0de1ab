"""Pictures for those who know no DICOM: rendered resources and thumbnails (PS3.18 10.4.1.1.3, 10.4.1.1.4), WADO-URI."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import Response

from fileroom.attributes import whole_number
from fileroom.errors import BadRequest, NotFound, Unavailable, Undecodable
from fileroom.model.pictures import Look, Viewport
from fileroom.web.accept import EXPLICIT_VR_LITTLE_ENDIAN, Offer, choose, parse
from fileroom.web.answers import matches, not_modified, stream
from fileroom.web.door import Door
from fileroom.web.multipart import Multipart, Part
from fileroom.web.parameters import pairs
from fileroom.web.problems import NotAcceptable
from fileroom.web.qido import accept_of, base_url, path_conditions
from fileroom.web.wado import find, frame_numbers, tag_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request

    from fileroom.archive import Archive
    from fileroom.errors import FileroomError
    from fileroom.web.wado import Found

JPEG, PNG, GIF = "image/jpeg", "image/png", "image/gif"
STILL = (Offer(JPEG), Offer(PNG), Offer(GIF))
LARGEST = 8192  # pixels of a side of a picture
SMALL = Viewport(128, 128)  # of a thumbnail, unless another is asked for
FUNCTIONS = {"linear", "linear-exact", "sigmoid"}
ANNOTATIONS = {"patient", "technique"}
PROFILES = {"no", "yes", "srgb", "adobergb", "rommrgb", "displayp3"}
_ARE_NONE = "There is no picture of this: it has no pixels."


def look(given: Sequence[tuple[str, str]], media_type: str) -> Look:
    """How the picture is to be made. BadRequest for a parameter that says nothing we could do (PS3.18 8.3.5)."""
    said = dict(given)
    annotation = tuple(one for one in said.get("annotation", "").split(",") if one)
    if not set(annotation) <= ANNOTATIONS:
        raise BadRequest("“annotation” must be patient, technique, or both with a comma between.")
    if said.get("iccprofile", "no").lower() not in PROFILES:
        raise BadRequest("“iccprofile” must be no, yes, or the name of a colour space.")
    quality = said.get("quality")
    return Look(
        media_type=media_type,
        window=_window(said["window"]) if "window" in said else None,
        viewport=_viewport(said["viewport"]) if "viewport" in said else None,
        quality=whole_number("quality", quality, 1, 100) if quality is not None else None,
        annotation=annotation,
    )


def _window(text: str) -> tuple[float, float, str]:
    """``centre,width,function`` (PS3.18 8.3.5.1.4)."""
    parts = text.split(",")
    function = parts[-1].strip().lower()
    numbers = [_number(one) for one in parts[:2]]
    if len(parts) != 3 or function not in FUNCTIONS or None in numbers or (numbers[1] or 0) <= 0:  # noqa: PLR2004 - as above
        raise BadRequest("“window” must be centre,width and linear, linear-exact or sigmoid.")
    return numbers[0] or 0.0, numbers[1] or 0.0, function


def _viewport(text: str) -> Viewport:
    """``columns,rows`` and the region of the image: ``x,y,width,height``, each of which may be left out (8.3.5.1.3)."""
    parts = [one.strip() for one in text.split(",")]
    size = [whole_number("viewport", one, 1, LARGEST) for one in parts[:2]]
    region = [_number(one) if one else None for one in parts[2:]]
    wrong = len(parts) not in {2, 4, 6} or any(
        one and found is None for one, found in zip(parts[2:], region, strict=True)
    )
    if wrong or len(size) != 2:  # noqa: PLR2004 - columns and rows
        raise BadRequest("“viewport” must be columns,rows or columns,rows,x,y,width,height.")
    x, y, width, height = [*region, None, None, None, None][:4]
    if (x or 0) < 0 or (y or 0) < 0:
        raise BadRequest("“viewport”: the region begins inside of the image.")
    return Viewport(size[0], size[1], x or 0, y or 0, width, height)


def _number(text: str) -> float | None:
    if not re.fullmatch(r"\s*[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]{1,3})?\s*", text):
        return None
    found = float(text)
    return found if math.isfinite(found) else None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be shown: of which instances which frames."""

    found: Found
    frames: tuple[int, ...]


async def rendered(request: Request) -> Response:
    """The picture of a frame or an instance; of a study or series a part for each image."""
    return await _answer(request, small=False)


async def thumbnail(request: Request) -> Response:
    """A small picture; of a study or series that of the image in its middle."""
    return await _answer(request, small=True)


async def _answer(request: Request, *, small: bool) -> Response:
    given = pairs(request)
    several = "instance" not in request.path_params and not small
    offer = choose(parse(accept_of(request, given)), [Offer(one.type, multipart=several) for one in STILL])
    if offer is None:
        raise NotAcceptable(
            "Pictures are JPEG, PNG or GIF, of a study or series as parts of a multipart; there is no video here."
        )
    asked = look(given, offer.type)
    if small and asked.viewport is None:
        asked = Look(media_type=asked.media_type, window=asked.window, viewport=SMALL, quality=asked.quality)
    door = Door.of(request)
    shown = await door.ask(partial(_find, request=request, small=small, moving=offer.type == GIF))
    tag = tag_of([one.found for one in shown], repr((asked, [one.frames for one in shown])))
    headers = {"ETag": tag, "Vary": "Accept"}
    if matches(request, tag):
        return not_modified(headers)
    if several:
        first, rest = await door.ask(partial(_first, shown=shown, asked=asked))
        body = Multipart(offer.type)
        parts = _parts(door, asked, first, rest)
        return stream(request, body.body(parts), media_type=body.media_type, headers=headers)
    data = await door.ask(partial(_render, one=shown[0], asked=asked))
    location = f"{shown[0].found.location}/{'thumbnail' if small else 'rendered'}"
    return Response(data, media_type=offer.type, headers=headers | {"Content-Location": location})


def _find(archive: Archive, request: Request, *, small: bool, moving: bool) -> list[Shown]:
    conditions, base = path_conditions(request), base_url(request)
    found, _ = find(archive, conditions, base)
    if "frames" in request.path_params:
        numbers = frame_numbers(request.path_params["frames"])
        if not all(1 <= number <= found[0].file.frames for number in numbers):
            raise NotFound("There is no such frame.")
        return [Shown(found[0], numbers if moving else numbers[:1])]
    found = [one for one in found if one.file.header.has_pixels]
    if not found:
        raise NotAcceptable(_ARE_NONE)
    if small:
        middle = found[len(found) // 2]
        return [Shown(middle, ((middle.file.frames + 1) // 2,))]
    return [Shown(one, tuple(range(1, one.file.frames + 1)) if moving else (1,)) for one in found]


def _render(archive: Archive, one: Shown, asked: Look) -> bytes:
    try:
        return archive.render(one.found.file, one.frames, asked)
    except Undecodable as error:
        raise NotAcceptable(f"There is no picture of this: {error}.") from error


def _first(archive: Archive, shown: Sequence[Shown], asked: Look) -> tuple[tuple[Shown, bytes], Sequence[Shown]]:
    """The first picture that can be made: what cannot be shown at all is said before the answer begins."""
    failure: FileroomError = NotAcceptable(_ARE_NONE)
    for at, one in enumerate(shown):
        try:
            return (one, _render(archive, one, asked)), shown[at + 1 :]
        except (NotAcceptable, Unavailable) as error:
            failure = error
    raise failure


async def _parts(
    door: Door, asked: Look, first: tuple[Shown, bytes], rest: Sequence[Shown]
) -> AsyncIterator[tuple[Part, AsyncIterator[bytes]]]:
    yield _part(*first, asked)
    for one in rest:
        try:
            data = await door.ask(partial(_render, one=one, asked=asked))
        except (NotAcceptable, Unavailable):
            continue  # a picture that cannot be made has no part
        yield _part(one, data, asked)


def _part(one: Shown, data: bytes, asked: Look) -> tuple[Part, AsyncIterator[bytes]]:
    async def chunk() -> AsyncIterator[bytes]:
        yield data

    return Part(asked.media_type, f"{one.found.location}/rendered", len(data)), chunk()


# -- WADO-URI ----------------------------------------------------------------------------------------------------


async def wado_uri(request: Request) -> Response:
    """One instance by the parameters of WADO-URI (PS3.18 9): as a picture, or as it is."""
    given = pairs(request)
    said = {name.lower(): value for name, value in given}
    if said.get("requesttype") != "WADO":
        raise BadRequest("“requestType” must be WADO.")
    if said.get("anonymize") == "yes":
        raise NotAcceptable("Instances are not made anonymous here.")
    keywords = {"studyuid": "study", "seriesuid": "series", "objectuid": "instance"}
    if any(not said.get(name) for name in keywords):
        raise BadRequest("“studyUID”, “seriesUID” and “objectUID” are needed.")
    request.scope["path_params"] = {name: said[key] for key, name in keywords.items()}
    conditions, base, door = path_conditions(request), base_url(request), Door.of(request)
    found = (await door.ask(partial(find, conditions=conditions, base=base)))[0][0]
    pictures = (Offer(JPEG), Offer(PNG), Offer(GIF)) if found.file.header.has_pixels else ()
    offer = choose(parse(said.get("contenttype") or None), (*pictures, Offer("application/dicom")))
    if offer is None:
        raise NotAcceptable("What is asked for cannot be made of this instance.")
    if offer.type == "application/dicom":
        return await _whole(request, door, found, said.get("transfersyntax", ""))
    number = whole_number("frameNumber", said.get("framenumber", "1"), 1, found.file.frames)
    data = await door.ask(partial(_render, one=Shown(found, (number,)), asked=_uri_look(said, offer.type, found)))
    return Response(data, media_type=offer.type)


async def _whole(request: Request, door: Door, found: Found, transfer_syntax: str) -> Response:
    from fileroom.web.wado import one_instance

    # PS3.18 9.1.2: what is asked for where it can be made, else Explicit VR Little Endian, and as it is when there is
    # no way to that.
    wanted = (transfer_syntax or EXPLICIT_VR_LITTLE_ENDIAN, f"{EXPLICIT_VR_LITTLE_ENDIAN}; q=0.9", "*; q=0.1")
    accept = ", ".join(f"application/dicom; transfer-syntax={one}" for one in wanted)
    return await one_instance(request, door, found, parse(accept))


def _uri_look(said: dict[str, str], media_type: str, found: Found) -> Look:
    """The same as the parameters of WADO-RS ask for, by other names (PS3.18 9.5)."""
    named: list[tuple[str, str]] = []
    if ("windowcenter" in said) is not ("windowwidth" in said):
        raise BadRequest("“windowCenter” and “windowWidth” are needed together.")
    if "windowcenter" in said:
        named.append(("window", f"{said.get('windowcenter', '')},{said.get('windowwidth', '')},linear"))
    if "rows" in said or "columns" in said or "region" in said:
        header = found.file.header
        columns, rows = said.get("columns") or str(LARGEST), said.get("rows") or str(LARGEST)
        if "rows" not in said and "columns" not in said:
            columns, rows = str(header.columns or 1), str(header.rows or 1)
        named.append(("viewport", ",".join([columns, rows, *_region(said, header.columns or 1, header.rows or 1)])))
    if "imagequality" in said:
        named.append(("quality", said["imagequality"]))
    if "annotation" in said:
        named.append(("annotation", said["annotation"]))
    return look(named, media_type)


def _region(said: dict[str, str], columns: int, rows: int) -> list[str]:
    """``region`` is in shares of the image: left, top, right, bottom (PS3.18 9.5.3)."""
    if "region" not in said:
        return []
    edges = [_number(one) for one in said["region"].split(",")]
    if len(edges) != 4 or any(one is None or not 0 <= one <= 1 for one in edges):  # noqa: PLR2004 - four edges
        raise BadRequest("“region” must be four numbers from 0 to 1.")
    left, top, right, bottom = (one or 0.0 for one in edges)
    return [f"{value:.6f}" for value in (left * columns, top * rows, (right - left) * columns, (bottom - top) * rows)]
