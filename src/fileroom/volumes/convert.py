"""Converting: a volume, or the images of a file, to a path or into memory, with word of how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile, ZipInfo

from fileroom.errors import BadRequest, Unavailable
from fileroom.jobs import CancelToken, Progress
from fileroom.model.others import Conversion, OtherImage, Refusal, Remark
from fileroom.volumes.as_dicom import pixel_kind
from fileroom.volumes.dicom_files import CHANGED, LONG_AGO, check, into_folder, into_zip, made_of, stored
from fileroom.volumes.reading import read_path
from fileroom.volumes.refusing import Refused
from fileroom.volumes.series import series_volumes
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

    def volumes(self) -> tuple[Volume, ...]:
        """As one volume, or one for each direction, size and kind of number. Refused, with the reason, for what is
        none."""
        if self.made_of is None and any(file.changed for file in self.stored):
            raise Unavailable(CHANGED)
        return (self.made_of,) if self.made_of is not None else series_volumes(self.name, self.files)


def series_to_path(
    series: Images, path: str | os.PathLike[str], on_progress: OnProgress | None, cancel: CancelToken | None
) -> tuple[OtherImage, ...]:
    """Write a series; the name says what it becomes, several volumes get numbers. What is DICOM already goes into a
    folder as it is."""
    out = Path(path)
    if series.made_of is None and form_of(out) == "dicom":
        count = len(series.stored)
        into_folder(stored(series.stored), count, out, _teller(count, on_progress, cancel))
        return (OtherImage.of_dicom(series.name),)
    form_of(out)  # before anything is read
    volumes = series.volumes()
    tell = _teller(sum(volume.planes for volume in volumes), on_progress, cancel)
    targets = [out] if len(volumes) == 1 else [_numbered(out, number) for number in range(1, len(volumes) + 1)]
    for target in targets:
        if target.is_file():
            raise BadRequest(f"{target} is there already")
    told: list[OtherImage] = []
    try:
        for target, (volume, tell_planes) in zip(targets, _in_turn(series, volumes, tell), strict=True):
            told.append(_to_path(volume, target, tell_planes))
    except BaseException:  # some of them are worse than none
        for target in targets[: len(told)]:
            target.unlink()
        raise
    return tuple(told)


def series_to_memory(
    series: Images, form: str, on_progress: OnProgress | None, cancel: CancelToken | None
) -> tuple[Conversion, bytes]:
    """What became of it, and the file itself: a ZIP of DICOM images, or of several volumes."""
    if form not in FORMS:
        raise BadRequest(f"{form} is none of {', '.join(FORMS)}")
    out, name = BytesIO(), _file_name(series.name)
    if form == "dicom" and series.made_of is None:
        _room_for(sum(file.size for file in series.stored))
        teller = _teller(len(series.stored), on_progress, cancel)
        into_zip(stored(series.stored), len(series.stored), out, name, teller)
        told, parts = OtherImage.of_dicom(series.name), 1
    else:
        volumes = series.volumes()
        _room_for(sum(_bytes_of(volume) for volume in volumes))
        tell = _teller(sum(volume.planes for volume in volumes), on_progress, cancel)
        told, parts = _into(out, form, name, _in_turn(series, volumes, tell)), len(volumes)
    packed = form == "dicom" or parts > 1
    data = out.getvalue()
    return Conversion(
        image=told,
        name=f"{name}.{'zip' if packed else form}",
        media_type=FORMS["dicom" if packed else form],
        size=len(data),
        parts=parts,
    ), data


def _into(out: BytesIO, form: str, name: str, volumes: list[tuple[Volume, OnPlane]]) -> OtherImage:
    """One volume as a file, several as files in a ZIP; what is told is of the first."""
    if len(volumes) == 1:
        return _to_memory(volumes[0][0], form, out, volumes[0][1])
    told = []
    with ZipFile(out, "w") as packed:
        for number, (volume, tell) in enumerate(volumes, 1):
            one = BytesIO()
            told.append(_to_memory(volume, form, one, tell))
            packed.writestr(ZipInfo(f"{name}/{name}-{number}.{form}", LONG_AGO), one.getbuffer())
    return told[0]


def _in_turn(series: Images, volumes: tuple[Volume, ...], tell: OnPlane) -> list[tuple[Volume, OnPlane]]:
    """Each volume with whom to tell of its planes. At the end of each the files are looked at once more, before what
    was made of them gets its name."""

    def teller(before: int, volume: Volume) -> OnPlane:
        def told(planes: int) -> None:
            tell(before + planes)
            if planes == volume.planes and series.made_of is None:
                check(series.stored)

        return told

    begins = accumulate((volume.planes for volume in volumes), initial=0)
    return [(volume, teller(before, volume)) for before, volume in zip(begins, volumes, strict=False)]


def _to_memory(volume: Volume, form: str, out: BytesIO, teller: OnPlane) -> OtherImage:
    if form == "dicom":
        into_zip(made_of(volume), volume.planes, out, _file_name(volume.name), teller)
        return _told_of_dicom(volume)
    stream(volume, out, form, teller)
    return volume.told()


def _bytes_of(volume: Volume) -> int:
    columns, rows = volume.shape[:2]
    return columns * rows * volume.planes * volume.samples * volume.dtype.itemsize


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
