"""A series of DICOM images as one volume: frames at their places, and what repeats at each place as the fourth axis.

Refused where the frames are no such thing: other directions, other sizes, gaps, places that are seen more often than
others. Where none says where it lies they follow each other without a place. A gantry that was tilted is no reason:
slices then stand askew, and the transform says so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.errors import Undecodable
from fileroom.model.others import Refusal, Remark
from fileroom.pixels.display import entries_of, read_modality_table
from fileroom.pixels.form import frame_count
from fileroom.pixels.frame_groups import frame_groups
from fileroom.pixels.frames import decoded_frame
from fileroom.pixels.geometry import SAME_DIRECTION, normal_of
from fileroom.pixels.palettes import read_palette
from fileroom.pixels.window import coloured, looked_up
from fileroom.volumes.mosaic import Mosaic, mosaic_of
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import Volume, checked_affine, checked_shape, from_diagonal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from fileroom.model.headers import Header
    from fileroom.pixels.display import Table
    from fileroom.pixels.window import Palette

NEAR: Final = 0.1  # of a step from slice to slice: rounding, and tables that do not stop to the hair
SAME_SIZE = 1e-4  # mm
SAME_PLACE = 0.01  # mm
MOST_FRAMES = 100_000
MOST_PARTS = 32
PALETTE: Final = "PALETTE COLOR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame of a series: where it is stored, where it lies, and what tells it from others at its place."""

    path: str = field(repr=False)
    header: Header = field(repr=False)
    number: int
    position: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing: tuple[float, ...]
    slope: float
    intercept: float
    turn: tuple[Any, ...]
    tile: int | None = None  # of a mosaic
    table: Table | None = field(default=None, repr=False)  # of the modality, in place of slope and intercept

    def pixels(self) -> NDArray[Any]:
        """Its stored values, as rows of pixels."""
        return decoded_frame(self.path, self.header, self.number)


def series_volume(name: str, files: Iterable[tuple[str, Header]]) -> Volume:
    """The images of a series, each by the path of its file and its header, as a volume. Refused with the reason."""
    frames, mosaics = _gathered(files)
    _same_form(frames)
    return _of_one_form(name, frames, mosaics)


def series_volumes(name: str, files: Iterable[tuple[str, Header]]) -> tuple[Volume, ...]:
    """The same as several volumes where its images are of several directions, sizes or kinds of number: scouts, say."""
    frames, mosaics = _gathered(files)
    parts: list[list[Frame]] = []
    for frame in frames:
        part = next((part for part in parts if _alike(part[0], frame)), None)
        if part is not None:
            part.append(frame)
        elif len(parts) < MOST_PARTS:
            parts.append([frame])
        else:
            raise Refused(Refusal.NOT_ONE_VOLUME, "its images lie in too many directions")
    return tuple(_of_one_form(name, part, mosaics) for part in parts)


def _alike(one: Frame, other: Frame) -> bool:
    """Whether two frames may be of one volume, but for where they lie."""
    first, second = (
        (
            frame.header.rows,
            frame.header.columns,
            frame.header.samples_per_pixel,
            frame.header.bits_allocated,
            frame.header.pixel_representation,
            frame.header.photometric_interpretation == PALETTE,
            bool(frame.position),
        )
        for frame in (one, other)
    )
    return (
        first == second
        and _close(one.orientation, other.orientation, SAME_DIRECTION)
        and _close(one.spacing, other.spacing, SAME_SIZE)
    )


def _gathered(files: Iterable[tuple[str, Header]]) -> tuple[list[Frame], dict[str, Mosaic]]:
    frames: list[Frame] = []
    mosaics: dict[str, Mosaic] = {}
    for path, header in files:
        if not header.has_pixels:
            continue
        mosaic = mosaic_of(path, header)
        if mosaic is not None:
            mosaics[path] = mosaic
            frames += _tiles(path, header, mosaic)
        else:
            frames += _frames(path, header)
        if len(frames) > MOST_FRAMES:
            raise Refused(Refusal.TOO_LARGE)
    if not frames:
        raise Refused(Refusal.NO_IMAGE)
    return frames, mosaics


def _of_one_form(name: str, frames: list[Frame], mosaics: dict[str, Mosaic]) -> Volume:
    if not any(frame.position and frame.orientation for frame in frames):
        return _without_place(name, frames, mosaics)
    placed = _placed(frames)
    if placed is None:
        raise Refused(Refusal.SOME_PLACELESS)
    return _volume(name, frames[0], *placed, mosaics)


def _without_place(name: str, frames: list[Frame], mosaics: dict[str, Mosaic]) -> Volume:
    """Images that do not say where they lie (a film of ultrasound, a photograph): one behind the other, along the axis
    of time, and nothing is claimed of the patient."""
    frames.sort(key=lambda frame: frame.turn)
    spacing = frames[0].spacing
    known = len(spacing) == 2 and min(spacing) > 0  # noqa: PLR2004 - rows and columns
    made = _volume(name, frames[0], [frames], from_diagonal(spacing[::-1] if known else ()), mosaics)
    missing = [Remark.NO_ORIENTATION, *[Remark.NO_SPACING] * (not known)]
    return replace(made, oriented=False, spaced=known, transform="none", remarks=(*made.remarks, *missing))


def _frames(path: str, header: Header) -> list[Frame]:
    count = frame_count(header)
    groups = frame_groups(path, header) if count > 1 or not header.image_position else None
    if groups is not None and groups.vectors and not any(groups.image_position):
        groups = None  # projections, from wherever the detector was
    table = _modality_table(path, header)
    at_once = groups is None and count > 1  # a film: one place of all its frames would be none of theirs
    found = []
    for index in range(count):
        slope: float | None
        if groups is None:
            position = () if at_once else header.image_position
            orientation, spacing = header.image_orientation, header.pixel_spacing
            slope, intercept = header.rescale_slope, header.rescale_intercept
            turn: tuple[Any, ...] = _turn(
                header.temporal_position_identifier, header.echo_time, header.diffusion_b_value, header.trigger_time
            )
            turn = (*turn, header.acquisition_number or 0, header.instance_number or 0, index)
        else:
            position = groups.image_position[index] or header.image_position
            orientation = groups.image_orientation[index] or header.image_orientation
            spacing = groups.pixel_spacing[index] or header.pixel_spacing
            slope = _or(groups.rescale_slope[index], header.rescale_slope)
            intercept = _or(groups.rescale_intercept[index], header.rescale_intercept)
            turn = _turn(
                groups.temporal_position[index],
                groups.echo_time[index],
                groups.diffusion_b_value[index],
                groups.trigger_time[index],
            )
            counted = tuple(vector.values[index] for vector in groups.vectors)
            turn = (*turn, groups.frame_type[index], counted, header.instance_number or 0, index)
        found.append(
            Frame(
                path=path,
                header=header,
                number=index + 1,
                position=position,
                orientation=orientation,
                spacing=spacing,
                slope=1.0 if slope is None else slope,
                intercept=intercept or 0.0,
                turn=turn,
                table=table if slope is None else None,
            )
        )
    return found


def _modality_table(path: str, header: Header) -> Table | None:
    """Where no slope is stated a table may stand in its place (PS3.3 C.11.1): the file is asked."""
    if header.rescale_slope is not None or (header.samples_per_pixel or 1) > 1:
        return None
    try:
        return read_modality_table(path, header)
    except Undecodable as error:
        raise Refused(Refusal.DAMAGED, str(error)) from error


def _tiles(path: str, header: Header, mosaic: Mosaic) -> list[Frame]:
    turn = (header.acquisition_number or 0, header.instance_number or 0)
    return [
        Frame(
            path=path,
            header=header,
            number=1,
            position=mosaic.position(tile),
            orientation=header.image_orientation,
            spacing=header.pixel_spacing,
            slope=1.0 if header.rescale_slope is None else header.rescale_slope,
            intercept=header.rescale_intercept or 0.0,
            turn=turn,
            tile=tile,
        )
        for tile in range(mosaic.tiles)
    ]


def _or(one: float | None, other: float | None) -> float | None:
    return other if one is None else one


def _turn(*values: float | None) -> tuple[float, ...]:
    return tuple(-1.0 if value is None else float(value) for value in values)


def _same_form(frames: Sequence[Frame]) -> None:
    """All of one size, kind and direction."""
    first = frames[0]
    for frame in frames:
        mine, theirs = frame.header, first.header
        if (mine.rows, mine.columns, mine.samples_per_pixel) != (theirs.rows, theirs.columns, theirs.samples_per_pixel):
            raise Refused(Refusal.NOT_ONE_VOLUME, "its images are not of one size")
        if not _close(frame.orientation, first.orientation, SAME_DIRECTION):
            raise Refused(Refusal.NOT_ONE_VOLUME, "its images lie in several directions")
        if not _close(frame.spacing, first.spacing, SAME_SIZE):
            raise Refused(Refusal.NOT_ONE_VOLUME, "its pixels are not of one size")


def _close(one: Sequence[float], other: Sequence[float], near: float) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= near for a, b in zip(one, other, strict=True))


def _placed(frames: Sequence[Frame]) -> tuple[list[list[Frame]], NDArray[np.float64]] | None:
    """The frames by place and turn, and the transform; None when they do not say where they lie."""
    first = frames[0]
    normal = normal_of(first.orientation)
    if normal is None or len(first.spacing) != 2 or any(len(frame.position) != 3 for frame in frames):  # noqa: PLR2004
        return None
    ordered = sorted(frames, key=lambda frame: float(np.dot(frame.position, normal)))
    places: list[list[Frame]] = [[]]
    for frame in ordered:
        before = places[-1][-1] if places[-1] else frame
        if float(np.dot(np.subtract(frame.position, before.position), normal)) > SAME_PLACE:
            places.append([])
        places[-1].append(frame)
    turns = {len(place) for place in places}
    if len(turns) > 1:
        raise Refused(Refusal.PLACES_DIFFER)
    for place in places:
        place.sort(key=lambda frame: frame.turn)
    return places, _affine(first, places, np.array(normal))


def _affine(first: Frame, places: Sequence[Sequence[Frame]], normal: NDArray[np.float64]) -> NDArray[np.float64]:
    positions = np.array([np.mean([frame.position for frame in place], axis=0) for place in places])
    affine = np.eye(4)
    affine[:3, 0] = np.array(first.orientation[:3]) * first.spacing[1]  # along a row: from column to column
    affine[:3, 1] = np.array(first.orientation[3:]) * first.spacing[0]
    affine[:3, 3] = positions[0]
    if len(places) > 1:
        step = (positions[-1] - positions[0]) / (len(places) - 1)
        off = positions - (positions[0] + np.outer(np.arange(len(places)), step))
        if float(np.linalg.norm(off, axis=1).max()) > NEAR * float(np.linalg.norm(step)):
            apart = np.linalg.norm(np.diff(positions, axis=0), axis=1)
            raise Refused(Refusal.UNEVEN, f"{apart.min():.2f} – {apart.max():.2f} mm")
    else:
        header = first.header
        step = normal * (header.spacing_between_slices or header.slice_thickness or 1.0)
    affine[:3, 2] = step
    return checked_affine(affine)


@dataclass(frozen=True, slots=True)
class Stack:
    """The values of frames in their order. ``scaled``: each has a scale or a table of its own, so they come as they
    are meant."""

    frames: tuple[Frame, ...] = field(repr=False)
    mosaics: dict[str, Mosaic] = field(repr=False)
    scaled: bool
    palettes: dict[str, Palette] = field(default_factory=dict, repr=False)

    def plane(self, number: int) -> NDArray[Any]:
        """As :class:`~fileroom.volumes.volume.Values` says."""
        frame = self.frames[number]
        pixels = frame.pixels()
        if frame.tile is not None:
            pixels = self.mosaics[frame.path].tile(pixels, frame.tile)
        if frame.table is not None:
            pixels = looked_up(pixels, frame.table.first, entries_of(frame.table)).astype(np.float32)
        elif self.scaled:
            pixels = (pixels * frame.slope + frame.intercept).astype(np.float32)
        if frame.header.photometric_interpretation == PALETTE:
            pixels = coloured(pixels, self._palette(frame))
        return pixels.swapaxes(0, 1)

    def _palette(self, frame: Frame) -> Palette:
        """That of the file, read once for the frames of one file."""
        if frame.path not in self.palettes:
            self.palettes.clear()
            self.palettes[frame.path] = read_palette(frame.path, frame.header)
        return self.palettes[frame.path]


def _volume(
    name: str, first: Frame, places: list[list[Frame]], affine: NDArray[np.float64], mosaics: dict[str, Mosaic]
) -> Volume:
    by_turn = tuple(places[place][turn] for turn in range(len(places[0])) for place in range(len(places)))
    scales = {(frame.slope, frame.intercept) for frame in by_turn}
    if len({frame.header.photometric_interpretation == PALETTE for frame in by_turn}) > 1:
        raise Refused(Refusal.NOT_ONE_VOLUME, "some of its images have colours by a palette")
    samples = 3 if first.header.photometric_interpretation == PALETTE else first.header.samples_per_pixel or 1
    tables = samples == 1 and any(frame.table is not None for frame in by_turn)
    scaled = tables or (samples == 1 and len(scales) > 1)
    stack = Stack(by_turn, mosaics, scaled)
    plane = stack.plane(0)
    kinds = {(frame.header.bits_allocated, frame.header.pixel_representation) for frame in by_turn}
    if len(kinds) > 1:
        raise Refused(Refusal.NOT_ONE_VOLUME, "its images are not of one kind of number")
    slope, intercept = (1.0, 0.0) if scaled or samples > 1 else next(iter(scales))
    shape = checked_shape((plane.shape[0], plane.shape[1], len(places), len(places[0])), plane.dtype, samples)
    header = first.header
    return Volume(
        name=name,
        format="DICOM",
        shape=shape,
        dtype=plane.dtype,
        samples=samples,
        values=stack,
        affine=affine,
        slope=slope,
        intercept=intercept,
        unit="" if tables else header.rescale_type or ("HU" if header.modality == "CT" else header.units),
        step_ms=_step(places[0]),
        remarks=(Remark.MORE_AXES,) if _several_reasons(places[0]) else (),
    )


def _step(turns: Sequence[Frame]) -> float | None:
    """Milliseconds from one point in time to the next, where they are evenly apart."""
    times = [frame.header.trigger_time for frame in turns]
    known = [time for time in times if time is not None]
    if len(known) < 2 or len(known) < len(times):  # noqa: PLR2004
        return None
    steps = np.diff(known)
    step = float(steps.mean())
    return step if step > 0 and bool(np.abs(steps - step).max() < NEAR * step) else None


def _several_reasons(turns: Sequence[Frame]) -> bool:
    """Whether more than one thing changes along the fourth axis: echoes and times, say."""
    seen: defaultdict[int, set[Any]] = defaultdict(set)
    for frame in turns:
        if frame.tile is None:
            for index, value in enumerate(frame.turn[:4]):
                seen[index].add(value)
    return sum(len(values) > 1 for values in seen.values()) > 1
