"""A check names what is not as it was, and nothing else."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.errors import NotFound
from fileroom.jobs import CancelToken
from fileroom.model.checks import HINTS, Finding, Subject, Trouble
from fileroom.model.drives import State
from fileroom.model.entries import Level, PersonName
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.sources import drives
from fileroom.sources.drives import Mount, Mounts
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    plant(tmp_path / "scans", {f"{n}": instance(number=n) for n in range(1, 6)} | {"letter.txt": b"no image"})
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        opened.bring_in(tmp_path / "scans")
        yield opened


def findings(archive: fileroom.Archive, **options: bool) -> list[Finding]:
    """What is wrong: there is one drive only here, and no check is silent about that."""
    report = archive.check(**options)  # type: ignore[arg-type]  # one of the switches
    found = archive.findings(report.id).items
    assert sum(report.counts.values()) == len(found)
    assert report.well == all(one.trouble in HINTS for one in found)
    return [one for one in found if one.trouble is not Trouble.ONE_DRIVE]


def troubles(archive: fileroom.Archive, **options: bool) -> dict[str, Trouble]:
    found = findings(archive, **options)
    return {os.path.basename(finding.path) or finding.entry[:1]: finding.trouble for finding in found}  # noqa: PTH119


def test_all_is_well(archive: fileroom.Archive) -> None:
    report = archive.check()
    assert (report.state, report.files, report.offline, report.read, report.well) == ("done", 5, 0, 0, True)
    assert troubles(archive) == {}


def test_missing_and_changed_files_are_named(archive: fileroom.Archive, tmp_path: Path) -> None:
    (tmp_path / "scans" / "1").unlink()
    plant(tmp_path / "scans", {"2": instance(number=2, SeriesDescription="longer now")})
    assert troubles(archive) == {"1": Trouble.MISSING, "2": Trouble.CHANGED}
    states = [entry.state for entry in archive.search(Query(level=Level.INSTANCE)).items]
    assert states == [State.ONLINE, State.CHANGED, State.ONLINE, State.ONLINE, State.ONLINE]  # only imports say missing


def test_silent_damage_is_named(archive: fileroom.Archive, tmp_path: Path) -> None:
    first = archive.check(read_data=True)
    assert (first.read, first.first_read, first.well) == (5, 5, True)
    path = tmp_path / "scans" / "3"
    facts, data = path.stat(), bytearray(path.read_bytes())
    data[-1] ^= 1  # one bit of one pixel
    path.write_bytes(data)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert troubles(archive) == {}  # size and time say nothing
    again = archive.check(read_data=True)
    assert (again.read, again.first_read) == (5, 0)
    assert troubles(archive, read_data=True) == {"3": Trouble.DAMAGED}


def test_a_series_that_lost_instances(archive: fileroom.Archive, tmp_path: Path) -> None:
    (tmp_path / "scans" / "1").unlink()
    archive.bring_in(tmp_path / "scans")
    (finding,) = findings(archive)
    (series,) = archive.search(Query(level=Level.SERIES)).items
    assert (finding.trouble, finding.entry, finding.detail) == (Trouble.LOST, series.id, "1 of 5 images missing")
    assert finding.subject == Subject(
        patient=PersonName("ROSSI^Mario"), anonymous=False, study_date="20240131", description="", modality="CT",
        number=1,
    )  # fmt: skip


def test_a_series_with_slices_missing(archive: fileroom.Archive, tmp_path: Path) -> None:
    plant(tmp_path / "more", {f"{n}": instance(number=n) for n in (8, 9)})
    archive.bring_in(tmp_path / "more")
    (finding,) = findings(archive)
    (series,) = archive.search(Query(level=Level.SERIES)).items
    assert (finding.trouble, finding.entry) == (Trouble.GAP, series.id)
    assert finding.detail == "2 slices missing after image 5; 7 are there, 1 mm apart"
    assert finding.values["missing"] == 2


def test_a_study_on_one_drive_alone(archive: fileroom.Archive) -> None:
    report = archive.check()
    (finding,) = archive.findings(report.id, trouble=Trouble.ONE_DRIVE).items
    (study,) = archive.search(Query(level=Level.STUDY)).items
    (root,) = archive.roots()
    assert (finding.entry, finding.values["images"], finding.values["of"]) == (study.id, 5, 5)
    assert finding.values["point"] == root.drive.mount_point


def test_a_study_on_two_drives_is_safe(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "stick"
    shutil.copytree(tmp_path / "scans", copy)
    (copy / "5").unlink()
    here = drives.current()
    stick = Mount("uuid:1", "disk", "STICK", str(copy))
    monkeypatch.setattr(drives, "current", lambda: Mounts.of([*here.mounts, stick]))
    with fileroom.Archive.open(Settings(archive=tmp_path / "other", use_keyring=False)) as other:
        other.bring_in([tmp_path / "scans", copy])
        (finding,) = other.findings(other.check().id).items
        assert (finding.trouble, finding.values["images"], finding.values["of"]) == (Trouble.ONE_DRIVE, 1, 5)
        plant(copy, {"5": (tmp_path / "scans" / "5").read_bytes()})
        other.bring_in(copy)
        assert other.findings(other.check().id).total == 0


def test_the_last_checks_are_remembered(archive: fileroom.Archive, tmp_path: Path) -> None:
    (tmp_path / "scans" / "1").unlink()
    made = [archive.check().id for _ in range(7)]
    page = archive.checks()
    assert [one.id for one in page.items] == made[:1:-1]
    assert archive.check_report(made[-1]) == page.items[0]
    (series,) = archive.search(Query(level=Level.SERIES)).items
    (finding,) = archive.findings(made[-1], trouble=Trouble.MISSING).items
    assert (finding.path, finding.entry) == (str(tmp_path / "scans" / "1"), series.id)
    with pytest.raises(NotFound):
        archive.findings(made[0])


def test_a_sample(archive: fileroom.Archive) -> None:
    assert archive.check(read_data=True, sample=0.0).read == 0


def test_it_stops_when_asked(archive: fileroom.Archive) -> None:
    token = CancelToken()
    token.cancel()
    report = archive.check(cancel=token)
    assert (report.state, report.files) == ("cancelled", 0)


def test_roots(archive: fileroom.Archive, tmp_path: Path) -> None:
    (root,) = archive.roots()
    assert (root.path, root.files, root.state, root.drive.state) == (
        str(tmp_path / "scans"),
        6,
        State.ONLINE,
        State.ONLINE,
    )
    (tmp_path / "scans").rename(tmp_path / "elsewhere")
    assert archive.roots()[0].state is State.MISSING
