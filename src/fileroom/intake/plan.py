"""What is to be done with a folder: pure, from what it holds now and what the catalog knows of it."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from fileroom.model.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fileroom.catalog.known import KnownFile
    from fileroom.sources.folder import FileEntry, Listing


class FolderPlan(NamedTuple):
    """The intents for one folder.

    ``read``: files to open, with the row that is known of each; ``unchanged``: how many stand as recorded;
    ``back``: rows of files that were gone and are there again as they were; ``brought_back``: files, as recorded, of
    instances that had been removed from the archive; ``cleared``: rows of those of the unchanged and brought back that
    were held to be gone, or changed; ``gone``: rows of files that are no longer there.
    """

    read: tuple[tuple[FileEntry, KnownFile | None], ...] = ()
    unchanged: int = 0
    back: tuple[int, ...] = ()
    brought_back: tuple[tuple[FileEntry, KnownFile], ...] = ()
    cleared: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()


def stands_as_recorded(listing: Listing, recorded: Sequence[tuple[str, int, int]]) -> bool:
    """Whether a folder is, at one glance, as it was: then there is nothing to plan.

    ``recorded`` are name, size and time of the files that were there; the time of those that need a second look is one
    that no file has (see ``KnownFiles.present_files``).
    """
    return listing.complete and not listing.obstacles and list(listing.files) == recorded


def plan_folder(
    listing: Listing, known: Mapping[str, KnownFile], now_ns: int, *, automatic: bool = False
) -> FolderPlan:
    """Compare a folder with what is known of it.

    A file is unchanged when size and time of change stand as recorded. A time in the future proves nothing and the
    file is read again. Files are only ever held to be gone when the listing of their folder is whole.

    What a rebuild has marked is read, however it stands.

    In an ``automatic`` pass, which nobody asked for, what was removed from the archive stays removed, what was refused
    stays refused until it changes, and a time in the future is believed: such passes come all the time.
    """
    if not known:
        return FolderPlan(tuple(zip(listing.files, repeat(None))))
    read: list[tuple[FileEntry, KnownFile | None]] = []
    back: list[int] = []
    brought_back: list[tuple[FileEntry, KnownFile]] = []
    cleared: list[int] = []
    unchanged = 0
    seen = set()
    for entry in listing.files:
        seen.add(entry.name)
        row = known.get(entry.name)
        if row is None or _differs(entry, row, now_ns, automatic=automatic):
            read.append((entry, row))
            continue
        if row.hidden and not automatic:
            brought_back.append((entry, row))
        elif row.gone:
            back.append(row.id)
            continue
        else:
            unchanged += 1
        if row.gone or row.changed:
            cleared.append(row.id)
    seen.update(obstacle.name for obstacle in listing.obstacles)
    gone = tuple(row.id for name, row in known.items() if name not in seen and not row.gone) if listing.complete else ()
    return FolderPlan(tuple(read), unchanged, tuple(back), tuple(brought_back), tuple(cleared), gone)


def _differs(entry: FileEntry, row: KnownFile, now_ns: int, *, automatic: bool) -> bool:
    if row.anew or row.outcome is Outcome.UNREADABLE or (not automatic and (row.try_again or entry.mtime_ns > now_ns)):
        return True
    return entry.size != row.size or entry.mtime_ns != row.mtime_ns
