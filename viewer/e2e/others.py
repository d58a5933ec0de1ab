"""Files of other kinds for tests in a browser: one body with a mark at its left side and one at its front, stored in
several ways, and some files that are wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import nibabel
import numpy as np
import SimpleITK
from tests.volumes.test_videos import VIDEO

SIZE, STEP = 40, 4.0
LEFT, FRONT, BODY = 1000, 600, 200


def body() -> np.ndarray:
    """Indices grow to the left, back and head: the patient's left is at the end of the first axis."""
    found = np.zeros((SIZE, SIZE, SIZE), np.int16)
    found[4:36, 4:36, 4:36] = BODY
    found[28:36, 16:24, 4:36] = LEFT
    found[16:24, 4:12, 4:36] = FRONT
    return found


def _maps(folder: Path, lps: np.ndarray) -> None:
    """Labels of the two marks: on the grid of the body and said to be labels, on a coarser one and not said, and far
    away."""
    labels = np.zeros((SIZE, SIZE, SIZE), np.uint8)
    labels[28:36, 16:24, 4:36] = 1
    labels[16:24, 4:12, 4:36] = 2
    ras = np.diag([-1.0, -1, 1, 1]) @ lps
    said = nibabel.Nifti1Image(labels, ras)
    said.header.set_xyzt_units("mm")
    said.header.set_intent("label")
    nibabel.save(said, folder / "labels.nii.gz")
    coarse = ras @ np.diag([2.0, 2, 2, 1])
    coarse[:3, 3] += ras[:3, :3] @ [0.5, 0.5, 0.5]
    nibabel.save(nibabel.Nifti1Image(labels[::2, ::2, ::2], coarse), folder / "coarse.nii")
    away = ras.copy()
    away[2, 3] += 5000
    nibabel.save(nibabel.Nifti1Image(labels, away), folder / "away.nii")


def main(folder: Path) -> None:
    """Write them all."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clip.mp4").write_bytes(VIDEO)
    values = body()
    lps = np.diag([STEP, STEP, STEP, 1])
    lps[:3, 3] = -SIZE * STEP / 2
    image = nibabel.Nifti1Image(values, np.diag([-1.0, -1, 1, 1]) @ lps)
    image.header.set_xyzt_units("mm", "sec")
    turned = nibabel.orientations.ornt_transform(
        nibabel.io_orientation(image.affine), nibabel.orientations.axcodes2ornt(("R", "A", "S"))
    )
    nibabel.save(image.as_reoriented(turned), folder / "ras.nii.gz")  # left on left, for who shows it as it is stored
    nowhere = nibabel.Nifti1Image(values, None)
    nibabel.save(nowhere, folder / "nowhere.nii")
    both = nibabel.Nifti1Image(values, image.affine)
    both.set_qform(np.diag([STEP, STEP, STEP, 1]), code=1)
    nibabel.save(both, folder / "differ.nii")
    itk = SimpleITK.GetImageFromArray(values.transpose(2, 1, 0))
    itk.SetSpacing([STEP] * 3)
    itk.SetOrigin([-SIZE * STEP / 2] * 3)
    SimpleITK.WriteImage(itk, str(folder / "lps.nrrd"))
    _maps(folder, lps)
    (folder / "cut.nii").write_bytes((folder / "nowhere.nii").read_bytes()[:-1000])
    (folder / "text.nii").write_text("no image at all")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
