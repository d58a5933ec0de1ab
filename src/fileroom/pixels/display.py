"""What the catalog does not keep and some images need to be shown or measured: tables, overlays, calibrations.

Read from the file when the viewer asks for it: look-up tables (PS3.3 C.11.1, C.11.2), overlay planes (C.9.2), the
padding value (C.7.5.1.1.2), the regions of an ultrasound image (C.8.5.5), the factor to standardised uptake of PET,
the times between the frames of a clip (C.7.6.5).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from fileroom.dicom.attributes import EXPLICIT_BE
from fileroom.dicom.overlays import GROUPS, MOST_PIXELS, Bits, Overlay, overlay_of
from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.errors import Unavailable, Undecodable
from fileroom.pixels.files import DEFLATED_LE, PIXEL_DATA_TAGS, inflated_data_set
from fileroom.pixels.form import frame_count
from fileroom.pixels.functional_groups import PER_FRAME, SHARED
from fileroom.pixels.uptake import Uptake, uptake_of
from fileroom.sources.opened import as_file, opened

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from fileroom.model.headers import Header

TABLE_ENTRIES, WORD_LIMIT, MOST_BITS, LEAST_BITS = 65536, 32768, 16, 8
DESCRIPTOR_VALUES = 3
REPRESENTATION, MODALITY_TABLE = 0x00280103, 0x00283000  # the first decides the VR of a table's descriptor
FRAME_TIME_VECTOR = 0x00181065
CENTIMETRES = 3  # Physical Units X/Y Direction (C.8.5.5.1.15)
MILLIMETRES_OF_ONE = 10.0
LOW_PRIORITY = 1  # of Region Flags (C.8.5.5.1.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A look-up table: ``first`` is the value that its first entry is of, ``data`` its entries as 16-bit words in
    little endian, in Base64; ``bits`` is how many of an entry count."""

    first: int
    bits: int
    data: str
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of an ultrasound image: its corners in pixels, and millimetres to a pixel; None where an axis counts
    something else (time, velocity). ``high``: where it overlaps with one that is not, it is what one sees."""

    left: int
    top: int
    right: int
    bottom: int
    across: float | None
    down: float | None
    high: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """All of it; empty where the file says nothing."""

    modality_table: Table | None
    voi_tables: tuple[Table, ...]
    overlays: tuple[Overlay, ...]
    padding: tuple[int, ...]  # a value, or both ends of a range
    regions: tuple[Region, ...]
    uptake: Uptake | None
    frame_times: tuple[float, ...]  # milliseconds since the frame before, the first 0
    frame_tables: tuple[Table, ...]  # VOI tables of single frames (C.7.6.16.2.10b)
    table_of_frame: tuple[int, ...]  # which of these each frame has, counted from 0, or -1; empty where none has


def read_display(path: str | os.PathLike[str], header: Header) -> Display:
    """What the file at ``path`` says. Unavailable when it cannot be read, Undecodable when it is damaged."""
    with quiet_pydicom():
        try:
            data_set = _data_set(path, header)
            frame_tables, table_of_frame = _of_frames(data_set, header)
            return Display(
                modality_table=next(iter(_tables(data_set, "ModalityLUTSequence", header)), None),
                voi_tables=_tables(data_set, "VOILUTSequence", header),
                overlays=tuple(found for group in GROUPS if (found := _overlay(data_set, group, path, header))),
                padding=_padding(data_set, header),
                regions=_regions(data_set),
                uptake=uptake_of(data_set) if header.modality == "PT" else None,
                frame_times=_frame_times(data_set, header),
                frame_tables=frame_tables,
                table_of_frame=table_of_frame,
            )
        except OSError as error:
            raise Unavailable("the file cannot be read") from error
        except (Unavailable, Undecodable):
            raise
        except Exception as error:
            raise Undecodable("what the file says of its display is damaged") from error


def read_tables(path: str | os.PathLike[str], header: Header, number: int = 1) -> tuple[Table | None, Table | None]:
    """The modality's table and the first VOI table of frame ``number``, from 1; None for what the file has not, or has
    damaged."""
    with quiet_pydicom():
        try:
            data_set = _data_set(path, header)
            found = (_tables(data_set, f"{kind}LUTSequence", header) for kind in ("Modality", "VOI"))
            modality, voi = (next(iter(tables), None) for tables in found)
            own, of_frame = _of_frames(data_set, header)
            at = of_frame[number - 1] if 0 < number <= len(of_frame) else -1
            voi = own[at] if at >= 0 else voi
        except OSError as error:
            raise Unavailable("the file cannot be read") from error
        except Exception:  # noqa: BLE001 - pydicom raises nearly anything; the pixels can be shown all the same
            return None, None
    return modality, voi


def read_modality_table(path: str | os.PathLike[str], header: Header) -> Table | None:
    """The modality's table alone, for values that are to be right and not only shown; None when there is none.
    Undecodable when it is damaged."""
    with quiet_pydicom():
        try:
            items = _data_set(path, header, [REPRESENTATION, MODALITY_TABLE]).get("ModalityLUTSequence")
            tables = [_table(item, header) for item in items or ()]
        except OSError as error:
            raise Unavailable("the file cannot be read") from error
        except Exception as error:
            raise Undecodable("the modality look-up table is damaged") from error
    if tables and tables[0] is None:
        raise Undecodable("the modality look-up table is damaged")
    return next(iter(tables), None)


def entries_of(table: Table) -> NDArray[Any]:
    """The entries as numbers."""
    import numpy as np

    return np.frombuffer(base64.b64decode(table.data), np.dtype("<u2"))


def _data_set(path: str | os.PathLike[str], header: Header, tags: list[int] | None = None) -> Dataset:
    load_pydicom()
    from pydicom import dcmread
    from pydicom.filereader import read_dataset

    if header.transfer_syntax_uid == DEFLATED_LE:  # pydicom would inflate without a limit
        return read_dataset(
            inflated_data_set(path),
            is_implicit_VR=False,
            is_little_endian=True,
            stop_when=lambda tag, _vr, _length: tag in PIXEL_DATA_TAGS,
        )
    with opened(path) as source:
        return dcmread(as_file(source), stop_before_pixels=True, force=True, specific_tags=tags)  # None: all of them


# -- look-up tables ------------------------------------------------------------------------------------------------


def _tables(data_set: Dataset, keyword: str, header: Header) -> tuple[Table, ...]:
    return tuple(found for item in data_set.get(keyword) or () if (found := _table(item, header)) is not None)


def _of_frames(data_set: Dataset, header: Header) -> tuple[tuple[Table, ...], tuple[int, ...]]:
    """The VOI tables that stand in functional groups, each once, and which of them each frame has."""
    if header.number_of_frames is None or not (SHARED in data_set or PER_FRAME in data_set):
        return (), ()

    def said(groups: Dataset | None) -> Table | None:
        macro = next(iter((groups.get("FrameVOILUTSequence") if groups is not None else None) or ()), None)
        return next(iter(_tables(macro, "VOILUTSequence", header)), None) if macro is not None else None

    def items(tag: int) -> list[Dataset]:
        return list(data_set[tag].value or ()) if tag in data_set else []

    frames = frame_count(header)
    common = said(next(iter(items(SHARED)), None))
    found = [said(groups) or common for groups in items(PER_FRAME)[:frames]]
    found += [common] * (frames - len(found))
    tables = tuple(dict.fromkeys(one for one in found if one is not None))
    numbers = {one: at for at, one in enumerate(tables)}
    return tables, tuple(-1 if one is None else numbers[one] for one in found) if tables else ()


def _table(item: Dataset, header: Header) -> Table | None:
    """A table with as many entries as it says; None when it has fewer, for what is missing cannot be shown."""
    import numpy as np

    descriptor = [int(value) & 0xFFFF for value in item.get("LUTDescriptor") or ()]
    if len(descriptor) != DESCRIPTOR_VALUES:
        return None
    entries, first, bits = descriptor[0] or TABLE_ENTRIES, descriptor[1], descriptor[2]
    if first >= WORD_LIMIT and header.pixel_representation == 1:  # its VR is that of the pixels (C.11.1.1)
        first -= TABLE_ENTRIES
    words = _words(item.get("LUTData"), entries, header)
    if words is None:
        return None
    # files announce more bits than they use, and fewer: what is there decides
    bits = max(min(max(bits, LEAST_BITS), MOST_BITS), int(words.max()).bit_length())
    return Table(
        first=first,
        bits=bits,
        data=base64.b64encode(words.astype(np.dtype("<u2")).tobytes()).decode("ascii"),
        explanation=str(item.get("LUTExplanation") or item.get("ModalityLUTType") or ""),
    )


def _little(value: bytes, header: Header) -> bytes:
    """Words of a value as they stand in little endian; pydicom leaves the bytes of OW as the file has them."""
    if header.transfer_syntax_uid != EXPLICIT_BE:
        return value
    swapped = bytearray(value[: len(value) // 2 * 2])
    swapped[::2], swapped[1::2] = swapped[1::2], swapped[::2]
    return bytes(swapped)


def _words(value: Any, entries: int, header: Header) -> Any:
    import numpy as np

    if value is None:
        return None
    if not isinstance(value, bytes):
        found = np.array([int(one) & 0xFFFF for one in ([value] if isinstance(value, int) else value)], np.uint16)
    else:
        narrow = len(value) < 2 * entries  # two entries of 8 bits in each word, the first in its lower half
        found = np.frombuffer(_little(value, header), np.uint8 if narrow else np.dtype("<u2")).astype(np.uint16)
    return found[:entries] if len(found) >= entries else None


# -- overlays ------------------------------------------------------------------------------------------------------


def _overlay(data_set: Dataset, group: int, path: str | os.PathLike[str], header: Header) -> Overlay | None:
    def embedded(rows: int, columns: int, position: int) -> Bits | None:
        data = _embedded(path, header, rows, columns, position)
        return None if data is None else Bits(data, frame_count(header))

    return overlay_of(data_set, group, swapped=partial(_little, header=header), elsewhere=embedded)


def _embedded(path: str | os.PathLike[str], header: Header, rows: int, columns: int, position: int) -> bytes | None:
    """An overlay in a bit of the pixel cells that the pixels do not use (retired; PS3.5 2004 8.1.1), of all frames."""
    import numpy as np

    from fileroom.pixels.frames import NATIVE, stored_frame

    bits = header.bits_allocated or 0
    if header.transfer_syntax_uid not in NATIVE or bits not in {8, 16} or not 0 <= position < bits:
        return None
    if (rows, columns) != (header.rows, header.columns) or (header.samples_per_pixel or 1) != 1:
        return None
    stored = header.bits_stored or bits
    high = header.high_bit if header.high_bit is not None else stored - 1
    if high - stored < position <= high:  # a bit of the pixels' own: the data of this overlay are nowhere
        return None
    frames = frame_count(header)
    if rows * columns * frames > MOST_PIXELS:
        return None
    kind = np.uint8 if bits == LEAST_BITS else np.dtype("<u2")
    # one long row of bits: frames do not begin at a byte of their own (PS3.3 C.9.2.1.2)
    found = np.empty((frames, rows * columns), bool)
    for number in range(frames):
        cells: NDArray[Any] = np.frombuffer(stored_frame(path, header, number + 1).data, kind, rows * columns)
        found[number] = (cells & (1 << position)) != 0
    return bytes(np.packbits(found, bitorder="little").tobytes())


# -- padding and regions -------------------------------------------------------------------------------------------


def _padding(data_set: Dataset, header: Header) -> tuple[int, ...]:
    """Pixel Padding Value, and with Pixel Padding Range Limit both ends of the range (C.7.5.1.1.2)."""
    found = []
    for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        value = data_set.get(keyword)
        if not isinstance(value, int):
            break
        unsigned = value & 0xFFFF
        signed = header.pixel_representation == 1 and unsigned >= WORD_LIMIT
        found.append(unsigned - TABLE_ENTRIES if signed else unsigned)
    return tuple(sorted(found))


def _frame_times(data_set: Dataset, header: Header) -> tuple[float, ...]:
    """Frame Time Vector, where it speaks of every frame and goes forward (C.7.6.5.1.2); files without one go evenly,
    and so do those with a Frame Time whose Frame Increment Pointer does not name the vector."""
    if header.frame_time is not None and data_set.get("FrameIncrementPointer") != FRAME_TIME_VECTOR:
        return ()
    value = data_set.get("FrameTimeVector")
    times = tuple(float(one) for one in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
    whole = len(times) == frame_count(header) and all(0 < one < math.inf for one in times[1:])
    return times if whole else ()


def _regions(data_set: Dataset) -> tuple[Region, ...]:
    """Regions in which distances can be measured, both axes in centimetres, and such as may overlap with them: tissue
    in time, spectra, waveforms. What has no spatial format (C.8.5.5.1.1), as a bar of colours, hides nothing."""
    found = []
    for item in data_set.get("SequenceOfUltrasoundRegions") or ():
        units = (item.get("PhysicalUnitsXDirection"), item.get("PhysicalUnitsYDirection"))
        across, down = (abs(float(item.get(f"PhysicalDelta{axis}") or 0)) for axis in "XY")
        sized = units == (CENTIMETRES, CENTIMETRES) and across > 0 and down > 0
        if not sized and not item.get("RegionSpatialFormat"):
            continue
        left, top, right, bottom = (
            int(item.get(f"RegionLocation{name}") or 0) for name in ("MinX0", "MinY0", "MaxX1", "MaxY1")
        )
        found.append(
            Region(
                left=left,
                top=top,
                right=right,
                bottom=bottom,
                across=across * MILLIMETRES_OF_ONE if sized else None,
                down=down * MILLIMETRES_OF_ONE if sized else None,
                high=not int(item.get("RegionFlags") or 0) & LOW_PRIORITY,
            )
        )
    return tuple(found)
