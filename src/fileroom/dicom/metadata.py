"""Data sets in the DICOM JSON model (PS3.18 F): of a file, by pydicom, and of a header, from the catalog alone."""

from __future__ import annotations

from array import array
from base64 import b64encode
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.attributes import (
    ATTRIBUTES,
    CHARACTER_SET,
    CODES,
    ESSAY,
    META_GROUP,
    NAME,
    OVERLAY_ROWS,
    PROSE,
    UNDEFINED,
)
from fileroom.dicom.charsets import DEFAULT
from fileroom.dicom.guessing import is_doubtful, settle
from fileroom.dicom.names import SEPARATOR, person_name
from fileroom.dicom.parsing import Parsed, parse
from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.dicom.reading import HEAD
from fileroom.dicom.source import VALUE_LIMIT, OpenedSource
from fileroom.dicom.values import converter, decimal, integer
from fileroom.errors import NotFound, Unavailable, Undecodable
from fileroom.sources.opened import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydicom.dataelem import RawDataElement
    from pydicom.dataset import Dataset

    from fileroom.dicom.charsets import Codecs
    from fileroom.model.headers import Header

    BulkDataUri = Callable[[str], str]

__all__ = ["as_asked", "bulk_data", "dicom_json", "header_json"]

Json = dict[str, Any]

# Longer binary values are given by reference. Clients fetch the tables of a palette (512 bytes) so.
INLINE_LIMIT: Final = 256
_DEFER: Final = 64 << 10  # longer values are left in the file until they are known to be needed
_DEEPEST: Final = 64  # sequences nested more deeply are made to break their readers, and are left out
UTF_8: Final = "ISO_IR 192"  # the character set of everything in JSON (PS3.18 F.2.1)
_ITEM: Final = b"\xfe\xff\x00\xe0"
_WIDTHS: Final = {"OB": 1, "UN": 1, "OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}  # bytes of a word of binary values
_REALS: Final = {"DS", "FL", "FD"}
_INTEGERS: Final = {"IS", "SL", "SS", "SV", "UL", "US", "UV"}
_NUMBERS: Final = {"FL", "FD", "SL", "SS", "SV", "UL", "US", "UV", "AT"}
_TEXTS: Final = {"PN": NAME, "LO": PROSE, "SH": PROSE, "UC": PROSE, "LT": ESSAY, "ST": ESSAY, "UT": ESSAY}
_EXACT: Final = 2**53  # larger integers lose digits in readers of JSON, so they are text (PS3.18 F.2.3)


# -- of a file ---------------------------------------------------------------------------------------------------


def dicom_json(path: str, bulk_data_uri: BulkDataUri, charset: str = "") -> Json:
    """The data set of the file at ``path``, without its group 2 and group lengths.

    Pixel data is not read: it, and every binary value of more than 256 bytes, is given as the URI that
    ``bulk_data_uri`` makes of the attribute's path (``"7FE00010"``, ``"00081140/0/00081155"``). A value that does
    not fit its VR is given as text where it is text, and left out where it is not. ``charset`` is a name of
    :data:`fileroom.dicom.guessing.CHARSETS`, by which text is decoded that may be read in more than one way.
    """
    with _parsed(path, charset) as parsed:
        found = _data_set_json(parsed, parsed.data_set, "", bulk_data_uri)
        pixels = parsed.pixels
        if pixels.offset is not None:
            key = f"{pixels.tag:08X}"
            found[key] = {"vr": pixels.vr, "BulkDataURI": bulk_data_uri(key)} if pixels.length else {"vr": pixels.vr}
    return found


def bulk_data(path: str, attribute_path: str) -> bytes:
    """The value that a URI of :func:`dicom_json` stands for, little endian.

    Encapsulated pixel data comes as its fragments, one after the other, without the offset table. NotFound when the
    data set has no binary value there.
    """
    *steps, last = attribute_path.split("/")
    with _parsed(path) as parsed:
        data_set = parsed.data_set
        try:
            tag = int(last, 16)
            for sequence, item in zip(steps[::2], steps[1::2], strict=True):
                data_set = _vr_and_value(parsed, data_set, int(sequence, 16))[1][int(item)]
            if not steps and tag == parsed.pixels.tag and parsed.pixels.length:
                vr, value = parsed.pixels.vr, _pixel_data(parsed)
            else:
                vr, value = _vr_and_value(parsed, data_set, tag)
        except (ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
            raise NotFound("the data set has no such attribute") from error
        if vr not in _WIDTHS or not value:
            raise NotFound("the data set has no binary value there")
        return _little_endian(parsed, vr, value)


@contextmanager
def _parsed(path: str, charset: str = "") -> Iterator[Parsed]:
    """The data set of a file up to its pixel data."""
    with ExitStack() as stack:
        try:
            source = OpenedSource.of(stack.enter_context(opened(path)), HEAD)
        except OSError as error:
            raise Unavailable("the file cannot be opened") from error
        stack.enter_context(quiet_pydicom())
        try:
            parsed = parse(source, defer=_DEFER)
        except Exception as error:
            raise Undecodable("the header cannot be decoded") from error
        yield parsed._replace(charset=charset)


def _data_set_json(parsed: Parsed, data_set: Dataset, path: str, uri: BulkDataUri) -> Json:
    """One data set, or one item of a sequence; ``path`` leads to it."""
    found: Json = {}
    for tag in sorted(data_set.keys()):
        if tag.element == 0 or tag.group <= META_GROUP:  # group lengths, commands, File Meta Information
            continue
        key = f"{tag:08X}"
        if left_vr := _left_in_file(data_set, tag):
            found[key] = {"vr": left_vr, "BulkDataURI": uri(path + key)}
            continue
        vr, value = _vr_and_value(parsed, data_set, tag)
        if vr == "SQ":
            inside = enumerate(value or ()) if path.count("/") < 2 * _DEEPEST else ()
            items = [_data_set_json(parsed, item, f"{path}{key}/{at}/", uri) for at, item in inside]
            found[key] = {"vr": vr, "Value": items} if items else {"vr": vr}
        elif vr not in _WIDTHS:
            found[key] = _attribute_json(vr, UTF_8 if tag == CHARACTER_SET and value else value)
        elif not value:
            found[key] = {"vr": vr}
        elif len(value) > INLINE_LIMIT:
            found[key] = {"vr": vr, "BulkDataURI": uri(path + key)}
        else:
            found[key] = {"vr": vr, "InlineBinary": b64encode(_little_endian(parsed, vr, value)).decode()}
    return found


def _left_in_file(data_set: Dataset, tag: int) -> str:
    """The VR of a binary value that was too long to be read, "" for all others."""
    load_pydicom()
    from pydicom.datadict import dictionary_has_tag, dictionary_VR

    raw = _deferred(data_set, tag)
    if raw is None:
        return ""
    known = dictionary_VR(tag) if dictionary_has_tag(tag) else "UN"
    vr = _two_letters(raw.VR or known)
    return vr if vr in _WIDTHS else ""


def _vr_and_value(parsed: Parsed, data_set: Dataset, tag: int) -> tuple[str, Any]:
    """An element as pydicom has it: bytes for binary VRs, items for SQ; None for what cannot be converted."""
    load_pydicom()
    from pydicom.dataelem import convert_raw_data_element

    if tag not in data_set:
        raise KeyError(tag)
    raw = _deferred(data_set, tag)
    try:
        if raw is not None:
            raw = raw._replace(value=parsed.source.read_at(raw.value_tell, min(raw.length, VALUE_LIMIT)))
        if parsed.charset and (asked := as_asked(data_set, raw or data_set.get_item(tag), parsed.charset)):
            return asked
        if raw is not None:
            element = convert_raw_data_element(raw, encoding=data_set.original_character_set, ds=data_set)
        else:
            element = data_set[tag]
    except Exception:  # noqa: BLE001 - pydicom raises many things for a value that it cannot convert
        return _two_letters(data_set.get_item(tag, keep_deferred=True).VR or "UN"), None
    return _two_letters(element.VR), element.value


def as_asked(data_set: Dataset, raw: Any, charset: str) -> tuple[str, Any] | None:
    """Text by the character set that was asked for; None for what is no text or can be read in one way only."""
    load_pydicom()
    from pydicom.datadict import dictionary_has_tag, dictionary_VR
    from pydicom.dataelem import RawDataElement

    if not isinstance(raw, RawDataElement) or not raw.value or not is_doubtful(raw.value):
        return None
    vr = raw.VR or (dictionary_VR(raw.tag) if dictionary_has_tag(raw.tag) else "UN")
    kind = _TEXTS.get(vr)
    settled = None if kind is None else settle([raw.value], [], _codecs(data_set), charset)
    if kind is None or settled is None:
        return None
    text: str = converter(kind, little=True)(raw.value, settled[0])
    return vr, text if kind == ESSAY else text.split(SEPARATOR)


def _codecs(data_set: Dataset) -> Codecs:
    """Python's codecs for what a data set, or the one that it is an item of, declares (PS3.5 6.1.2.3)."""
    found = data_set.original_character_set
    return tuple([found] if isinstance(found, str) else found) or (DEFAULT,)


def _deferred(data_set: Dataset, tag: int) -> RawDataElement | None:
    """The element at ``tag`` if its value was left in the file."""
    load_pydicom()
    from pydicom.dataelem import RawDataElement

    raw: Any = data_set.get_item(tag, keep_deferred=True)
    left = isinstance(raw, RawDataElement) and raw.value is None and raw.length not in (0, UNDEFINED)
    return raw if left else None


def _two_letters(vr: str) -> str:
    """pydicom says ``US or SS`` and ``OB or OW`` where the data set does not tell; words hold either."""
    if len(vr) == 2:  # noqa: PLR2004 - letters of a VR
        return vr
    return "OW" if "OW" in vr else "UN"


def _pixel_data(parsed: Parsed) -> bytes:
    position = parsed.pixels.offset or 0
    if parsed.pixels.length != UNDEFINED:
        return parsed.source.read_at(position, parsed.pixels.length)
    fragments: list[bytes] = []  # PS3.5 A.4: each an item; the first is the offset table
    while (head := parsed.source.read_at(position, 8))[:4] == _ITEM:
        length = int.from_bytes(head[4:], "little")
        fragments.append(parsed.source.read_at(position + 8, length))
        position += 8 + length
    return b"".join(fragments[1:])


def _little_endian(parsed: Parsed, vr: str, value: bytes) -> bytes:
    """Words in the byte order of JSON and of bulk data (PS3.18 8.7.3.5, F.2.7)."""
    width = _WIDTHS[vr]
    if width == 1 or parsed.data_set.original_encoding[1] is not False or len(value) % width:
        return value
    words = array({2: "H", 4: "I", 8: "Q"}[width], value)
    words.byteswap()
    return words.tobytes()


# -- of a header -------------------------------------------------------------------------------------------------


def header_json(header: Header) -> Json:
    """The attributes that a header holds; those without a value have their VR alone."""
    found: Json = {}
    for row in ATTRIBUTES:
        if row.tag == OVERLAY_ROWS[0]:  # a header does not tell in which group its overlay is
            continue
        value = getattr(header, row.field)
        if row.tag == CHARACTER_SET:
            value = UTF_8 if value else ""
        elif row.kind not in (CODES, ESSAY) and isinstance(value, str):
            value = value.split(SEPARATOR)
        found[f"{row.tag:08X}"] = _attribute_json(row.vr, value)
    return found


# -- of a value --------------------------------------------------------------------------------------------------


def _attribute_json(vr: str, value: Any) -> Json:
    """``{"vr": …, "Value": […]}``; without Value when there is none (PS3.18 F.2.5)."""
    if isinstance(value, bytes):  # what pydicom could not convert: text if it is one
        value = value.decode("latin-1").rstrip("\0 ") if value.isascii() and vr not in _NUMBERS else None
    several = list(value) if _is_several(value) else [value]
    values = [None if item is None else _plain(vr, item) for item in several]
    if all(item in (None, "", {}) for item in values):
        return {"vr": vr}
    return {"vr": vr, "Value": [item if item not in ("", {}) else None for item in values]}


def _is_several(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, str) and not hasattr(value, "original_string")


def _plain(vr: str, item: Any) -> Any:
    """One value, as JSON has it (PS3.18 F.2.3)."""
    if vr == "PN":
        name = person_name(str(item))
        groups = {"Alphabetic": name.alphabetic, "Ideographic": name.ideographic, "Phonetic": name.phonetic}
        return {group: text for group, text in groups.items() if text}
    if vr == "AT":
        return f"{int(item):08X}"
    if vr in _REALS:
        number = decimal(item)
        return _as_written(item) if number is None else number
    if vr in _INTEGERS:
        whole = integer(item)
        return _as_written(item) if whole is None or abs(whole) > _EXACT else whole
    return str(item)


def _as_written(item: Any) -> str:
    return str(getattr(item, "original_string", item)).strip()
