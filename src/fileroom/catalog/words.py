"""Folding text for identity and for search: what people mean by the same name.

Pure. ``fold`` makes one spelling of many (PS3.5 6.2.1 leaves case and spacing of names to the sender); ``tokens`` are
the words of a text as they are put into the index. A search matches their beginnings (``language``).
"""

from __future__ import annotations

import re
import unicodedata

from fileroom.catalog.scripts import hiragana, latin

_PUNCTUATION = re.compile(r"[^\w]+|_+")
JOINERS = re.compile(r"[-‐‑‒–'’ʼ`´.]")  # all kinds of hyphens and apostrophes, and initials' dots
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"})
_COLLAPSE = re.compile(r"([aou])e")
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "ð": "d", "þ": "th"})
_ISO = re.compile(r"^(\d{4})[-./]?(\d{2})[-./]?(\d{2})$")
_DA = 8  # digits of a date
LONGEST_TOKEN = 64
_MOST_TOKENS = 200


def fold(text: str) -> str:
    """``text`` in lower case, without accents, width variants, punctuation and repeated spaces.

    >>> fold("ROSSI^Mario^^"), fold("Rossi^Mario"), fold("Müller-Lüdenscheidt")
    ('rossi mario', 'rossi mario', 'muller ludenscheidt')
    """
    if text.isascii():
        return _PUNCTUATION.sub(" ", text.lower()).strip()
    return _PUNCTUATION.sub(" ", _letters(text)).strip()


def _letters(text: str) -> str:
    # NFKC first: half-width kana, full-width Latin and ligatures become their usual letters.
    whole = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    parts = unicodedata.normalize("NFD", whole)
    bare = "".join(c for c in parts if unicodedata.category(c) != "Mn" or "\u3099" <= c <= "\u309a")
    return unicodedata.normalize("NFC", bare)


def tokens(*texts: str) -> set[str]:
    """The words by which ``texts`` are found: folded, with and without inner hyphens, ``ü`` also as ``ue``."""
    found: set[str] = set()
    for text in texts:
        if text and len(found) < _MOST_TOKENS:
            found.update(_words_of(text))
    found.discard("")
    return found


def _words_of(text: str) -> set[str]:
    if text.isascii() and text.isdigit():  # IDs, dates, UIDs: as they stand
        return {text[:LONGEST_TOKEN]}
    words = set(fold(text).split())
    if JOINERS.search(text):
        words.update(fold(JOINERS.sub("", text)).split())
    if not text.isascii():
        lower = unicodedata.normalize("NFKC", text).casefold()
        words.update(fold(lower.translate(_UMLAUTS)).split())
        words.update(hiragana(word) for word in tuple(words))
        for word in _PUNCTUATION.split(lower):
            words.update(latin(word))
    words.update([_COLLAPSE.sub(r"\1", word) for word in words if _COLLAPSE.search(word) and not word.isdigit()])
    return {word[:LONGEST_TOKEN] for word in words}


def date_tokens(date: str) -> set[str]:
    """A DA value as people look for it: the day, and so its year and month as beginnings (PS3.5 6.2 DA)."""
    if len(date) == _DA and date.isascii() and date.isdigit():
        return {date}
    found = _ISO.match(date.strip())
    return {"".join(found.groups())} if found else tokens(date)
