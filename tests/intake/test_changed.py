"""Files that are no longer as they were recorded: who notices it, where it is said, and what clears it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.errors import Unavailable
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level
from fileroom.model.outcomes import Outcome
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.sources import drives
from fileroom.sources.drives import Mount, Mounts
from tests.world import instance, plant, without_privileges

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    plant(tmp_path / "scans", {"a/1": instance(number=1), "b/2": instance(series=2), "c/3": instance(study=2)})
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        opened.bring_in(tmp_path / "scans")
        yield opened


def states(archive: fileroom.Archive, level: Level = Level.INSTANCE) -> list[str]:
    """The states of a level, in the order in which the entries came in."""
    found = archive.search(Query(level=level, order=("date",) if level is Level.STUDY else ())).items
    found = tuple(sorted(found, key=_uids))
    for state in State:
        so = archive.search(Query(level=level, state=state))
        assert sorted(so.items, key=_uids) == [entry for entry in found if entry.state is state], state
        assert so.total == len(so.items)
    return [entry.state.value for entry in found]


def _uids(entry: object) -> str:
    if isinstance(entry, Instance):
        return entry.header.sop_instance_uid
    return str(getattr(entry, "series_instance_uid", getattr(entry, "study_instance_uid", "")))


def ids(archive: fileroom.Archive) -> list[str]:
    return [entry.id for entry in sorted(archive.search(Query(level=Level.INSTANCE)).items, key=_uids)]


def rewrite(path: Path, text: str = "longer now") -> None:
    plant(path.parent, {path.name: instance(SeriesDescription=text)})


def test_a_check_notices(archive: fileroom.Archive, tmp_path: Path) -> None:
    assert states(archive) == ["online", "online", "online"]
    rewrite(tmp_path / "scans/a/1")
    assert states(archive) == ["online", "online", "online"]  # nobody has looked
    archive.check()
    assert states(archive) == ["changed", "online", "online"]
    assert states(archive, Level.SERIES) == ["changed", "online", "online"]
    assert states(archive, Level.STUDY) == ["changed", "online"]
    assert states(archive, Level.PATIENT) == ["changed"]


def test_the_next_import_clears_it(archive: fileroom.Archive, tmp_path: Path) -> None:
    rewrite(tmp_path / "scans/a/1")
    archive.check()
    assert archive.bring_in(tmp_path / "scans").outcomes[Outcome.CHANGED] == 1
    assert states(archive) == ["online", "online", "online"]
    assert states(archive, Level.PATIENT) == ["online"]


def test_so_does_seeing_it_as_it_was(archive: fileroom.Archive, tmp_path: Path) -> None:
    path = tmp_path / "scans/a/1"
    was, facts = path.read_bytes(), path.stat()

    def put_back() -> None:
        path.write_bytes(was)
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    rewrite(path)
    archive.check()
    put_back()
    archive.check()
    assert states(archive) == ["online", "online", "online"]
    rewrite(path)
    archive.check()
    put_back()
    assert archive.bring_in(tmp_path / "scans").outcomes[Outcome.UNCHANGED] == 3
    assert states(archive, Level.STUDY) == ["online", "online"]
    assert archive.bring_in(tmp_path / "scans").outcomes[Outcome.UNCHANGED] == 3


def test_whoever_opens_it_notices(archive: fileroom.Archive, tmp_path: Path) -> None:
    first = ids(archive)[0]
    os.utime(tmp_path / "scans/a/1", ns=(10**18, 10**18))
    assert archive.read(first).mtime_ns == 10**18  # it is shown all the same
    assert states(archive) == ["changed", "online", "online"]
    entry = archive.get(first)
    assert isinstance(entry, Instance)
    assert [file.state for file in entry.files] == [State.CHANGED]
    assert archive.images(entry.series.id)["instances"][0]["state"] == "changed"


def test_a_copy_that_is_what_it_was_is_read_instead(archive: fileroom.Archive, tmp_path: Path) -> None:
    plant(tmp_path / "more", {"1": instance(number=1)})
    archive.bring_in(tmp_path / "more")
    rewrite(tmp_path / "scans/a/1")
    assert archive.read(ids(archive)[0]).path == str(tmp_path / "more/1")
    assert states(archive) == ["changed", "online", "online"]


def test_a_pass_that_may_not_read_it_notices() -> None:
    with without_privileges() as folder:
        path = plant(folder / "scans", {"1": instance()}) / "1"
        with fileroom.Archive.open(Settings(archive=folder / "archive", use_keyring=False)) as archive:
            archive.bring_in(folder / "scans")
            rewrite(path)
            path.chmod(0)
            archive.bring_in(folder / "scans")
            assert states(archive) == ["changed"]
            path.chmod(0o600)
            archive.bring_in(folder / "scans")
            assert states(archive) == ["online"]


def test_a_drive_that_is_away_is_away(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(tmp_path / "scans/a/1")
    archive.check()
    monkeypatch.setattr(drives, "current", lambda: Mounts.of([Mount("uuid:other", "disk", "Other", "/")]))
    archive._catalog.mounts(fresh=True)
    assert states(archive, Level.STUDY) == ["offline", "offline"]
    with pytest.raises(Unavailable):
        archive.read(ids(archive)[0])


def test_what_is_gone_is_missing_and_no_longer_changed(archive: fileroom.Archive, tmp_path: Path) -> None:
    path = tmp_path / "scans/a/1"
    rewrite(path)
    archive.check()
    path.unlink()
    archive.bring_in(tmp_path / "scans")
    assert states(archive) == ["missing", "online", "online"]
    assert states(archive, Level.PATIENT) == ["online"]


def test_what_could_not_be_read_and_then_went_is_missing() -> None:
    with without_privileges() as folder:
        plant(folder / "scans", {"1": instance(number=1), "2": instance(number=2)})
        with fileroom.Archive.open(Settings(archive=folder / "archive", use_keyring=False)) as archive:
            archive.bring_in(folder / "scans")
            rewrite(folder / "scans/1")
            (folder / "scans/1").chmod(0)
            archive.bring_in(folder / "scans")
            (folder / "scans/1").unlink()  # what is left of the folder stands as recorded
            archive.bring_in(folder / "scans")
            assert states(archive) == ["missing", "online"]
