"""Maps of labels: which numbers occur, what a file says of them, and what is taken for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.model.others import Label, Refusal
from fileroom.volumes.labels import labels_of, looks_like_labels
from fileroom.volumes.reading import read_path
from fileroom.volumes.refusing import Refused
from tests.volumes.making import itk, nifti

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fileroom.volumes.volume import Volume


def patches() -> NDArray[np.uint8]:
    found = np.zeros((20, 20, 6), np.uint8)
    found[2:9, 2:9, 1:5] = 3
    found[11:18, 2:9, 1:5] = 200
    return found


def volume(path: Path) -> Volume:
    (found,) = read_path(str(path))
    return found


def test_the_numbers_that_occur_but_for_background(tmp_path: Path) -> None:
    found = volume(nifti(tmp_path / "a.nii", patches()))
    assert labels_of(found) == (Label(value=3), Label(value=200))


@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
def test_labels_are_whole_whatever_they_are_stored_as(tmp_path: Path, kind: Any) -> None:
    assert [label.value for label in labels_of(volume(nifti(tmp_path / "a.nii", patches().astype(kind))))] == [3, 200]


def test_what_is_not_whole_or_too_many_is_refused(tmp_path: Path) -> None:
    half = patches() + np.float32(0.5)
    many = np.arange(20 * 20 * 6, dtype=np.int16).reshape(20, 20, 6)
    nothing = np.full((4, 4, 2), np.nan, np.float32)
    for array in (half, many, nothing):
        with pytest.raises(Refused) as caught:
            labels_of(volume(nifti(tmp_path / "a.nii", array)))
        assert caught.value.reason is Refusal.NOT_LABELS


def test_segments_of_3d_slicer_have_names_colours_and_layers(tmp_path: Path) -> None:
    said = {
        "Segment0_LabelValue": "1",
        "Segment0_Layer": "0",
        "Segment0_Name": "liver",
        "Segment0_Color": "0.5 0 1",
        "Segment1_LabelValue": "1",
        "Segment1_Layer": "1",
        "Segment1_Name": "lesion",
        "Segment2_LabelValue": "none",
    }
    first, second = np.zeros((2, 4, 4, 3), np.uint8)
    first[1:3, 1:3] = 1
    second[2, 2] = 1
    found = volume(seg_nrrd(tmp_path / "a.seg.nrrd", np.stack([first, second]), said))
    assert found.labels
    assert found.shape == (4, 4, 3, 2)
    assert labels_of(found, found.named) == (
        Label(value=1, layer=0, name="liver", colour=(128, 0, 255)),
        Label(value=1, layer=1, name="lesion"),
    )


def seg_nrrd(path: Path, array: NDArray[np.uint8], said: dict[str, str]) -> Path:
    """As 3D Slicer writes segments that overlap: the layers are the first axis."""
    import nrrd

    directions = [[np.nan] * 3, [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    header = {
        "space": "left-posterior-superior",
        "kinds": ["list", "domain", "domain", "domain"],
        "space directions": np.array(directions),
        "space origin": np.zeros(3),
    }
    nrrd.write(str(path), array, {**header, **said})
    return path


def test_patches_of_few_whole_numbers_look_like_labels(tmp_path: Path) -> None:
    assert looks_like_labels(volume(nifti(tmp_path / "a.nii", patches())))
    assert looks_like_labels(volume(itk(tmp_path / "a.mha", patches().astype(np.int16))))


def test_noise_fractions_negative_numbers_and_emptiness_do_not(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 200, (20, 20, 6)).astype(np.uint8)
    signed = patches().astype(np.int16) - 1
    for array in (noise, patches() / np.float32(7), signed, np.zeros((5, 5, 2), np.uint8)):
        assert not looks_like_labels(volume(nifti(tmp_path / "a.nii", array)))


def test_a_map_without_a_place_in_the_patient_is_not_guessed(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", patches())
    assert not looks_like_labels(volume(tmp_path / "a.npy"))
