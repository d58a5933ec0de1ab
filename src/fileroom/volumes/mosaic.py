"""Mosaics of Siemens and of United Imaging: all slices of one moment as tiles of one picture.

How many there are, and which way they follow each other, stands with Siemens in a private header (CSA), which nibabel
reads; with United Imaging each tile has an item in a private sequence, with its Image Position.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.errors import Unavailable
from fileroom.sources.opened import as_file, opened

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fileroom.model.headers import Header

MARK = "MOSAIC"
UNITED, TILES = "Image Private Header", 0x51  # a private creator of United Imaging, and its sequence of tiles
NEAR = 0.01  # mm


@dataclass(frozen=True, slots=True)
class Mosaic:
    """``tiles`` of ``rows`` by ``columns``, ``across`` of them side by side. The first lies at ``corner``, the others
    a ``step`` further each."""

    tiles: int
    across: int
    rows: int
    columns: int
    corner: tuple[float, ...]
    step: tuple[float, ...]

    def position(self, tile: int) -> tuple[float, ...]:
        """Where the first pixel of a tile lies in the patient."""
        return tuple(a + tile * b for a, b in zip(self.corner, self.step, strict=True))

    def tile(self, pixels: NDArray[Any], tile: int) -> NDArray[Any]:
        """One of them."""
        row, column = divmod(tile, self.across)
        return pixels[row * self.rows : (row + 1) * self.rows, column * self.columns : (column + 1) * self.columns]


def mosaic_of(path: str, header: Header) -> Mosaic | None:
    """What the tiles of an image are; None when it is no mosaic, or does not say enough of itself."""
    if not header.image_position and header.modality == "MR" and header.image_orientation and header.pixel_spacing:
        return _united(path, header)
    if MARK not in header.image_type or not header.image_position or not header.image_orientation:
        return None
    load_pydicom()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nibabel says of its DICOM readers that they are young
        from nibabel.nicom import csareader
    from pydicom import dcmread

    try:
        with quiet_pydicom(), opened(path) as file:
            data_set = dcmread(as_file(file), stop_before_pixels=True, force=True)
            csa = csareader.get_csa_header(data_set, "image")
            tiles = csareader.get_n_mosaic(csa) if csa else None
            normal = csareader.get_slice_normal(csa) if csa else None
    except OSError as error:
        raise Unavailable("the file cannot be read") from error
    except Exception:  # noqa: BLE001 - a private header is no promise: without it, it is a picture of many slices
        return None
    step = header.spacing_between_slices or header.slice_thickness
    if not tiles or normal is None or not step or not header.rows or not header.columns:
        return None
    return _mosaic(header, int(tiles), np.asarray(normal, dtype=float), float(step))


def _united(path: str, header: Header) -> Mosaic | None:
    """What United Imaging says of its tiles: the picture itself has no Image Position."""
    load_pydicom()
    from pydicom import dcmread

    try:
        with quiet_pydicom(), opened(path) as file:
            data_set = dcmread(as_file(file), stop_before_pixels=True, force=True)
            items = data_set.private_block(0x0065, UNITED)[TILES].value
            places = np.array([item.ImagePositionPatient for item in items], dtype=float)
    except OSError as error:
        raise Unavailable("the file cannot be read") from error
    except Exception:  # noqa: BLE001 - no picture of that kind, or one that does not say enough
        return None
    tiles = len(places)
    if tiles < 2 or places.shape != (tiles, 3) or not header.rows or not header.columns:  # noqa: PLR2004 - one is no mosaic
        return None
    step = (places[-1] - places[0]) / (tiles - 1)
    if np.abs(places - (places[0] + np.outer(np.arange(tiles), step))).max() > NEAR:
        return None
    across = math.ceil(math.sqrt(tiles))
    rows, columns = header.rows // math.ceil(tiles / across), header.columns // across
    return Mosaic(tiles, across, rows, columns, tuple(map(float, places[0])), tuple(map(float, step)))


def _mosaic(header: Header, tiles: int, normal: NDArray[np.float64], step: float) -> Mosaic:
    across = math.ceil(math.sqrt(tiles))
    total_rows, total_columns = header.rows or 0, header.columns or 0
    rows, columns = total_rows // across, total_columns // across
    # Image Position is that of the whole picture, as if it were one slice of that size about the same middle
    right = np.array(header.image_orientation[:3]) * header.pixel_spacing[1]
    down = np.array(header.image_orientation[3:]) * header.pixel_spacing[0]
    corner = np.array(header.image_position) + right * (total_columns - columns) / 2 + down * (total_rows - rows) / 2
    return Mosaic(tiles, across, rows, columns, tuple(map(float, corner)), tuple(map(float, normal * step)))
