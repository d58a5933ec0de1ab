"""A block whose axes lie in any order: seen as columns, rows, slices, points in time and samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.model.others import Refusal
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fileroom.volumes.files import OtherFile

MOST_REORDERED = 2 << 30  # bytes that have to be held to be put into another order


@dataclass(slots=True)
class Grid:
    """Values of ``lengths``, the first axis fastest, of which ``order`` says what is what: for each axis of the file
    one of ``"crst"`` (columns, rows, slices, times) or ``"v"`` (samples of a pixel). All further axes are times."""

    file: OtherFile = field(repr=False)
    offset: int
    dtype: np.dtype[Any]
    lengths: Sequence[int]
    order: str
    _held: NDArray[Any] | None = field(default=None, repr=False)

    def plane(self, number: int) -> NDArray[Any]:
        """As :class:`~fileroom.volumes.volume.Values` says."""
        if self._held is None:
            self._held = self._read()
        return self._held[:, :, number]

    def _read(self) -> NDArray[Any]:
        size = int(np.prod(self.lengths, dtype=np.int64)) * self.dtype.itemsize
        if size > MOST_REORDERED:
            raise Refused(Refusal.TOO_LARGE)
        data = self.file.read_at(self.offset, size)
        if len(data) < size:
            raise Refused(Refusal.ENDS_EARLY, f"{len(data)} bytes of {size}")
        array = np.frombuffer(data, self.dtype).reshape(self.lengths, order="F")
        return in_planes(array, self.order)


def in_planes(array: NDArray[Any], order: str) -> NDArray[Any]:
    """``array`` with axes in ``order`` as (columns, rows, planes[, samples]); slices run before times."""
    places = [order.index(one) for one in "crs" if one in order]
    times = [place for place, one in enumerate(order) if one == "t"]
    samples = [place for place, one in enumerate(order) if one == "v"]
    moved = array.transpose(*places, *times, *samples)
    spatial = len(places)
    columns, rows, slices = [*moved.shape[:spatial], 1, 1][:3]
    many = int(np.prod(moved.shape[spatial : spatial + len(times)], dtype=np.int64))
    if not samples:
        return moved.reshape(columns, rows, slices * many, order="F")
    flat = [moved[..., one].reshape(columns, rows, slices * many, order="F") for one in range(moved.shape[-1])]
    return np.stack(flat, axis=-1)
