"""What two files say differently, attribute by attribute: for people who have to choose between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.model.checks import Difference
from fileroom.sources.opened import as_file, opened

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

_TRANSFER_SYNTAX = 0x00020010
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_LONGEST = 64  # characters of a value that are shown
_CHUNK = 1 << 20


def differences(one: str, other: str) -> tuple[Difference, ...]:
    """The attributes in which two files differ, in the order of their tags; private ones as one, pixels at the end.

    Raises OSError when a file cannot be read, ValueError when one is no data set.
    """
    (a, a_end), (b, b_end) = _read(one), _read(other)
    found = [
        Difference(keyword="TransferSyntaxUID", name="Transfer Syntax", one=_syntax(a), other=_syntax(b))
        for _ in range(_syntax(a) != _syntax(b))
    ]
    private = False
    for tag in sorted({*a.keys(), *b.keys()} - _PIXELS):
        if _equal(a, b, tag):
            continue
        if tag.is_private:
            private = True
        else:
            element = a[tag] if tag in a else b[tag]
            found.append(
                Difference(
                    keyword=element.keyword or str(tag), name=element.name, one=_text(a, tag), other=_text(b, tag)
                )
            )
    if private:
        found.append(Difference(keyword="private", name="private attributes", one="", other=""))
    if not _same_from(one, a_end, other, b_end):
        found.append(Difference(keyword="PixelData", name="pixels", one="", other=""))
    return tuple(found)


def _read(path: str) -> tuple[FileDataset, int]:
    """The data set up to its pixels, and where in the file that is."""
    load_pydicom()
    from pydicom import dcmread

    with opened(path) as source, quiet_pydicom():
        file = as_file(source)
        try:
            data_set = dcmread(file, stop_before_pixels=True, force=True)
            list(data_set.iterall())  # values are decoded when first asked for; that is to happen in here
        except OSError:
            raise
        except Exception as error:  # pydicom stumbles over damage in many ways
            raise ValueError(f"it cannot be understood: {type(error).__name__}") from error
        return data_set, file.tell()


def _syntax(data_set: FileDataset) -> str:
    meta = getattr(data_set, "file_meta", None)
    uid = meta.get("TransferSyntaxUID") if meta is not None else None
    return str(getattr(uid, "name", uid) or "")


def _equal(a: FileDataset, b: FileDataset, tag: Any) -> bool:
    return tag in a and tag in b and bool(a[tag] == b[tag])


def _text(data_set: FileDataset, tag: Any) -> str:
    """A value as people read it; nothing for what is absent, long or a sequence."""
    if tag not in data_set or data_set[tag].VR in {"SQ", "OB", "OD", "OF", "OL", "OV", "OW", "UN"}:
        return ""
    value = data_set[tag].value
    several = value if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue" else [value]
    text = " \\ ".join("" if item is None else str(item) for item in several)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _same_from(one: str, at: int, other: str, other_at: int) -> bool:
    """Whether two files hold the same from these positions on."""
    with opened(one) as a, opened(other) as b:
        if a.size - at != b.size - other_at:
            return False
        for offset in range(0, a.size - at, _CHUNK):
            if a.read_at(at + offset, _CHUNK) != b.read_at(other_at + offset, _CHUNK):
                return False
    return True
