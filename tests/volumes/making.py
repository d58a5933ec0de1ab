"""Small images of each format, written by the libraries that made the format or read it best."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# A volume of which no two axes are alike: 5 columns, 4 rows, 3 slices. Left, back and head by millimetres.
NUMBERS: NDArray[np.int16] = np.arange(60, dtype=np.int16).reshape(5, 4, 3)
AFFINE_LPS = np.array([[2.0, 0, 0, -10], [0, 3, 0, 5], [0, 0, 4, 20], [0, 0, 0, 1]])
AFFINE_RAS = np.diag([-1.0, -1, 1, 1]) @ AFFINE_LPS


def nifti(path: Path, array: Any = NUMBERS, affine: Any = AFFINE_RAS, **header: Any) -> Path:
    import nibabel

    image = nibabel.Nifti1Image(array, affine, dtype=array.dtype)
    image.header.set_xyzt_units("mm", "sec")
    for name, value in header.items():
        image.header[name] = value
    nibabel.save(image, path)
    return path


def itk(path: Path, array: Any = NUMBERS) -> Path:
    """By SimpleITK: NRRD, MetaImage, GIPL."""
    import SimpleITK

    image = SimpleITK.GetImageFromArray(array.transpose(*reversed(range(array.ndim))))
    image.SetSpacing((2, 3, 4))
    image.SetOrigin((-10, 5, 20))
    SimpleITK.WriteImage(image, str(path))
    return path


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "."), data)
    return path


def tarred(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as file:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return path


def patched(path: Path, offset: int, data: bytes) -> Path:
    """With some bytes of its header changed; what is packed is packed again."""
    packed = path.suffix == ".gz"
    content = bytearray(gzip.decompress(path.read_bytes()) if packed else path.read_bytes())
    content[offset : offset + len(data)] = data
    path.write_bytes(gzip.compress(bytes(content)) if packed else bytes(content))
    return path
