"""Looking into something that is not to be kept: a disc, a stick, an image of a disc, or files that are made as asked.

A :class:`Medium` belongs to an archive in memory (:meth:`fileroom.archive.Archive.ephemeral`). It says what the source
is and has it looked at; what is found stands in the catalog like that of any import.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fileroom.catalog import queries
from fileroom.catalog.store import id_text
from fileroom.catalog.userdata import forget
from fileroom.dicom.dicomdir import NoDirectory, read_directory
from fileroom.dicom.reading import read_header_from
from fileroom.errors import BadRequest, Busy, NoRoom, SourceError
from fileroom.intake.carried import Carried
from fileroom.intake.run import bring_in
from fileroom.jobs import CancelToken
from fileroom.model.entries import Level
from fileroom.model.media import Carrying
from fileroom.model.outcomes import Outcome
from fileroom.model.queries import Query
from fileroom.sources import disc_order, held, isos, secrecy
from fileroom.sources.containers import Directory, gather
from fileroom.sources.matching import Finder
from fileroom.sources.opened import look, opened, opened_bytes
from fileroom.sources.paths import display
from fileroom.sources.positioned import READ_FLAGS, Plain, Stretches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fileroom.catalog.store import Catalog
    from fileroom.dicom.dicomdir import Directory as Listing
    from fileroom.dicom.dicomdir import Listed
    from fileroom.jobs import OnProgress
    from fileroom.model.headers import Header
    from fileroom.model.ledger import ImportSummary
    from fileroom.settings import Settings
    from fileroom.sources.drives import Mount
    from fileroom.sources.held import Files
    from fileroom.sources.positioned import Positioned

    Source = str | os.PathLike[str] | Files

_HEAD = 36 << 10  # up to the first descriptor of a volume (ECMA-119 6.2.1)


@dataclass(frozen=True, slots=True)
class _Opened:
    """Where the files of a source are. ``order``: how far from the beginning of the disc each of them lies."""

    root: str
    label: str
    kind: str  # "folder", "image", "made"
    mount: Mount | None = None
    fd: int = -1
    path: str = ""  # of an image, or of the drive

    def close(self) -> None:
        if self.mount is not None:
            held.let_go(self.mount)
        if self.fd >= 0:
            os.close(self.fd)


@dataclass(slots=True)
class Found:
    """What became of a look at a medium: what its DICOMDIR lists, and what is really there.

    ``missing``: listed, and not there; ``refused``: listed at a place outside of the medium; ``unlisted``: how many
    images are there and not listed. ``trouble`` says what is wrong with the DICOMDIR itself.
    """

    directory: bool = False
    listed: int = 0
    missing: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    unlisted: int = 0
    unreadable: int = 0
    trouble: str = ""
    whole: bool = False  # it was looked through to the end
    unread: tuple[str, ...] = ()  # by the last copy into memory, which can be asked for again
    in_memory: bool = False  # all of it was copied into memory: it can be ejected
    locked: bool = False  # what is in memory cannot be swapped out to a disk


class Medium:
    """A source that is looked into and forgotten."""

    def __init__(self, catalog: Catalog, settings: Settings, source: Source, label: str = "") -> None:
        self._catalog = catalog
        # One reader, that goes through a disc from its beginning to its end: seeks are what it costs. And no process
        # beside this one, that would hold what is not to be kept.
        self._settings = replace(settings, readers=1, aside=False, in_disc_order=True)
        self._at = _opened(source, label)
        self.label = self._at.label
        self.kind = self._at.kind
        self.found = Found(locked=secrecy.protect())
        self._copies: Mount | None = None
        self._carried: Carried | None = None
        if self._at.mount is not None:
            catalog.hold(self._at.mount)

    def look(self, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None) -> ImportSummary:
        """Find all images of it. What its DICOMDIR lists is shown first, before any other file is opened."""
        listed = self.list_directory()
        summary = self._bring_in(self._at.root, on_progress, cancel)
        outcomes = summary.outcomes
        if listed:
            self.found.unlisted = outcomes.get(Outcome.ADDED, 0)
            self._drop_what_was_only_listed()
        self.found.unreadable = outcomes.get(Outcome.UNREADABLE, 0)
        self.found.whole = summary.state == "done"
        return summary

    def _bring_in(self, root: str, on_progress: OnProgress | None, cancel: CancelToken | None) -> ImportSummary:
        return bring_in(
            self._catalog, self._settings, [root], copy=False, who="", on_progress=on_progress, cancel=cancel
        )

    def list_directory(self) -> bool:
        """Show what the DICOMDIR lists, from it alone; False when there is none that could be used."""
        finder = Finder(self._at.root)
        directory = self._directory(finder)
        if directory is None:
            return False
        files: dict[str, Positioned | bytes] = {}
        missing = []
        for image in directory.listed:
            path = finder.find(image.parts)
            if path is None:
                missing.append(display("/".join(image.parts)))
            else:
                files[path] = image.data
        self.found.listed = len(directory.listed)
        self.found.missing, self.found.refused = tuple(missing), directory.refused
        self.found.trouble = "cut" if directory.cut else "unreached" if directory.unreached else ""
        if not files:
            return False
        self._show(files)
        return True

    def _directory(self, finder: Finder) -> Listing | None:
        path = finder.find(["DICOMDIR"])
        if path is None:
            return None
        self.found.directory = True
        try:
            with opened(os.path.join(self._at.root, path)) as file:
                return read_directory(file, _BirthDates(self._at.root, finder).of)
        except (NoDirectory, OSError):
            self.found.trouble = "damaged"
            return None

    def _show(self, files: dict[str, Positioned | bytes]) -> None:
        """Take in what is told of files, as if it were they; each is to be read itself later."""
        root = self._at.root
        mount, inside = self._catalog.mounts(fresh=True).locate(root)
        told: dict[str, Positioned | bytes] = {}
        for path, data in files.items():
            assert isinstance(data, bytes)  # noqa: S101 - it is what was listed
            with contextlib.suppress(OSError):
                told[path] = held.Foretold(data, look(os.path.join(root, path)).size)
        place = held.hold(told, label=mount.label, drive=mount.filesystem_id, inside=inside)
        self._catalog.hold(place)
        try:
            self._bring_in(place.point, None, None)
        finally:
            self._catalog.let_go(place)
            held.let_go(place)

    def _drop_what_was_only_listed(self) -> None:
        """Entries that the DICOMDIR spoke of and no file bears out: their files say something else, or are gone."""
        with self._catalog.database.reading() as cursor:
            rows = cursor.execute(_WITHOUT_FILE).fetchall()
        if rows:
            forget(self._catalog, [id_text(Level.INSTANCE, row[0]) for row in rows])

    def whole_header(self, path: str, header: Header) -> Header:
        """The header of a file of which only its entry in a DICOMDIR was read so far: read now, when it is wanted."""
        if self.found.whole or header.rows is not None or not self.found.listed:
            return header
        try:
            with opened(path) as file:
                return read_header_from(file).header or header
        except OSError:
            return header

    # -- taking it along -------------------------------------------------------------------------------------------

    def _files(self, ids: Sequence[str] = ()) -> dict[str, _Elsewhere]:
        """The files of some entries, or of all, by their paths on their drive."""
        queries_of = [Query(level=Level.INSTANCE, parent=one) for one in ids] or [Query(level=Level.INSTANCE)]
        found = {}
        for query in queries_of:
            for image in queries.walk(self._catalog, query):
                for file in image.files[:1]:
                    found[file.path] = _Elsewhere(file.path, file.size, file.mtime_ns)
        return found

    def _namer(self) -> Callable[[str], str]:
        """What gives the path of a file inside the medium, be it on the disc or in memory already."""
        mounts = self._catalog.mounts()
        above = mounts.locate(self._at.root)[1].rstrip("/")
        return lambda path: mounts.locate(path)[1].removeprefix(above).lstrip("/")

    def bytes(self) -> int:
        """How much memory a copy of all images takes: asked every second by a page, and so of the catalog alone."""
        with self._catalog.database.reading() as cursor:
            return int(cursor.execute(_BYTES).fetchone()[0])

    @contextlib.contextmanager
    def held_files(self, ids: Sequence[str], room_in: str | os.PathLike[str]) -> Iterator[str]:
        """The files of some entries by themselves, at a path that an import can be given.

        NoRoom when a copy of them does not fit on the drive of ``room_in``.
        """
        inner = self._namer()
        files: dict[str, Positioned | bytes] = {inner(path): file for path, file in self._files(ids).items()}
        if not files:
            raise BadRequest("there is nothing in it to be kept")
        needed, free = sum(len(one) if isinstance(one, bytes) else one.size for one in files.values()), _free(room_in)
        if needed > free:
            raise NoRoom(f"there is not enough room: {needed:,} bytes are to be copied, and {free:,} are free")
        mount = held.hold(files, label=self.label)
        try:
            yield mount.point
        finally:
            held.let_go(mount)

    def copy_into_memory(self, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None) -> Carrying:
        """Read all images once, so that the medium can be ejected; the next time, those that could not be read.

        Busy before it was looked through; BadRequest when they do not fit into the memory that is free. Cancelled:
        nothing is held then.
        """
        if not self.found.whole:
            raise Busy("the medium is still being looked through")
        inner = self._namer()
        if self._carried is None:
            files = self._files()
            ordered = sorted(files, key=disc_order.of(self._at.root))
            self._carried = Carried({inner(path): files[path] for path in ordered})
            self.found.locked = self._carried.locked or self.found.locked
        carried, whole = self._carried, False
        try:
            carried.read(on_progress, cancel or CancelToken())
            whole = True
        finally:
            self.found.unread = carried.unread
            if not whole:  # it was cancelled: all is read from the medium, as before
                self._carried = None
                self.found.unread = ()
        if self._copies is None:
            mount, inside = self._catalog.mounts(fresh=True).locate(self._at.root)
            self._copies = held.hold(carried.copies, label=mount.label, drive=mount.filesystem_id, inside=inside)
            self._catalog.hold(self._copies)
        self.found.in_memory = not carried.unread
        return Carrying(
            state="done", files=carried.files, bytes=carried.bytes, unread=carried.unread, locked=self.found.locked
        )

    def is_there(self) -> bool:
        """Whether the medium itself still answers; a stick that was torn out, or a disc that was ejected, does not."""
        if self._at.kind == "made":
            return True
        try:
            if self._at.kind == "folder":
                with os.scandir(self._at.root) as entries:
                    return next(entries, None) is not None  # a mount point that is left behind is empty
            os.close(os.open(self._at.path, READ_FLAGS))
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let go of it: it can be ejected, and what was held of it is forgotten."""
        if self._copies is not None:
            held.let_go(self._copies)
        self._at.close()


class _Elsewhere:
    """A file that is opened when it is read, and is still the one that was looked at."""

    def __init__(self, path: str, size: int, mtime_ns: int) -> None:
        self._path = path
        self._mtime_ns = mtime_ns
        self.size = size

    def read_at(self, position: int, length: int) -> bytes:
        """As any source. OSError when another file stands there: it could be another person's."""
        with opened(self._path) as file:
            on_disk = file.fd >= 0 and self._mtime_ns != held.ANY_TIME
            if file.size != self.size or (on_disk and file.mtime_ns != self._mtime_ns):
                raise OSError(errno.ESTALE, "it is another file now")
            return file.read_at(position, length)


def _free(folder: str | os.PathLike[str]) -> int:
    return shutil.disk_usage(folder).free


# Of each image the file that was found first, as _files takes it.
_BYTES = (
    "SELECT COALESCE(SUM(size), 0) FROM (SELECT f.size, MIN(f.id) FROM file f JOIN instance i ON i.id = f.instance_id "
    "WHERE i.hidden = 0 GROUP BY f.instance_id)"
)
_WITHOUT_FILE = (
    "SELECT public_id FROM instance WHERE hidden = 0 AND NOT EXISTS "
    "(SELECT 1 FROM file WHERE file.instance_id = instance.id AND file.gone = 0)"
)
_MOST_ASKED = 64


class _BirthDates:
    """What tells one patient from another and a DICOMDIR need not say: the birth date (PS3.3 F.5.1 has ID and name).

    One image of each patient is asked for it, so that who is shown first is who is shown when all has been read.
    """

    def __init__(self, root: str, finder: Finder) -> None:
        self._root = root
        self._finder = finder
        self._known: dict[tuple[str, str], str] = {}

    def of(self, image: Listed) -> str | None:
        """The birth date of the patient of a listed image; empty where it says none, None where it is not there."""
        said = read_header_from(opened_bytes(image.data)).header
        path = self._finder.find(image.parts)
        if said is None or path is None:
            return None
        who = said.patient_id, said.patient_name
        if who not in self._known and len(self._known) < _MOST_ASKED:
            self._known[who] = self._ask(path, said.patient_id)
        return self._known.get(who, "")

    def _ask(self, path: str, patient_id: str) -> str:
        try:
            with opened(os.path.join(self._root, path)) as file:
                header = read_header_from(file).header
        except OSError:
            return ""
        return header.patient_birth_date if header and header.patient_id == patient_id else ""


def _opened(source: Source, label: str) -> _Opened:
    """Raises SourceError when it cannot be opened."""
    if isinstance(source, Mapping):
        mount = held.hold(source, label=label or "files")
        return _Opened(mount.point, mount.label, "made", mount)
    path = os.path.realpath(source)
    name = label or os.path.basename(path.rstrip(os.sep)) or path
    try:
        if os.path.isdir(path):
            os.scandir(path).close()
            return _Opened(path, name, "folder")
        return _image(path, name)
    except OSError as error:
        raise SourceError(f"{display(path)}: {_why(path, error)}") from error


def _why(path: str, error: OSError) -> str:
    """Why it cannot be opened, in words; of a drive with what can be done about it."""
    if error.errno == getattr(errno, "ENOMEDIUM", -1):
        return "there is no disc in this drive"
    if error.errno in {errno.EACCES, errno.EPERM} and path.startswith("/dev/"):
        return "this drive may not be read by you: ask for its group (cdrom), or mount the disc and open its folder"
    if error.errno == errno.EIO:
        return "it cannot be read: the disc may be scratched, or was taken out"
    return error.strerror or "it cannot be read"


def _image(path: str, label: str) -> _Opened:
    """The image of a disc, in a file or in the drive itself. SourceError when it is none."""
    fd = os.open(path, READ_FLAGS)
    try:
        mount = held.hold(_files_of(Plain(fd, os.lseek(fd, 0, os.SEEK_END)), path), label=label)
    except BaseException:
        os.close(fd)
        raise
    return _Opened(mount.point, label, "image", mount, fd, path)


def _files_of(source: Plain, path: str) -> dict[str, Positioned | bytes]:
    """The files of the image of a disc (ECMA-119), as far as its directories can be followed."""
    head = source.read_at(0, _HEAD)
    if not isos.recognises(head):
        if isos.is_udf_alone(head):
            raise SourceError(
                f"{display(path)}: this disc is written in UDF without ISO 9660: mount it, and open its folder"
            )
        raise SourceError(f"{display(path)}: this is neither a folder nor the image of a disc")
    directory = Directory((source.size, 0, 0, 0), {})
    trouble = gather(directory, isos, source, lambda: None)
    if trouble is not None and not directory.members:
        raise SourceError(f"{display(path)}: the directory of this disc cannot be read")
    return {
        name: Stretches(source, member.stretches) for name, member in directory.members.items() if not member.refused
    }
