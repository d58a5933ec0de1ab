"""Frozen dataclasses, made fast.

A frozen dataclass sets each field by a call; for a header of seventy fields that takes longer than finding what they
hold. A draft is an unfrozen twin: it takes every field in order, and becomes the frozen one by a change of its class,
which Python allows between classes that lay out the same slots. Compiled, the slots are filled as they lie.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from fileroom.dicom import primitives

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import DataclassInstance


class Maker:
    """Makes instances of a frozen dataclass with slots, out of the values of all its fields, in the order in which
    they are named or else in their own."""

    def __init__(self, frozen: type[DataclassInstance], names: Sequence[str] = ()) -> None:
        names = names or [field.name for field in fields(frozen)]
        if sorted(names) != sorted(field.name for field in fields(frozen)):
            raise ValueError("every field once")
        self.frozen = frozen
        self.layout = primitives.layout(frozen, names)
        self.draft: Any = None if primitives.COMPILED else _draft_of(frozen, names)

    def make(self, values: list[Any], more: tuple[Any, ...] = ()) -> Any:
        """One instance, of these values and then those."""
        if primitives.COMPILED:
            return primitives.filled(self.frozen, self.layout, values, more)
        made = self.draft(*values, *more)
        made.__class__ = self.frozen
        return made


class Comparer:
    """Compares two instances of a frozen dataclass with slots in the fields of these ``names``; those that differ are
    told by their ``keys``."""

    def __init__(self, frozen: type[DataclassInstance], names: Sequence[str], keys: Sequence[str]) -> None:
        self.frozen = frozen
        self.layout = primitives.layout(frozen, names)
        self.keys = tuple(keys)

    def differing(self, one: Any, other: Any) -> dict[str, Any]:
        """What ``one`` says where the ``other`` says something else."""
        return primitives.differing(self.frozen, self.layout, self.keys, one, other)


def _draft_of(frozen: type[DataclassInstance], names: Sequence[str]) -> Any:
    from dataclasses import make_dataclass

    return make_dataclass(f"{frozen.__name__}Draft", [(name, Any) for name in names], slots=True)
