"""The readers in their order, and the one way in. What a file is its first bytes tell, its name only where it must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fileroom.model.others import Refusal
from fileroom.volumes import (
    afni,
    ecat,
    gipl,
    metaimage,
    mgh,
    minc,
    nifti,
    nrrds,
    numpys,
    packed,
    parrec,
    pictures,
    siemens,
    tiffs,
)
from fileroom.volumes.files import OnDisk
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.volumes.files import OtherFile
    from fileroom.volumes.volume import Volume

    Reader = Callable[[OtherFile], tuple[Volume, ...] | None]

# Those that know their files by the first bytes come first; a format is added by a module and a line here.
READERS: Final[tuple[Reader, ...]] = (
    nrrds.read,
    tiffs.read,
    pictures.read,
    numpys.read,
    ecat.read,
    minc.read,
    siemens.read,
    metaimage.read,
    mgh.read,
    gipl.read,
    parrec.read,
    afni.read,
    nifti.read,
)
NO_IMAGES: Final = (b"TRACK\0", b"mrtrix tracks", b"solid ", b"ply\n")
# Files that belong to others: named by themselves they are no image, and in a folder they are passed by.
DATA_ONLY: Final = (".raw", ".zraw", ".img", ".rec", ".brik", ".brik.gz", ".gz", ".json", ".bval", ".bvec", ".txt")


def read_volumes(file: OtherFile) -> tuple[Volume, ...]:
    """All images of a file. Refused, with the reason, when there are none."""
    if file.size == 0:
        raise Refused(Refusal.EMPTY)
    if packed.is_one(file):
        return _of_container(file)
    for reader in READERS:
        found = reader(file)
        if found is not None:
            return found
    raise Refused(Refusal.NO_IMAGE if _is_no_image(file) else Refusal.UNKNOWN)


def _is_no_image(file: OtherFile) -> bool:
    """Whether it is known what it is, and that it is none: the tracks and surfaces that lie beside images."""
    head = file.read_at(0, 1024)
    return head.startswith(NO_IMAGES) or b"<GIFTI" in head


def _of_container(file: OtherFile) -> tuple[Volume, ...]:
    volumes: list[Volume] = []
    said: Refused | None = None
    for member in packed.members(file):
        if packed.is_one(member):
            continue  # no container inside a container
        try:
            volumes += read_volumes(member)
        except Refused as error:
            said = said if said and said.reason is not Refusal.UNKNOWN else error
    if not volumes:
        raise said or Refused(Refusal.NO_IMAGE)
    return tuple(_once(volumes))


def _once(volumes: list[Volume]) -> list[Volume]:
    """Pairs are met twice, by either of their files."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for volume in volumes:
        stem = (volume.name.lower().removesuffix(".gz").rpartition(".")[0], volume.format, str(volume.shape))
        if volume.format not in {"NIfTI-1", "NIfTI-2", "Analyze 7.5", "PAR/REC", "AFNI"} or stem not in seen:
            kept.append(volume)
        seen.add(stem)
    return kept


def read_path(path: str) -> tuple[Volume, ...]:
    """All images of the file at ``path``, which may lie in a container."""
    return read_volumes(OnDisk.at(path))
