"""Whether the slices of a series are all there, as far as their positions and numbers say. Pure arithmetic.

Nothing here is certain: a scanner may be told to leave a gap. So it says what it sees, where, and how sure it is, and
keeps silent about series that are irregular by nature (scouts, sparse maps, films of one place).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING

from fileroom.model.checks import Trouble
from fileroom.pixels.geometry import SAME_DIRECTION, SAME_PLACE, position_along_normal

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST = 4  # slices or numbers that show a rule; three scouts show none
_NEAR = 0.1  # of a step: rounding, and tables that do not stop to the hair
_FEW = 0.25  # of all: what happens more often than that is how the series was made, and no accident


@dataclass(frozen=True, slots=True)
class Slice:
    """What one image says of where it stands: Instance Number, and position and orientation (PS3.3 C.7.6.2)."""

    number: int | None
    position: Sequence[float]
    orientation: Sequence[float]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is not as it is in a whole series, with the numbers that tell of it."""

    trouble: Trouble
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """One position along the normal, and the images that stand there."""

    position: float
    numbers: tuple[int, ...]
    images: int


def flaws(slices: Sequence[Slice]) -> list[Flaw]:
    """What speaks against a series being whole: of its positions, else, more weakly, of its instance numbers."""
    places = _places(slices)
    if places is None or len(places) < FEWEST:
        # One place many times over (a film, a scout) says nothing by its positions; no position at all neither.
        return _of_numbers(slices) if places is None else []
    return [*_of_steps(places), *_of_crowds(places)]


def _places(slices: Sequence[Slice]) -> list[_Place] | None:
    """The places of slices that all lie in one direction, in order; None when they do not, or do not say."""
    if not slices:
        return None
    common = slices[0].orientation
    found: list[tuple[float, int | None]] = []
    for one in slices:
        if len(one.orientation) != len(common) or any(
            abs(a - b) > SAME_DIRECTION for a, b in zip(one.orientation, common, strict=True)
        ):
            return None
        try:
            found.append((position_along_normal(one.position, common), one.number))
        except ValueError:
            return None
    found.sort(key=lambda item: item[0])
    groups: list[list[tuple[float, int | None]]] = []
    for item in found:
        if not groups or item[0] - groups[-1][-1][0] > SAME_PLACE:
            groups.append([])
        groups[-1].append(item)
    return [_Place(group[0][0], tuple(n for _, n in group if n is not None), len(group)) for group in groups]


def _of_steps(places: Sequence[_Place]) -> list[Flaw]:
    """Steps from slice to slice: twice as long as usual is a slice that is not there; odd ones are told as they are."""
    steps = [b.position - a.position for a, b in pairwise(places)]
    usual = median_low(steps)
    near = max(_NEAR * usual, SAME_PLACE)
    gaps: list[tuple[int, _Place]] = []
    odd = 0
    for step, (before, after) in zip(steps, pairwise(places), strict=True):
        times = round(step / usual)
        if abs(step - usual) <= near:
            continue
        if times > 1 and abs(step - times * usual) <= near and not _numbered_on(before, after):
            gaps.append((times - 1, before))
        else:
            odd += 1
    missing = sum(count for count, _ in gaps)
    if gaps and len(gaps) <= max(1, _FEW * len(steps)) and missing <= len(places):
        values = {"missing": missing, "slices": len(places), "step": round(usual, 3), "gaps": len(gaps)}
        return [Flaw(Trouble.GAP, {**values, "position": round(gaps[0][1].position, 2), **_after(gaps[0][1])})]
    if odd or gaps:
        shortest, longest = min(steps), max(steps)
        return [Flaw(Trouble.UNEVEN, {"from": round(shortest, 3), "to": round(longest, 3), "slices": len(places)})]
    return []


def _after(place: _Place) -> dict[str, float]:
    return {"image": max(place.numbers)} if place.numbers else {}


def _numbered_on(before: _Place, after: _Place) -> bool:
    """Whether Instance Number goes on by one across a long step: then nothing was there to be lost."""
    if not before.numbers or not after.numbers:
        return False
    return min(abs(a - b) for a in before.numbers for b in after.numbers) == 1


def _of_crowds(places: Sequence[_Place]) -> list[Flaw]:
    """As many images at each place as at the others: one usually, more for time points and echoes."""
    usual = Counter(place.images for place in places).most_common(1)[0][0]
    unlike = [place for place in places if place.images != usual]
    if not unlike or len(unlike) > max(1, _FEW * len(places)):
        return []
    fewer = [place for place in unlike if place.images < usual]
    if usual > 1 and fewer:
        missing = sum(usual - place.images for place in fewer)
        return [Flaw(Trouble.GAP, {"missing": missing, "slices": len(places), "each": usual, "gaps": len(fewer)})]
    if usual == 1:
        more = sum(place.images - 1 for place in unlike)
        return [Flaw(Trouble.SAME_PLACE, {"images": more, "places": len(unlike), "slices": len(places)})]
    return []


def _of_numbers(slices: Sequence[Slice]) -> list[Flaw]:
    """Numbers that are left out where nothing else tells the images' order. A weak hint: nobody must count by one."""
    numbers = sorted(one.number for one in slices if one.number is not None)
    if len(numbers) < max(FEWEST, len(slices)) or len(set(numbers)) < len(numbers):
        return []
    steps = [b - a for a, b in pairwise(numbers)]
    usual = median_low(steps)
    gaps = [(a, step) for a, step in zip(numbers, steps, strict=False) if step != usual]
    if not gaps or len(gaps) > max(1, _FEW * len(steps)) or any(step % usual for _, step in gaps):
        return []
    missing = sum(step // usual - 1 for _, step in gaps)
    if missing > len(numbers):
        return []
    return [Flaw(Trouble.NUMBERS, {"missing": missing, "from": numbers[0], "to": numbers[-1], "image": gaps[0][0]})]
