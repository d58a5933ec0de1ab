"""Exit codes: the one table from what went wrong to what the shell is told."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from fileroom import errors
from fileroom.model.outcomes import Outcome

if TYPE_CHECKING:
    from fileroom.model.ledger import ImportSummary


class Exit(IntEnum):
    """How a command may end."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    UNREADABLE = 4
    BUSY = 5
    CATALOG = 6
    CANCELLED = 130  # as a shell reports SIGINT


MEANING = {
    Exit.OK: "all is well",
    Exit.FAILED: "it could not be done; the message says why",
    Exit.USAGE: "the command line cannot be understood",
    Exit.NOT_FOUND: "no such entry, import, token or path; nothing was done",
    Exit.UNREADABLE: "the import is finished, but some files could not be read (unreadable) or copied, or a folder was "
    "left as it was (empty now, or its drive is away); a check found something; a medium is written, but without some "
    "images",
    Exit.BUSY: "somebody else holds what is needed (a running import, the port)",
    Exit.CATALOG: "the catalog cannot be opened, unsealed or written",
    Exit.CANCELLED: "cancelled; what an import had done is kept",
}

EPILOG = "\n".join(["Exit codes:", *(f"{code.value:>3}  {text}" for code, text in MEANING.items())])

# From an error to its exit code and the code in `--json`, which is the same word that the HTTP door says.
BY_ERROR: dict[type[errors.FileroomError], tuple[Exit, str]] = {
    errors.NotFound: (Exit.NOT_FOUND, "not_found"),
    errors.SourceError: (Exit.NOT_FOUND, "source"),
    errors.BadRequest: (Exit.USAGE, "bad_request"),
    errors.Busy: (Exit.BUSY, "busy"),
    errors.Unavailable: (Exit.FAILED, "unavailable"),
    errors.NoRoom: (Exit.FAILED, "no_room"),
    errors.Undecodable: (Exit.FAILED, "undecodable"),
    errors.PeerError: (Exit.FAILED, "peer"),
    errors.Cancelled: (Exit.CANCELLED, "cancelled"),
    errors.CatalogError: (Exit.CATALOG, "catalog"),
    errors.FileroomError: (Exit.FAILED, "internal"),
}


def of_error(error: errors.FileroomError) -> tuple[Exit, str]:
    """The exit code of ``error`` and its word: that of the nearest class above it."""
    return next(BY_ERROR[kind] for kind in type(error).__mro__ if kind in BY_ERROR)


def of_import(summary: ImportSummary) -> Exit:
    """How ``fileroom import`` ends: what its ledger says, and nothing else."""
    if summary.state == "cancelled":
        return Exit.CANCELLED
    if summary.state != "done":
        return Exit.FAILED
    failed = summary.outcomes.get(Outcome.UNREADABLE, 0)
    if summary.kind == "copy":  # who wants copies is not served by what was refused for want of room
        failed += summary.outcomes.get(Outcome.REFUSED, 0)
    # Of an import that came to its end the message names the folders of which nothing could be concluded.
    return Exit.UNREADABLE if failed or summary.message else Exit.OK
