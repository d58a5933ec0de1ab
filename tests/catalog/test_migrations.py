"""A catalog of an older version is brought up to date with all that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.command import upgrade as alembic_upgrade

from fileroom.catalog import engine, migrations, userdata
from fileroom.catalog.engine import Database
from fileroom.catalog.schema import SCHEMA_VERSION
from fileroom.catalog.store import Catalog
from fileroom.errors import CatalogError
from fileroom.model.outcomes import Outcome, Reason

if TYPE_CHECKING:
    from pathlib import Path

ROWS = (
    "INSERT INTO drive(id, filesystem_id, mount_point) VALUES (1, 'away', '/mnt')",
    "INSERT INTO folder(id, drive_id, path) VALUES (1, 1, '/scans')",
    "INSERT INTO patient(id, public_id, key) VALUES (1, x'01', 'p')",
    """INSERT INTO study(id, public_id, patient_ref, study_instance_uid) VALUES
    (1, x'abcd02030405060708090a0b0c0d0e0f', 1, '1.2')""",
    "INSERT INTO series(id, public_id, study_ref, drive_id, series_instance_uid) VALUES (1, x'01', 1, 1, '1.2.3')",
    """INSERT INTO instance(id, public_id, series_ref, sop_instance_uid, bytes) VALUES
    (7, x'000102030405060708090a0b0c0d0e0f', 1, '1.2.3.4', 10),
    (8, x'100102030405060708090a0b0c0d0e0f', 1, '1.2.3.5', 20)""",
    "INSERT INTO file(folder_id, name, outcome, reason, instance_id) VALUES (1, 'a', 'added', 'new_instance', 7)",
    "INSERT INTO import(id, state, roots, outcomes) VALUES (1, 'done', '[]', '{}')",
    """INSERT INTO ledger(id, import_id, folder_id, name, outcome, reason, detail, size, instance) VALUES
    (1, 1, 1, 'b', 'added', 'new_instance', '', 20, x'100102030405060708090a0b0c0d0e0f'),
    (2, 1, 1, 'a', 'added', 'new_instance', '', 10, x'000102030405060708090a0b0c0d0e0f'),
    (3, 1, 1, 'c', 'moved', 'moved_from', '/mnt/d', 30, NULL)""",
    "UPDATE series SET n_instances = 2",
)


def first_version(folder: Path, monkeypatch: pytest.MonkeyPatch, rows: tuple[str, ...], version: int = 1) -> None:
    """An archive as the first version left it, or a later one."""
    with monkeypatch.context() as patch:
        patch.setattr(engine, "create", lambda _engine: False)
        patch.setattr(migrations, "alembic_upgrade", lambda config, _to: alembic_upgrade(config, f"{version:04}"))
        catalog = Catalog(folder, use_keyring=False)
    with catalog.database.transaction() as cursor:
        for row in rows:
            cursor.execute(row)
        cursor.execute(f"PRAGMA user_version = {version}")
    catalog.close()


def test_the_first_version_comes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_version(tmp_path, monkeypatch, ROWS)
    catalog = Catalog(tmp_path, use_keyring=False)
    with catalog.database.reading() as cursor:
        assert cursor.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert cursor.execute("SELECT id, sop_instance_uid, bytes FROM instance ORDER BY id").fetchall() == [
            (7, "1.2.3.4", 10),
            (8, "1.2.3.5", 20),
        ]
        assert cursor.execute("SELECT instance_id FROM file").fetchall() == [(7,)]
    lines = userdata.ledger(catalog, 1, outcome=None, reason=None, limit=None, offset=0).items
    assert [(line.path, line.outcome, line.reason, line.detail, line.size) for line in lines] == [
        ("/mnt/scans/a", Outcome.ADDED, Reason.NEW_INSTANCE, "", 10),
        ("/mnt/scans/b", Outcome.ADDED, Reason.NEW_INSTANCE, "", 20),
        ("/mnt/scans/c", Outcome.MOVED, Reason.MOVED_FROM, "/mnt/d", 30),
    ]
    assert userdata.undo_import(catalog, 1).instances == 0  # nothing was counted as shown of a patient that is not
    with catalog.database.reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM instance WHERE hidden = 1").fetchone() == (2,)
    catalog.close()


NAMED = (
    *ROWS[:6],
    "INSERT INTO removal(public_id, level) VALUES (x'000102030405060708090a0b0c0d0e0f', 'instance'), (x'01', 'series')",
    """INSERT INTO choice(public_id, digest, content) VALUES
    (x'100102030405060708090a0b0c0d0e0f', x'', x''), (x'99', x'', x'')""",
    "INSERT INTO checkup(id) VALUES (1)",
    """INSERT INTO finding(checkup_id, entry) VALUES
    (1, 'i000102030405060708090a0b0c0d0e0f'), (1, 'e01'), (1, '')""",
    *ROWS[7:8],
    """INSERT INTO ledger(import_id, folder_id, brought) VALUES
    (1, 1, x'100102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0fffffffffffffffffffffffffffffffff')""",
)


def test_instances_are_named_after_their_studies_wherever_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_version(tmp_path, monkeypatch, NAMED, version=21)
    seven, eight = "abcd000102030405060708090a0b0c0d", "abcd100102030405060708090a0b0c0d"
    catalog = Catalog(tmp_path, use_keyring=False)
    with catalog.database.reading() as cursor:
        said = {
            table: [row[0] for row in cursor.execute(f"SELECT {what} FROM {table} ORDER BY rowid")]  # noqa: S608 - our own names
            for table, what in (
                ("instance", "lower(hex(public_id))"), ("removal", "lower(hex(public_id))"),
                ("choice", "lower(hex(public_id))"), ("finding", "entry"), ("ledger", "lower(hex(brought))"),
            )
        }  # fmt: skip
    assert said == {
        "instance": [seven, eight],
        "removal": [seven, "01"],
        "choice": [eight, "99"],
        "finding": [f"i{seven}", "e01", ""],
        "ledger": [f"{eight}{seven}{'f' * 32}"],
    }
    catalog.close()


def test_what_sees_to_changes_of_folders_comes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_version(tmp_path / "old", monkeypatch, ())
    found = []
    for name in ("old", "new"):
        catalog = Catalog(tmp_path / name, use_keyring=False)
        with catalog.database.reading() as cursor:
            rows = cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name").fetchall()
        found.append([" ".join(row[0].split()) for row in rows])
        catalog.close()
    assert found[0] == found[1] != []


def test_what_refers_to_nothing_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_version(tmp_path, monkeypatch, ("PRAGMA defer_foreign_keys = ON", *ROWS))
    catalog = _opened_raw(tmp_path, monkeypatch)
    with catalog.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("UPDATE file SET instance_id = 99")
    catalog.close()
    for _ in range(2):  # it is as it was, and says so again
        with pytest.raises(CatalogError, match="newest version"):
            Catalog(tmp_path, use_keyring=False)


def _opened_raw(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    with monkeypatch.context() as patch:
        patch.setattr(Database, "_migrate", lambda _self: None)
        return Catalog(folder, use_keyring=False).database
