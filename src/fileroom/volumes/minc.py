"""MINC 1 (netCDF, read by nibabel in Python) and MINC 2 (HDF5, by h5py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.model.others import Refusal
from fileroom.volumes.block import unpacked
from fileroom.volumes.by_nibabel import guarded, volume_of
from fileroom.volumes.files import InMemory, reader_of, whole
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import MOST_BYTES

if TYPE_CHECKING:
    from fileroom.volumes.files import OtherFile
    from fileroom.volumes.volume import Volume

NETCDF, HDF5 = (b"CDF\1", b"CDF\2"), b"\x89HDF\r\n\x1a\n"
MOST_WHOLE = 1 << 30  # netCDF is read as a whole
MAGIC: Final = 8


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these."""
    data = unpacked(file) if file.name.lower().endswith(".mnc.gz") else file
    magic = data.read_at(0, MAGIC)
    if magic.startswith(NETCDF):
        form, load = "MINC 1", _minc1
    elif magic == HDF5:
        form, load = "MINC 2", _minc2
    else:
        return None
    image = guarded(lambda: load(data))
    if image is None:
        return None
    return (volume_of(file.name, form, image, time_first=image.shape[0] > 1 and len(image.shape) > 3),)  # noqa: PLR2004


def _minc1(file: OtherFile) -> Any:
    from nibabel.externals.netcdf import netcdf_file
    from nibabel.minc1 import Minc1File

    return _Image(Minc1File(netcdf_file(reader_of(InMemory(file.name, whole(file, MOST_WHOLE))))))


def _minc2(file: OtherFile) -> Any:
    import h5py
    from nibabel.minc2 import Minc2File

    opened = h5py.File(reader_of(file), "r")
    if "minc-2.0" not in opened:
        raise Refused(Refusal.NO_IMAGE, "HDF5 without MINC")
    return _Image(Minc2File(opened))


class _Image:
    """A MINC file as nibabel's images are: nibabel's own class for MINC 2 wants a path of the disk."""

    def __init__(self, minc: Any) -> None:
        self.affine = minc.get_affine()
        self.shape = tuple(int(length) for length in minc.get_data_shape())
        if int(np.prod(self.shape, dtype=np.int64)) * 8 > MOST_BYTES:
            raise Refused(Refusal.TOO_LARGE)
        self.dataobj = _Proxy(minc, self.shape)


class _Proxy:
    """Scaled values of any part."""

    def __init__(self, minc: Any, shape: tuple[int, ...]) -> None:
        self._minc = minc
        self.shape = shape

    def __getitem__(self, index: Any) -> Any:
        return self._minc.get_scaled_data(index)
