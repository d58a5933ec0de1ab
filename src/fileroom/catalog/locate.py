"""Where the file of an instance lies: the one look that every frame on the screen costs, so it is kept short."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from fileroom.catalog import changes, packing
from fileroom.catalog.anew import recorded
from fileroom.catalog.changes import Seen, differs
from fileroom.catalog.paths import on_drive
from fileroom.catalog.store import LETTERS, id_text
from fileroom.errors import CatalogError, NotFound, Unavailable
from fileroom.model.entries import Level
from fileroom.model.outcomes import Reason
from fileroom.sources.opened import look, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fileroom.catalog.store import Catalog
    from fileroom.model.headers import Header
    from fileroom.sources.drives import Mounts
    from fileroom.sources.opened import Facts

_INSTANCE = LETTERS[Level.INSTANCE]
_UIDS = {
    "StudyInstanceUID": "study.study_instance_uid",
    "SeriesInstanceUID": "series.series_instance_uid",
    "SOPInstanceUID": "instance.sop_instance_uid",
}
BY_UIDS = _UIDS.keys()
_FILES = (
    "SELECT instance.public_id, instance.header, instance.sop_instance_uid, instance.number, series.base, "
    "instance.frames, file.name, folder.path, drive.filesystem_id, file.id, file.size, file.mtime_ns, file.changed "
    "FROM instance JOIN series ON series.id = instance.series_ref "
    "LEFT JOIN file ON file.instance_id = instance.id AND file.reason != ? "
    "LEFT JOIN folder ON folder.id = file.folder_id LEFT JOIN drive ON drive.id = folder.drive_id "
)
_STATES = _FILES.replace("SELECT ", "SELECT instance.hidden, instance.file_id, file.gone, ", 1)
_UID_AT = 5
_SOP_UID_AT = 2
_BEST_FIRST = "file.id IS NOT instance.file_id, file.gone, file.id"
_OF_ONE = f"{_FILES}WHERE instance.public_id = ? ORDER BY {_BEST_FIRST}"
_OF_MANY = _FILES + "JOIN study ON study.id = series.study_ref WHERE instance.hidden = 0 AND "
_STATES_OF_MANY = _STATES + "JOIN study ON study.id = series.study_ref WHERE "
_IN_ORDER = f" ORDER BY instance.number IS NULL, instance.number, instance.id, {_BEST_FIRST}"


@dataclass(frozen=True, slots=True)
class Located:
    """A file of an instance that is there now, with what the catalog knows of its image."""

    path: str
    size: int
    mtime_ns: int
    frames: int
    header: Header
    changed: bool = False  # it is not as it was when it was read


def locate(catalog: Catalog, instance_id: str) -> Located:
    """The first file of an instance that can be reached, and is as recorded if any is.

    NotFound, or Unavailable when there is none.
    """
    try:
        public_id = bytes.fromhex(instance_id[1:])
    except ValueError:
        public_id = b""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(_OF_ONE, (Reason.OTHER_CONTENT.value, public_id)).fetchall()
    if not rows or instance_id[:1] != _INSTANCE:
        raise NotFound("there is no such instance")
    return _best(catalog, catalog.mounts(), rows)


def locate_all(catalog: Catalog, uids: Mapping[str, str]) -> list[tuple[str, Located | Unavailable]]:
    """The same of all instances of a study, a series or an image: their ids, in their order, by one look.

    ``uids`` are StudyInstanceUID, SeriesInstanceUID and SOPInstanceUID, as many as are known.
    """
    found: list[tuple[str, Located | Unavailable]] = []
    for entry_id, _, find in locate_each(catalog, {keyword: (uid,) for keyword, uid in uids.items()}):
        try:
            found.append((entry_id, find()))
        except Unavailable as error:
            found.append((entry_id, error))
    return found


def locate_each(
    catalog: Catalog, uids: Mapping[str, Sequence[str]], most: int | None = None
) -> list[tuple[str, str, Callable[[], Located]]]:
    """The same of all instances (no more than ``most``) that one of the ``uids`` of each kind names: id, SOP Instance
    UID, and what looks for the file when its turn comes, with the errors of :func:`locate`."""
    with catalog.database.reading() as cursor:
        rows = _asked(cursor, _OF_MANY, uids)
        those = [list(group) for _, group in islice(groupby(rows, itemgetter(0)), most)]
    mounts = catalog.mounts()
    return [
        (id_text(Level.INSTANCE, files[0][0]), files[0][_SOP_UID_AT], partial(_best, catalog, mounts, files))
        for files in those
    ]


def _asked(cursor: Any, what: str, uids: Mapping[str, Sequence[str]]) -> Any:
    """The rows of all instances that ``uids`` name, however many they are."""
    where = " AND ".join(f"{_UIDS[keyword]} IN (SELECT value FROM json_each(?))" for keyword in uids)  # noqa: S608 - our own names
    named = (json.dumps(those) for those in uids.values())
    return cursor.execute(what + where + _IN_ORDER, (Reason.OTHER_CONTENT.value, *named))


def states(catalog: Catalog, uids: Mapping[str, str]) -> dict[str, bytes]:
    """What :func:`locate` and :func:`locate_all` go by, of all instances that ``uids`` name, hidden ones too: a digest
    by SOP Instance UID. As long as it is the same, so is what the catalog says of the files of that image.
    """
    with catalog.database.reading() as cursor:
        rows = _asked(cursor, _STATES_OF_MANY, {keyword: (uid,) for keyword, uid in uids.items()}).fetchall()
    told: dict[str, bytes] = {}
    for row in rows:
        uid = row[_UID_AT]
        told[uid] = hashlib.blake2b(told.get(uid, b"") + repr(row).encode(), digest_size=16).digest()
    return told


def _best(catalog: Catalog, mounts: Mounts, rows: Iterable[tuple[Any, ...]]) -> Located:
    away = False
    changed: list[Located] = []
    for _, header, uid, number, base, frames, name, folder, filesystem_id, *recorded_facts in rows:
        if name is None:
            continue
        path = mounts.absolute(filesystem_id, on_drive(folder, name))
        away = away or path is None
        if path is not None and (facts := _facts(path)) is not None:
            whole = packing.unpack(header, _base(base), uid, number)
            found = Located(path, facts.size, facts.mtime_ns, frames, whole)
            if _stands(catalog, facts, *recorded_facts):
                return found
            changed.append(found)  # a copy that is what it was is better
    for one in changed:
        if (header := _header_now(one)) is not None:
            return replace(one, header=header, changed=True)
    if changed:
        raise Unavailable("the file of this image was replaced: it holds another image now, or none")
    raise Unavailable(
        "the drive of this image is not connected" if away else "the file of this image is not where it was"
    )


def _header_now(found: Located) -> Header | None:
    """What a file says that is not as it was when it was taken in; None when it is not this image any more.

    Where pixels lay in the old file others may lie in the new one: somebody else's are not to be shown under this name.
    """
    from fileroom.dicom.reading import read_header_from

    try:
        with opened(found.path) as file:
            header = read_header_from(file).header
    except OSError:
        return None
    return header if header is not None and header.sop_instance_uid == found.header.sop_instance_uid else None


def _stands(catalog: Catalog, facts: Facts, row: int, size: int, mtime_ns: int, known_to_differ: int) -> bool:
    """Whether a file is as recorded; when that is news, it is remembered, unless something hinders that."""
    mtime_ns = recorded(mtime_ns)
    changed = differs(size, mtime_ns, facts)
    if changed != bool(known_to_differ):
        with contextlib.suppress(CatalogError):  # whoever wants to look at an image is not to hear of it
            changes.note(catalog, [Seen(row, size, mtime_ns, changed)])
    return not changed


def _facts(path: str) -> Facts | None:
    try:
        return look(path)
    except OSError:
        return None


@lru_cache(maxsize=64)
def _base(text: str) -> tuple[Any, ...]:
    """The header that a series has in common; its images are asked for one after the other."""
    return packing.unpack_base(text)
