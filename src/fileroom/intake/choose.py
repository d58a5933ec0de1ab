"""Of several files that claim to be one image, the user says which is shown."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fileroom.catalog import charset_rules, checks, conflicts
from fileroom.catalog.counts import recount
from fileroom.catalog.writes import Writer, now
from fileroom.dicom.differences import differences
from fileroom.dicom.reading import read_header
from fileroom.errors import BadRequest, NotFound, Unavailable
from fileroom.intake.write import image_of
from fileroom.model.checks import Conflict, ConflictFile
from fileroom.model.drives import State
from fileroom.model.queries import Page
from fileroom.sources.compare import sha256
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from fileroom.catalog.conflicts import Claim, Claimant
    from fileroom.catalog.store import Catalog
    from fileroom.model.checks import Difference, Subject


def list_conflicts(catalog: Catalog, *, series: str | None, limit: int | None, offset: int) -> Page[Conflict]:
    """Images whose files contradict each other, with what each says differently from the one that is shown."""
    row = catalog.row_of(series) if series is not None else None
    claims = conflicts.claims(catalog, series=row, limit=limit, offset=offset)
    total = conflicts.count(catalog) if row is None else len(claims)
    subjects = checks.subjects(catalog, {claim.series for claim in claims})
    return Page(tuple(_conflict(claim, subjects.get(claim.series)) for claim in claims), total, offset)


def _conflict(claim: Claim, subject: Subject | None) -> Conflict:
    files = [file for file in claim.files if not file.gone]
    shown = next((file for file in files if file.shown), None)
    return Conflict(
        instance=claim.id,
        series=claim.series,
        subject=subject,
        number=claim.number,
        chosen=claim.chosen,
        files=tuple(_file(file, shown) for file in files),
    )


def _file(file: Claimant, shown: Claimant | None) -> ConflictFile:
    told, problem = _told(file, shown)
    return ConflictFile(
        id=file.id,
        path=display(file.known_as),
        drive=display(file.drive),
        size=file.size,
        mtime_ns=file.mtime_ns,
        shown=file.shown,
        state=State.OFFLINE if file.path is None else State.ONLINE,
        differences=told,
        problem=problem,
    )


def _told(file: Claimant, shown: Claimant | None) -> tuple[tuple[Difference, ...], str]:
    """In what a file differs from the one that is shown, or why that cannot be told."""
    if shown is None or file.shown or not file.conflict:
        return (), ""
    if file.path is None or shown.path is None:
        return (), "its drive, or that of the file that is shown, is not connected"
    try:
        return differences(shown.path, file.path), ""
    except (OSError, ValueError) as error:
        return (), f"the two cannot be compared: {getattr(error, 'strerror', None) or error}"


def choose(catalog: Catalog, file: int | str) -> str:
    """Show this file of its image from now on, and remember its content; gives the id of the image.

    ``file`` is its number (of :func:`list_conflicts`) or its path. NotFound when the archive does not know it,
    Unavailable when it cannot be read now.
    """
    claim, chosen = _claim(catalog, file)
    content = _show(catalog, claim, chosen)
    with catalog.database.transaction() as cursor:
        conflicts.remember(cursor, claim.public_id, chosen.size, chosen.digest, content, now())
    return claim.id


def unchoose(catalog: Catalog, file: int | str) -> str:
    """Take :func:`choose` back: the first file that was met is shown again. BadRequest when nothing was chosen."""
    claim, _ = _claim(catalog, file)
    if not claim.chosen:
        raise BadRequest("nothing was chosen for this image")
    there = sorted((one for one in claim.files if not one.gone), key=lambda one: one.id)
    if there:
        _show(catalog, claim, there[0])
    with catalog.database.transaction() as cursor:
        conflicts.forget(cursor, claim.public_id)
    return claim.id


def _claim(catalog: Catalog, file: int | str) -> tuple[Claim, Claimant]:
    if isinstance(file, str):
        mount, inside = catalog.mounts().locate(os.path.realpath(file))
        file = conflicts.file_at(catalog, mount.filesystem_id, inside)
    claim = conflicts.claim_of_file(catalog, file)
    return claim, next(one for one in claim.files if one.id == file)


def _show(catalog: Catalog, claim: Claim, file: Claimant) -> bytes:
    """Put what a file says in the place of what its image said; gives the SHA-256 of the file."""
    path = file.path
    if path is None:
        raise Unavailable("the drive of this file is not connected")
    reading = charset_rules.in_force(catalog).read(path, lambda charset: read_header(path, charset))
    if reading.header is None:
        raise Unavailable("the file cannot be read now")
    if (reading.size, reading.digest) != (file.size, file.digest):
        raise Unavailable("the file has changed since it was read: import its folder again")
    try:
        content = sha256(path)
        twins = [one.id for one in claim.files if one.id != file.id and _is_twin(one, file, content)]
    except OSError as error:
        raise Unavailable("the file cannot be read now") from error
    writer = Writer(catalog, 0)
    with catalog.database.transaction() as cursor:
        if (
            cursor.execute(
                "SELECT 1 FROM file WHERE id = ? AND instance_id = ?", (file.id, claim.instance_id)
            ).fetchone()
            is None
        ):
            raise NotFound("the file is no longer there")
        writer.begin(cursor)
        row = writer.entries.row(claim.series_id)
        writer.replace_facts(claim.instance_id, image_of(row, reading.header, reading.size), reading.size)
        conflicts.prefer(cursor, claim.instance_id, file.id, twins)
        recount(cursor, [claim.series_id])
    return content


def _is_twin(one: Claimant, file: Claimant, content: bytes) -> bool:
    """Whether another file holds the same, as far as can be seen now."""
    if one.path is None or (one.size, one.digest) != (file.size, file.digest):
        return False
    try:
        return sha256(one.path) == content
    except OSError:
        return False
