"""Drives and the folders that were imported: listed, watched, forgotten."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fileroom.archive.incoming import Incoming
from fileroom.catalog import (
    places,
    roots,
)
from fileroom.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.drives import Drive, Root
    from fileroom.model.entries import Counts
    from fileroom.model.ledger import (
        ImportSummary,
    )


class Folders(Incoming):
    """Drives and the folders that were imported; a part of :class:`fileroom.archive.Archive`."""

    def nameless_drive(self, path: str | os.PathLike[str]) -> str | None:
        """The mount point of the drive of ``path``, when it was plugged in, has no identity of its own, and is met for
        the first time: the user may be asked whether it may be marked. None otherwise."""
        from fileroom.catalog.marking import nameless

        return nameless(self._catalog, os.fspath(path))

    def mark_drive(self, path: str | os.PathLike[str]) -> Path | None:
        """Write a marker (``.fileroom-drive``) to the top of the drive of ``path``: only when the user agreed.

        It is then the same drive wherever it is mounted. None when it has an identity and needs no marker; SourceError
        when it is read-only or cannot be written to.
        """
        from fileroom.catalog.marking import mark

        return mark(self._catalog, os.fspath(path))

    def drives(self) -> tuple[Drive, ...]:
        """The drives on which something of the archive lies, and whether they are connected."""
        return places.drives(self._catalog)

    def roots(self) -> tuple[Root, ...]:
        """The folders that were brought in, by path, and whether they can be reached."""
        return places.roots(self._catalog)

    def root(self, root_id: int) -> Root:
        """One of them. NotFound when there is none of this number."""
        for root in self.roots():
            if root.id == root_id:
                return root
        raise NotFound("there is no such folder in the list")

    def root_at(self, path: str | os.PathLike[str], *, forgotten: bool = False) -> int:
        """The number of the root at ``path``, also while its drive is away. NotFound when it is not in the list.

        ``forgotten``: of one that was taken from the list.
        """
        return roots.root_at(self._catalog, os.fspath(path), forgotten=forgotten)

    def set_watched(self, root_id: int, *, watched: bool) -> Root:
        """Turn the switch of a root: what changes in a watched one comes in by itself, while :meth:`watch` runs."""
        roots.set_watched(self._catalog, root_id, watched=watched)
        return self.root(root_id)

    def forget_root(self, root_id: int) -> Counts:
        """Take a root from the list and remove what it brought in, but for what lies in another root as well.

        The files stay. Returns what was removed. Busy while an import runs, NotFound when there is no such root.
        """
        from fileroom.intake.lock import import_lock

        with import_lock(self._catalog.home):
            return roots.forget_root(self._catalog, root_id)

    def restore_root(self, root_id: int) -> Counts:
        """Take :meth:`forget_root` back; returns what is shown again. NoRoom where that were too many patients."""
        return roots.restore_root(self._catalog, root_id, max_patients=self.settings.max_patients)

    def import_root(
        self, root_id: int, *, who: str = "", on_progress: OnProgress | None = None, cancel: CancelToken | None = None
    ) -> ImportSummary:
        """Import a root again, wherever its drive is mounted now. Unavailable when it is not there."""
        return self.bring_in(self.root_path(root_id), who=who, on_progress=on_progress, cancel=cancel)

    def root_path(self, root_id: int) -> str:
        """Where a root is now, as the operating system takes it. NotFound; Unavailable when it is not there."""
        return roots.root_path(self._catalog, root_id)

    def watch(
        self,
        root_ids: Collection[int] | None = None,
        *,
        stop: CancelToken,
        on_progress: OnProgress | None = None,
        on_pass: Callable[[ImportSummary | None], None] | None = None,
    ) -> None:
        """Watch roots until ``stop`` says so: those of ``root_ids``, else those whose switch is on.

        A pass that found something is an import of its own; ``on_pass`` is told what it did (None: it came to nothing
        after all). Other imports are never kept waiting: passes give way to them.
        """
        from fileroom.intake.watch import Watcher

        Watcher(self._catalog, self.settings, only=root_ids, on_progress=on_progress, on_pass=on_pass).run(stop)
