"""TIFF, BigTIFF, stacks of ImageJ and OME-TIFF: by tifffile, page by page.

What its axes are is asked of the file (OME's XML, ImageJ's description, the shape that tifffile writes); a plain row of
pages is a row of slices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.model.others import Refusal, Remark
from fileroom.volumes.by_nibabel import guarded
from fileroom.volumes.files import reader_of
from fileroom.volumes.grid import in_planes
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import Volume, checked_shape, from_diagonal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fileroom.volumes.files import OtherFile

MAGICS: Final = tuple(
    order + mark for order, mark in ((b"II", b"*\0"), (b"MM", b"\0*"), (b"II", b"+\0"), (b"MM", b"\0+"))
)
COLOURS = {3, 4}
MOST_PAGES = 100_000
TO_MM: Final = {"m": 1e3, "cm": 10.0, "mm": 1.0, "µm": 1e-3, "um": 1e-3, "\\u00B5m": 1e-3, "micron": 1e-3, "nm": 1e-6}


@dataclass(frozen=True, slots=True)
class Pages:
    """Values page by page. ``numbers`` says which page has which plane; ``crop`` which sample of it, if one."""

    series: Any = field(repr=False)
    numbers: tuple[int, ...] = field(repr=False)
    shape: tuple[int, ...]

    def plane(self, number: int) -> NDArray[Any]:
        """As :class:`~fileroom.volumes.volume.Values` says."""
        page = self.series.pages[self.numbers[number]]
        array: NDArray[Any] = guarded(page.asarray)
        if array.shape != self.shape:
            raise Refused(Refusal.DAMAGED)
        return array.transpose(1, 0, *range(2, array.ndim))


@dataclass(slots=True)
class Whole:
    """A series whose pages are no planes: read as one, when it is first asked for."""

    series: Any = field(repr=False)
    order: str
    _held: NDArray[Any] | None = field(default=None, repr=False)

    def plane(self, number: int) -> NDArray[Any]:
        """As :class:`~fileroom.volumes.volume.Values` says."""
        if self._held is None:
            self._held = in_planes(guarded(self.series.asarray), self.order)
        return self._held[:, :, number]


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The images, or None when this is not one of these."""
    if file.read_at(0, 4) not in MAGICS:
        return None
    return guarded(lambda: _read(file))  # type: ignore[no-any-return]


def _read(file: OtherFile) -> tuple[Volume, ...]:
    import tifffile

    tiff = tifffile.TiffFile(reader_of(file), name=file.name)
    return tuple(_volume(file.name, tiff, series) for series in tiff.series)


def _volume(name: str, tiff: Any, series: Any) -> Volume:
    lengths = [int(length) for length in series.shape]
    axes = str(series.axes)
    kind = np.dtype(series.dtype)
    if kind.kind not in "iufc" or len(axes) != len(lengths):
        raise Refused(Refusal.UNSUPPORTED, f"{kind} {axes}")
    samples = lengths[axes.index("S")] if "S" in axes else 1
    if samples not in {1, *COLOURS}:
        raise Refused(Refusal.UNSUPPORTED, f"{samples} samples")
    slices = _along(axes, lengths)
    order = "".join(
        "c" if axis == "X" else "r" if axis == "Y" else "v" if axis == "S" else "s" if place == slices else "t"
        for place, axis in enumerate(axes)
    )
    times = [length for length, one in zip(lengths, order, strict=True) if one == "t"]
    planes = 1 if slices is None else lengths[slices]
    shape = checked_shape([lengths[axes.index("X")], lengths[axes.index("Y")], planes, *times], kind, samples)
    steps, known = _steps(tiff, series)
    remarks = [Remark.NO_ORIENTATION] + [Remark.NO_SPACING] * (not known) + [Remark.MORE_AXES] * (len(times) > 1)
    return Volume(
        name=name,
        format="OME-TIFF" if tiff.is_ome else "TIFF",
        shape=shape,
        dtype=kind,
        samples=samples,
        values=_values(series, axes, order, shape, samples),
        affine=from_diagonal(steps),
        transform="none",
        oriented=False,
        spaced=known,
        remarks=tuple(remarks + [Remark.ALPHA_LEFT_OUT] * (samples == max(COLOURS))),
    )


def _along(axes: str, lengths: list[int]) -> int | None:
    """Which axis are the slices: that of depth, else the first one that is neither time nor channel."""
    for wanted in ("Z", "IQ"):
        found = [place for place, axis in enumerate(axes) if axis in wanted and lengths[place] > 0]
        if found:
            return found[0]
    return None


def _values(series: Any, axes: str, order: str, shape: tuple[int, int, int, int], samples: int) -> Pages | Whole:
    page = (shape[1], shape[0]) if samples == 1 else (shape[1], shape[0], samples)
    above = [place for place, axis in enumerate(axes) if axis not in "XYS"]
    lengths = [int(series.shape[place]) for place in above]
    if (
        axes.replace("S", "").endswith("YX")
        and (samples == 1 or axes.endswith("S"))
        and len(series.pages) == math.prod(lengths)
        and tuple(series.pages[0].shape) == page
    ):
        grid = np.arange(len(series.pages)).reshape(lengths or [1])
        slices = [number for number, place in enumerate(above) if order[place] == "s"]
        times = [number for number, place in enumerate(above) if order[place] == "t"]
        turned = grid.transpose(*slices, *times) if above else grid
        # the first of several times runs fastest, as elsewhere
        return Pages(series, tuple(int(number) for number in turned.flatten(order="F")), page)
    return Whole(series, order)


def _steps(tiff: Any, series: Any) -> tuple[tuple[float, float, float], bool]:
    """Millimetres of a column, a row and a slice, when the file says so in a unit."""
    found = _ome_steps(tiff) if tiff.is_ome else _plain_steps(tiff, series)
    good = all(step is not None and math.isfinite(step) and step > 0 for step in found[:2])
    if not good:
        return (1.0, 1.0, 1.0), False
    across, down, apart = found
    return (across or 1.0, down or 1.0, apart or across or 1.0), True


def _ome_steps(tiff: Any) -> list[float | None]:
    from xml.etree import ElementTree as ET  # it fetches nothing, and expat limits what entities grow to

    try:
        tree = ET.fromstring(tiff.ome_metadata)  # noqa: S314
    except ET.ParseError:
        return [None, None, None]
    pixels = next((one for one in tree.iter() if one.tag.endswith("}Pixels")), None)
    return (
        [_length(pixels.get(f"PhysicalSize{axis}"), pixels.get(f"PhysicalSize{axis}Unit", "µm")) for axis in "XYZ"]
        if pixels is not None
        else [None, None, None]
    )


def _plain_steps(tiff: Any, series: Any) -> list[float | None]:
    """By resolution and unit of ImageJ or of the baseline (TIFF 6.0: inch or centimetre)."""
    imagej = tiff.imagej_metadata or {}
    page = series.pages[0]
    unit = TO_MM.get(str(imagej.get("unit", "")))
    baseline = {2: 25.4, 3: 10.0}.get(int(getattr(page.tags.get("ResolutionUnit"), "value", 0) or 0))
    scale = unit if imagej else baseline
    if scale is None or (baseline == 25.4 and not imagej):  # noqa: PLR2004 - of a printer: 72 and 96 dpi mean nothing
        return [None, None, None]
    steps: list[float | None] = []
    for tag in ("XResolution", "YResolution"):
        top, bottom = getattr(page.tags.get(tag), "value", (0, 0))
        steps.append(scale * bottom / top if top else None)
    apart = imagej.get("spacing")
    return [*steps, float(apart) * scale if apart else None]


def _length(text: str | None, unit: str) -> float | None:
    try:
        return float(text) * TO_MM[unit] if text is not None else None
    except (ValueError, KeyError):
        return None
