"""Each format once, from a small image that another program wrote: values, geometry, and what is said of it."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import imagecodecs
import numpy as np
import pytest

from fileroom.errors import Unavailable
from fileroom.model.others import Remark
from fileroom.volumes.files import InMemory
from fileroom.volumes.reading import read_path, read_volumes
from tests.volumes.making import AFFINE_LPS, NUMBERS, itk, nifti, tarred, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.volumes.volume import Volume


def only(path: Path) -> Volume:
    volumes = read_path(str(path))
    assert len(volumes) == 1
    return volumes[0]


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.img", "a.hdr"])
def test_nifti_alone_and_as_a_pair(tmp_path: Path, name: str) -> None:
    nifti(tmp_path / ("a.img" if name.startswith("a.h") else name))
    volume = only(tmp_path / name)
    assert (volume.format, volume.transform, volume.orientation) == ("NIfTI-1", "sform", "LPH")
    assert np.array_equal(volume.scaled()[..., 0], NUMBERS)
    assert np.allclose(volume.affine, AFFINE_LPS)
    assert volume.spacing == pytest.approx((2, 3, 4))
    assert volume.remarks == ()


@pytest.mark.parametrize("name", ["a.nrrd", "a.nhdr", "a.mha", "a.mhd"])
def test_what_itk_writes(tmp_path: Path, name: str) -> None:
    volume = only(itk(tmp_path / name))
    assert volume.orientation == "LPH"
    assert np.array_equal(volume.scaled()[..., 0], NUMBERS)
    assert np.allclose(volume.affine, AFFINE_LPS)


def test_gipl_knows_sizes_but_no_patient(tmp_path: Path) -> None:
    volume = only(itk(tmp_path / "a.gipl"))
    assert np.array_equal(volume.scaled()[..., 0], NUMBERS)
    assert np.allclose(volume.affine, AFFINE_LPS)
    assert volume.orientation == ""
    assert volume.remarks == (Remark.NO_ORIENTATION,)


def test_mgz(tmp_path: Path) -> None:
    import nibabel

    nibabel.save(nibabel.MGHImage(NUMBERS, np.diag([-1.0, -1, 1, 1]) @ AFFINE_LPS), tmp_path / "a.mgz")
    volume = only(tmp_path / "a.mgz")
    assert np.array_equal(volume.scaled()[..., 0], NUMBERS)
    assert np.allclose(volume.affine, AFFINE_LPS)


def test_points_in_time_are_the_fourth_axis(tmp_path: Path) -> None:
    four = np.stack([NUMBERS, NUMBERS + 100], axis=3)
    volume = only(nifti(tmp_path / "a.nii", four, pixdim=[1, 2, 3, 4, 1.5, 0, 0, 0]))
    assert volume.shape == (5, 4, 3, 2)
    assert volume.step_ms == 1500
    assert np.array_equal(volume.values.plane(3), four[:, :, 0, 1])  # slices run before times


def test_the_transform_that_counts_is_told_and_a_second_one_that_differs_is_flagged(tmp_path: Path) -> None:
    import nibabel

    image = nibabel.Nifti1Image(NUMBERS, AFFINE_LPS)
    image.header.set_xyzt_units("mm")
    image.set_qform(np.diag([2.0, 3, 4, 1]), code=1)
    nibabel.save(image, tmp_path / "both.nii")
    assert only(tmp_path / "both.nii").transform == "sform"
    assert only(tmp_path / "both.nii").remarks == (Remark.TRANSFORMS_DIFFER,)
    image.set_sform(None, code=0)
    nibabel.save(image, tmp_path / "qform.nii")
    volume = only(tmp_path / "qform.nii")
    assert (volume.transform, volume.remarks) == ("qform", ())
    assert volume.orientation == "RAH"


def test_without_a_transform_nothing_is_guessed(tmp_path: Path) -> None:
    volume = only(nifti(tmp_path / "a.nii", affine=None, pixdim=[1, 2, 3, 4, 0, 0, 0, 0]))
    assert (volume.transform, volume.orientation) == ("none", "")
    assert Remark.NO_ORIENTATION in volume.remarks
    assert volume.spacing == pytest.approx((2, 3, 4))


def test_stored_values_keep_their_scale_apart(tmp_path: Path) -> None:
    volume = only(nifti(tmp_path / "a.nii"))
    assert (volume.dtype.name, volume.slope, volume.intercept) == ("int16", 1, 0)
    import nibabel

    image = nibabel.Nifti1Image(NUMBERS, AFFINE_LPS)
    image.header.set_slope_inter(0.5, -7)
    nibabel.save(image, tmp_path / "b.nii")
    volume = only(tmp_path / "b.nii")
    assert volume.dtype.name == "int16"
    assert np.allclose(volume.scaled(), nibabel.load(tmp_path / "b.nii").get_fdata()[..., None])


def test_a_map_of_labels_says_so(tmp_path: Path) -> None:
    assert only(nifti(tmp_path / "a.nii", intent_code=1002)).labels
    assert not only(nifti(tmp_path / "b.nii")).labels


def test_a_stack_of_tiff_pages_is_a_row_of_slices(tmp_path: Path) -> None:
    import tifffile

    tifffile.imwrite(tmp_path / "a.tif", NUMBERS.transpose(2, 1, 0), photometric="minisblack")
    volume = only(tmp_path / "a.tif")
    assert volume.shape == (5, 4, 3, 1)
    assert np.array_equal(volume.scaled()[..., 0], NUMBERS)
    assert Remark.NO_SPACING in volume.remarks


def test_ome_says_what_its_axes_and_sizes_are(tmp_path: Path) -> None:
    import tifffile

    five = np.arange(2 * 3 * 4 * 5, dtype=np.uint16).reshape(2, 3, 4, 5)
    sizes = {"PhysicalSizeX": 0.2, "PhysicalSizeY": 0.3, "PhysicalSizeZ": 2000, "PhysicalSizeXUnit": "mm"}
    sizes["PhysicalSizeYUnit"] = "mm"
    tifffile.imwrite(tmp_path / "a.ome.tif", five, metadata={"axes": "TZYX", **sizes})
    volume = only(tmp_path / "a.ome.tif")
    assert (volume.format, volume.shape) == ("OME-TIFF", (5, 4, 3, 2))
    assert volume.spacing == pytest.approx((0.2, 0.3, 2.0))  # micrometres where no unit is named
    assert np.array_equal(volume.values.plane(4), five[1, 1].T)


def test_arrays_of_numpy_and_several_of_them(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", NUMBERS.transpose(2, 1, 0))
    volume = only(tmp_path / "a.npy")
    assert np.array_equal(volume.scaled()[..., 0], NUMBERS)
    assert Remark.AXES_ASSUMED in volume.remarks
    np.savez_compressed(tmp_path / "a.npz", one=np.ones((4, 5)), two=np.zeros((3, 4, 5), np.uint8))
    assert [one.shape for one in read_path(str(tmp_path / "a.npz"))] == [(5, 4, 1, 1), (5, 4, 3, 1)]


def test_colours(tmp_path: Path) -> None:
    from PIL import Image

    picture = np.random.default_rng(1).integers(0, 255, (4, 5, 3)).astype(np.uint8)
    Image.fromarray(picture).save(tmp_path / "a.png")
    Image.fromarray(picture).save(tmp_path / "a.bmp")
    for name in ("a.png", "a.bmp"):
        volume = only(tmp_path / name)
        assert (volume.shape, volume.samples, volume.orientation) == ((5, 4, 1, 1), 3, "")
        assert np.array_equal(volume.values.plane(0), picture.transpose(1, 0, 2))


def test_a_jpeg_with_bytes_between_its_segments_is_read_as_libjpeg_reads_it(tmp_path: Path) -> None:
    picture = np.arange(256, dtype=np.uint8).reshape(16, 16)
    data = imagecodecs.jpeg8_encode(picture, level=95)
    (tmp_path / "a.jpg").write_bytes(data[:2] + bytes(range(256)) + data[2:])
    volume = only(tmp_path / "a.jpg")
    assert (volume.format, volume.shape) == ("JPEG", (16, 16, 1, 1))
    assert np.array_equal(volume.scaled()[:, :, 0, 0].T, imagecodecs.jpeg8_decode(data))


def test_in_a_zip_and_in_a_packed_tar(tmp_path: Path) -> None:
    data = nifti(tmp_path / "a.nii.gz").read_bytes()
    pair = {name: (itk(tmp_path / "a.mhd").parent / name).read_bytes() for name in ("a.mhd", "a.raw")}
    zipped(tmp_path / "one.zip", a__nii__gz=data, notes__txt=b"nothing to see")
    tarred(tmp_path / "two.tar.gz", {"x/a.mhd": pair["a.mhd"], "x/a.raw": pair["a.raw"]})
    for name in ("one.zip", "two.tar.gz"):
        volume = only(tmp_path / name)
        assert np.array_equal(volume.scaled()[..., 0], NUMBERS)
        assert np.allclose(volume.affine, AFFINE_LPS)


def test_what_a_page_handed_in_lies_nowhere(tmp_path: Path) -> None:
    itk(tmp_path / "a.mhd")
    folder: dict[str, InMemory] = {}
    for name in ("a.mhd", "a.raw"):
        folder[name] = InMemory(name, (tmp_path / name).read_bytes(), folder)
        (tmp_path / name).unlink()
    (volume,) = read_volumes(folder["a.mhd"])
    assert np.array_equal(volume.scaled()[..., 0], NUMBERS)


def test_a_file_that_changes_while_it_is_open_is_noticed(tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii")
    volume = only(path)
    assert volume.values.plane(0).shape == (5, 4)
    nifti(path, np.zeros((50, 4, 3), np.int16))
    with pytest.raises(Unavailable, match="changed"):
        volume.values.plane(0)
    path.unlink()
    with pytest.raises(Unavailable):
        volume.values.plane(1)


def test_complex_numbers_and_what_is_no_number_are_kept_as_they_are(tmp_path: Path) -> None:
    waves = (NUMBERS + 1j * NUMBERS).astype(np.complex64)
    volume = only(nifti(tmp_path / "a.nii", waves))
    assert Remark.COMPLEX in volume.remarks
    assert np.array_equal(volume.scaled()[..., 0], waves)
    holes = np.where(NUMBERS == 3, np.nan, NUMBERS).astype(np.float32)
    assert np.array_equal(only(nifti(tmp_path / "b.nii", holes)).scaled()[..., 0], holes, equal_nan=True)


def test_minc_2(tmp_path: Path) -> None:
    """As far as nibabel reads it, which the corpus shows; here what is HDF5 and no MINC."""
    import h5py

    with warnings.catch_warnings(), h5py.File(tmp_path / "a.mnc", "w") as file:
        file["something"] = NUMBERS
    with pytest.raises(Exception, match="holds no image"):
        only(tmp_path / "a.mnc")


def test_names_do_not_matter_where_the_first_bytes_tell(tmp_path: Path) -> None:
    data = io.BytesIO(itk(tmp_path / "a.nrrd").read_bytes()).getvalue()
    (tmp_path / "odd.img").write_bytes(data)
    assert np.array_equal(only(tmp_path / "odd.img").scaled()[..., 0], NUMBERS)
