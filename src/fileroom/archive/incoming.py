"""What comes in: imports, objects that are received, files that were moved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fileroom.archive.core import Core, user
from fileroom.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from fileroom.dicom.composing import Bulk
    from fileroom.intake.inbox import Inbox
    from fileroom.intake.receive import Receiver
    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.ledger import (
        ImportSummary,
        RelinkReport,
        Stored,
    )


class Incoming(Core):
    """What comes in; a part of :class:`fileroom.archive.Archive`."""

    def bring_in(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        copy: bool = False,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportSummary:
        """Import files and folders in place; with ``copy`` by verified copies in the archive's own folder.

        Only what is new is copied; what is known where it lies stays there. The originals may go afterwards.
        Busy when another import is running in this archive; SourceError, before anything is done, when a path does
        not exist. A cancelled import returns its summary with state "cancelled"; what is done stays.
        """
        from fileroom.intake.run import bring_in

        texts = [os.fspath(paths)] if isinstance(paths, (str, os.PathLike)) else [os.fspath(path) for path in paths]
        return bring_in(
            self._catalog, self.settings, texts, copy=copy, who=who or user(), on_progress=on_progress, cancel=cancel
        )

    def rebuild(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
        *,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportSummary:
        """Read all files of the archive that can be reached again, or those under ``paths``, and take their facts anew.

        All that the user said is kept, and what cannot be reached stays as it is. It is an import of its own kind, and
        what was removed stays removed. Interrupted, the next import goes on. Busy when an import is running;
        SourceError when a path does not exist, NotFound when nothing of the archive lies there.
        """
        from fileroom.intake.run import rebuild

        texts = [os.fspath(paths)] if isinstance(paths, (str, os.PathLike)) else [os.fspath(path) for path in paths]
        return rebuild(self._catalog, self.settings, texts, who=who or user(), on_progress=on_progress, cancel=cancel)

    def inbox(self) -> Inbox:
        """Where objects that are sent to the archive arrive: whole files, or data sets as C-STORE has them.

        What was kept there is durable; :meth:`take_in` or :meth:`receive`, of this process or another, take it in.
        """
        return self._receiver().inbox

    def take_in(self, names: Collection[str] = ()) -> dict[str, Stored]:
        """Take in what waits in the inbox; says what became of those of ``names``.

        Those that are not in the answer wait, safe on the disk, for an import that is running.
        """
        return self._receiver().take_in(names)

    def store(self, parts: Iterable[bytes | Iterable[bytes]], *, who: str = "program") -> list[Stored]:
        """Receive whole DICOM files (PS3.10), each as bytes or in pieces, into the archive's own folder.

        ``who`` (small letters) stands in the list of imports. NoRoom when the disk is full.
        """
        from fileroom.intake.receive import store

        return store(self._receiver(), parts, who)

    def compose(
        self,
        data_set: dict[str, Any],
        transfer_syntax_uid: str,
        bulk: Callable[[str], Bulk | None],
        write: Callable[[bytes], None],
    ) -> None:
        """Write the DICOM file that a data set of the DICOM JSON model and its bulk data make (PS3.18 10.5.2).

        ``bulk`` finds what a BulkDataURI names. BadRequest when that makes none.
        """
        from fileroom.dicom.composing import compose

        compose(data_set, transfer_syntax_uid, bulk, write)

    def receive(self, *, stop: CancelToken, left: float = 0.0, much: bool = False) -> None:
        """Take in what arrives in the inbox, within about a second, until ``stop`` says so.

        ``left``: only what was left for so many seconds, for another process does it sooner. ``much``: this process
        receives much, and files are made ready for that (one process of an archive has them).
        """
        self._receiver().run(stop, left=left, much=much)

    def _receiver(self) -> Receiver:
        from fileroom.intake.receive import Receiver

        if self.medium is not None:
            raise BadRequest("what is only looked at takes nothing in")
        with self._lock:  # one for all threads: what arrives together is taken in together
            if self._received_by is None:
                self._received_by = Receiver(self._catalog, self.settings)
            return self._received_by

    def relink(
        self,
        path: str | os.PathLike[str],
        *,
        dry_run: bool = False,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> RelinkReport:
        """Look under ``path`` for files that are missing or on a drive that is away, and record them where they are.

        With ``dry_run`` only say what would change. :meth:`undo_import` of the report's ``id`` takes it back.
        SourceError when the path is not there, Busy while an import is running, Cancelled (nothing is changed then).
        """
        from fileroom.intake.relink import relink

        return relink(
            self._catalog,
            self.settings,
            os.fspath(path),
            dry_run=dry_run,
            who=who or user(),
            on_progress=on_progress,
            cancel=cancel,
        )
