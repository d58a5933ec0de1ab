"""Archives in memory: over a folder, the image of a disc, and files that are in no filesystem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.errors import BadRequest, SourceError
from fileroom.model import REACHABLE, Level, Query
from tests import world
from tests.packing import pack

if TYPE_CHECKING:
    from fileroom.archive import Archive

FILES = {"DICOM/A/1": world.instance(number=1), "DICOM/A/2": world.instance(number=2), "README.TXT": b"hello"}


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
