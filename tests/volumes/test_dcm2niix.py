"""Real series as NIfTI, against dcm2niix: the same values at the same places, whatever the order of the axes."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import pytest

from fileroom.dicom.reading import read_header
from fileroom.model.others import Refusal
from fileroom.volumes.convert import to_path
from fileroom.volumes.refusing import Refused
from fileroom.volumes.series import series_volume

if TYPE_CHECKING:
    from pathlib import Path

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
