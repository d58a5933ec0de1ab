"""Converting: a volume, or the images of a file, to a path or into memory, with word of how far it is."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fileroom.errors import BadRequest
from fileroom.jobs import CancelToken, Progress
from fileroom.model.others import Conversion, Refusal, Remark
from fileroom.volumes.as_dicom import pixel_kind
from fileroom.volumes.reading import read_path
from fileroom.volumes.refusing import Refused
from fileroom.volumes.writing import form_of, stream, write

if TYPE_CHECKING:
    import os

    from fileroom.jobs import OnProgress
    from fileroom.model.others import OtherImage
    from fileroom.volumes.volume import Volume
    from fileroom.volumes.writing import OnPlane

FORMS: Final = {"nii.gz": "application/gzip", "nrrd": "application/octet-stream"}
MOST_IN_MEMORY = 4 << 30  # of the values, before they are packed


def to_path(
    volume: Volume, path: str | os.PathLike[str], on_progress: OnProgress | None, cancel: CancelToken | None
) -> OtherImage:
    """Write a volume; the name says what it becomes."""
    if volume.format == "DICOM" and form_of(Path(path)) == "dicom":
        raise BadRequest("it is DICOM already: name a file .nii, .nii.gz or .nrrd")
    write(volume, Path(path), _teller(volume, on_progress, cancel))
    told = volume.told()
    if form_of(Path(path)) == "dicom" and volume.samples == 1 and pixel_kind(volume).kind == "f":
        return replace(told, remarks=(*told.remarks, Remark.ROUNDED_TO_16_BITS))
    return told


def to_memory(
    volume: Volume, form: str, on_progress: OnProgress | None, cancel: CancelToken | None
) -> tuple[Conversion, bytes]:
    """What became of it, and the file itself."""
    if form not in FORMS:
        raise BadRequest(f"{form} is none of {', '.join(FORMS)}")
    columns, rows = volume.shape[:2]
    if columns * rows * volume.planes * volume.samples * volume.dtype.itemsize > MOST_IN_MEMORY:
        raise Refused(Refusal.TOO_LARGE, "convert it on the command line")
    out = BytesIO()
    stream(volume, out, form, _teller(volume, on_progress, cancel))
    data = out.getvalue()
    name = f"{_file_name(volume.name)}.{form}"
    return Conversion(image=volume.told(), name=name, media_type=FORMS[form], size=len(data)), data


def file_to_path(
    path: str, out: str | os.PathLike[str], on_progress: OnProgress | None, cancel: CancelToken | None
) -> tuple[OtherImage, ...]:
    """Every image of a file, to one path or to several with numbers."""
    target = Path(out)
    form_of(target)  # before anything is read
    volumes = read_path(path)
    told = []
    for number, volume in enumerate(volumes, 1):
        where = target if len(volumes) == 1 else _numbered(target, number)
        told.append(to_path(volume, where, on_progress, cancel))
    return tuple(told)


def _teller(volume: Volume, on_progress: OnProgress | None, cancel: CancelToken | None) -> OnPlane:
    token = cancel or CancelToken()

    def tell(planes: int) -> None:
        token.check()
        if on_progress is not None:
            on_progress(Progress(phase="converting", seen=planes, done=planes, read=planes, total=volume.planes))

    tell(0)
    return tell


def _numbered(path: Path, number: int) -> Path:
    name = path.name
    at = len(name) - len("".join(path.suffixes[-2:] if name.lower().endswith(".nii.gz") else path.suffixes[-1:]))
    return path.with_name(f"{name[:at]}-{number}{name[at:]}")


def _file_name(text: str) -> str:
    """A description as the name of a file, on any system."""
    clean = "".join(one if one.isalnum() or one in "-_." else "_" for one in text).strip("._")
    for end in (".nii.gz", ".nii", ".nrrd", ".dcm"):
        clean = clean.removesuffix(end)
    return clean[:80] or "series"
