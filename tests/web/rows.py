"""Which test is for which row of the checklist of DICOMweb: it says so itself, by level, clause and behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Check = TypeVar("Check", bound="Callable[..., None]")
STORED: list[tuple[str, str, str]] = []  # those of STOW-RS


def covers(level: str, clause: str, *behaviours: str) -> Callable[[Check], Check]:
    """A test of those rows."""

    def keep(check: Check) -> Check:
        STORED.extend((level, clause, one) for one in behaviours)
        return check

    return keep
