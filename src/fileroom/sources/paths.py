"""Paths as text that every database and every JSON can hold, and that leads back to the very same file.

A file name is bytes; not all of them are UTF-8. ``to_text`` keeps well-formed names as they are and writes every byte
that is not part of UTF-8 as one character of a private range (U+F700 + byte). Names that already hold such characters
have them escaped byte by byte, so ``from_text(to_text(path)) == path`` for any path.
"""

from __future__ import annotations

import codecs
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BASE = 0xF700
_PRIVATE = re.compile("[\uf780-\uf7ff]")
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _escape_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(_BASE + byte) for byte in bad), error.end


codecs.register_error("fileroom.private", _escape_bytes)


def to_text(path: str) -> str:
    """``path`` as the operating system gives it, as well-formed text."""
    if path.isascii():
        return path
    text = os.fsencode(path).decode("utf-8", "fileroom.private") if _has_surrogates(path) else path
    if path is text and not _PRIVATE.search(path):
        return path
    if _PRIVATE.search(path):  # real private characters: escape their bytes, so that the way back is plain
        text = "".join(_escape_char(char) for char in path)
    return text


def to_texts(paths: Sequence[str]) -> Sequence[str]:
    """The same of several; most names are ASCII."""
    return paths if "".join(paths).isascii() else [to_text(path) for path in paths]


def from_text(text: str) -> str:
    """The path that :func:`to_text` made ``text`` of."""
    if text.isascii() or not _PRIVATE.search(text):
        return text
    raw = b"".join(
        bytes([ord(char) - _BASE]) if _PRIVATE.match(char) else char.encode("utf-8", "surrogatepass") for char in text
    )
    return os.fsdecode(raw)


def display(path: str) -> str:
    r"""``path`` fit to be shown: undecodable bytes and control characters as ``\xNN`` / ``\uNNNN``."""
    shown = os.fsencode(path).decode("utf-8", "backslashreplace") if _has_surrogates(path) else path
    return _UNSHOWABLE.sub(lambda m: m.group().encode("unicode_escape").decode("ascii"), shown)


def _has_surrogates(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _escape_char(char: str) -> str:
    raw = os.fsencode(char)
    if _PRIVATE.match(char):
        return "".join(chr(_BASE + byte) for byte in raw)
    return raw.decode("utf-8", "fileroom.private")
