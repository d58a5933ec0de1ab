"""Which test is for which row of the checklist of DIMSE: it says so itself, by clause and behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Check = TypeVar("Check", bound="Callable[..., None]")
COVERED: list[tuple[str, str]] = []


def covers(clause: str, *behaviours: str) -> Callable[[Check], Check]:
    """A test of those rows."""

    def keep(check: Check) -> Check:
        COVERED.extend((clause, one) for one in behaviours)
        return check

    return keep
