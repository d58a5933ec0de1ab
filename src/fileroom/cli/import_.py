"""``fileroom import``: bring files and folders into the archive, where they lie or by copies."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli import exits
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.progress import reporter
from fileroom.cli.summary import in_words, why
from fileroom.cli.terminal import count, safe
from fileroom.errors import BadRequest
from fileroom.jobs import CancelToken

if TYPE_CHECKING:
    from fileroom.archive import Archive
    from fileroom.model.ledger import ImportSummary


AGREE = "Write a small file, .fileroom-drive, to the drive, so that it is known wherever it is connected."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", epilog=exits.EPILOG)(import_)


def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(readable=False, metavar="PATH", help="Files and folders.")],
    *,
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy what is new into the archive's own folder; the originals may go then.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Import, then stay: what comes or changes is brought in, until Ctrl-C.")
    ] = False,
    mark_drive: Annotated[
        bool,
        typer.Option("--mark-drive", help=f"{AGREE} Only for drives without an identity of their own."),
    ] = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Bring files and folders into the archive, where they lie.

    Folders are walked with all that is below them. Ctrl-C stops and keeps what
    is done; the next import goes on from there. When one of the paths does not
    exist, nothing is imported.

    With --copy each copy is read back from the disk and compared before it
    counts. What the archive knows already, where it lies, is not copied.

    With --watch, files that are still being written are left until they are
    quiet, and removed entries stay removed.
    """
    if copy and watch:
        raise BadRequest("--copy and --watch do not go together: what was copied may go")
    cancel = CancelToken()
    with open_archive(context, archive) as house, cancelling(cancel, heard):
        _mark(house, paths, agreed=mark_drive, as_json=as_json)
        with reporter(as_json=as_json) as report:
            summary = house.bring_in(paths, copy=copy, on_progress=report, cancel=cancel)
        tell(house, summary, as_json=as_json)
        if watch and not cancel.cancelled:
            _stay(house, summary, cancel, as_json=as_json)
    raise typer.Exit(exits.of_import(summary))


def _mark(house: "Archive", paths: list[Path], *, agreed: bool, as_json: bool) -> None:
    """Mark the drives of ``paths`` when the user agrees: by an option, or by an answer when one is met first."""
    for path in paths:
        if not path.exists():
            continue  # the import says so
        if not agreed:
            point = None if as_json or not sys.stdin.isatty() else house.nameless_drive(path)
            if point is None:
                continue
            err().print(f"The drive at {safe(point)} has nothing to be known by but its place.", soft_wrap=True)
            if not typer.confirm(f"{AGREE} Agreed?", err=True):
                continue
        written = house.mark_drive(path)
        if written is not None and not as_json:
            err().print(f"Marked: {safe(str(written))}", soft_wrap=True)


def tell(house: "Archive", summary: "ImportSummary", *, as_json: bool) -> None:
    """What an import did, for people or for programs."""
    if as_json:
        print_json(summary.as_line())
        return
    for line in in_words(summary, why(house, summary)):
        out().print(line, soft_wrap=True)


def _stay(house: "Archive", first: "ImportSummary", stop: CancelToken, *, as_json: bool) -> None:
    """Watch the folders of an import until Ctrl-C."""

    def passed(summary: "ImportSummary | None") -> None:
        if summary is not None:
            tell(house, summary, as_json=as_json)

    roots = [house.root_at(path) for path in first.roots]
    if not as_json:
        err().print(f"Watching {count(len(roots), 'folder')}; Ctrl-C ends it.")
    house.watch(roots, stop=stop, on_pass=passed)


def heard() -> None:
    """Say that Ctrl-C was heard."""
    # By the descriptor: a signal may come while sys.stderr is being written, and that cannot be entered twice.
    os.write(2, b"\nStopping; what is done is kept. Ctrl-C again ends at once.\n")
