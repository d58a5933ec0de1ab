"""Which representation the caller wants: Accept (RFC 9110 12.5.1) with DICOM's parameters (PS3.18 8.7.1, 8.7.3.5).

Pure: an Accept header becomes media ranges, what we could answer is a list of :class:`Offer` in our own order of
liking, and :func:`choose` picks one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

JSON = "application/json"
DICOM_JSON = "application/dicom+json"
DICOM_XML = "application/dicom+xml"
DICOM = "application/dicom"
OCTETS = "application/octet-stream"

EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
# Native little endian: their pixel data are the same bytes.
LITTLE_ENDIAN = {"1.2.840.10008.1.2", EXPLICIT_VR_LITTLE_ENDIAN, "1.2.840.10008.1.2.1.99"}
NATIVE = LITTLE_ENDIAN | {"1.2.840.10008.1.2.2"}

# PS3.18 Table 8.7.3-5
MEDIA_TYPES = {
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.4.92": "image/jpx",
    "1.2.840.10008.1.2.4.93": "image/jpx",
    "1.2.840.10008.1.2.4.100": "video/mpeg",
    "1.2.840.10008.1.2.4.101": "video/mpeg",
    "1.2.840.10008.1.2.4.102": "video/mp4",
    "1.2.840.10008.1.2.4.103": "video/mp4",
    "1.2.840.10008.1.2.4.104": "video/mp4",
    "1.2.840.10008.1.2.4.105": "video/mp4",
    "1.2.840.10008.1.2.4.106": "video/mp4",
    "1.2.840.10008.1.2.4.107": "video/H265",
    "1.2.840.10008.1.2.4.108": "video/H265",
    "1.2.840.10008.1.2.4.110": "image/jxl",
    "1.2.840.10008.1.2.4.111": "image/jxl",
    "1.2.840.10008.1.2.4.112": "image/jxl",
    "1.2.840.10008.1.2.4.201": "image/jphc",
    "1.2.840.10008.1.2.4.202": "image/jphc",
    "1.2.840.10008.1.2.4.203": "image/jphc",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One member of an Accept header. ``type`` is lower case; of a multipart it is the type of the parts."""

    type: str
    multipart: bool | None = False  # None: either (``*/*``)
    transfer_syntax: str | None = None
    q: float = 1.0


class Unasked(Enum):
    """When a range that names no transfer syntax takes an offer."""

    YES = "yes"  # it is the default of its media type (PS3.18 8.7.3.2)
    BY_NAME = "by name"  # only when the range names the media type outright
    NO = "no"


@dataclass(frozen=True, slots=True)
class Offer:
    """One representation that could be answered: ``type`` of the one part, or of each part of a multipart."""

    type: str
    multipart: bool = False
    transfer_syntax: str | None = None
    unasked: Unasked = Unasked.YES


# A list member, and a parameter inside one: separators within quoted strings do not count.
_MEMBER = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PIECE = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*")+')
_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+")


@lru_cache(maxsize=64)  # a client sends the same with each of a thousand requests
def parse(header: str | None) -> tuple[MediaRange, ...]:
    """The media ranges of an Accept header. None, or nothing but spaces, accepts everything; what is malformed
    is passed over, so that a header of nothing else accepts nothing."""
    if header is None or not header.strip():
        return (MediaRange("*/*", multipart=None),)
    ranges = (_range(member) for member in _MEMBER.findall(header))
    return tuple(one for one in ranges if one is not None)


def _range(member: str) -> MediaRange | None:
    name, *rest = [piece.strip() for piece in _PIECE.findall(member)] or [""]
    parameters = dict(_parameter(piece) for piece in rest)
    name = name.lower()
    multipart: bool | None = name in {"multipart/related", "multipart/*"}
    if multipart:
        name = parameters.get("type", "*/*").lower()
    elif name == "*/*":
        multipart = None
    try:
        q = float(parameters.get("q", "1"))
    except ValueError:
        return None
    if not _TYPE.fullmatch(name) or not 0 <= q <= 1:
        return None
    return MediaRange(name, multipart, parameters.get("transfer-syntax"), q)


def _parameter(piece: str) -> tuple[str, str]:
    # `type=application/dicom` is sent without quotes by many, though "/" is no token character.
    name, _, value = piece.partition("=")
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return name.strip().lower(), value.strip()


def choose(ranges: Sequence[MediaRange], offers: Iterable[Offer]) -> Offer | None:
    """The offer that the caller likes best: by q of the most precise range that takes it, then by how precisely
    it was asked for, then in our order. None when nothing fits."""
    best: Offer | None = None
    best_rank = (0.0, -1)
    for offer in offers:
        taken = [(precision, one.q) for one in ranges if (precision := _precision(one, offer)) is not None]
        if not taken:
            continue
        precision, q = max(taken)
        if q > 0 and (q, precision) > best_rank:
            best, best_rank = offer, (q, precision)
    return best


def _precision(asked: MediaRange, offer: Offer) -> int | None:
    """How precisely a range takes an offer: 0 for ``*/*``; None when it does not."""
    if asked.multipart is not None and asked.multipart is not offer.multipart:
        return None
    by_name = asked.type == offer.type.lower()
    if not by_name and asked.type not in {"*/*", offer.type.lower().partition("/")[0] + "/*"}:
        return None
    if asked.transfer_syntax is None:
        if offer.unasked is Unasked.NO or (offer.unasked is Unasked.BY_NAME and not by_name):
            return None
    elif offer.transfer_syntax is not None and asked.transfer_syntax not in {"*", offer.transfer_syntax}:
        return None
    named = 4 if by_name else 2 if asked.type != "*/*" else 1 if asked.multipart else 0
    return named + (asked.transfer_syntax not in {None, "*"})


def json_offers() -> tuple[Offer, ...]:
    """What a search or metadata can be answered with (PS3.18 8.7.3.2)."""
    return (Offer(DICOM_JSON), Offer(JSON))


def data_set_offers() -> tuple[Offer, ...]:
    """The same, or as Native DICOM Model, a part for each data set."""
    return (*json_offers(), Offer(DICOM_XML, multipart=True))


# What frames and instances can be encoded in anew, without loss; in our order of liking.
MADE = (
    EXPLICIT_VR_LITTLE_ENDIAN,
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.5",
)
AS_STORED = ""  # the transfer syntax of an offer that sends instances as they are, whatever they are


def instance_offers(stored: Collection[str], made: Collection[str] = (), *, single: bool) -> tuple[Offer, ...]:
    """What instances stored in those transfer syntaxes can be answered with; ``made``: what all of them can be made.

    As they are stored is for those who ask for it by ``*``, or by name when all are stored alike (PS3.18 8.7.3.5). The
    default is Explicit VR Little Endian (Table 8.7.3-2), and what is native in another way is as good: it is sent
    as it stands.
    """
    native = set(stored) <= NATIVE
    offers = [Offer(DICOM, transfer_syntax=AS_STORED, unasked=Unasked.YES if native else Unasked.NO)]
    if len(stored) == 1:
        offers.append(Offer(DICOM, transfer_syntax=next(iter(stored)), unasked=Unasked.NO))
    unasked = {EXPLICIT_VR_LITTLE_ENDIAN: Unasked.NO if native else Unasked.YES}
    offers += [Offer(DICOM, transfer_syntax=one, unasked=unasked.get(one, Unasked.NO)) for one in made]
    if not native and EXPLICIT_VR_LITTLE_ENDIAN not in made:
        offers[0] = Offer(DICOM, transfer_syntax=AS_STORED)  # there is nothing else to be had
    several = [Offer(DICOM, True, one.transfer_syntax, one.unasked) for one in offers]  # noqa: FBT003 - multipart
    return (*several, *offers) if single else tuple(several)


def frame_offers(stored: str, made: Collection[str] = (), *, single: bool) -> tuple[Offer, ...]:
    """What a frame stored in ``stored`` can be answered with (PS3.18 8.7.3.3).

    Compressed frames as stored come first, but only for those who ask for a transfer syntax or for the media type
    by name; for all others the default is Explicit VR Little Endian (PS3.18 Table 8.7.3-4). ``made``: what it can be
    encoded in anew.
    """
    offers = [Offer(OCTETS, multipart=True, transfer_syntax=EXPLICIT_VR_LITTLE_ENDIAN)]
    if stored not in NATIVE:
        offers.insert(0, Offer(OCTETS, multipart=True, transfer_syntax=stored, unasked=Unasked.NO))
        if stored in MEDIA_TYPES:
            by_name = Offer(MEDIA_TYPES[stored], multipart=True, transfer_syntax=stored, unasked=Unasked.BY_NAME)
            offers.insert(0, by_name)
    for one in MADE[1:]:
        if one in made and one != stored:
            offers.append(Offer(OCTETS, multipart=True, transfer_syntax=one, unasked=Unasked.NO))
            offers.append(Offer(MEDIA_TYPES[one], multipart=True, transfer_syntax=one, unasked=Unasked.BY_NAME))
    if single:
        offers += [Offer(one.type, transfer_syntax=one.transfer_syntax, unasked=one.unasked) for one in offers]
    return tuple(offers)
