"""The compiled reader, where there is one: the same modules, made by a C compiler from the same sources.

It lies in a folder of its own, so that its modules can be looked for first and left out as a whole. One that was made
from other sources than those that are here is not taken: who edits a module must not go on running the old one.
``FILEROOM_INTERPRETED=1`` leaves it out, too.
"""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "_compiled"
BUILT_FROM: Final = "built-from.txt"
MODULES: Final = ("charsets", "drafts", "header", "reading", "source", "values", "walker")
_SOURCES: Final = (
    *(f"{name}{ending}" for name in (*MODULES, "primitives") for ending in (".py", ".pxd")),
    "primitives.h",
    "checksum.h",
)


def fingerprint(folder: str | Path) -> str:
    """A checksum over the sources in a folder, with how many bytes they are."""
    total, size = 0, 0
    for name in _SOURCES:
        with open(os.path.join(folder, name), "rb") as source:  # noqa: PTH118, PTH123 - pathlib takes 4 ms to load
            data = source.read()
        total, size = zlib.crc32(data, total), size + len(data)
    return f"{total:08x} {size}"


def prefer(path: list[str]) -> None:
    """Have the modules of the package with this search path taken from the compiled reader, if it is theirs."""
    compiled = os.path.join(path[0], FOLDER)  # noqa: PTH118 - as above
    if os.environ.get("FILEROOM_INTERPRETED", "") not in {"", "0"}:
        return
    try:
        with open(os.path.join(compiled, BUILT_FROM), encoding="utf-8") as built_from:  # noqa: PTH118, PTH123
            fresh = built_from.read().strip() == fingerprint(path[0])
    except OSError:  # there is none, or a half of it, which is none
        return
    if fresh:
        path.insert(0, compiled)
