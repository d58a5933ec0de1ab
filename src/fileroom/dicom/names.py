"""Person Names: their groups, and how a person reads them (PS3.5 6.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.model.entries import PersonName

if TYPE_CHECKING:
    from collections.abc import Callable

SEPARATOR = "\\"


def person_name(text: str) -> PersonName:
    """The three component groups of ``alphabetic=ideographic=phonetic``; several names stay joined in each group."""
    if "=" not in text and SEPARATOR not in text:
        return PersonName(text)
    names = [name.split("=") for name in text.split(SEPARATOR)]
    groups = (SEPARATOR.join(name[group] if group < len(name) else "" for name in names) for group in range(3))
    return PersonName(*(group if group.strip(SEPARATOR) else "" for group in groups))


def display_name(name: PersonName) -> str:
    """``ROSSI^Mario`` as ``ROSSI, Mario``; without an alphabetic group the ideographic or phonetic one.

    ``Adams^John^Quincy^Rev.^B.A.`` reads ``Adams, Rev. John Quincy, B.A.``; several names are separated by ``;``.
    """
    if name.alphabetic.strip("^ "):
        return _each(name.alphabetic, _western)
    return _each(name.ideographic if name.ideographic.strip("^ ") else name.phonetic, _eastern)


def _each(group: str, read: Callable[[str], str]) -> str:
    return "; ".join(filter(None, map(read, group.split(SEPARATOR))))


def _components(name: str) -> list[str]:
    """Family, given, middle, prefix, suffix; spaces around them and empty ones at the end mean nothing."""
    parts = [" ".join(part.split()) for part in name.split("^")]
    return parts + [""] * (5 - len(parts))


def _western(name: str) -> str:
    family, given, middle, prefix, *suffix = _components(name)
    called = " ".join(filter(None, (prefix, given, middle)))
    return ", ".join(filter(None, (family, called, *suffix)))


def _eastern(name: str) -> str:
    family, given, middle, prefix, *suffix = _components(name)
    return " ".join(filter(None, (prefix, family, given, middle, *suffix)))
