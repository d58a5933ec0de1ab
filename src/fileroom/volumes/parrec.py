"""PAR/REC (Philips): nibabel reads the text of the .PAR; the values are in the .REC beside it."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from fileroom.model.others import Refusal
from fileroom.volumes.by_nibabel import guarded, volume_of
from fileroom.volumes.files import reader_of, whole
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from fileroom.volumes.files import OtherFile
    from fileroom.volumes.volume import Volume

SUFFIXES = {".par": ".rec", ".rec": ".par"}
MOST_TEXT = 64 << 20


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these."""
    suffix = file.name[-4:].lower()
    if suffix not in SUFFIXES:
        return None
    other = file.beside(file.name[:-4] + _in_its_case(file.name[-4:], SUFFIXES[suffix]))
    if other is None:
        raise Refused(Refusal.PART_MISSING, f"{file.name[:-4]}{SUFFIXES[suffix].upper()}")
    header, data = (file, other) if suffix == ".par" else (other, file)
    return (volume_of(file.name, "PAR/REC", guarded(lambda: _load(header, data))),)


def _in_its_case(like: str, suffix: str) -> str:
    return suffix.upper() if like.isupper() else suffix


def _load(header: OtherFile, data: OtherFile) -> Any:
    from nibabel.parrec import PARRECHeader, PARRECImage

    text = StringIO(whole(header, MOST_TEXT).decode("latin-1"))
    found = PARRECHeader.from_fileobj(text, permit_truncated=False)
    proxy = PARRECImage.ImageArrayProxy(reader_of(data), found, mmap=False, scaling="dv")
    return PARRECImage(proxy, found.get_affine(), header=found)
