"""Writing entries to a medium: chosen, copied byte for byte, listed in a DICOMDIR, put into their form, read back.

All grows under a temporary name beside the target and gets its name at the end: what is there under that name is whole.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fileroom.catalog import queries
from fileroom.catalog.locate import locate
from fileroom.dicom.dicomdir import read_directory
from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.errors import BadRequest, FileroomError, NoRoom, NotFound, SourceError, Unavailable, Undecodable
from fileroom.jobs import CancelToken, Progress
from fileroom.media import directory, forms
from fileroom.media.directory import Record
from fileroom.model.entries import Instance, Level
from fileroom.model.media import LeftOut, MediaReport
from fileroom.model.queries import Query
from fileroom.sources.opened import as_file, opened
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydicom import Dataset

    from fileroom.catalog.store import Catalog
    from fileroom.jobs import OnProgress
    from fileroom.media.deidentifying import Deidentifier
    from fileroom.media.pages import Pages, Shown

_PIECE: Final = 1 << 20
_FOLDER: Final = "DICOM"
_PREAMBLE: Final = 128
_ROOM_FOR_ID: Final = 56  # of the 64 characters of LO, when a number follows
_WORDS: Final = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("StudyDate", "StudyDescription", "SeriesNumber", "Modality", "SeriesDescription"),
)


@dataclass(slots=True)
class _Branch:
    """A record that others hang under, and how many do."""

    record: Record
    path: str
    images: int = 0
    lower: dict[str, _Branch] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # of what a page says, as the first file below it has them
    paths: list[str] = field(default_factory=list)  # of a series


@dataclass(slots=True)
class _Work:
    """A medium under way."""

    folder: Path
    cancel: CancelToken
    tell: OnProgress | None
    total: int
    began: float = field(default_factory=time.monotonic)
    done: int = 0
    size: int = 0
    filled: int = 0
    top: _Branch = field(default_factory=lambda: _Branch(Record("", None), _FOLDER))
    entries: Counter[str] = field(default_factory=Counter)  # records by type
    patient_ids: set[str] = field(default_factory=set)  # of records
    belongs: dict[str, str] = field(default_factory=dict)  # by UID of a study or series: what it lies in
    digests: dict[str, bytes] = field(default_factory=dict)  # of what was written, by its path on the medium
    left_out: list[LeftOut] = field(default_factory=list)

    def report(self, phase: str) -> None:
        self.cancel.check()
        if self.tell is not None:
            seconds = time.monotonic() - self.began
            self.tell(Progress(phase=phase, seen=self.total, done=self.done, total=self.total, seconds=seconds))


def write_media(
    catalog: Catalog,
    ids: Sequence[str],
    target: Path,
    *,
    password: str = "",
    deidentifier: Deidentifier | None = None,
    viewer: bool = False,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> MediaReport:
    """Write patients, studies, series or images to ``target``: a new folder, ``.iso`` or ``.zip``.

    With ``viewer``, pages that show them in a browser lie on it, too.

    BadRequest when there is something already or nothing to write, Cancelled; NoRoom. Nothing is left behind then.
    """
    form = forms.form_of(target, password)
    target = target.absolute()
    if not target.parent.is_dir():
        raise BadRequest(f"{display(str(target.parent))} is no folder")
    load_pydicom()
    chosen = _chosen(catalog, ids)
    room = _room_beside(target)
    work = _Work(room / "medium", cancel or CancelToken(), on_progress, len(chosen))
    try:
        work.folder.mkdir()
        for image in chosen:
            _add(catalog, image, work, deidentifier)
            work.done += 1
            work.report("writing")
        if not work.digests:
            raise Unavailable("none of these images can be written: " + _reasons(work.left_out))
        pages = _write_pages(work) if viewer else None
        _write_lists(work)
        work.done = 0
        made = forms.put(work.folder, room, form, password, work.cancel)
        _read_back(made, form, password, work)
        made.rename(target)
    except OSError as error:
        raise _not_written(target, error) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return MediaReport(
        state="done",
        form=form,
        deidentified=deidentifier is not None,
        files=len(work.digests),
        bytes=work.size,
        patients=work.entries["PATIENT"],
        studies=work.entries["STUDY"],
        series=work.entries["SERIES"],
        filled=work.filled,
        pictures=pages.pictures if pages else 0,
        unpictured=pages.unpictured if pages else 0,
        left_out=tuple(work.left_out),
        changed=dict(sorted(deidentifier.counts.items())) if deidentifier else {},
        seconds=time.monotonic() - work.began,
    )


def _room_beside(target: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=".fileroom-", suffix=".part", dir=target.parent))
    except OSError as error:
        raise _not_written(target, error) from error


def _not_written(target: Path, error: OSError) -> FileroomError:
    kind = NoRoom if error.errno in {errno.ENOSPC, errno.EDQUOT} else FileroomError
    return kind(f"{display(str(target))} cannot be written: {error.strerror or error}")


def _chosen(catalog: Catalog, ids: Sequence[str]) -> list[Instance]:
    """The images of all entries, each once, those of one series together."""
    found: dict[str, Instance] = {}
    for one in ids:
        entry = queries.get(catalog, one)
        if isinstance(entry, Instance):
            found[entry.id] = entry
        else:
            found |= {item.id: item for item in queries.walk(catalog, Query(level=Level.INSTANCE, parent=entry.id))}
    if not found:
        raise BadRequest("there is nothing in it to be written")
    return list(found.values())


def _add(catalog: Catalog, image: Instance, work: _Work, deidentifier: Deidentifier | None) -> None:
    """Write one image, or say why it is left out."""
    try:
        there = locate(catalog, image.id)
        data, content = _as_is(there.path) if deidentifier is None else deidentifier.read(there.path, image)
    except (Unavailable, NotFound, Undecodable) as error:
        _leave_out(work, image, error.reason or "unavailable", str(error))
        return
    except OSError as error:
        _leave_out(work, image, "unreadable", error.strerror or "it cannot be read")
        return
    if not _stands_once(work, image):
        _leave_out(work, image, "uid-twice", "its study or series is another patient's or study's, too, on this medium")
        return
    series = _series_of(image, data, work)
    series.images += 1
    path = f"{series.path}/IM{series.images:06}"
    try:
        size, digest = _write(work.folder / path, there.path if content is None else content)
    except SourceError as error:
        series.images -= 1
        (work.folder / path).unlink(missing_ok=True)
        _leave_out(work, image, "unreadable", str(error))
        return
    kind = directory.kind_of(str(data.SOPClassUID))
    record, filled = directory.record(kind, data, {"InstanceNumber": str(series.images)})
    directory.refer(record, path.split("/"), data, str(data.file_meta.TransferSyntaxUID))
    series.record.lower.append(record)
    series.paths.append(path)
    work.filled += filled
    work.digests[path] = digest
    work.size += size


def _as_is(path: str) -> tuple[Dataset, None]:
    """What a file says, to be listed; it is written as it is."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    with quiet_pydicom(), opened(path) as file:
        if file.read_at(_PREAMBLE, 4) != b"DICM":
            raise _not_for_media(
                "a medium holds files with a preamble and a meta group (PS3.10 7.1), and this has none"
            )
        try:
            data = dcmread(as_file(file), stop_before_pixels=True)
            _ = data.SOPClassUID, data.SOPInstanceUID, data.file_meta.TransferSyntaxUID
        except (InvalidDicomError, AttributeError, ValueError, KeyError) as error:
            raise _not_for_media("its header cannot be read") from error
    return data, None


def _not_for_media(words: str) -> Undecodable:
    error = Undecodable(words)
    error.reason = "not-part-10"
    return error


def _leave_out(work: _Work, image: Instance, reason: str, words: str) -> None:
    path = image.files[0].path if image.files else ""
    work.left_out.append(LeftOut(instance=image.id, reason=reason, words=words, path=display(path)))


def _series_of(image: Instance, data: Dataset, work: _Work) -> _Branch:
    """The records above an image; those that are not there yet are made from its file."""
    series, study, patient = image.series, image.series.study, image.series.study.patient
    who = {"PatientID": f"PAT{len(work.top.lower) + 1:05}"}
    at_patient = _below(work, work.top, patient.id, "PATIENT", data, who)
    if at_patient.record.kind == "PATIENT" and not at_patient.lower:
        _tell_apart(work, at_patient.record)
    of_study = directory.study_values(data, len(at_patient.lower) + 1)
    at_study = _below(work, at_patient, study.id, "STUDY", data, of_study)
    of_series = {"SeriesNumber": str(len(at_study.lower) + 1), "Modality": "OT"}
    return _below(work, at_study, series.id, "SERIES", data, of_series)


def _stands_once(work: _Work, image: Instance) -> bool:
    """Whether study and series have one place in the directory, as their UIDs must (PS3.3 F.5.2, F.5.3).

    Else a reader that goes by UIDs would show the images of two people as those of one.
    """
    study, series = image.series.study, image.series
    whose = ((study.study_instance_uid, study.patient.id), (series.series_instance_uid, study.id))
    if any(work.belongs.get(uid, above) != above for uid, above in whose):
        return False
    work.belongs.update(whose)
    return True


def _tell_apart(work: _Work, patient: Record) -> None:
    """A Patient ID that no other record has (PS3.3 F.5.1): two people whose files give them one ID stay two.

    Like all that is made up, it stands in the directory alone.
    """
    said = str(patient.values.get("PatientID") or "")
    names = itertools.chain([said], (f"{said[:_ROOM_FOR_ID]}#{number}" for number in itertools.count(2)))
    name = next(one for one in names if one not in work.patient_ids)
    work.patient_ids.add(name)
    if name != said:
        patient.values.PatientID = name
        work.filled += 1


def _below(work: _Work, above: _Branch, entry: str, kind: str, data: Dataset, usual: dict[str, str]) -> _Branch:
    found = above.lower.get(entry)
    if found is not None:
        return found
    record, filled = directory.record(kind, data, usual)
    work.filled += filled
    # PS3.10 8.2: components of eight characters A-Z, 0-9 and _
    made = _Branch(record, f"{above.path}/{kind[:3]}{len(above.lower) + 1:05}")
    made.words = {name: " ".join(str(data.get(name) or "").split()) for name in _WORDS}
    above.record.lower.append(record)
    above.lower[entry] = made
    work.entries[kind] += 1
    return made


def _write(path: Path, source: str | bytes) -> tuple[int, bytes]:
    """Write a file; its size and SHA-256 as they were read. SourceError when the source cannot be read to its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in [source] if isinstance(source, bytes) else _pieces(source):
            digest.update(piece)
            size += file.write(piece)
    return size, digest.digest()


def _pieces(path: str) -> Iterator[bytes]:
    try:
        with opened(path) as file:
            for at in range(0, file.size, _PIECE):
                piece = file.read_at(at, min(_PIECE, file.size - at))
                if len(piece) < min(_PIECE, file.size - at):
                    raise SourceError("it is shorter than its size says")
                yield piece
            if not file.stands():
                raise SourceError("it changed while it was read")
    except OSError as error:
        raise SourceError(error.strerror or "it cannot be read") from error


# -- the lists -----------------------------------------------------------------------------------------------------


def _write_lists(work: _Work) -> None:
    """DICOMDIR, and what a person finds who puts the disc into any computer (IHE PDI, RAD-47)."""
    _put(work, "DICOMDIR", directory.encoded(work.top.record.lower))
    _put(work, "README.TXT", _README.encode("ascii"))
    if "INDEX.HTM" not in work.digests:
        _put(work, "INDEX.HTM", _index(work).encode())


def _put(work: _Work, name: str, content: bytes) -> None:
    _, work.digests[name] = _write(work.folder / name, content)
    work.size += len(content)


def _write_pages(work: _Work) -> Pages:
    """The pages, made from what lies on the medium by now: they cannot show what is not on it."""
    from fileroom.media.pages import Pages

    work.done, work.total = 0, len(work.digests)
    pages = Pages(work.folder, [_shown(one) for one in work.top.lower.values()])
    for name, content in pages.files():
        _put(work, name, content)
        work.done = min(pages.seen, work.total)
        work.report("picturing")
    return pages


def _shown(branch: _Branch) -> Shown:
    from fileroom.media.pages import Shown

    return Shown(branch.words, [_shown(one) for one in branch.lower.values()], branch.paths)


def _index(work: _Work) -> str:
    rows = []
    for patient in work.top.lower.values():
        who = patient.record.values
        rows.append(
            f"<h2>{escape(str(who.get('PatientName') or '-'))} ({escape(str(who.get('PatientID') or '-'))})</h2>"
        )
        for study in patient.lower.values():
            told = study.record.values
            words = f"{told.StudyDate} {told.get('StudyDescription') or ''}"
            images = sum(one.images for one in study.lower.values())
            rows.append(f"<p>{escape(words)}: {len(study.lower)} series, {images} images</p>")
    return _PAGE.format("\n".join(rows))


_PAGE: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Medical images</title></head><body>
<h1>Medical images (DICOM)</h1>
{}
<p>Open the folder of this page with a DICOM viewer: the file DICOMDIR lists all images.
See <a href="README.TXT">README.TXT</a>.</p>
</body></html>
"""
_README: Final = (
    "This medium holds medical images as a DICOM File-set (DICOM PS3.10, IHE PDI).\r\n"
    "DICOMDIR lists them; the images are in the folder DICOM.\r\n"
    "Open it with any DICOM viewer. Written by fileroom, which is not a medical device.\r\n"
    "Where the directory must have a date and the images have none, it says 1900-01-01;\r\n"
    "where two people have one Patient ID, that of the second has #2 behind it there.\r\n"
)


# -- reading back --------------------------------------------------------------------------------------------------


def _read_back(made: Path, form: str, password: str, work: _Work) -> None:
    """Compare each file of what was made with what was written, and follow every record to its file."""
    work.total = len(work.digests)
    with forms.reader(made, form, password) as read:
        for path, digest in work.digests.items():
            told = hashlib.sha256()
            for piece in read(path):
                told.update(piece)
            if told.digest() != digest:
                raise OSError(f"{path} did not come back as it was written")
            work.done += 1
            work.report("verifying")
    with opened(str(work.folder / "DICOMDIR")) as file:
        found = read_directory(file)
    listed = {"/".join(one.parts) for one in found.listed}
    if (
        found.cut
        or found.refused
        or found.unreached
        or listed != {one for one in work.digests if one.startswith(f"{_FOLDER}/")}
    ):
        raise OSError("the directory does not lead to all files")


def _reasons(left_out: Sequence[LeftOut]) -> str:
    return ", ".join(dict.fromkeys(one.words for one in left_out[:20]))
