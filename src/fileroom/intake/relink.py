"""Relink: files that were moved by hand are found again by their headers, and the catalog follows them; into
containers, too, and out of them.

First what it would change, then, when that is wanted, the change itself: instances keep ids, notes and all else.
Nothing is imported that was not known.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, groupby
from typing import TYPE_CHECKING

from fileroom.catalog import userdata
from fileroom.catalog.known import KnownFiles
from fileroom.catalog.relinking import FoundAt, follow, recorded_files, shown_folder
from fileroom.catalog.writes import Writer, now
from fileroom.dicom.reading import read_header
from fileroom.errors import SourceError
from fileroom.intake.inside import looked_into, read_member
from fileroom.intake.lock import import_lock
from fileroom.jobs import CancelToken, Progress
from fileroom.model.drives import State
from fileroom.model.ledger import ImportSummary, Relinked, RelinkReport
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources import folder as folders
from fileroom.sources.containers import is_named_so
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fileroom.catalog.relinking import Recorded
    from fileroom.catalog.store import Catalog
    from fileroom.dicom.reading import Reading
    from fileroom.jobs import OnProgress
    from fileroom.settings import Settings
    from fileroom.sources.folder import FileEntry, Listing

_Key = tuple[int, bytes]  # size and digest of the header: what a file is known by wherever it lies
_PROGRESS_SECONDS = 0.1


def relink(
    catalog: Catalog,
    settings: Settings,
    path: str,
    *,
    dry_run: bool,
    who: str,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> RelinkReport:
    """Look under ``path`` for files that are not where they were, and unless ``dry_run`` record them there.

    SourceError when the path is not there, Busy while an import is running, Cancelled when the token says so: then
    nothing was changed.
    """
    whole = os.path.realpath(path)
    if not os.path.exists(whole):
        raise SourceError(f"{display(path)}: there is no such file or folder")
    token = cancel or CancelToken()
    with import_lock(catalog.home, token):
        return _Relink(catalog, settings, whole, who, on_progress, token).run(dry_run=dry_run)


class _Relink:
    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        root: str,
        who: str,
        on_progress: OnProgress | None,
        cancel: CancelToken,
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._root = root
        self._who = who
        self._on_progress = on_progress
        self._cancel = cancel
        self._mounts = catalog.mounts()
        self._started = time.monotonic()
        self._told = 0.0
        self._seen = self._read = 0
        self._shown: dict[tuple[str, str], str] = {}

    def run(self, *, dry_run: bool) -> RelinkReport:
        lost = list(self._lost())
        found = self._find(lost) if lost else {}
        pairs = list(_paired(lost, found))
        self._cancel.check()
        number = None
        if pairs and not dry_run:
            number = self._carry_out(pairs)
        return self._report(number, lost, pairs)

    # -- what is lost ----------------------------------------------------------------------------------------------

    def _lost(self) -> Iterator[Recorded]:
        """Files that are not at their place now, be it that their drive is away."""
        for page in recorded_files(self._catalog):
            self._cancel.check()
            for (filesystem_id, folder), files in groupby(page, key=lambda file: (file.filesystem_id, file.folder)):
                here = self._mounts.absolute(filesystem_id, folder)
                there = _names(here) if here is not None else frozenset()
                yield from (file for file in files if file.gone or (there is not None and file.name not in there))

    # -- what is found ---------------------------------------------------------------------------------------------

    def _find(self, lost: Sequence[Recorded]) -> dict[_Key, list[FoundAt]]:
        wanted = {(file.size, file.digest) for file in lost if file.told}
        sizes = {size for size, _ in wanted}
        own = {(file.filesystem_id, file.folder, file.name): file.id for file in lost}
        found: defaultdict[_Key, list[FoundAt]] = defaultdict(list)
        leave_out = self._catalog.home.identities()
        with (
            ThreadPoolExecutor(self._settings.readers, thread_name_prefix="fileroom-read") as pool,
            self._catalog.database.latest() as cursor,
        ):
            known = KnownFiles(cursor)

            def of_interest(listing: Listing) -> list[FileEntry]:
                self._seen += len(listing.files)
                return [entry for entry in self._unknown(listing, known, own) if entry.size in sizes]

            for listing in folders.walk(self._root, leave_out=leave_out, stop=lambda: self._cancel.cancelled):
                self._cancel.check()
                paths = [os.path.join(listing.path, entry.name) for entry in of_interest(listing)]
                readings = zip(paths, pool.map(read_header, paths), strict=True)
                for path, reading in chain(readings, self._members(listing, known, of_interest)):
                    self._read += 1
                    key = (reading.size, reading.digest)
                    if reading.header is not None and key in wanted:
                        mount, folder = self._mounts.locate(os.path.dirname(path))
                        name = os.path.basename(path)
                        row = own.get((mount.filesystem_id, folder, name))
                        found[key].append(FoundAt(mount, folder, name, path, reading.size, reading.mtime_ns, row))
                self._progress(listing.path)
        return found

    def _members(
        self, listing: Listing, known: KnownFiles, of_interest: Callable[[Listing], list[FileEntry]]
    ) -> Iterator[tuple[str, Reading]]:
        """What is read in the containers of a folder, but for those that stand as recorded: of these all is known."""
        if not self._settings.containers:
            return
        mount, inside = self._mounts.locate(listing.path)
        for entry in filter(lambda entry: is_named_so(entry.name), listing.files):
            row = known.one(mount.filesystem_id, inside, entry.name)
            facts = (entry.size, entry.mtime_ns, Reason.CONTAINER, False)
            if row is not None and (row.size, row.mtime_ns, row.reason, row.gone) == facts:
                continue
            looked = looked_into(os.path.join(listing.path, entry.name), entry, self._cancel.check)
            members = [(at.path, member) for at in looked.listings() for member in of_interest(at)]
            if looked.in_order:
                members.sort(key=lambda at: looked.position(at[0], at[1].name))
            for folder, member in members:
                self._cancel.check()
                path = os.path.join(folder, member.name)
                yield path, read_member(path, member)

    def _unknown(
        self, listing: Listing, known: KnownFiles, own: dict[tuple[str, str, str], int]
    ) -> Iterator[FileEntry]:
        """The files of a folder that the catalog knows nothing of; those that are back in their place are welcome."""
        mount, inside = self._mounts.locate(listing.path)
        row = known.folder(mount.filesystem_id, inside)
        taken = known.files(row, listing) if row is not None else {}
        for entry in listing.files:
            if entry.name not in taken or (mount.filesystem_id, inside, entry.name) in own:
                yield entry

    # -- the change ------------------------------------------------------------------------------------------------

    def _carry_out(self, pairs: Sequence[tuple[Recorded, FoundAt]]) -> int:
        number, started = userdata.begin_import(self._catalog, [self._root], self._who, "relink")
        with self._catalog.database.transaction() as cursor:
            writer = Writer(self._catalog, number)
            moved = [(lost, at, f"{self._folder_of(lost).rstrip('/')}/{display(lost.name)}") for lost, at in pairs]
            follow(cursor, writer, number, moved)
            summary = ImportSummary(
                id=number,
                roots=(self._root,),
                started=started,
                ended=now(),
                who=self._who,
                state="done",
                files=len(pairs),
                outcomes={outcome: len(pairs) if outcome is Outcome.MOVED else 0 for outcome in Outcome},
                seconds=time.monotonic() - self._started,
                kind="relink",
            )
            userdata.save_import(cursor, summary)
        return number

    # -- telling ---------------------------------------------------------------------------------------------------

    def _report(
        self, number: int | None, lost: Sequence[Recorded], pairs: Sequence[tuple[Recorded, FoundAt]]
    ) -> RelinkReport:
        followed = {file.id for file, _ in pairs}
        left = [file for file in lost if file.id not in followed]
        moves = Counter((self._folder_of(file), display(os.path.dirname(at.path))) for file, at in pairs)
        still = Counter((self._folder_of(file), self._state_of(file)) for file in left)
        return RelinkReport(
            id=number,
            state="done",
            files=len(pairs),
            images=len({file.instance_id for file, _ in pairs}),
            series=len({file.series_id for file, _ in pairs}),
            bytes=sum(file.size for file, _ in pairs),
            moves=tuple(Relinked(old=old, new=new, files=n) for (old, new), n in moves.most_common()),
            left=len(left),
            still=tuple(Relinked(old=old, state=state, files=n) for (old, state), n in still.most_common()),
            seconds=time.monotonic() - self._started,
        )

    def _folder_of(self, file: Recorded) -> str:
        key = (file.filesystem_id, file.folder)
        if key not in self._shown:
            self._shown[key] = shown_folder(file, self._mounts.absolute(*key))
        return self._shown[key]

    def _state_of(self, file: Recorded) -> State:
        return State.OFFLINE if self._mounts.absolute(file.filesystem_id, file.folder) is None else State.MISSING

    def _progress(self, folder: str) -> None:
        at = time.monotonic()
        if self._on_progress and at - self._told > _PROGRESS_SECONDS:
            self._told = at
            seconds = max(at - self._started, 1e-9)
            self._on_progress(
                Progress(
                    phase="walking",
                    seen=self._seen,
                    done=self._seen,
                    read=self._read,
                    files_per_second=self._seen / seconds,
                    seconds=seconds,
                    current=display(folder),
                )
            )


def _names(folder: str) -> frozenset[str] | None:
    """What is in a folder: nothing when it is not there, None when it cannot be said."""
    try:
        return frozenset(os.listdir(folder))
    except FileNotFoundError:
        return frozenset()
    except OSError:  # no permission, or a container, whose files are there as long as it is
        return None


def _paired(lost: Sequence[Recorded], found: dict[_Key, list[FoundAt]]) -> Iterator[tuple[Recorded, FoundAt]]:
    """Each lost file with a found one that holds the same; of several, those first whose paths end most alike."""
    groups: defaultdict[_Key, list[Recorded]] = defaultdict(list)
    for file in lost:
        groups[file.size, file.digest].append(file)
    for key, places in found.items():
        taken: set[int] = set()
        for at in sorted(places, key=lambda place: -max(_alike(file, place) for file in groups[key])):
            # A place at which another lost file is recorded is that one's, should it come back.
            free = [file for file in groups[key] if file.id not in taken and at.row in {None, file.id}]
            if free:
                best = max(free, key=lambda file: (_alike(file, at), -file.id))
                taken.add(best.id)
                yield best, at


def _alike(file: Recorded, at: FoundAt) -> int:
    """How many names at the end of two paths are the same; more than all of them when it is the very place."""
    if at.row == file.id:
        return 1 << 16
    alike = 0
    for one, other in zip(
        reversed([*file.folder.split("/"), file.name]), reversed([*at.folder.split("/"), at.name]), strict=False
    ):
        if one != other:
            break
        alike += 1
    return alike
