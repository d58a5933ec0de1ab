"""A volume as DICOM images: each pixel is where the volume says that it lies, with the value that it has."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import pydicom
import pytest

from fileroom.archive import Archive
from fileroom.model.entries import Level
from fileroom.model.others import Remark
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.volumes.as_dicom import Slices, new_uid, shown_with
from fileroom.volumes.reading import read_path
from tests.volumes.making import AFFINE_RAS, NUMBERS, nifti

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.volumes.volume import Volume

# Axes of the volume to those of the patient, in every way in which a scanner or a program may store them.
ORDERS = ["RAS", "LAS", "LPS", "LPI", "ASL", "PIR", "SAL", "IRP", "SRA", "RSP"]


def only(path: Path) -> Volume:
    volumes = read_path(str(path))
    assert len(volumes) == 1
    return volumes[0]


def images(volume: Volume, *, rounded: bool = False) -> list[Any]:
    slices = Slices(volume, new_uid(), new_uid(), rounded=rounded)
    return [pydicom.dcmread(io.BytesIO(one.read_at(0, one.size))) for one in slices]


def oriented(order: str) -> nibabel.Nifti1Image:
    """The same marks in the patient, stored in another order of axes."""
    image = nibabel.Nifti1Image(NUMBERS, AFFINE_RAS)
    turn = nibabel.orientations.ornt_transform(
        nibabel.io_orientation(AFFINE_RAS), nibabel.orientations.axcodes2ornt(tuple(order))
    )
    return image.as_reoriented(turn)


@pytest.mark.parametrize("order", ORDERS)
def test_every_pixel_lies_where_the_volume_says(tmp_path: Path, order: str) -> None:
    nibabel.save(oriented(order), tmp_path / "a.nii")
    volume = only(tmp_path / "a.nii")
    to_index = np.linalg.inv(volume.affine)
    seen = np.zeros(volume.shape[:3], dtype=int)
    for image in images(volume):
        pixels = image.pixel_array
        cosines = np.array(image.ImageOrientationPatient, dtype=float)
        for row, column in np.ndindex(pixels.shape):  # PS3.3 C.7.6.2.1.1
            place = np.array(image.ImagePositionPatient, dtype=float)
            place = place + cosines[:3] * column * float(image.PixelSpacing[1])
            place = place + cosines[3:] * row * float(image.PixelSpacing[0])
            index = tuple(np.rint(to_index @ [*place, 1])[:3].astype(int))
            assert pixels[row, column] == volume.stored()[(*index, 0)]
            seen[index] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize("order", ORDERS)
def test_pictures_hang_as_films_do(tmp_path: Path, order: str) -> None:
    """The patient's left, or back, is at the right hand; feet, or back, are down. Never left on left."""
    nibabel.save(oriented(order), tmp_path / "a.nii")
    (across, down) = np.array(images(only(tmp_path / "a.nii"))[0].ImageOrientationPatient, dtype=float).reshape(2, 3)
    assert (int(across.argmax()), [int(one) for one in down.round()]) in [
        (0, [0, 1, 0]),  # axial: to the left, to the back
        (0, [0, 0, -1]),  # coronal: to the left, to the feet
        (1, [0, 0, -1]),  # sagittal: to the back, to the feet
    ]


def test_an_oblique_volume_stays_oblique(tmp_path: Path) -> None:
    turn = np.eye(4)
    turn[:3, :3] = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]]) * 2
    image = images(only(nifti(tmp_path / "a.nii", affine=turn)))[1]
    assert np.allclose(np.abs(image.ImageOrientationPatient), [0.8, 0.6, 0, 0.6, 0.8, 0], atol=1e-6)


def test_without_orientation_there_is_none_in_the_images(tmp_path: Path) -> None:
    volume = only(nifti(tmp_path / "a.nii", affine=None, pixdim=[1, 2, 3, 4, 0, 0, 0, 0]))
    image = images(volume)[0]
    assert "ImagePositionPatient" not in image
    assert "ImageOrientationPatient" not in image
    assert [float(step) for step in image.PixelSpacing] == [3, 2]
    assert np.array_equal(image.pixel_array, NUMBERS[:, :, 0].T)


def test_axes_that_are_not_at_right_angles_are_not_made_so(tmp_path: Path) -> None:
    sheared = np.array([[2.0, 1, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]])
    volume = only(nifti(tmp_path / "a.nii", affine=sheared))
    assert Remark.SHEARED in shown_with(volume)
    assert "ImageOrientationPatient" not in images(volume)[0]


@pytest.mark.parametrize(
    ("kind", "keyword"),
    [
        ("u1", "PixelData"),
        ("i1", "PixelData"),
        ("i2", "PixelData"),
        ("u2", "PixelData"),
        ("i4", "PixelData"),
        ("u4", "PixelData"),
        ("f4", "FloatPixelData"),
        ("f8", "DoubleFloatPixelData"),
        ("i8", "DoubleFloatPixelData"),
    ],
)
def test_values_are_exact_whatever_their_type(tmp_path: Path, kind: str, keyword: str) -> None:
    array = (NUMBERS - (0 if kind[0] == "u" else 30)).astype(kind)
    array = array + np.array(0.1, kind) if kind[0] == "f" else array
    volume = only(nifti(tmp_path / "a.nii", array))
    found = images(volume)
    assert keyword in found[0]
    for number, image in enumerate(found):
        assert np.array_equal(image.pixel_array, volume.values.plane(number).T)


def test_scale_and_time_are_told(tmp_path: Path) -> None:
    four = np.stack([NUMBERS, NUMBERS + 100], axis=3)
    image = nibabel.Nifti1Image(four, AFFINE_RAS)
    image.header.set_xyzt_units("mm", "sec")
    image.header["pixdim"][4] = 2
    image.header.set_slope_inter(0.5, -7)
    nibabel.save(image, tmp_path / "a.nii")
    last = images(only(tmp_path / "a.nii"))[-1]
    assert (last.TemporalPositionIdentifier, last.NumberOfTemporalPositions, last.TriggerTime) == (2, 2, 2000)
    stored = nibabel.load(tmp_path / "a.nii").get_fdata()[:, :, 2, 1].T
    assert np.allclose(last.pixel_array * float(last.RescaleSlope) + float(last.RescaleIntercept), stored)
    assert last.RescaleType == "US"  # nobody knows the unit


def test_what_others_shall_read_is_rounded_and_that_is_all(tmp_path: Path) -> None:
    array = np.random.default_rng(3).normal(0, 1000, NUMBERS.shape).astype(np.float32)
    array[0, 0, 0] = np.nan
    volume = only(nifti(tmp_path / "a.nii", array))
    slope = (np.nanmax(array) - np.nanmin(array)) / 65535
    for number, image in enumerate(images(volume, rounded=True)):
        assert image.BitsAllocated == 16
        found = image.pixel_array * float(image.RescaleSlope) + float(image.RescaleIntercept)
        wanted = volume.values.plane(number).T
        assert np.nanmax(np.abs(found - wanted)) <= slope * 0.51


def test_an_archive_in_memory_shows_them_like_any_series(tmp_path: Path) -> None:
    colours = np.random.default_rng(4).integers(0, 255, (*NUMBERS.shape, 3)).astype(np.uint8)
    packed = colours.copy().view([("R", "u1"), ("G", "u1"), ("B", "u1")]).reshape(NUMBERS.shape)
    paths = [
        nifti(tmp_path / "numbers.nii"),
        nifti(tmp_path / "same.nii.gz", NUMBERS.astype(np.float32)),
        nifti(tmp_path / "colours.nii", packed),
    ]
    (tmp_path / "broken.nii").write_bytes(paths[0].read_bytes()[:-5])
    settings = Settings(archive=tmp_path / "never", use_keyring=False)
    with Archive.others([str(tmp_path)], settings=settings) as session:
        told = session.opened_others
        assert told is not None
        assert sorted(image.name for image in told.images) == sorted(path.name for path in paths)
        assert [(failure.name, failure.code) for failure in told.failures] == [("broken.nii", "ends_early")]
        session.look_in()
        series = session.search(Query(level=Level.SERIES)).items
        assert {one.description for one in series} == {path.name for path in paths}
        frames = set()
        for one in series:
            found = session.images(one.id)["instances"]
            assert len(found) == 3
            frames.add(found[0]["frame_of_reference_uid"])
            picture = session.thumbnail(one.id)
            assert picture is not None
        assert len(frames) == 1  # the very same grid
        grey = next(one for one in series if one.description == "numbers.nii")
        first = session.images(grey.id)["instances"][0]
        data = session.frame(first["id"], 1).data
        assert np.array_equal(np.frombuffer(data, "<i2").reshape(4, 5), NUMBERS[:, :, 0].T)
        paths[0].unlink()
        with pytest.raises(Exception, match="cannot be read"):
            session.frame(first["id"], 1)
    assert not (tmp_path / "never").exists()
