"""Encapsulated pixel data as literals, and headers of files that are no entries of a catalog."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from fileroom.dicom.reading import read_header
from tests.world import instance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fileroom.model.headers import Header

ITEM, END, UNDEFINED = 0xE000, 0xE0DD, 0xFFFFFFFF
UIDS = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "SOPInstanceUID": "2.999.1", "StudyInstanceUID": "2.999.2"}
UIDS["SeriesInstanceUID"] = "2.999.3"


def item(data: bytes, element: int = ITEM) -> bytes:
    return struct.pack("<HHI", 0xFFFE, element, len(data)) + data


def encapsulated(
    fragments: Sequence[bytes],
    *,
    table: Sequence[int] = (),
    extended: Sequence[tuple[int, int]] = (),
    closed: bool = True,
    length: int = UNDEFINED,
    **attributes: Any,
) -> bytes:
    """A file whose pixel data are these fragments (of even length), with offsets as they are given."""
    values: dict[str, Any] = {"PixelData": None, "rows": 2, "columns": 2, **attributes}
    if extended:
        values["ExtendedOffsetTable"] = struct.pack(f"<{len(extended)}Q", *(offset for offset, _ in extended))
        values["ExtendedOffsetTableLengths"] = struct.pack(f"<{len(extended)}Q", *(size for _, size in extended))
    body = item(struct.pack(f"<{len(table)}I", *table)) + b"".join(map(item, fragments))
    head = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, length)
    return instance(**values) + head + body + (item(b"", END) if closed else b"")


def planted(folder: Path, data: bytes) -> tuple[Path, Header]:
    """The bytes as a file, with its header."""
    path = folder / "IM000001"
    path.write_bytes(data)
    return path, header_of(path)


def header_of(path: Path) -> Header:
    header = read_header(str(path)).header
    assert header is not None
    return header


def with_identity(path: Path, folder: Path) -> tuple[Path, Header]:
    """``path`` and its header; a copy with the UIDs that a catalog wants where the file has none."""
    header = read_header(str(path)).header
    if header is not None:
        return path, header
    from pydicom import dcmread

    from fileroom.dicom.quiet import quiet_pydicom

    with quiet_pydicom():
        data_set = dcmread(path, force=True)
        for keyword, uid in UIDS.items():
            setattr(data_set, keyword, uid)
        data_set.save_as(folder / "copy.dcm")
    return folder / "copy.dcm", header_of(folder / "copy.dcm")
