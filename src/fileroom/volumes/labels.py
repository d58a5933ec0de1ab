"""Maps of labels: which numbers there are in one, and whether a volume that does not say so looks like one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.model.others import Label, Refusal
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fileroom.volumes.volume import Volume

MOST_LABELS: Final = 1024  # the largest atlases in use have some hundreds
LOOKED_AT: Final = 9  # planes that are looked at for a guess
MOST_GUESSED: Final = 256
IN_PATCHES: Final = 0.6  # of the neighbours of labelled pixels have the same label; noise and anatomy have far fewer


def labels_of(volume: Volume, named: Sequence[Label] = ()) -> tuple[Label, ...]:
    """The labels that occur in a volume, in their order, with what ``named`` says of them; 0 is background.

    Of several points in time only those are looked at that ``named`` speaks of, else the first. NotLabels otherwise.
    """
    if volume.samples > 1:
        raise Refused(Refusal.NOT_LABELS, "colours")
    slices, times = volume.shape[2:]
    layers = sorted({label.layer for label in named if 0 <= label.layer < times}) or [0]
    known = {(label.layer, label.value): label for label in named}
    found: list[Label] = []
    for layer in layers:
        seen: set[int] = set()
        for number in range(layer * slices, (layer + 1) * slices):
            seen.update(_numbers(volume.values.plane(number) * volume.slope + volume.intercept))
            if len(seen) > MOST_LABELS:
                raise Refused(Refusal.NOT_LABELS, f"more than {MOST_LABELS} values")
        found += [known.get((layer, value), Label(value=value, layer=layer)) for value in sorted(seen - {0})]
    return tuple(found)


def _numbers(plane: NDArray[Any]) -> list[int]:
    if plane.dtype.kind == "c":
        raise Refused(Refusal.NOT_LABELS, "complex numbers")
    values = np.unique(plane)
    if not np.isfinite(values).all() or not np.array_equal(values, np.rint(values)):
        raise Refused(Refusal.NOT_LABELS, "values that are not whole")
    return [int(value) for value in values[: MOST_LABELS + 2]]


def looks_like_labels(volume: Volume) -> bool:
    """Whether some planes hold few whole numbers from 0 up that stand in patches: a guess, and to be told as one."""
    if volume.samples > 1 or not volume.oriented or volume.shape[3] > 1 or volume.dtype.kind not in "uif":
        return False
    if (volume.slope, volume.intercept) != (1.0, 0.0):
        return False
    seen: set[int] = set()
    same = counted = 0
    for number in sorted({round(at) for at in np.linspace(0, volume.planes - 1, LOOKED_AT)}):
        plane = volume.values.plane(number)
        try:
            seen.update(_numbers(plane))
        except Refused:
            return False
        if len(seen) > MOST_GUESSED or min(seen) < 0:
            return False
        here = plane[:-1]
        labelled = here != 0
        counted += int(labelled.sum())
        same += int((labelled & (here == plane[1:])).sum())
    return counted > 0 and same >= IN_PATCHES * counted
