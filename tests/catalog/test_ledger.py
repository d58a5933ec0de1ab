from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fileroom.catalog import ledger as ledgers
from fileroom.catalog import userdata
from fileroom.catalog.ledger import Ledger
from fileroom.catalog.store import Catalog
from fileroom.errors import NotFound
from fileroom.model.ledger import ReasonCount
from fileroom.model.outcomes import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# (folder, name, outcome, reason, detail, size, what came in), in the order of two batches
NEW, DUPLICATE = (Outcome.ADDED, Reason.NEW_INSTANCE), (Outcome.DUPLICATE, Reason.SAME_INSTANCE)
MOVED = (Outcome.MOVED, Reason.MOVED_FROM)
BATCHES = (
    [
        (2, "b", *NEW, "", 1, b"b" * 16),
        (2, "d", *NEW, "", 2, b"d" * 16),
        (2, "c", *DUPLICATE, "", 3, None),
        (1, "z", *NEW, "", 4, b"z" * 16),
    ],
    [(2, "a", *NEW, "", 5, b"a" * 16), (2, "e", *MOVED, "", 6, None), (2, "f", *MOVED, "/old/f", 7, None)],
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path, use_keyring=False)
    import_id, _ = userdata.begin_import(catalog, ["/"], "me", "import")
    with catalog.database.transaction() as cursor:
        cursor.execute("INSERT INTO drive(id, filesystem_id, mount_point) VALUES (1, 'away', '/mnt')")
        cursor.executemany("INSERT INTO folder(id, drive_id, path) VALUES (?, 1, ?)", [(1, "/x"), (2, "/w")])
    for batch in BATCHES:
        ledger = Ledger(import_id)
        for folder, name, outcome, reason, detail, size, brought in batch:
            ledger.lines(folder, outcome, reason).add(name, size, detail, brought)
        with catalog.database.transaction() as cursor:
            ledger.write(cursor)
    yield catalog
    catalog.close()


def paths(catalog: Catalog, outcome: Outcome | None = None, limit: int | None = None, offset: int = 0) -> list[str]:
    page = userdata.ledger(catalog, 1, outcome=outcome, reason=None, limit=limit, offset=offset)
    assert (page.total, page.offset) == ({None: 7, Outcome.ADDED: 4, Outcome.MOVED: 2}[outcome], offset)
    return [line.path for line in page.items]


def test_lines_come_by_path_whatever_batch_they_are_of(catalog: Catalog) -> None:
    everything = ["/mnt/w/a", "/mnt/w/b", "/mnt/w/c", "/mnt/w/d", "/mnt/w/e", "/mnt/w/f", "/mnt/x/z"]
    assert paths(catalog) == everything
    for limit in range(9):
        for offset in range(9):
            assert paths(catalog, None, limit, offset) == everything[offset : offset + limit]


def test_one_outcome_at_a_time(catalog: Catalog) -> None:
    assert paths(catalog, Outcome.ADDED) == ["/mnt/w/a", "/mnt/w/b", "/mnt/w/d", "/mnt/x/z"]
    assert paths(catalog, Outcome.ADDED, 2, 2) == ["/mnt/w/d", "/mnt/x/z"]
    moved = userdata.ledger(catalog, 1, outcome=None, reason=Reason.MOVED_FROM, limit=None, offset=0).items
    assert [(line.path, line.detail, line.size) for line in moved] == [("/mnt/w/e", "", 6), ("/mnt/w/f", "/old/f", 7)]


def test_counts_by_reason(catalog: Catalog) -> None:
    assert userdata.reasons(catalog, 1) == (
        ReasonCount(outcome=Outcome.ADDED, reason=Reason.NEW_INSTANCE, files=4),
        ReasonCount(outcome=Outcome.MOVED, reason=Reason.MOVED_FROM, files=2),
        ReasonCount(outcome=Outcome.DUPLICATE, reason=Reason.SAME_INSTANCE, files=1),
    )


def test_all_lines_as_they_were_written(catalog: Catalog) -> None:
    written = [line.path for line in userdata.ledger_lines(catalog, 1, outcome=None, reason=None)]
    assert written == ["/mnt/w/b", "/mnt/w/c", "/mnt/w/d", "/mnt/x/z", "/mnt/w/a", "/mnt/w/e", "/mnt/w/f"]
    some = userdata.ledger_lines(catalog, 1, outcome=Outcome.MOVED, reason=Reason.MOVED_FROM)
    assert [(line.path, line.detail) for line in some] == [("/mnt/w/e", ""), ("/mnt/w/f", "/old/f")]


def test_what_came_in(catalog: Catalog) -> None:
    with catalog.database.reading() as cursor:
        ids = ",".join(ledgers.brought(cursor, 1)).split(",")
    assert sorted(bytes.fromhex(one) for one in ids) == [b"a" * 16, b"b" * 16, b"d" * 16, b"z" * 16]


def test_an_import_that_is_not_there(catalog: Catalog) -> None:
    with pytest.raises(NotFound):
        userdata.ledger(catalog, 2, outcome=None, reason=None, limit=None, offset=0)
