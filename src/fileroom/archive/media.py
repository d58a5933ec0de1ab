"""Discs and sticks: looked at, taken into memory, kept, written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fileroom.archive.core import user
from fileroom.archive.incoming import Incoming
from fileroom.archive.ledger import Ledger
from fileroom.catalog import (
    audit,
)
from fileroom.errors import BadRequest
from fileroom.model.plain import plain

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from fileroom.intake.medium import Medium
    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.ledger import (
        Audited,
        ImportSummary,
        LedgerEntry,
    )
    from fileroom.model.media import Carrying, Deidentify, MediaReport


class Media(Incoming, Ledger):
    """Discs and sticks; a part of :class:`fileroom.archive.Archive`."""

    def write_media(
        self,
        ids: Sequence[str],
        path: str | os.PathLike[str],
        *,
        password: str = "",
        deidentify: Deidentify | None = None,
        viewer: bool = False,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> MediaReport:
        """Write patients, studies, series or images as a File-set with a DICOMDIR: a new folder, ``.iso`` or ``.zip``.

        Files are copied byte for byte, unless they are to be de-identified, and read back; with ``viewer`` pages that
        show them in any browser are there, too. What cannot be written is listed. BadRequest when something is there
        already; Cancelled; nothing is left behind then.
        """
        from pathlib import Path

        from fileroom.media.deidentifying import Deidentifier
        from fileroom.media.writing import write_media

        cleaner = None if deidentify is None else Deidentifier(deidentify)
        return write_media(
            self._catalog,
            ids,
            Path(path),
            password=password,
            deidentifier=cleaner,
            viewer=viewer,
            on_progress=on_progress,
            cancel=cancel,
        )

    def look_in(self, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None) -> ImportSummary:
        """Find all images of the source of :meth:`ephemeral`. BadRequest for an archive that has none."""
        return self._medium().look(on_progress=on_progress, cancel=cancel)

    def medium_found(self) -> dict[str, Any]:
        """What is known of the source of :meth:`ephemeral`: what its directory lists, and what is really there."""
        medium = self._medium()
        return {"label": medium.label, "kind": medium.kind, "bytes": medium.bytes(), **plain(medium.found)}

    def copy_into_memory(self, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None) -> Carrying:
        """Read all images of the source once, so that it can be ejected. Asked for again, it reads what it could not.

        Busy before :meth:`look_in` has come to its end, BadRequest when there is not enough memory.
        """
        return self._medium().copy_into_memory(on_progress=on_progress, cancel=cancel)

    def keep(
        self,
        session: Media,
        ids: Sequence[str],
        *,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportSummary:
        """Take entries of a ``session`` (of :meth:`ephemeral`) into this archive, by verified copies of their files.

        The ledger of this import says of each file whether it was copied; what could not be read can be tried again.
        NoRoom, before anything is copied.
        """
        with session._medium().held_files(ids, room_in=self._catalog.folder) as path:
            return self.bring_in([path], copy=True, who=who, on_progress=on_progress, cancel=cancel)

    def not_kept(self, import_id: int) -> tuple[LedgerEntry, ...]:
        """The files of such an import that are not in this archive, by their paths on the medium, each with the reason:
        only when there is none may the medium be ejected."""
        from fileroom.model.outcomes import Outcome
        from fileroom.sources.held import name_of

        return tuple(
            replace(line, path=name_of(line.path))
            for outcome in (Outcome.UNREADABLE, Outcome.REFUSED)
            for line in self.ledger(import_id, outcome=outcome).items
        )

    def medium_is_there(self) -> bool:
        """Whether the source of :meth:`ephemeral` still answers: False when it was torn out or ejected."""
        return self._medium().is_there()

    def audit_session(self, session: Media, *, who: str = "") -> None:
        """Put down that a session was opened, by whom and when, and what kind of source it has: no more of it."""
        kind = session.medium.kind if session.medium else ""
        audit.record(self._catalog, audit.SESSION_OPENED, who=who or user(), detail=kind)

    def audit_trail(self, *, limit: int = 200) -> tuple[Audited, ...]:
        """What was done that is to be known afterwards, the newest first."""
        return audit.trail(self._catalog, limit)

    def traces(self) -> tuple[bytes, ...]:
        """What would betray that these images were here, as bytes to look for on a disk."""
        from fileroom.intake.trace import traces

        return traces(self._catalog)

    def _medium(self) -> Medium:
        if self.medium is None:
            raise BadRequest("this archive has no source of its own: import a folder")
        return self.medium
