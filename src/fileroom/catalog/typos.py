"""Small typing errors: which words of the index are one slip of a finger away from what was typed. Pure.

All words that are one slip away are made and looked up (some hundreds of look-ups in an ordered index), so the cost
does not grow with the archive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORTEST = 4  # three letters are one slip away from everything
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ"
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_ALPHABETS = (_LATIN, _CYRILLIC, _GREEK)


def forgive(word: str, begins: Callable[[str], bool]) -> tuple[str, ...]:
    """Beginnings of words of the index (``begins`` says what is one) that are one slip from ``word``.

    A slip: a letter left out, too many, another, or two changed over. Numbers are not forgiven: a wrong digit in an ID
    or a date names somebody else.

    >>> forgive("rsosi", lambda start: "rossi".startswith(start))
    ('rossi',)
    >>> forgive("4712", lambda start: "4711".startswith(start))
    ()
    """
    if len(word) < SHORTEST or any(c.isdecimal() for c in word):
        return ()
    # what was typed up to the slip stands: so the slip is not behind the longest beginning that the index knows
    right = next((n - 1 for n in range(1, len(word) + 1) if not begins(word[:n])), len(word))
    found = {near for near in _near(word, right) if begins(near)}
    # "ross" for "rossx" is no better than "rossi": of two, one the beginning of the other, the longer says more
    return tuple(sorted(f for f in found if not any(g != f and g.startswith(f) for g in found)))


def _near(word: str, right: int) -> Iterator[str]:
    letters = next((alphabet for alphabet in _ALPHABETS if any(c in alphabet for c in word)), "")
    for at in range(right + 1):
        head, tail = word[:at], word[at:]
        if tail and len(word) > SHORTEST:
            yield head + tail[1:]
        if len(tail) > 1 and tail[0] != tail[1]:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in letters:
            if tail and letter != tail[0]:
                yield head + letter + tail[1:]
            if tail:  # one more at the end is a beginning that was typed right
                yield head + letter + tail
