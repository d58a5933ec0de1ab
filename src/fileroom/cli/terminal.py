"""From the archive's values to words on a terminal: pure functions, no console.

Names, descriptions and paths come from files that anybody may have written. A terminal obeys control characters in
them (colours, the window title, the clipboard), and bidirectional overrides make one name read as another; so all
text goes through :func:`safe` before it is shown.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fileroom.model.entries import PersonName

ID_LENGTH = 9  # of 32: enough to tell a million entries apart in practice, and `show` takes any unique beginning
_OF_STUDY = 4  # digits: with so much of the study's id, that of an image begins

# Format characters that spelling needs (Persian, Indic scripts, emoji); all others of their category are escaped.
JOINERS = "\u200c\u200d"
CONTROL_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}

PLURALS = {"study": "studies", "series": "series"}
CAPITALS = {"id": "ID", "uid": "UID", "sop": "SOP", "mtime": "mtime", "ns": "ns"}


def safe(text: str) -> str:
    """``text`` with everything a terminal would obey, or that would turn its neighbours around, shown as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(char) if _is_control(char) else char for char in text)


def _is_control(char: str) -> bool:
    return char not in JOINERS and unicodedata.category(char) in CONTROL_CATEGORIES


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte of a file name that is not UTF-8 (PEP 383)
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def person(name: PersonName) -> str:
    """``ROSSI^Mario^^Dr`` as ``ROSSI, Dr Mario``, with the ideographic group behind it (PS3.5 6.2.1)."""
    groups = [_one_group(group) for group in (name.alphabetic, name.ideographic) if group]
    if not groups:
        groups = [_one_group(name.phonetic)]
    return groups[0] if len(groups) == 1 else f"{groups[0]} ({groups[1]})"


def _one_group(group: str) -> str:
    family, given, middle, prefix, suffix = [*(part.strip() for part in group.split("^")), "", "", "", "", ""][:5]
    rest = " ".join(part for part in (prefix, given, middle, suffix) if part)
    return safe(f"{family}, {rest}" if family and rest else family or rest)


def day(text: str) -> str:
    """A DA value as ``2024-01-31``; what is no date stays as it is."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and _digits(text) else safe(text)  # noqa: PLR2004


def clock(text: str) -> str:
    """A TM value as ``10:15:00``; what is no time stays as it is."""
    whole = text.partition(".")[0]
    if len(whole) not in {2, 4, 6} or not _digits(whole):
        return safe(text)
    return ":".join(whole[i : i + 2] for i in range(0, len(whole), 2))


def moment(text: str) -> str:
    """A time of ours (ISO 8601, UTC) as ``2024-01-31 10:15`` on the clock of this place."""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M}"


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def number(value: int) -> str:
    """``12345`` as ``12,345``."""
    return f"{value:,}"


def count(value: int, noun: str) -> str:
    """``1 study``, ``2 studies``."""
    return f"{value:,} {noun if value == 1 else PLURALS.get(noun, noun + 's')}"


def size(octets: int) -> str:
    """A number of bytes in decimal units."""
    if octets < 1000:  # noqa: PLR2004
        return f"{octets} B"
    amount = float(octets)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.5:  # noqa: PLR2004 - so that it never rounds up to 1000
            return f"{amount:.3g} {unit}" if amount < 100 else f"{amount:.0f} {unit}"  # noqa: PLR2004
    return f"{amount:,.0f} TB"


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 5 s``, ``2 h 10 min``."""
    if seconds < 10:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def short(entry_id: str) -> str:
    """The beginning of an id, as tables show it; those of the images of one study begin alike."""
    return entry_id[: ID_LENGTH + _OF_STUDY if entry_id.startswith("i") else ID_LENGTH]


def label(field_name: str) -> str:
    """``study_instance_uid`` as ``Study Instance UID``."""
    return " ".join(CAPITALS.get(word, word.capitalize()) for word in field_name.split("_"))
