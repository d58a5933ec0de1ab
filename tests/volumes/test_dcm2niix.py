"""Real series as NIfTI, against dcm2niix: the same values at the same places, whatever the order of the axes.

A choice of them one by one, then all that there are, as a table (`pytest -s`) in which each difference has its reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import pytest

from fileroom.dicom.reading import read_header
from fileroom.errors import FileroomError
from fileroom.model.others import Refusal
from fileroom.volumes.convert import to_path
from fileroom.volumes.refusing import Refused
from fileroom.volumes.series import series_volume

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.model.headers import Header
    from fileroom.volumes.volume import Volume

# Folder of one series, what it is, and its shape (columns, rows, slices, times).
SERIES: dict[str, tuple[str, tuple[int, int, int, int]]] = {
    "dcm_qa/In/Orientation/ax/axasc36": ("mosaic, 4D", (64, 64, 36, 2)),
    "dcm_qa/In/Orientation/sag/sagdesc36": ("mosaic, sagittal, descending, 4D", (64, 64, 36, 2)),
    "dcm_qa_canon_61/In/cl": ("MR of Canon", (80, 80, 10, 1)),
    "dcm_qa_decubitus/In/HFP/2_t1_fl2d_sag": ("MR, prone", (256, 256, 8, 1)),
    "dcm_qa_enh/In/Siemens/XA10": ("enhanced, 4D", (64, 64, 6, 4)),
    "dcm_qa_nih/In/20180918GE/mr_0004": ("GE, 4D", (64, 64, 15, 4)),
    "dcm_qa_philips_enh/In/enh": ("enhanced of Philips, scaled", (96, 96, 40, 1)),
    "dcm_qa_xa30/In/25_asl_2d_tra": ("enhanced, 4D", (64, 64, 12, 7)),
    "dcmqi/segmentations/24x38x3/image": ("CT", (24, 38, 3, 1)),
    "dicom2nifti/generic/anatomical/002_non_isotropic": ("slices with scales of their own", (64, 28, 4, 1)),
    "dicom2nifti/generic/compressed_jpeg/001": ("JPEG", (256, 256, 4, 1)),
    "dicom2nifti/generic/compressed_rle/001": ("RLE", (256, 256, 4, 1)),
    "dicom2nifti/hyperfine/anatomical/001": ("low field", (112, 138, 8, 1)),
    "dicom2nifti/philips/dti/001": ("diffusion, 4D", (128, 128, 2, 4)),
    "dicom2nifti/siemens_multiframe/anatomical/001": ("enhanced", (256, 256, 8, 1)),
}


# What dcm2niix writes and we do not, or not so, by folder and first file.
GREY = "dcm2niix writes the indices of the palette, we write its colours"
JPEG = "dcm2niix takes the JPEG's colours for RGB; ours are those of Pillow and DCMTK (tests/pixels/references.tsv)"
SIZES = "several sizes of image in one series: dcm2niix writes a file for each"
EXPLAINED: dict[tuple[str, str], str] = {
    (
        "cornerstone3D",
        "CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm",
    ): "several kinds of number: dcm2niix writes a file for each",
    ("cornerstone3D", "no-pixel-spacing.dcm"): GREY,
    ("dcm_qa_ct/In/GE", "01.dcm"): "steps of 1.08 to 6.99 mm: dcm2niix makes up slices in between",
    (
        "dcm_qa_xa30/In/8_gre_field_mapping",
        "0001_1.3.12.2.1107.5.2.43.67093.2022071112105821698004979.dcm",
    ): "two echoes: dcm2niix writes a file for each, we write them as the fourth axis",
    (
        "dcmqi/segmentations",
        "sparse-labelmap-noppv.dcm",
    ): "places 5 mm apart; dcm2niix takes the thickness for the step",
    ("dicom2nifti/failing/sliceorientation/001", "IM-0001-0001-0001 2.dcm"): "two directions: no volume",
    ("dicomParser/encapsulated/multi-frame", "CT0012.explicit_little_endian.dcm"): "one image under two identifiers: "
    "dcm2niix drops the other",
    ("highdicom", "seg_image_ct_binary_overlap.dcm"): "two segments, each at places of its own",
    ("highdicom", "sm_image_grayscale.dcm"): "two images: dcm2niix drops the other",
    ("highdicom", "seg_image_sm_control_labelmap_palette_color.dcm"): GREY,
    ("nibabel", "0.dcm"): "two mosaics that lie 3 mm apart; dcm2niix takes the place of the first for both",
    ("pydicom", "SC_jpeg_no_color_transform.dcm"): JPEG,
    ("pydicom", "SC_jpeg_no_color_transform_2.dcm"): JPEG,
    ("pydicom", "SC_rgb_jpeg.dcm"): JPEG,
    (
        "pydicom",
        "J2K_pixelrep_mismatch.dcm",
    ): "the codestream has signed values, which dcm2niix takes for unsigned; and it shears a single slice by its tilt",
    ("pydicom", "SC_rgb_dcmtk_+eb+cr.dcm"): SIZES,
    ("pydicom", "examples_palette.dcm"): GREY,
    ("pydicom", "examples_jpeg2k.dcm"): SIZES,
    ("pydicom-data", "liver.dcm"): SIZES,
    ("pydicom-data", "mlut_18.dcm"): "12 bits with a sign, which dcm2niix takes for a part of the value",
    ("pydicom-data", "gdcm-US-ALOKA-16.dcm"): GREY,
    ("pydicom-data", "SC_rgb.dcm"): "photographs of one number, in another order; each is the same",
    ("pydicom-data", "OT-PAL-8-face.dcm"): GREY,
    ("pydicom-data", "OBXXXX1A_rle.dcm"): GREY,
    (
        "pypi-deid-data/humans",
        "ctbrain1.dcm",
    ): "lossy JPEG, 4 levels apart by the decoder; and it shears a single slice",
    ("weasis-dicom-tools/org/dcm4che3/img", "ybrFull-RLE.dcm"): "dcm2niix takes YBR for RGB",
}


@pytest.mark.parametrize("folder", SERIES)
def test_same_values_at_the_same_places(shared_data: Path, tmp_path: Path, folder: str) -> None:
    dcm2niix = shutil.which("dcm2niix")
    if dcm2niix is None:
        pytest.skip("dcm2niix is not installed: nothing to compare with")
    source = shared_data / "dicom" / folder
    if not source.is_dir():
        pytest.skip(f"{folder} is not there")
    headers = ((str(path), read_header(str(path)).header) for path in sorted(source.iterdir()))
    volume = series_volume("series", [(path, header) for path, header in headers if header is not None])
    to_path(volume, tmp_path / "ours.nii", None, None)
    (tmp_path / "theirs").mkdir()
    command = [dcm2niix, "-z", "n", "-b", "n", "-p", "n", "-f", "theirs", "-o", str(tmp_path / "theirs"), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (written,) = (tmp_path / "theirs").glob("*.nii")
    ours, theirs = upright(tmp_path / "ours.nii"), upright(written)
    assert volume.shape == SERIES[folder][1]
    assert np.allclose(ours.get_fdata(), theirs.get_fdata(), rtol=1e-5)
    assert np.allclose(ours.affine, theirs.affine, atol=2e-3)  # theirs is in single precision


def upright(path: Path) -> Any:
    return nibabel.as_closest_canonical(nibabel.load(path))


def test_a_scan_with_gaps_is_refused(shared_data: Path) -> None:
    """A real one, with 18.5 degrees of tilt and steps from 1.08 to 6.99 mm: dcm2niix makes up slices in between."""
    source = shared_data / "dicom/dcm_qa_ct/In/GE"
    if not source.is_dir():
        pytest.skip("the tilted scan is not there")
    headers = ((str(path), read_header(str(path)).header) for path in sorted(source.iterdir()))
    with pytest.raises(Refused) as caught:
        series_volume("tilted", [(path, header) for path, header in headers if header is not None])
    assert caught.value.reason is Refusal.UNEVEN


Series = list[tuple[str, "Header"]]


def all_series(folder: Path) -> dict[tuple[str, str], Series]:
    """The images below a folder by the folder they lie in and their series, each SOP instance once."""
    found: dict[tuple[str, str], Series] = defaultdict(list)
    seen = set()
    for above, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            header = read_header(os.path.join(above, name)).header  # noqa: PTH118 - a text is what it takes
            if header is None or not header.has_pixels:
                continue
            key = (os.path.relpath(above, folder), header.series_instance_uid)
            if (*key, header.sop_instance_uid) not in seen:
                seen.add((*key, header.sop_instance_uid))
                found[key].append((os.path.join(above, name), header))  # noqa: PTH118 - as above
    return found


def test_all_series_become_what_dcm2niix_makes_of_them_or_it_is_known_why_not(
    shared_data: Path, tmp_path: Path
) -> None:
    """Some six seconds: a hundred and fifty series, each converted twice."""
    dcm2niix = shutil.which("dcm2niix")
    if dcm2niix is None:
        pytest.skip("dcm2niix is not installed: nothing to compare with")
    series = all_series(shared_data / "dicom")
    lines, wrong = [], []
    for number, ((folder, _), files) in enumerate(sorted(series.items())):
        name = os.path.basename(files[0][0])  # noqa: PTH119 - as above
        found = against(dcm2niix, files, tmp_path / str(number))
        reason = EXPLAINED.get((folder, name), "")
        line = f"{folder[-44:]:44} {name[:28]:28} {files[0][1].modality:6} {len(files):4}  {found}"
        lines.append(f"{line}: {reason}" if reason else line)
        if found.startswith(("same", "dcm2niix writes nothing")) == bool(reason):
            wrong.append(line)
    print("\n" + "\n".join(lines))  # noqa: T201 - the table is the point
    assert wrong == []
    assert sum("  same" in line for line in lines) > 80


def against(dcm2niix: str, files: Series, room: Path) -> str:
    """What came of both, in words."""
    (room / "in").mkdir(parents=True)
    (room / "out").mkdir()
    for number, (path, _) in enumerate(files):
        (room / "in" / f"{number:05}.dcm").symlink_to(path)
    command = [dcm2niix, "-z", "n", "-b", "n", "-p", "n", "-f", "%s", "-o", str(room / "out"), str(room / "in")]
    subprocess.run(command, check=False, capture_output=True, timeout=60)
    written = sorted((room / "out").glob("*.nii"))
    try:
        volume = series_volume("series", files)
        to_path(volume, room / "ours.nii", None, None)
    except FileroomError as refused:
        return f"refused: {refused}" if written else "dcm2niix writes nothing, nor do we"
    if not written:
        return "dcm2niix writes nothing"
    verdicts = {compared(volume, room / "ours.nii", theirs) for theirs in written}
    return " and ".join(sorted(verdicts))


def compared(volume: Volume, ours: Path, theirs: Path) -> str:
    if not volume.oriented:  # what is not known they make up: rows from the bottom, a place, frames as slices
        mine, other = (values_of(nibabel.load(path)).squeeze() for path in (ours, theirs))
        if mine.shape != other.shape:
            return f"shape {mine.shape}, theirs {other.shape}"
        same = any(np.allclose(mine, one) for one in (other, other[:, ::-1]))
        return "same values, and no place is made up" if same else "other values"
    one, other = plain(ours), plain(theirs)
    if one.shape != other.shape:
        return f"shape {one.shape}, theirs {other.shape}"
    same = np.allclose(one.get_fdata(), other.get_fdata(), rtol=1e-5)
    placed = np.allclose(one.affine, other.affine, atol=2e-3)
    return "same" if same and placed else f"values {same}, places {placed}"


def plain(path: Path) -> Any:
    """Upright, and colours as one more axis: nibabel turns no structured arrays that dcm2niix has given a scale."""
    image: Any = nibabel.load(path)
    return nibabel.as_closest_canonical(nibabel.Nifti1Image(values_of(image), image.affine))


def values_of(image: Any) -> Any:
    kinds = image.get_data_dtype().names
    if kinds is None:
        return image.get_fdata()
    colours = image.dataobj.get_unscaled()
    return np.stack([colours[name] for name in kinds], axis=-1).astype(np.float64)
