"""pydicom at work on a source: up to the pixel data, and no further than the file goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fileroom.dicom.attributes import DEFLATED_LE, META_GROUP, PIXEL_DATA, TRANSFER_SYNTAX
from fileroom.dicom.quiet import load_pydicom
from fileroom.dicom.source import InflatedSource, Source, SourceFile
from fileroom.dicom.values import text

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PREAMBLE: Final = 132


class StopAtPixels:
    """Stops pydicom at the pixel data and remembers what and where that is."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self.tag = 0
        self.vr = ""
        self.offset: int | None = None  # of the value
        self.length = 0

    def __call__(self, tag: int, vr: str | None, length: int) -> bool:
        """Asked by pydicom before each value."""
        if tag not in PIXEL_DATA:
            return False
        self.tag, self.vr, self.length = int(tag), vr or "OW", length
        self.offset = self._file.tell()
        return True


class Parsed(NamedTuple):
    """File Meta Information, data set up to the pixel data, where that is, and the source of their positions; what text
    is to be read by, where that is not what it declares."""

    meta: Dataset
    data_set: Dataset
    pixels: StopAtPixels
    source: Source
    charset: str = ""


def parse(source: Source, *, wanted: tuple[int, ...] = (), defer: int) -> Parsed:
    """Parse by pydicom; values longer than ``defer`` bytes are left in the file. Raises whatever pydicom raises."""
    load_pydicom()
    from pydicom.filereader import read_dataset, read_partial

    file: Any = SourceFile(source)
    tags: list[Any] | None = list(wanted) or None
    if file.read(PREAMBLE)[128:] != b"DICM":
        file.seek(0)
    meta = read_dataset(file, is_implicit_VR=False, is_little_endian=True, stop_when=_after_meta)
    if text(value_of(meta, TRANSFER_SYNTAX)) == DEFLATED_LE:
        # Inflated here and not by pydicom, which would open a bomb in one go.
        inflated = InflatedSource(source, file.tell())
        file = SourceFile(inflated)
        pixels = StopAtPixels(file)
        body = read_dataset(file, False, True, stop_when=pixels, defer_size=defer, specific_tags=tags)  # noqa: FBT003 - pydicom's order: explicit, little endian
        inflated.finish()
        return Parsed(meta, body, pixels, inflated)
    file.seek(0)
    pixels = StopAtPixels(file)
    whole = read_partial(file, stop_when=pixels, defer_size=defer, force=True, specific_tags=tags)
    return Parsed(whole.file_meta, whole, pixels, source)


def _after_meta(tag: int, _vr: str | None, _length: int) -> bool:
    return tag >> 16 != META_GROUP


def value_of(data_set: Dataset, tag: int) -> Any:
    """A value, None where there is none or pydicom cannot make one of its bytes."""
    try:
        return data_set[tag].value if tag in data_set else None
    except RecursionError:
        raise
    except Exception:  # noqa: BLE001 - one value out of a hundred does not spoil the file
        return None
