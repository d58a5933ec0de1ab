"""AFNI (.HEAD and .BRIK, which may be packed): by nibabel."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from fileroom.model.others import Refusal
from fileroom.volumes.block import unpacked
from fileroom.volumes.by_nibabel import guarded, volume_of
from fileroom.volumes.files import InMemory, reader_of, whole
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import MOST_PLANE_BYTES

if TYPE_CHECKING:
    from fileroom.volumes.files import OtherFile
    from fileroom.volumes.volume import Volume

MOST_TEXT = 16 << 20


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these."""
    stem, _, suffix = file.name.rpartition(".HEAD") if file.name.endswith(".HEAD") else file.name.rpartition(".BRIK")
    if not stem or suffix not in {"", ".gz", ".bz2"}:
        return None
    header = file.beside(f"{stem}.HEAD")
    data = next((found for end in ("", ".gz", ".bz2") if (found := file.beside(f"{stem}.BRIK{end}"))), None)
    if header is None or data is None:
        raise Refused(Refusal.PART_MISSING, f"{stem}.{'BRIK' if data is None else 'HEAD'}")
    return (volume_of(file.name, "AFNI", guarded(lambda: _load(header, data))),)


def _load(header: OtherFile, data: OtherFile) -> Any:
    from nibabel.brikhead import AFNIHeader, AFNIImage

    found = AFNIHeader.from_fileobj(StringIO(whole(header, MOST_TEXT).decode("latin-1")))
    bytes_of = unpacked(data)
    if bytes_of is not data:  # its length is wanted beforehand
        bytes_of = InMemory(data.name, bytes_of.read_at(0, MOST_PLANE_BYTES))
    proxy = AFNIImage.ImageArrayProxy(reader_of(bytes_of), found.copy(), mmap=False)
    return AFNIImage(proxy, found.get_affine(), header=found)
