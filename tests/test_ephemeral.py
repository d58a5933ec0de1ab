"""Archives in memory: over a folder, the image of a disc, and files that are in no filesystem."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pycdlib import PyCdlib

import fileroom
from fileroom.errors import BadRequest, Busy, SourceError
from fileroom.model.drives import REACHABLE, State
from fileroom.model.entries import Level
from fileroom.model.outcomes import Outcome
from fileroom.model.queries import Query
from tests import world
from tests.packing import pack

if TYPE_CHECKING:
    from fileroom.archive import Archive

FILES = {"DICOM/A/1": world.instance(number=1), "DICOM/A/2": world.instance(number=2), "README.TXT": b"hello"}


MUELLER: dict[str, Any] = {
    "patient_name": "MÜLLER^Jörg",
    "SpecificCharacterSet": "ISO_IR 100",
    "StudyID": "1",
    "SeriesNumber": 1,
}


def names(archive: Archive) -> list[str]:
    return [image.header.sop_instance_uid for image in archive.search(Query(level=Level.INSTANCE)).items]


def source_of(kind: str, folder: Path) -> object:
    if kind == "made":
        return FILES
    if kind == "image":
        return pack(folder / "disc.iso", FILES)
    return world.plant(folder / "disc", FILES)


@pytest.mark.parametrize("kind", ["folder", "image", "made"])
def test_a_source_is_looked_into_and_its_images_are_read(kind: str, tmp_path: Path) -> None:
    source = source_of(kind, tmp_path)
    with fileroom.Archive.ephemeral(source) as archive:  # type: ignore[arg-type]
        summary = archive.look_in()
        assert (summary.state, summary.instances, summary.files) == ("done", 2, 3)
        image = archive.search(Query(level=Level.INSTANCE)).items[0]
        assert image.state in REACHABLE
        assert archive.frame(image.id, 1).data == archive.frame(image.id, 1, decoded=True).data
        picture = archive.thumbnail(image.series.id)
        assert picture is not None
        assert picture.data.startswith(b"\xff\xd8")
        assert archive.display(image.id).modality_table is None
        assert archive.attributes(image.id)
        assert archive.medium is not None
        assert archive.medium.kind == kind


def test_nothing_is_there_that_could_be_written_to(tmp_path: Path) -> None:
    with fileroom.Archive.ephemeral(FILES) as archive:
        archive.look_in()
        folder = Path(archive.status().folder)
        assert not folder.exists()
        assert not folder.parent.exists()
        with pytest.raises(BadRequest):
            archive.bring_in(world.plant(tmp_path / "more", {"1": world.instance(number=3)}), copy=True)
        assert not folder.parent.exists()


def test_public_ids_of_two_sessions_have_nothing_in_common() -> None:
    with fileroom.Archive.ephemeral(FILES) as one, fileroom.Archive.ephemeral(FILES) as other:
        one.look_in()
        other.look_in()
        assert names(one) == names(other)
        ids = [{image.id for image in archive.search(Query(level=Level.INSTANCE)).items} for archive in (one, other)]
        assert not ids[0] & ids[1]


def test_what_is_closed_is_forgotten() -> None:
    archive = fileroom.Archive.ephemeral(FILES)
    archive.look_in()
    image = archive.search(Query(level=Level.INSTANCE)).items[0]
    path = image.files[0].path
    archive.close()
    from fileroom.sources.opened import opened

    with pytest.raises(FileNotFoundError), opened(path):
        pass


@pytest.mark.parametrize("content", [b"", b"no disc at all", bytes(40_000)])
def test_a_file_that_is_no_disc_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.iso").write_bytes(content)
    with pytest.raises(SourceError, match="neither a folder nor the image of a disc"):
        fileroom.Archive.ephemeral(tmp_path / "x.iso")
    with pytest.raises(SourceError):
        fileroom.Archive.ephemeral(tmp_path / "nowhere")


def test_an_archive_of_its_own_has_no_source(tmp_path: Path) -> None:
    from fileroom.settings import Settings

    settings = Settings(archive=tmp_path / "archive", use_keyring=False)
    with fileroom.Archive.open(settings) as archive, pytest.raises(BadRequest):
        archive.look_in()


def filed(folder: Path) -> Path:
    """A disc with a DICOMDIR that lists three images of one person; on the disc their names are in small letters."""
    from pydicom import dcmread
    from pydicom.fileset import FileSet

    fileset = FileSet()
    for number in (1, 2, 3):
        data = world.instance(number=number, **MUELLER)
        fileset.add(dcmread(io.BytesIO(data)))
    fileset.write(folder)
    fileset._stage["t"].cleanup()  # it leaves its temporary folder to the end of the program, with a warning
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.name != "DICOMDIR":
            path.rename(path.with_name(path.name.lower() + (".dcm" if path.is_file() else "")))
    return folder


def test_a_dicomdir_is_listed_from_it_alone_and_then_held_against_the_disc(tmp_path: Path) -> None:
    disc = filed(tmp_path / "disc")
    images = sorted(path for path in disc.rglob("*") if path.is_file() and path.name != "DICOMDIR")
    images[0].unlink()
    (disc / "more").write_bytes(world.instance(number=4, **MUELLER))
    with fileroom.Archive.ephemeral(disc) as archive:
        assert archive.medium is not None
        assert archive.medium.list_directory()
        assert len(names(archive)) == 2
        [series] = archive.search(Query(level=Level.SERIES)).items
        assert series.study.patient.name.alphabetic == "MÜLLER^Jörg"
        [shown, _] = archive.images(series.id)["instances"]
        assert shown["rows"] is not None  # what the DICOMDIR does not say is read when a series is opened
        assert archive.frame(shown["id"], 1).data
        assert archive.search(Query(level=Level.SERIES)).items[0].state is State.ONLINE
        archive.look_in()
        [same] = archive.search(Query(level=Level.SERIES)).items
        assert same.id == series.id
        assert len(names(archive)) == 3
        found = archive.medium.found
        assert (found.listed, len(found.missing), found.unlisted, found.whole) == (3, 1, 1, True)


def test_a_dicomdir_that_says_something_else_does_not_stay(tmp_path: Path) -> None:
    disc = filed(tmp_path / "disc")
    for path in (path for path in disc.rglob("*") if path.is_file() and path.name != "DICOMDIR"):
        data = path.read_bytes()
        path.write_bytes(data.replace("MÜLLER^Jörg".encode("latin-1"), b"SCHMIDT^Eva"))
    with fileroom.Archive.ephemeral(disc) as archive:
        archive.look_in()
        assert [one.name.alphabetic for one in archive.search(Query(level=Level.PATIENT)).items] == ["SCHMIDT^Eva"]
        assert len(names(archive)) == 3


@pytest.mark.parametrize("kind", ["folder", "image", "made"])
def test_a_copy_in_memory_outlives_the_medium(kind: str, tmp_path: Path) -> None:
    source = source_of(kind, tmp_path)
    with fileroom.Archive.ephemeral(source) as archive:  # type: ignore[arg-type]
        with pytest.raises(Busy):
            archive.copy_into_memory()
        archive.look_in()
        before = [archive.frame(image.id, 1) for image in archive.search(Query(level=Level.INSTANCE)).items]
        assert archive.copy_into_memory().unread == ()
        assert archive.medium_found()["in_memory"]
        for path in sorted(tmp_path.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        images = archive.search(Query(level=Level.INSTANCE)).items
        assert [archive.frame(image.id, 1) for image in images] == before


def test_a_study_is_kept_by_verified_copies_and_nothing_else(tmp_path: Path) -> None:
    from fileroom.settings import Settings

    disc = world.plant(tmp_path / "disc", {**FILES, "other": world.instance(study=2)})
    settings = Settings(archive=tmp_path / "archive", use_keyring=False)
    with fileroom.Archive.open(settings) as mine, fileroom.Archive.ephemeral(disc) as archive:
        archive.look_in()
        study = next(
            one
            for one in archive.search(Query(level=Level.STUDY)).items
            if one.study_instance_uid == world.study_uid(1)
        )
        (disc / "DICOM/A/2").rename(tmp_path / "away")
        summary = mine.keep(archive, [study.id])
        assert (summary.instances, summary.outcomes[Outcome.UNREADABLE]) == (1, 1)
        (tmp_path / "away").rename(disc / "DICOM/A/2")
        archive.copy_into_memory()
        again = mine.keep(archive, [study.id])
        assert (again.instances, again.outcomes[Outcome.UNREADABLE]) == (1, 0)
        [kept] = mine.search(Query(level=Level.STUDY)).items
        assert kept.study_instance_uid == world.study_uid(1)
        assert mine.roots() == ()
        for image in mine.search(Query(level=Level.INSTANCE)).items:
            assert Path(image.files[0].path).is_relative_to(tmp_path / "archive")


def udf_alone(path: Path) -> None:
    """A volume recognition sequence of ECMA-167 (2/8.3) in the place where ECMA-119 has its own."""
    sectors = b"".join(bytes([0]) + name + bytes([1]) + bytes(2041) for name in (b"BEA01", b"NSR02", b"TEA01"))
    path.write_bytes(bytes(32768) + sectors + bytes(40_000))


def test_a_disc_in_udf_alone_is_told_from_what_is_no_disc(tmp_path: Path) -> None:
    udf_alone(tmp_path / "x.iso")
    with pytest.raises(SourceError, match=r"UDF without ISO 9660: mount it, and open its folder"):
        fileroom.Archive.ephemeral(tmp_path / "x.iso")


def test_a_disc_in_udf_and_iso_9660_is_read(tmp_path: Path) -> None:
    image = PyCdlib()
    image.new(udf="2.60")
    data = world.instance(number=1)
    image.add_fp(io.BytesIO(data), len(data), "/IM1.;1", udf_path="/im1")
    image.write(str(tmp_path / "x.iso"))
    image.close()
    with fileroom.Archive.ephemeral(tmp_path / "x.iso") as archive:
        assert archive.look_in().instances == 1


@pytest.mark.skipif(sys.platform != "linux", reason="what Linux says of a drive")
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOMEDIUM, "there is no disc in this drive"),
        (errno.EACCES, "may not be read by you: ask for its group"),
        (errno.EIO, "may be scratched"),
    ],
)
def test_a_drive_that_does_not_open_says_what_can_be_done(
    monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refused(path: str, flags: int, *_: object) -> int:
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr("fileroom.intake.medium.os.path.isdir", lambda _: False)
    monkeypatch.setattr("fileroom.intake.medium.os.open", refused)
    with pytest.raises(SourceError, match=f"/dev/sr0: .*{words}"):
        fileroom.Archive.ephemeral("/dev/sr0")
