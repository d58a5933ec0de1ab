"""``fileroom convert``: files and series to other formats, as a person and as a program asks for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nibabel
import numpy as np

from fileroom.cli.app import run
from tests.volumes.making import NUMBERS, nifti
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_file_of_another_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = nifti(tmp_path / "a.nii", NUMBERS.astype(np.complex64))
    assert run(["convert", str(path), str(tmp_path / "b.nii.gz")]) == 0
    out, err = capsys.readouterr()
    assert out.endswith("b.nii.gz: 5 x 4 x 3, complex64, LPH\n")
    assert "complex numbers" in err
    assert np.array_equal(np.asanyarray(nibabel.load(tmp_path / "b.nii.gz").dataobj), NUMBERS)


def test_a_series_of_the_archive_and_a_folder_that_is_in_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = plant(tmp_path / "in", {f"IM{n}": instance(number=n) for n in (1, 2, 3)})
    archive = ["--archive", str(tmp_path / "archive")]
    assert run(["import", str(folder), *archive, "--json"]) == 0
    capsys.readouterr()
    assert run(["list", "series", *archive, "--json"]) == 0
    series = json.loads(capsys.readouterr().out)["items"][0]["id"]
    for what, out in ((series, "one.nii"), (str(folder), "two.nii")):
        assert run(["convert", what, str(tmp_path / out), *archive, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["images"][0]["shape"] == [4, 4, 3, 1]
    assert (tmp_path / "one.nii").read_bytes() == (tmp_path / "two.nii").read_bytes()


def test_a_series_goes_into_a_folder_as_its_files_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {f"IM{n}": instance(number=n) for n in (1, 2)}
    folder = plant(tmp_path / "in", files)
    assert run(["convert", str(folder), str(tmp_path / "out"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["images"][0]["format"] == "DICOM"
    assert [path.read_bytes() for path in sorted((tmp_path / "out").iterdir())] == list(files.values())
    assert run(["convert", str(folder), str(tmp_path / "out")]) != 0
    assert "is there already" in capsys.readouterr().err


def test_what_is_refused_says_why_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {f"IM{n}": instance(number=n, ImagePositionPatient=[0, 0, n * n]) for n in range(1, 6)}
    folder = plant(tmp_path / "in", files)
    assert run(["convert", str(folder), str(tmp_path / "out.nii")]) != 0
    assert "not evenly spaced" in capsys.readouterr().err
    assert not (tmp_path / "out.nii").exists()
    several = plant(tmp_path / "two", {"a": instance(series=1), "b": instance(series=2)})
    assert run(["convert", str(several), str(tmp_path / "out.nii")]) != 0
    assert "2 series" in capsys.readouterr().err
