from __future__ import annotations

from typing import TYPE_CHECKING

from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Fileroom


def test_relink_shows_then_follows_and_is_taken_back(fileroom: Fileroom, tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", {"a/1": instance(number=1), "a/2": instance(number=2)})
    fileroom("import", scans)
    there = scans.rename(tmp_path / "there")
    shown = fileroom("relink", there)  # nobody is there to be asked
    assert (shown.code, "Found: 2 images of 1 series" in shown.out) == (0, True)
    assert f"2  {scans}/a → {there}/a" in shown.out
    assert "Nothing was changed." in shown.out
    assert fileroom("relink", there, "--json").json["id"] is None
    done = fileroom("relink", there, "--yes")
    assert "Relink 2: 2 files recorded at the new place." in done.out
    assert "None of the files that are not where they were is there." in fileroom("relink", there).out
    assert fileroom("relink", "--undo", "1").code == 3
    assert fileroom("relink", "--undo", "2").out.strip() == "Taken back: 2 files recorded where they were before."
    assert fileroom("relink", there, "--yes", "--json").json["id"] == 3
    assert fileroom("undo", "3", "--json").json == {
        "taken_back": {"studies": 0, "series": 1, "instances": 2, "frames": 0, "bytes": 2 * len(instance(number=1))}
    }


def test_relink_wants_a_place_or_a_number(fileroom: Fileroom, tmp_path: Path) -> None:
    assert fileroom("relink").code == 2
    assert fileroom("relink", tmp_path, "--undo", "1").code == 2
    assert fileroom("relink", tmp_path / "nowhere").code == 3
