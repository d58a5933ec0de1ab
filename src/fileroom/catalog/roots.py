"""The list of roots: which there are, where they are now, their switches, and taking one from the list."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.catalog.counts import recount
from fileroom.catalog.paths import BELOW, below
from fileroom.catalog.store import SEPARATOR
from fileroom.catalog.userdata import difference, hide_above, room_for_people, shown
from fileroom.catalog.writes import now
from fileroom.errors import NotFound, Unavailable
from fileroom.model.entries import Level
from fileroom.sources.paths import display, from_text, to_text

if TYPE_CHECKING:
    from fileroom.catalog.store import Catalog
    from fileroom.model.drives import Hindrance
    from fileroom.model.entries import Counts


@dataclass(frozen=True, slots=True)
class RecordedRoot:
    """A root as it is kept: a place on a drive, and where that drive was last mounted."""

    id: int
    filesystem_id: str
    kind: str
    label: str
    mount_point: str
    inside: str

    def shown_at(self, path: str) -> bool:
        """Whether it was at ``path`` when its drive was last seen."""
        return (self.mount_point.rstrip("/") + self.inside).rstrip("/") == path.rstrip("/")


def recorded_roots(catalog: Catalog, *, watched: bool = False, forgotten: bool = False) -> list[RecordedRoot]:
    """All roots of the list, or those that are watched, or those that were taken from it."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(
            "SELECT root.id, drive.filesystem_id, drive.kind, drive.label, drive.mount_point, root.path FROM root "
            "JOIN drive ON drive.id = root.drive_id WHERE root.watched >= ? AND (root.forgotten != '') = ? "
            "ORDER BY root.id",
            (int(watched), int(forgotten)),
        ).fetchall()
    return [
        RecordedRoot(row[0], row[1], row[2], from_text(row[3]), from_text(row[4]), from_text(row[5])) for row in rows
    ]


def root_at(catalog: Catalog, path: str, *, forgotten: bool = False) -> int:
    """The number of the root that is at ``path``, now or when its drive was last seen. NotFound when there is none.

    ``forgotten``: of one that was taken from the list.
    """
    mounts = catalog.mounts()
    whole = os.path.realpath(path)
    known = recorded_roots(catalog, forgotten=forgotten)
    for root in known:
        if mounts.absolute(root.filesystem_id, root.inside) == whole:
            return root.id
    for root in known:
        if root.shown_at(whole):
            return root.id
    raise NotFound(f"{display(path)} is not among the folders that were brought in")


def root_path(catalog: Catalog, root_id: int) -> str:
    """Where a root is now. NotFound, or Unavailable when it is not there."""
    root = _recorded_root(catalog, root_id)
    path = catalog.mounts(fresh=True).absolute(root.filesystem_id, root.inside)
    if path is None:
        raise Unavailable(f"the drive “{display(root.label)}” is not connected")
    if not os.path.lexists(path):
        raise Unavailable("the folder is not where it was")
    return path


def set_watched(catalog: Catalog, root_id: int, *, watched: bool) -> None:
    """Turn the switch of a root. NotFound when there is none of this number."""
    _recorded_root(catalog, root_id)
    with catalog.database.transaction() as cursor:
        cursor.execute("UPDATE root SET watched = ? WHERE id = ?", (int(watched), root_id))


def set_hindrance(catalog: Catalog, path: str, hindrance: Hindrance | None) -> None:
    """Remember what kept a look at the root at ``path`` from concluding anything, or that nothing did."""
    try:
        root_id = root_at(catalog, path)
    except NotFound:
        return
    said = hindrance.value if hindrance else ""
    with catalog.database.reading() as cursor:
        if cursor.execute("SELECT hindrance FROM root WHERE id = ?", (root_id,)).fetchone() == (said,):
            return  # as nearly always
    with catalog.database.transaction() as cursor:
        cursor.execute("UPDATE root SET hindrance = ? WHERE id = ?", (said, root_id))


def _recorded_root(catalog: Catalog, root_id: int, *, forgotten: bool = False) -> RecordedRoot:
    known = recorded_roots(catalog, forgotten=forgotten)
    found = next((root for root in known if root.id == root_id), None)
    if found is None:
        raise NotFound("there is no such folder in the list")
    return found


def forget_root(catalog: Catalog, root_id: int) -> Counts:
    """Take a root from the list and hide what it brought in, but for what lies in another root as well.

    The files are not touched. Returns what is no longer shown. NotFound when there is none of this number.
    """
    root = _recorded_root(catalog, root_id)
    folder, _, name = root.inside.rpartition("/")
    with catalog.database.transaction() as cursor:
        before = shown(cursor)
        drive_id = cursor.execute("SELECT drive_id FROM root WHERE id = ?", (root_id,)).fetchone()[0]
        cursor.execute("UPDATE root SET watched = 0, forgotten = ? WHERE id = ?", (now(), root_id))
        hidden = cursor.execute(
            _HIDE, (drive_id, *below(root.inside), to_text(folder or "/"), to_text(name))
        ).fetchall()
        cursor.executemany(
            "INSERT OR REPLACE INTO removal(public_id, level, at, origin) VALUES (?,?,?,?)",
            [(row[0], Level.INSTANCE.value, now(), _origin(root)) for row in hidden],
        )
        _settle(cursor, {row[1] for row in hidden})
        return difference(before, shown(cursor))


def restore_root(catalog: Catalog, root_id: int, *, max_patients: int | None = None) -> Counts:
    """Take :func:`forget_root` back; returns what is shown again. What was removed by itself stays removed. NoRoom, and
    nothing, where that were too many patients."""
    root = _recorded_root(catalog, root_id, forgotten=True)
    with catalog.database.transaction() as cursor:
        before = shown(cursor)
        cursor.execute("UPDATE root SET forgotten = '' WHERE id = ?", (root_id,))
        with room_for_people(cursor, max_patients):
            back = cursor.execute(_SHOW, (_origin(root),)).fetchall()
            cursor.execute("DELETE FROM removal WHERE origin = ?", (_origin(root),))
            _settle(cursor, {row[0] for row in back})
        return difference(before, shown(cursor))


def _settle(cursor: Any, series: set[int]) -> None:
    hide_above(cursor, sorted(series))
    recount(cursor, series)


def _origin(root: RecordedRoot) -> str:
    return to_text(f"{root.filesystem_id}{SEPARATOR}{root.inside}")


_HIDE = (
    "UPDATE instance SET hidden = 1 WHERE hidden = 0 AND id IN (SELECT file.instance_id FROM folder "  # noqa: S608 - no value in it
    f"JOIN file ON file.folder_id = folder.id WHERE folder.drive_id = ? AND ({BELOW} "
    "OR (folder.path = ? AND file.name = ?))) "
    # A root may lie in another one, and an instance may have files in several.
    "AND NOT EXISTS (SELECT 1 FROM file JOIN folder ON folder.id = file.folder_id "
    "JOIN root ON root.drive_id = folder.drive_id AND root.forgotten = '' "
    "WHERE file.instance_id = instance.id AND file.gone = 0 "
    "AND substr(rtrim(folder.path, '/') || '/' || file.name || '/', 1, length(rtrim(root.path, '/')) + 1) "
    "= rtrim(root.path, '/') || '/') RETURNING public_id, series_ref"
)
_SHOW = (
    "UPDATE instance SET hidden = 0 WHERE public_id IN (SELECT public_id FROM removal WHERE origin = ?) "
    "AND NOT EXISTS (SELECT 1 FROM series JOIN study ON study.id = study_ref JOIN patient ON patient.id = patient_ref "
    "JOIN removal ON removal.public_id IN (series.public_id, study.public_id, patient.public_id) "
    "WHERE series.id = instance.series_ref) RETURNING series_ref"
)
