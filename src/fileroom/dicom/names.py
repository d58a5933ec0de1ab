"""Person Names (PS3.5 6.2.1): their component groups."""

from __future__ import annotations

from fileroom.model import PersonName

_GROUPS = 3


def person_name(text: str) -> PersonName:
    """The three component groups of a PN value, which stand between equals signs."""
    return PersonName(*(group.strip() for group in text.split("=")[:_GROUPS]))
