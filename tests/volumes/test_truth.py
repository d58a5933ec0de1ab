"""Every file of the corpus against the libraries of the field: the same array and transform, as a printed table."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.model.others import Refusal
from fileroom.volumes.reading import read_path
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import RAS_TO_LPS

if TYPE_CHECKING:
    import pytest

    from fileroom.volumes.volume import Volume

FOLDERS = ("other", "derived/formats")
NO_IMAGES = (".trk", ".tck", ".gii", ".gii.gz", ".gii.bz2", ".dat", ".bin", ".bin.gz")  # tracks, surfaces, CSA headers
# ITK ends the process on JPEG 2000 with HTJ2K or certain boxes, so it is asked about what it is known to survive.
BY_ITK = (".nrrd", ".nhdr", ".mha", ".mhd")
BY_PILLOW = (".png", ".bmp", ".tif", ".jp2", ".j2k", ".jpg", ".jpeg")
# What is refused, and why; the libraries do not read them either, but for what is said beside them.
REFUSED = {
    "anat.raw": Refusal.UNKNOWN,
    "anat_z.zraw": Refusal.UNKNOWN,
    "BallBinary30x30x30.raw": Refusal.UNKNOWN,
    "anat_cut.nii": Refusal.ENDS_EARLY,
    "anat_cut.nii.gz": Refusal.ENDS_EARLY,
    "row_major.dconn.nii": Refusal.NO_IMAGE,  # a matrix (CIFTI-2): nibabel has a class of its own for it
    "BallBinary30x30x30_byteskip_minus_five.nhdr": Refusal.UNSUPPORTED,
    "analyze.hdr": Refusal.PART_MISSING,
    "nifti1.hdr": Refusal.PART_MISSING,
    "nifti2.hdr": Refusal.PART_MISSING,
    "bad_attribute+orig.HEAD": Refusal.PART_MISSING,
    "bad_datatype+orig.HEAD": Refusal.PART_MISSING,
}


def files(shared_data: Path) -> list[Path]:
    found = [
        Path(folder) / name
        for top in FOLDERS
        for folder, _, names in os.walk(shared_data / top)
        for name in sorted(names)
    ]
    return sorted(found)


def test_every_file_opens_with_the_array_and_transform_of_the_libraries(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, wrong = [], []
    for path in files(shared_data):
        try:
            volumes = read_path(str(path))
            told = [(volume, volume.scaled()) for volume in volumes]
        except Refused as refused:
            lines.append(f"{path.name:70} refused: {refused}")
            no_rec = path.suffix == ".PAR" and refused.reason is Refusal.PART_MISSING
            none = path.name.endswith(NO_IMAGES) and refused.reason in {Refusal.UNKNOWN, Refusal.NO_IMAGE}
            if REFUSED.get(path.name) is not refused.reason and not no_rec and not none:
                wrong.append(lines[-1])
            continue
        for volume, array in told:
            found = compared(path, volume, array)
            lines.append(f"{path.name:70} {volume.format:11} {'x'.join(map(str, volume.shape)):16} {found}")
            if not found.endswith("same") or path.name in REFUSED:
                wrong.append(lines[-1])
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - the table is the point
    assert wrong == []
    assert len({line.split()[0] for line in lines}) == len({path.name for path in files(shared_data)})
    assert sum("same" in line for line in lines) > 100


def compared(path: Path, volume: Volume, array: Any) -> str:
    """Which library it was held against, and what came of it."""
    name = path.name.lower()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name.endswith(BY_ITK):
            try:
                return f"SimpleITK: {by_itk(path, volume, array)}"
            except RuntimeError:  # it lacks bzip2, and is particular about bytes behind a stream
                return f"pynrrd: {by_pynrrd(path, volume, array)}"
        if name.endswith(BY_PILLOW) or name.endswith(".jls"):
            return by_pictures(path, array)
        return f"nibabel: {by_nibabel(path, volume, array)}"


def verdict(*, values: bool, transform: bool) -> str:
    return "same" if values and transform else f"values {values}, transform {transform}"


def by_nibabel(path: Path, volume: Volume, array: Any) -> str:
    import nibabel

    if path.suffix == ".v":
        image: Any = nibabel.ecat.EcatImage.load(path)
    else:
        image = nibabel.load(path)
    values = np.asanyarray(image.dataobj)
    if values.dtype.names:
        values = np.stack([values[name] for name in values.dtype.names], axis=-1)
    if volume.format.startswith("MINC") and values.ndim > 3:
        values = values.transpose(1, 2, 3, 0)
    return verdict(
        values=np.array_equal(values.squeeze(), array.squeeze(), equal_nan=values.dtype.kind in "fc"),
        transform=np.allclose(RAS_TO_LPS @ volume.affine, image.affine, atol=1e-5),
    )


def by_itk(path: Path, volume: Volume, array: Any) -> str:
    import SimpleITK

    image = SimpleITK.ReadImage(str(path))
    values = SimpleITK.GetArrayFromImage(image)
    values = values.transpose(*reversed(range(values.ndim)))
    if image.GetDimension() < 3:
        return verdict(values=np.array_equal(values.squeeze(), array.squeeze()), transform=not volume.oriented)
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return verdict(
        values=np.array_equal(values, array.squeeze(axis=3)), transform=np.allclose(affine, volume.affine, atol=1e-5)
    )


def by_pynrrd(path: Path, volume: Volume, array: Any) -> str:
    import nrrd

    values, header = nrrd.read(str(path))
    if "space directions" not in header:  # nothing is known of where it lies
        return verdict(values=np.array_equal(values, array.squeeze()), transform=not volume.oriented)
    affine = np.eye(4)
    affine[:3, :3] = header["space directions"].T
    affine[:3, 3] = header["space origin"]
    assert header["space"] == "left-posterior-superior"
    return verdict(values=np.array_equal(values, array.squeeze()), transform=np.allclose(affine, volume.affine))


def by_pictures(path: Path, array: Any) -> str:
    """Pillow where it keeps all bits, else imagecodecs or tifffile themselves; turned to rows first."""
    import imagecodecs
    import tifffile
    from PIL import Image, UnidentifiedImageError

    turned = array[:, :, :, 0].transpose(2, 1, 0, *range(3, array.ndim - 1)).squeeze()
    lossy = path.suffix in {".jpg", ".jpeg", ".jp2", ".j2k"}
    if path.suffix == ".tif":
        return f"tifffile: {verdict(values=np.array_equal(tifffile.imread(path), turned), transform=True)}"
    try:
        if path.name == "0x00-to-0xFF-between-segments.jpg":  # Pillow refuses it, libjpeg passes the garbage by
            values = imagecodecs.jpeg8_decode(path.read_bytes())
            return f"libjpeg-turbo: {verdict(values=np.array_equal(values, turned), transform=True)}"
        with Image.open(path) as image:
            values = np.asarray(image)
            if image.mode == "P":
                values = np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError):
        values = imagecodecs.imread(path)
        return f"imagecodecs: {verdict(values=np.array_equal(values, turned), transform=True)}"
    if values.shape != turned.shape:
        return f"Pillow: {values.shape} against {turned.shape}"
    if turned.dtype == np.uint16 and path.suffix == ".j2k":
        values = values // 16  # Pillow spreads 12 bits over 16
    same = values.dtype != turned.dtype or np.abs(values.astype(int) - turned.astype(int)).max() <= (2 if lossy else 0)
    return f"Pillow: {verdict(values=same, transform=True)}"
