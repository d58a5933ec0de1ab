"""From what a check sees to findings, in English words; the numbers in them go along for other languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.model.checks import Finding, Trouble

if TYPE_CHECKING:
    from fileroom.catalog.checks import OnlyCopy
    from fileroom.pixels.slices import Flaw


def of_flaw(series: str, flaw: Flaw) -> Finding:
    """What speaks against a series being whole."""
    words = {
        Trouble.GAP: _gap,
        Trouble.SAME_PLACE: _same_place,
        Trouble.UNEVEN: _uneven,
        Trouble.NUMBERS: _numbers,
    }[flaw.trouble]
    return Finding(trouble=flaw.trouble, entry=series, detail=words(flaw.values), values=dict(flaw.values))


def of_lost(series: str, missing: int, of: int) -> Finding:
    """A series of which files are gone."""
    detail = f"{missing} of {_images(of)} missing"
    return Finding(trouble=Trouble.LOST, entry=series, detail=detail, values={"missing": missing, "of": of})


def of_only_copy(one: OnlyCopy) -> Finding:
    """A study that one drive could take with it."""
    where = f"{one.drive} ({one.mount_point})" if one.drive != one.mount_point else one.drive
    values: dict[str, float | str] = {"drive": one.drive, "point": one.mount_point, "images": one.images, "of": one.of}
    return Finding(
        trouble=Trouble.ONE_DRIVE, entry=one.study, detail=f"{_images(one.images)} of {one.of} on {where} alone",
        values=values,
    )  # fmt: skip


def _gap(values: dict[str, float]) -> str:
    missing, slices = values["missing"], values["slices"]
    if "each" in values:
        return f"{_images(missing)} missing: most of the {slices:g} slices have {values['each']:g}"
    after = f"image {values['image']:g}" if "image" in values else f"{values['position']:g} mm"
    more = f", and in {values['gaps'] - 1:g} more places" if values["gaps"] > 1 else ""
    noun = "slice" if missing == 1 else "slices"
    return f"{missing:g} {noun} missing after {after}{more}; {slices:g} are there, {values['step']:g} mm apart"


def _same_place(values: dict[str, float]) -> str:
    noun = "position" if values["places"] == 1 else "positions"
    return f"{_images(values['images'])} too many at {values['places']:g} {noun} of {values['slices']:g}"


def _uneven(values: dict[str, float]) -> str:
    return f"{values['slices']:g} slices, {values['from']:g} to {values['to']:g} mm apart"


def _numbers(values: dict[str, float]) -> str:
    noun = "number" if values["missing"] == 1 else "numbers"
    return (
        f"{values['missing']:g} {noun} between {values['from']:g} and {values['to']:g} left out, "
        f"the first after {values['image']:g}"
    )


def _images(count: float) -> str:
    return f"{count:g} {'image' if count == 1 else 'images'}"
