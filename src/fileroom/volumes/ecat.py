"""ECAT 7 (CTI positron emission tomographs): by nibabel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.volumes.by_nibabel import guarded, volume_of
from fileroom.volumes.files import reader_of

if TYPE_CHECKING:
    from fileroom.volumes.files import OtherFile
    from fileroom.volumes.volume import Volume

MAGIC = b"MATRIX7"


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these."""
    if file.read_at(0, len(MAGIC)) != MAGIC:
        return None
    image = guarded(lambda: _load(file))
    unit = str(image.header["data_units"], "latin-1") if isinstance(image.header["data_units"], bytes) else ""
    return (volume_of(file.name, "ECAT 7", image, unit=unit.strip("\0 ")),)


def _load(file: OtherFile) -> Any:
    from nibabel.ecat import EcatImage
    from nibabel.fileholders import FileHolder

    opened = FileHolder(fileobj=reader_of(file))
    return EcatImage.from_file_map({"header": opened, "image": opened})
