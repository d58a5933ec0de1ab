"""Converting: a volume, or the images of a file, to a path or into memory, with word of how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fileroom.errors import BadRequest, Unavailable
from fileroom.jobs import CancelToken, Progress
from fileroom.model.others import Conversion, OtherImage, Refusal, Remark
from fileroom.volumes.as_dicom import pixel_kind
from fileroom.volumes.dicom_files import CHANGED, check, into_folder, into_zip, made_of, stored
from fileroom.volumes.reading import read_path
from fileroom.volumes.refusing import Refused
from fileroom.volumes.series import series_volume
from fileroom.volumes.writing import form_of, stream, write

if TYPE_CHECKING:
    import os

    from fileroom.jobs import OnProgress
    from fileroom.model.headers import Header
    from fileroom.volumes.dicom_files import Stored
    from fileroom.volumes.volume import Volume
    from fileroom.volumes.writing import OnPlane

FORMS: Final = {"nii.gz": "application/gzip", "nrrd": "application/octet-stream", "dicom": "application/zip"}
MOST_IN_MEMORY = 4 << 30  # of the values, before they are packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """A series: its files in their order, and the volume that they were made of, if they were made for a look."""

    name: str
    files: tuple[tuple[str, Header], ...] = field(repr=False)
    stored: tuple[Stored, ...] = field(default=(), repr=False)
    made_of: Volume | None = None

    def volume(self) -> Volume:
        """As one volume. Refused, with the reason, when these images are none."""
        if self.made_of is None and any(file.changed for file in self.stored):
            raise Unavailable(CHANGED)
        return self.made_of or series_volume(self.name, self.files)


def series_to_path(
    series: Images, path: str | os.PathLike[str], on_progress: OnProgress | None, cancel: CancelToken | None
) -> OtherImage:
    """Write a series; the name says what it becomes. What is DICOM already goes into a folder as it is."""
    out = Path(path)
    if series.made_of is not None or form_of(out) != "dicom":
        volume = series.volume()
        return _to_path(volume, out, _at_the_end(series, volume, _teller(volume.planes, on_progress, cancel)))
    count = len(series.stored)
    into_folder(stored(series.stored), count, out, _teller(count, on_progress, cancel))
    return OtherImage.of_dicom(series.name)


def series_to_memory(
    series: Images, form: str, on_progress: OnProgress | None, cancel: CancelToken | None
) -> tuple[Conversion, bytes]:
    """What became of it, and the file itself: DICOM images in a ZIP."""
    if form not in FORMS:
        raise BadRequest(f"{form} is none of {', '.join(FORMS)}")
    out = BytesIO()
    if form == "dicom" and series.made_of is None:
        _room_for(sum(file.size for file in series.stored))
        teller = _teller(len(series.stored), on_progress, cancel)
        into_zip(stored(series.stored), len(series.stored), out, _file_name(series.name), teller)
        told = OtherImage.of_dicom(series.name)
    else:
        volume = series.volume()
        teller = _at_the_end(series, volume, _teller(volume.planes, on_progress, cancel))
        told = _to_memory(volume, form, out, teller)
    name = f"{_file_name(series.name)}.{'zip' if form == 'dicom' else form}"
    data = out.getvalue()
    return Conversion(image=told, name=name, media_type=FORMS[form], size=len(data)), data


def _at_the_end(series: Images, volume: Volume, tell: OnPlane) -> OnPlane:
    """Look once more whether the files are what they were, before what was made of them gets its name."""

    def told(planes: int) -> None:
        tell(planes)
        if planes == volume.planes and series.made_of is None:
            check(series.stored)

    return told


def _to_memory(volume: Volume, form: str, out: BytesIO, teller: OnPlane) -> OtherImage:
    columns, rows = volume.shape[:2]
    _room_for(columns * rows * volume.planes * volume.samples * volume.dtype.itemsize)
    if form == "dicom":
        into_zip(made_of(volume), volume.planes, out, _file_name(volume.name), teller)
        return _told_of_dicom(volume)
    stream(volume, out, form, teller)
    return volume.told()


def _room_for(size: int) -> None:
    if size > MOST_IN_MEMORY:
        raise Refused(Refusal.TOO_LARGE, "convert it on the command line")


def to_path(
    volume: Volume, path: str | os.PathLike[str], on_progress: OnProgress | None, cancel: CancelToken | None
) -> OtherImage:
    """Write a volume; the name says what it becomes."""
    return _to_path(volume, Path(path), _teller(volume.planes, on_progress, cancel))


def _to_path(volume: Volume, path: Path, teller: OnPlane) -> OtherImage:
    write(volume, path, teller)
    return _told_of_dicom(volume) if form_of(path) == "dicom" else volume.told()


def _told_of_dicom(volume: Volume) -> OtherImage:
    told = volume.told()
    if volume.samples == 1 and pixel_kind(volume).kind == "f":
        return replace(told, remarks=(*told.remarks, Remark.ROUNDED_TO_16_BITS))
    return told


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


def _teller(total: int, on_progress: OnProgress | None, cancel: CancelToken | None) -> OnPlane:
    token = cancel or CancelToken()

    def tell(planes: int) -> None:
        token.check()
        if on_progress is not None:
            on_progress(Progress(phase="converting", seen=planes, done=planes, read=planes, total=total))

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
