"""The ledger of an import: what became of every path that was not *unchanged*.

Its lines are kept together as they come: one row for the files of a folder that had the same outcome for the same
reason in one batch. A row a line would be a third of all that an import writes.
"""

from __future__ import annotations

import json
from itertools import groupby, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fileroom.catalog.packing import encode
from fileroom.catalog.paths import on_drive
from fileroom.model.ledger import LedgerEntry, ReasonCount
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.queries import Page
from fileroom.sources.paths import display, from_text, to_text, to_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fileroom.catalog.store import Catalog
    from fileroom.sources.drives import Mounts

_ID_BYTES: Final = 16
_ROWS: Final = 100


class Lines:
    """Lines of one folder with one outcome and reason; ``brought`` are the public ids of instances that came in."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.sizes: list[int] = []
        self.details: list[str] = []  # as many as there are names, or none
        self.brought: list[bytes] = []

    def add(self, name: str, size: int, detail: str, brought: bytes | None) -> None:
        """One more."""
        if detail:
            self.details += [""] * (len(self.names) - len(self.details))
            self.details.append(detail)
        elif self.details:
            self.details.append("")
        self.names.append(to_text(name))
        self.sizes.append(size)
        if brought is not None:
            self.brought.append(brought)

    def extend(self, names: Sequence[str], sizes: Iterable[int], brought: Iterable[bytes]) -> None:
        """Many more that brought something in, without details."""
        if self.details:
            self.details += [""] * (len(self.names) - len(self.details) + len(names))
        self.names += to_texts(names)
        self.sizes += sizes
        self.brought += brought

    def as_json(self) -> str:
        """Names, sizes and, where there are any, details; :func:`_unpacked` is the way back."""
        return encode([self.names, self.sizes, self.details] if self.details else [self.names, self.sizes])


class Ledger:
    """The lines of one batch."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        self._lines: dict[tuple[int, Outcome, Reason], Lines] = {}

    def begin(self) -> None:
        """Start anew, whatever became of the batch before."""
        self._lines.clear()

    def lines(self, folder_id: int, outcome: Outcome, reason: Reason) -> Lines:
        """Where a line of a folder belongs."""
        key = (folder_id, outcome, reason)
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = Lines()
        return found

    def write(self, cursor: Any) -> None:
        """Put them into the catalog."""
        cursor.executemany(
            "INSERT INTO ledger(import_id, folder_id, outcome, reason, files, lines, brought) VALUES (?,?,?,?,?,?,?)",
            [
                (
                    self.import_id,
                    folder_id,
                    outcome.value,
                    reason.value,
                    len(lines.names),
                    lines.as_json(),
                    b"".join(lines.brought),
                )
                for (folder_id, outcome, reason), lines in self._lines.items()
                if lines.names
            ],
        )


# -- reading it ------------------------------------------------------------------------------------------------------


def entries(
    catalog: Catalog,
    import_id: int,
    *,
    outcome: Outcome | None,
    reason: Reason | None,
    limit: int | None,
    offset: int,
) -> Page[LedgerEntry]:
    """The lines of an import's ledger by path."""
    where, values = _where(import_id, outcome, reason)
    mounts = catalog.mounts()
    found: list[LedgerEntry] = []
    with catalog.database.reading() as cursor:
        total = cursor.execute(f"SELECT coalesce(sum(files), 0) FROM ledger WHERE {where}", values).fetchone()[0]  # noqa: S608 - no value in it
        end = total if limit is None else min(total, offset + limit)
        for folder_id, before in cursor.execute(_FOLDERS.format(where), (*values, end, offset)).fetchall():
            rows = cursor.execute(f"{_LEDGER} WHERE {where} AND folder_id = ?", (*values, folder_id)).fetchall()
            found += [_entry(mounts, line) for line in _sorted(rows)[max(0, offset - before) : end - before]]
    return Page(tuple(found), total, offset)


def lines(catalog: Catalog, import_id: int, *, outcome: Outcome | None, reason: Reason | None) -> Iterator[LedgerEntry]:
    """All of them as they were written, folder by folder; no snapshot is held while they are taken."""
    where, values = _where(import_id, outcome, reason)
    mounts = catalog.mounts()
    with catalog.database.reading() as cursor:
        low, high = cursor.execute(
            "SELECT coalesce(min(id), 0) - 1, coalesce(max(id), 0) FROM ledger WHERE import_id = ?", (import_id,)
        ).fetchone()
    while True:
        with catalog.database.reading() as cursor:
            # "+" keeps SQLite from taking the index on the import, after which it would have to sort
            rows = cursor.execute(
                f"{_LEDGER} WHERE +{where} AND ledger.id > ? AND ledger.id <= ? ORDER BY ledger.id LIMIT ?",
                (*values, low, high, _ROWS),
            ).fetchall()
        if not rows:
            return
        low = rows[-1][0]
        for _, of_folder in groupby(rows, key=itemgetter(4, 5)):
            for line in _sorted(of_folder):
                yield _entry(mounts, line)


def reasons(catalog: Catalog, import_id: int) -> tuple[ReasonCount, ...]:
    """The ledger of an import, counted by outcome and reason, most first."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(
            "SELECT outcome, reason, sum(files) FROM ledger WHERE import_id = ? GROUP BY outcome, reason "
            "ORDER BY sum(files) DESC, outcome, reason",
            (import_id,),
        ).fetchall()
    return tuple(ReasonCount(outcome=Outcome(row[0]), reason=Reason(row[1]), files=row[2]) for row in rows)


def brought(cursor: Any, import_id: int) -> list[str]:
    """The public ids of the instances that an import brought in or back, in hexadecimal, many to a text."""
    rows = cursor.execute("SELECT brought FROM ledger WHERE import_id = ? AND brought != x''", (import_id,))
    return [row[0].hex(",", _ID_BYTES) for row in rows]


_LEDGER = (
    "SELECT ledger.id, outcome, reason, lines, folder.path, filesystem_id, mount_point FROM ledger "
    "JOIN folder ON folder.id = folder_id JOIN drive ON drive.id = drive_id"
)
# The folders of which something is on the page, each with how many lines come before it.
_FOLDERS = (
    "SELECT folder_id, before FROM (SELECT folder_id, path, files, sum(files) OVER (ORDER BY path, folder_id "
    "ROWS UNBOUNDED PRECEDING) - files AS before FROM (SELECT folder_id, folder.path, sum(files) AS files FROM ledger "
    "JOIN folder ON folder.id = folder_id WHERE {} GROUP BY folder_id)) "
    "WHERE before < ? AND before + files > ? ORDER BY path, folder_id"
)
_Line: TypeAlias = "tuple[str, int, str, tuple[Any, ...]]"  # name, size, detail, the row it stands in


def _where(import_id: int, outcome: Outcome | None, reason: Reason | None) -> tuple[str, tuple[Any, ...]]:
    asked = {"outcome": outcome, "reason": reason}
    named = {name: value.value for name, value in asked.items() if value is not None}
    return " AND ".join(["import_id = ?", *(f"{name} = ?" for name in named)]), (import_id, *named.values())


def _sorted(rows: Iterable[tuple[Any, ...]]) -> list[_Line]:
    return sorted((line for row in rows for line in _lines(row)), key=itemgetter(0))


def _lines(row: tuple[Any, ...]) -> Iterator[_Line]:
    names, sizes, *details = json.loads(row[3])
    return zip(names, sizes, details[0] if details else repeat(""), repeat(row))


def _entry(mounts: Mounts, line: _Line) -> LedgerEntry:
    name, size, detail, (_, outcome, reason, _, folder, filesystem_id, mount_point) = line
    path = mounts.shown(filesystem_id, from_text(mount_point), on_drive(folder, name))
    return LedgerEntry(path=display(path), outcome=Outcome(outcome), reason=Reason(reason), detail=detail, size=size)
