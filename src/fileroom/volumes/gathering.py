"""Files of all kinds, gathered for one look: what is no DICOM as images made on the fly, the rest as it is."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from fileroom.dicom.reading import read_header_from
from fileroom.errors import FileroomError, Unavailable
from fileroom.model.others import OtherFailure, OtherImage, Others, Refusal, Remark
from fileroom.sources.held import Bytes
from fileroom.sources.opened import Opened
from fileroom.volumes import packed, videos
from fileroom.volumes.as_dicom import Slices, new_uid, shown_with
from fileroom.volumes.files import InMemory, OnDisk
from fileroom.volumes.labels import looks_like_labels
from fileroom.volumes.odd_dicom import as_meant, with_identity
from fileroom.volumes.reading import DATA_ONLY, read_volumes
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import OneAtATime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fileroom.jobs import CancelToken
    from fileroom.model.others import Label
    from fileroom.sources.positioned import Positioned
    from fileroom.volumes.files import OtherFile
    from fileroom.volumes.volume import Volume

MOST_FILES: Final = 20_000
MOST_FAILURES: Final = 200
DIRECTORY: Final = "dicomdir"  # of a medium: what it lists is beside it


def gather_all(
    paths: Sequence[str], handed_in: Mapping[str, bytes], cancel: CancelToken | None = None
) -> tuple[dict[str, Positioned | bytes], Others]:
    """What is at ``paths`` and what was handed in, by its path in what it came with. The first refusal when nothing of
    it can be shown."""
    folders: dict[str, dict[str, InMemory]] = {}
    for path, data in handed_in.items():
        above, _, name = path.rpartition("/")
        folder = folders.setdefault(above, {})
        folder[name.lower()] = InMemory(name, data, folder)
    alone = len(handed_in) == 1
    files = (file for folder in folders.values() for file in folder.values())
    uploaded = (file for file in files if alone or not belongs_to_others(file.name))
    found = gather(chain(at(paths), uploaded), cancel)
    if not found.files and not found.videos:
        raise found.first_error or Refused(Refusal.NO_IMAGE)
    names = [image.name for image in found.images]
    label = names[0] if len(names) == 1 else f"{names[0]} (+{len(names) - 1})"
    told = Others(
        label=label,
        images=tuple(found.images),
        failures=tuple(found.failures),
        named=found.named,
        videos=tuple(found.videos),
        volumes=found.volumes,
    )
    return found.files, told


def belongs_to_others(name: str) -> bool:
    """Whether a file is, by its name, a part of another one: in a folder it is passed by."""
    lower = name.lower()
    if lower == DIRECTORY:
        return True
    return lower.endswith(DATA_ONLY) and not lower.endswith((".nii.gz", ".mgh.gz", ".gipl.gz", ".mnc.gz", ".tar.gz"))


@dataclass(slots=True)
class Gathered:
    """What is to be looked at: files by path, as an ephemeral archive takes them, with what is said of each image."""

    files: dict[str, Positioned | bytes] = field(default_factory=dict)
    images: list[OtherImage] = field(default_factory=list)
    failures: list[OtherFailure] = field(default_factory=list)
    named: dict[str, tuple[Label, ...]] = field(default_factory=dict)  # by Series Instance UID
    videos: list[OtherFile] = field(default_factory=list)
    volumes: dict[str, Volume] = field(default_factory=dict)
    study: str = field(default_factory=new_uid)
    first_error: FileroomError | None = None


def gather(files: Iterable[OtherFile | FileroomError], cancel: CancelToken | None = None) -> Gathered:
    """All that can be shown of ``files``; what cannot is told with its reason."""
    found = Gathered()
    spaces: list[tuple[Volume, str]] = []
    for file in files:
        if cancel is not None:
            cancel.check()
        if isinstance(file, FileroomError):
            _fail(found, "", file)
            continue
        try:
            _add(found, file, spaces)
        except FileroomError as error:
            _fail(found, file.name, error)
    return found


def at(paths: Sequence[str]) -> Iterator[OtherFile | FileroomError]:
    """The files at ``paths`` and in those of them that are folders; of a folder, without what belongs to others."""
    count = 0
    for path in paths:
        if not os.path.isdir(path):
            yield _at(path)
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                count += 1
                if count > MOST_FILES:
                    yield Refused(Refusal.TOO_LARGE, f"more than {MOST_FILES} files")
                    return
                if not belongs_to_others(name):
                    yield _at(os.path.join(folder, name))


def _at(path: str) -> OtherFile | FileroomError:
    try:
        return OnDisk.at(path)
    except Unavailable as error:
        return error


def _add(found: Gathered, file: OtherFile, spaces: list[tuple[Volume, str]]) -> None:
    if packed.is_one(file):
        before = len(found.images), len(found.failures)
        for member in packed.members(file):
            if not belongs_to_others(member.name):
                try:
                    _add_one(found, member, spaces)
                except FileroomError as error:
                    _fail(found, f"{file.name}: {member.name}", error)
        if (len(found.images), len(found.failures)) == before:
            raise Refused(Refusal.NO_IMAGE)
        return
    _add_one(found, file, spaces)


def _add_one(found: Gathered, file: OtherFile, spaces: list[tuple[Volume, str]]) -> None:
    if videos.is_one(file):
        found.images.append(videos.told(file.name, len(found.videos)))
        found.videos.append(file)
        return
    file = as_meant(file)
    series = _series_of(file)
    if series is not None:
        _keep(found, file.name, file, replace(OtherImage.of_dicom(file.name), series_uid=series))
        return
    try:
        volumes = read_volumes(file)
    except Refused as refused:
        mended = with_identity(file, found.study) if refused.reason in {Refusal.UNKNOWN, Refusal.DAMAGED} else None
        if mended is None:
            raise (_by_name(file) or refused) from refused
        series = _series_of(InMemory(file.name, mended[0])) or ""
        _keep(found, file.name, mended[0], replace(OtherImage.of_dicom(file.name, mended[1]), series_uid=series))
        return
    for volume in volumes:
        _show(found, volume, spaces)


def _by_name(file: OtherFile) -> Refused | None:
    """What old Siemens consoles wrote in other ways than are read is told from unknown files by its name alone; so is
    the directory of a medium, which is no image."""
    if file.name.lower() == DIRECTORY:
        return Refused(Refusal.DIRECTORY)
    return Refused(Refusal.RAW_SIEMENS) if file.name.lower().endswith(".ima") and file.size else None


def _series_of(file: OtherFile) -> str | None:
    """The series of a file that an archive would take as it is; None when it is no such file."""
    header = read_header_from(_Opened(file)).header
    return None if header is None else header.series_instance_uid


class _Opened(Opened):
    """A file as the reader of headers wants it."""

    def __init__(self, file: OtherFile) -> None:
        self.fd = -1
        self.size = file.size
        self.mtime_ns = 1
        self.read_at = file.read_at

    def stands(self) -> bool:
        """It is looked after where it is read."""
        return True


def _show(found: Gathered, volume: Volume, spaces: list[tuple[Volume, str]]) -> None:
    volume = replace(volume, values=OneAtATime(volume.values))  # shown and converted at once
    volume.values.plane(volume.planes - 1)  # what is cut says so now
    slices = Slices(volume, found.study, _space_of(volume, spaces), number=len(found.images) + 1)
    guessed = not volume.labels and looks_like_labels(volume)
    remarks = (*shown_with(volume), Remark.LABELS_ASSUMED) if guessed else shown_with(volume)
    told = replace(volume.told(), series_uid=slices.series, labels=volume.labels or guessed, remarks=remarks)
    if volume.named:
        found.named[slices.series] = volume.named
    files = {f"{len(found.images):03}/{number:06}.dcm": one for number, one in enumerate(slices)}
    found.files.update(files)
    found.volumes[slices.series] = volume
    found.images.append(told)


def _space_of(volume: Volume, spaces: list[tuple[Volume, str]]) -> str:
    """Volumes on the very same grid share a Frame of Reference; of others nobody knows whether they do."""
    if volume.oriented:
        for other, uid in spaces:
            if other.shape[:3] == volume.shape[:3] and abs(other.affine - volume.affine).max() < 1e-3:  # noqa: PLR2004
                return uid
    uid = new_uid()
    if volume.oriented:
        spaces.append((volume, uid))
    return uid


def _keep(found: Gathered, name: str, data: Positioned | bytes, told: OtherImage) -> None:
    found.files[f"dicom/{len(found.files):06} {name}"] = Bytes(data) if isinstance(data, bytes) else data
    for number, image in enumerate(found.images):
        if image.format == told.format and image.remarks == told.remarks:  # told of together, also of several series
            if image.series_uid != told.series_uid:
                found.images[number] = replace(image, series_uid="")
            return
    found.images.append(told)


def _fail(found: Gathered, name: str, error: FileroomError) -> None:
    found.first_error = found.first_error or error
    if len(found.failures) < MOST_FAILURES:
        code = error.reason.value if isinstance(error, Refused) else "unavailable"
        detail = error.detail if isinstance(error, Refused) else ""
        found.failures.append(OtherFailure(name=name, code=code, detail=detail, message=str(error)))
