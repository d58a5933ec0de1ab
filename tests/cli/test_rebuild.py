from __future__ import annotations

from typing import TYPE_CHECKING

from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Fileroom


def test_all_or_a_part_is_read_again(fileroom: Fileroom, tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", {"a/1": instance(number=1), "b/2": instance(number=2)})
    assert fileroom("rebuild").code == 3  # there is nothing yet
    fileroom("import", scans)
    whole = fileroom("rebuild")
    assert (whole.code, "Rebuild 2 finished: 2 files" in whole.out) == (0, True)
    assert fileroom("rebuild", scans / "b", "--json").json["unchanged"] == 1
    assert fileroom("rebuild", plant(tmp_path / "other", {"x": b""})).code == 3


def test_a_guess_is_shown_as_one(fileroom: Fileroom, tmp_path: Path) -> None:
    lying = instance(PatientName="Иванов^Иван".encode("cp1251"))
    fileroom("import", plant(tmp_path / "scans", {"1": lying}))
    (patient,) = fileroom("list", "--json").json["items"]
    assert patient["charset_guessed"] == "windows-1251"
    assert "windows-1251 (a guess: " in fileroom("show", patient["id"]).out
