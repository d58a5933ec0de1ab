"""The compiled reader, where there is one: the same modules, made by a C compiler from the same sources.

It lies in a folder of its own, so that its modules can be looked for first and left out as a whole. One that was made
from other sources than those that are here is not taken: who edits a module must not go on running the old one.
``FILEROOM_INTERPRETED=1`` leaves it out, too.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Final

FOLDER: Final = "_compiled"
BUILT_FROM: Final = "built-from.txt"
MODULES: Final = ("charsets", "drafts", "header", "reading", "source", "values", "walker")
_SOURCES: Final = (
    *(f"{name}{ending}" for name in (*MODULES, "primitives") for ending in (".py", ".pxd")),
    "primitives.h",
    "checksum.h",
)


def fingerprint(folder: Path) -> str:
    """A checksum over the sources in a folder, with how many bytes they are."""
    total, size = 0, 0
    for name in _SOURCES:
        data = (folder / name).read_bytes()
        total, size = zlib.crc32(data, total), size + len(data)
    return f"{total:08x} {size}"


def prefer(path: list[str]) -> None:
    """Have the modules of the package with this search path taken from the compiled reader, if it is theirs."""
    home = Path(path[0])
    compiled = home / FOLDER
    if os.environ.get("FILEROOM_INTERPRETED", "") not in {"", "0"} or not compiled.is_dir():
        return
    try:
        fresh = (compiled / BUILT_FROM).read_text().strip() == fingerprint(home)
    except OSError:  # a half of it is none
        return
    if fresh:
        path.insert(0, str(compiled))
