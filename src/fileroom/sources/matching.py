"""Finding the files that a DICOMDIR names: on discs their names are written in many ways.

PS3.10 8.2 wants capitals, digits and underscores; what lies there may be in small letters, have an extension, or end in
the version number of ISO 9660 (``;1``).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fileroom.sources import held

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MOST_NAMES = 500_000


def _bare(name: str) -> str:
    return name.lower().partition(";")[0].rpartition(".")[0] or name.lower().partition(";")[0].rstrip(".")


# The first that fits: as it is written, in small letters, and without version, extension and final dot.
_WAYS: tuple[Callable[[str], str], ...] = (str, str.lower, _bare)


class Finder:
    """Looks for paths below a folder; each folder is listed once, and no file opened."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: dict[str, tuple[dict[str, str], ...]] = {}
        self._folders: dict[Sequence[str], str | None] = {(): ""}
        self._held = _tree(root) if held.is_held(root) else None

    def find(self, parts: Sequence[str]) -> str | None:
        """The path (with slashes, from the root) of the file that ``parts`` name; None when it is not there."""
        above = tuple(parts[:-1])
        if above not in self._folders:
            self._folders[above] = self.find(above)
        folder = self._folders[above]
        name = None if folder is None else self._name(folder, parts[-1])
        return f"{folder}/{name}" if name and folder else name

    def _name(self, folder: str, part: str) -> str | None:
        ways = self._known.get(folder)
        if ways is None:
            ways = self._known[folder] = self._list(folder)
        for way, names in zip(_WAYS, ways, strict=True):
            name = names.get(way(part))
            if name is not None:
                return name
        return None

    def _list(self, folder: str) -> tuple[dict[str, str], ...]:
        if self._held is not None:
            names = self._held.get(folder, [])
        else:
            try:
                names = os.listdir(os.path.join(self._root, *folder.split("/")))[:_MOST_NAMES]
            except OSError:
                names = []
        # Of two names that fit as well the first by name is taken, whatever order the disc has them in.
        return tuple({way(name): name for name in sorted(names, reverse=True)} for way in _WAYS)


def _tree(root: str) -> dict[str, list[str]]:
    """The names in each held folder: files and folders."""
    tree: dict[str, set[str]] = {}
    for listing in held.listings(root):
        inside = listing.path[len(root) :].strip(os.sep).replace(os.sep, "/")
        tree.setdefault(inside, set()).update(entry.name for entry in listing.files)
        while inside:
            inside, _, name = inside.rpartition("/")
            tree.setdefault(inside, set()).add(name)
    return {folder: list(names) for folder, names in tree.items()}
