"""The palette of a PALETTE COLOR image, read from its file when a picture of it is wanted (PS3.3 C.7.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.dicom.colours import palette_of
from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.errors import Unavailable, Undecodable
from fileroom.pixels.files import DEFLATED_LE
from fileroom.sources.opened import as_file, opened

if TYPE_CHECKING:
    import os

    from fileroom.model.headers import Header
    from fileroom.pixels.window import Palette

# Red, green and blue: descriptors, data, segmented data
TAGS = [0x00281101, 0x00281102, 0x00281103, 0x00281201, 0x00281202, 0x00281203, 0x00281221, 0x00281222, 0x00281223]
REPRESENTATION = 0x00280103  # decides whether the first index is signed


def read_palette(path: str | os.PathLike[str], header: Header) -> Palette:
    """The palette of the file. Undecodable when there is none or it is damaged."""

    if header.transfer_syntax_uid == DEFLATED_LE:  # pydicom would inflate without a limit
        raise Undecodable("palettes of deflated files are not read")
    with quiet_pydicom():
        try:
            return _palette(path)
        except OSError as error:
            raise Unavailable("the file cannot be read") from error
        except Exception as error:
            raise Undecodable("the palette is missing or damaged") from error


def _palette(path: str | os.PathLike[str]) -> Palette:
    load_pydicom()
    from pydicom import dcmread

    from fileroom.pixels.window import Palette

    with opened(path) as source:
        data_set = dcmread(as_file(source), stop_before_pixels=True, force=True, specific_tags=[REPRESENTATION, *TAGS])
    return Palette(*palette_of(data_set))
