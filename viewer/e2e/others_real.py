"""Places in the patient with their values, of the middle slice of files, as nibabel and SimpleITK have them.

`python viewer/e2e/others_real.py FILE…` tells of each some places, from the least value to the greatest, well apart
from each other and each among neighbours that are like it, so that the drawing between voxels does no harm.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import SimpleITK

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def main(*paths: str) -> None:
    """Tell them."""
    json.dump(
        [places(*(by_itk if path.endswith((".mha", ".nrrd")) else by_nibabel)(path)) for path in paths], sys.stdout
    )


def by_nibabel(path: str) -> tuple[NDArray[Any], Callable[[list[int]], list[float]]]:
    """The values, and where an index lies: their x and y lead right and front."""
    image: Any = nibabel.load(path)
    turned = nibabel.as_closest_canonical(image)
    ras = turned.affine

    def lies(index: list[int]) -> list[float]:
        x, y, z = (ras @ [*index, 1])[:3]
        return [-float(x), -float(y), float(z)]

    return turned.get_fdata(), lies


def by_itk(path: str) -> tuple[NDArray[Any], Callable[[list[int]], list[float]]]:
    """The same; ITK tells of left and back."""
    image = SimpleITK.ReadImage(path)
    values = SimpleITK.GetArrayFromImage(image).transpose(2, 1, 0).astype(float)
    return values, lambda index: list(image.TransformIndexToPhysicalPoint([int(at) for at in index]))


def places(values: NDArray[Any], lies: Callable[[list[int]], list[float]]) -> list[list[float]]:
    """Left, back and up of each in millimetres."""
    middle = values.shape[2] // 2
    plane = values[:, :, middle]
    span = plane.max() - plane.min()
    even = []
    for column, row in np.ndindex(*plane.shape):
        near = plane[max(0, column - 1) : column + 2, max(0, row - 1) : row + 2]
        if near.size == 9 and near.max() - near.min() < 0.12 * span:  # noqa: PLR2004 - not at the edge
            even.append((float(plane[column, row]), column, row))
    chosen = [min(even)]
    for one in sorted(even):
        if one[0] - chosen[-1][0] > 0.15 * span:
            chosen.append(one)
    return [lies([column, row, middle]) for _, column, row in chosen]


if __name__ == "__main__":
    main(*sys.argv[1:])
