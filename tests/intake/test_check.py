"""A check names what is not as it was, and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.errors import Cancelled
from fileroom.jobs import CancelToken
from fileroom.model import Level, Query, State, Trouble
from fileroom.settings import Settings
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


def troubles(archive: fileroom.Archive, **options: bool) -> dict[str, Trouble]:
    found = archive.check(**options).findings  # type: ignore[arg-type]  # one of the switches
    return {os.path.basename(finding.path) or finding.entry[:1]: finding.trouble for finding in found}  # noqa: PTH119


def test_all_is_well(archive: fileroom.Archive) -> None:
    report = archive.check()
    assert (report.files, report.offline, report.read, report.findings) == (5, 0, 0, ())


def test_missing_and_changed_files_are_named(archive: fileroom.Archive, tmp_path: Path) -> None:
    (tmp_path / "scans" / "1").unlink()
    plant(tmp_path / "scans", {"2": instance(number=2, SeriesDescription="longer now")})
    assert troubles(archive) == {"1": Trouble.MISSING, "2": Trouble.CHANGED}
    assert archive.search(Query(level=Level.INSTANCE)).items[0].state is State.ONLINE  # a check changes nothing


def test_silent_damage_is_named(archive: fileroom.Archive, tmp_path: Path) -> None:
    first = archive.check(read_data=True)
    assert (first.read, first.first_read, first.findings) == (5, 5, ())
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
    (finding,) = archive.check().findings
    assert (finding.trouble, finding.detail) == (Trouble.LOST, "1 of 5")


def test_a_sample(archive: fileroom.Archive) -> None:
    assert archive.check(read_data=True, sample=0.0).read == 0


def test_it_stops_when_asked(archive: fileroom.Archive) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        archive.check(cancel=token)


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
