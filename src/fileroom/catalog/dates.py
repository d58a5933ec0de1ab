"""Dates as people write them, as stretches of days in the form of DA (``YYYYMMDD``, PS3.5 6.2). Pure.

What is not a date (``19701332``, ``00000000``) is no error: it is ``None``, and the words are looked for as text.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

from fileroom.catalog.words import fold

FIRST_DAY, LAST_DAY = "00010101", "99991231"

# The months in English, Italian, German, French and Spanish, folded; three letters of each will do.
_MONTHS = (
    "january gennaio januar janvier enero",
    "february febbraio februar fevrier febrero",
    "march marzo maerz marz mars",
    "april aprile avril abril",
    "may maggio mai mayo",
    "june giugno juni juin junio",
    "july luglio juli juillet julio",
    "august agosto aout",
    "september settembre septembre septiembre setiembre",
    "october ottobre oktober octobre octubre",
    "november novembre noviembre",
    "december dicembre dezember decembre diciembre",
)
_SHORTEST_MONTH = 3
_EARLIEST_YEAR, _LATEST_YEAR = 1800, 2200

_YEAR = re.compile(r"^(\d{4})$")
_YEAR_MONTH = re.compile(r"^(\d{4})[-./]?(\d{2})$")
_YEAR_MONTH_DAY = re.compile(r"^(\d{4})([-./]?)(\d{1,2})\2(\d{1,2})$")
_DAY_MONTH_YEAR = re.compile(r"^(\d{1,2})([-./])(\d{1,2})\2(\d{4})$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})[-./](\d{4})$")
_DAY = re.compile(r"^(\d{1,2})(?:\.|st|nd|rd|th|º|°)?,?$")


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days, both ends included, each ``YYYYMMDD``."""

    first: str
    last: str

    def has(self, day: str) -> bool:
        """Whether a DA value lies in it; an empty or short value lies in none (PS3.4 C.2.2.2.5)."""
        plain = day.replace(".", "").replace("-", "")  # ACR-NEMA wrote 1970.03.12
        return len(plain) == len(self.first) and self.first <= plain <= self.last

    @property
    def beginning(self) -> str:
        """What the days of the stretch begin with, if it is just one day, month or year; else ``""``."""
        for length in (8, 6, 4):
            start = self.first[:length]
            if self == _whole(start):
                return start
        return ""


def days(text: str) -> Days | None:
    """The days that ``text`` means: a day, a month or a year, alone or as ``from..to`` with either end left open.

    Day before month, unless only the other way round is a date.

    >>> days("12/03/1970"), days("03/25/1970").first, days("12 marzo 1970").first, days("1970-03").last
    (Days(first='19700312', last='19700312'), '19700325', '19700312', '19700331')
    >>> days("2024..2025"), days("..1969").last, days("19701332"), days("rossi")
    (Days(first='20240101', last='20251231'), '19691231', None, None)
    """
    low, dots, high = text.partition("..")
    if not dots:
        return _stretch(text)
    start, end = _stretch(low), _stretch(high)
    if (start is None and low.strip()) or (end is None and high.strip()) or (start is None and end is None):
        return None
    return Days(start.first if start else FIRST_DAY, end.last if end else LAST_DAY)


def _stretch(text: str) -> Days | None:
    words = text.split()
    if len(words) == 1:
        return _numbers(words[0])
    return _spelled(words) if words else None


def _numbers(word: str) -> Days | None:
    if _YEAR.match(word):
        return _whole(word)
    if found := _YEAR_MONTH.match(word):
        return _whole("".join(found.groups()))
    if found := _YEAR_MONTH_DAY.match(word):
        return _day(found[1], found[3], found[4])
    if found := _DAY_MONTH_YEAR.match(word):
        return _day(found[4], found[3], found[1]) or _day(found[4], found[1], found[3])
    if found := _MONTH_YEAR.match(word):
        return _whole(f"{found[2]}{int(found[1]):02}")
    return None


def _spelled(words: list[str]) -> Days | None:
    """``12 marzo 1970``, ``March 12, 1970``, ``marzo 1970``; ``de`` and ``of`` between them mean nothing."""
    parts = [word for word in words if word.lower() not in {"de", "of", "del", "di"}]
    months = [month for part in parts if (month := month_of(part))]
    years = [part for part in parts if _YEAR.match(part)]
    numbers = [found[1] for part in parts if (found := _DAY.match(part.lower()))]
    if len(months) != 1 or len(years) != 1 or len(parts) != 2 + len(numbers) or len(numbers) > 1:
        return None
    return _day(years[0], months[0], numbers[0]) if numbers else _whole(f"{years[0]}{months[0]}")


def month_of(word: str) -> str | None:
    """``03`` for ``marzo``, ``Mar.``, ``März``; ``None`` when no month or more than one is meant."""
    plain = fold(word.rstrip(".,"))
    if len(plain) < _SHORTEST_MONTH or not plain.isalpha():
        return None
    found = [n for n, names in enumerate(_MONTHS, 1) if any(name.startswith(plain) for name in names.split())]
    return f"{found[0]:02}" if len(found) == 1 else None


def _day(year: str, month: str, day: str) -> Days | None:
    return _whole(f"{year}{int(month):02}{int(day):02}")


def _whole(start: str) -> Days | None:
    """All days that begin with ``start`` (4, 6 or 8 digits), if there are any."""
    year, month, day = start[:4], start[4:6], start[6:]
    if not _EARLIEST_YEAR <= int(year) <= _LATEST_YEAR:
        return None
    if month and not 1 <= int(month) <= 12:  # noqa: PLR2004 - months of a year
        return None
    if day:
        inside = 1 <= int(day) <= monthrange(int(year), int(month))[1]
        return Days(start, start) if inside else None
    if month:
        return Days(start + "01", f"{start}{monthrange(int(year), int(month))[1]:02}")
    return Days(year + "0101", year + "1231")
