"""Specific Character Set: from bytes to text (PS3.3 C.12.1.1.2, PS3.5 6.1).

What the standard leaves open, and what real files do wrong, is answered here as pydicom answers it: undeclared bytes
above 127 are Latin-1, bytes that cannot be decoded become U+FFFD, 5CH under ISO_IR 13 is the backslash that separates
values. Misspelt and unknown terms are passed to pydicom. Whether the declared set is to be believed at all is the
business of guessing.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from fileroom.dicom.quiet import load_pydicom, quiet_pydicom

Codecs = tuple[str, ...]

DEFAULT: Final = "iso8859-1"  # not "latin-1", which stands for a declared ISO_IR 100

# Defined terms without and with code extensions (PS3.3 Tables C.12-2 to C.12-5) and Python's names for them.
_SETS: Final = {
    "6": DEFAULT,
    "13": "shift_jis",
    "100": "latin-1",
    "101": "iso8859-2",
    "109": "iso8859-3",
    "110": "iso8859-4",
    "126": "iso8859-7",
    "127": "iso8859-6",
    "138": "iso8859-8",
    "144": "iso8859-5",
    "148": "iso8859-9",
    "166": "tis-620",
    "203": "iso8859-15",
}
_ALONE: Final = {"ISO_IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gbk"}  # never with code extensions
_TERMS: Final = {
    "": DEFAULT,
    **{f"ISO_IR {number}": codec for number, codec in _SETS.items()},
    **{f"ISO 2022 IR {number}": codec for number, codec in _SETS.items()},
    "ISO 2022 IR 87": "iso2022_jp",
    "ISO 2022 IR 159": "iso2022_jp_2",
    "ISO 2022 IR 149": "euc_kr",
    "ISO 2022 IR 58": "gb2312",
    **_ALONE,
}

# What follows an ESC (PS3.3 Tables C.12-3 and C.12-4).
_DESIGNATORS: Final = {
    b"(B": DEFAULT,
    b")I": "shift_jis",
    b"(J": "shift_jis",
    b"-A": "latin-1",
    b"-B": "iso8859-2",
    b"-C": "iso8859-3",
    b"-D": "iso8859-4",
    b"-F": "iso8859-7",
    b"-G": "iso8859-6",
    b"-H": "iso8859-8",
    b"-L": "iso8859-5",
    b"-M": "iso8859-9",
    b"-T": "tis-620",
    b"-b": "iso8859-15",
    b"$B": "iso2022_jp",
    b"$(D": "iso2022_jp_2",
    b"$)C": "euc_kr",
    b"$)A": "gb2312",
}
_KNOWS_ESCAPES: Final = {"iso2022_jp", "iso2022_jp_2"}  # Python's codecs that want to see the escape themselves
_ESC: Final = b"\x1b"
_ESC_BYTE: Final = 0x1B


@lru_cache(maxsize=256)
def codecs_of(value: bytes) -> Codecs:
    """Python's codecs for the value of Specific Character Set: the first is in force until an escape."""
    terms = value.decode("latin-1").rstrip("\0 ").split("\\")
    if all(term in _TERMS for term in terms) and (len(terms) == 1 or not _ALONE.keys() & set(terms)):
        return tuple(_TERMS[term] for term in terms)
    return _by_pydicom(terms)


def _by_pydicom(terms: list[str]) -> Codecs:
    """What pydicom makes of terms that are misspelt, unknown or not meant to be together."""
    load_pydicom()
    from pydicom.charset import convert_encodings

    with quiet_pydicom():
        names = convert_encodings(terms)
    return tuple(_OURS.get(name, name) if _keeps_ascii(name) else DEFAULT for name in names)


def _keeps_ascii(name: str) -> bool:
    """Whether ASCII is ASCII in a codec of Python: it takes names of many, and some are no character sets at all."""
    plain = bytes(range(0x20, 0x7F))
    try:
        return plain.decode(name) == plain.decode("ascii")
    except (LookupError, UnicodeError):
        return False


# pydicom's names of codecs where they differ from ours: names are compared when an escape is met.
_OURS: Final = {
    "iso8859": DEFAULT,
    "latin_1": "latin-1",
    "iso8859_2": "iso8859-2",
    "iso8859_3": "iso8859-3",
    "iso8859_4": "iso8859-4",
    "iso_ir_126": "iso8859-7",
    "iso_ir_127": "iso8859-6",
    "iso_ir_138": "iso8859-8",
    "iso_ir_144": "iso8859-5",
    "iso_ir_148": "iso8859-9",
    "iso_ir_166": "tis-620",
    "iso_ir_58": "gb2312",
    "UTF8": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}


def decode(value: bytes, codecs: Codecs) -> str:
    """The text of a value whose VR is affected by Specific Character Set (PS3.5 6.1.2.3)."""
    if _ESC_BYTE in value:
        return _decode_with_escapes(value, codecs)
    try:
        return value.decode(codecs[0])
    except UnicodeError:
        return value.decode(codecs[0], "replace")


def _decode_with_escapes(value: bytes, codecs: Codecs) -> str:
    """ISO 2022 code extensions (PS3.5 6.1.2.5): each stretch up to the next ESC has a character set of its own."""
    head, *stretches = value.split(_ESC)
    parts = [decode(head, codecs)] if head else []
    for stretch in stretches:
        try:
            parts.append(_decode_stretch(stretch, codecs))
        except UnicodeError:
            parts.append((_ESC + stretch).decode(codecs[0], "replace"))
    return "".join(parts)


def _decode_stretch(stretch: bytes, codecs: Codecs) -> str:
    designator = stretch[: 3 if stretch[:2] in (b"$(", b"$)") else 2]
    codec = _DESIGNATORS.get(designator)
    if codec is None or codec not in (DEFAULT, *codecs):  # an escape that was not declared
        return (_ESC + stretch).decode(codecs[0], "replace")
    if codec in _KNOWS_ESCAPES:
        return (_ESC + stretch).decode(codec)
    text = stretch[len(designator) :]
    # TAB, LF, FF and CR put the first character set back in force (PS3.5 6.1.2.5.3).
    end = next((index for index, byte in enumerate(text) if byte in b"\t\n\f\r"), len(text))
    return text[:end].decode(codec) + text[end:].decode(codecs[0])
