from __future__ import annotations

import signal
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.cli import demo
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from tests.cli.test_serve import ended, get, ready, running
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.archive import Archive
    from tests.cli.conftest import Fileroom


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The demo with one tiny phantom, and with what would be served: the archive's folder and its patients."""
    seen: list[tuple[str, int]] = []

    def make(folder: Path, on_progress: object = None) -> None:
        plant(folder, {"one": instance(patient_name="PHANTOM^A")})

    def stay_up(archive: Archive, **options: Any) -> None:
        assert options == {"port": None, "show": True, "as_json": False}
        seen.append((archive.status().folder, archive.search(Query(level=Level.PATIENT)).total))

    monkeypatch.setattr("fileroom.demo.phantoms.make", make)
    monkeypatch.setattr(demo, "stay_up", stay_up)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return seen


def test_the_demo_has_an_archive_of_its_own_and_removes_it(
    fileroom: Fileroom, served: list[tuple[str, int]], tmp_path: Path
) -> None:
    said = fileroom.alone("demo")
    assert said.code == 0
    assert "phantoms: the people do not exist" in said.err
    ((folder, patients),) = served
    assert folder.startswith(str(tmp_path / "fileroom-demo-"))
    assert patients == 1
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_is_kept_opens_again(fileroom: Fileroom, served: list[tuple[str, int]], tmp_path: Path) -> None:
    for _ in range(2):
        assert fileroom.alone("demo", "--keep", tmp_path / "kept").code == 0
    assert served == [(str(tmp_path / "kept" / "archive"), 1)] * 2
    assert (tmp_path / "kept" / "archive" / "archive.key").is_file()  # and not in the keyring


def test_the_demo_does_not_touch_an_archive_of_yours(fileroom: Fileroom, served: list[tuple[str, int]]) -> None:
    assert fileroom("demo").code == 2
    assert served == []


@pytest.mark.skipif(sys.platform == "win32", reason="there a process is not ended by SIGTERM")
def test_the_real_demo_shows_three_people_and_leaves_nothing(tmp_path: Path) -> None:
    with running("demo", "--json", "--port", "0", TMPDIR=str(tmp_path)) as process:
        said = ready(process)
        patients = get(said, "/api/patients").json()
        assert patients["total"] == 3
        modalities = {one for patient in patients["items"] for one in patient["modalities"]}
        assert {"CT", "MR", "US"} < modalities
        assert list(tmp_path.iterdir())
        code, out, err = ended(process, signal.SIGTERM)
    assert (code, out) == (0, "")
    assert "phantoms" in err
    assert list(tmp_path.iterdir()) == []
