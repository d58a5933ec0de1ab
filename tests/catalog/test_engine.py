from __future__ import annotations

import contextlib
import hmac
import os
import sqlite3
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from alembic.autogenerate import compare_metadata
from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from fileroom.catalog import creation, keys, migrations
from fileroom.catalog import engine as opening
from fileroom.catalog.engine import Database, connect
from fileroom.catalog.schema import metadata
from fileroom.catalog.store import Catalog
from fileroom.errors import CatalogError, NewerCatalog, WrongKey
from fileroom.model.entries import Level

KEY = bytes(range(32))


def test_the_file_is_sealed_and_another_key_does_not_open_it(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    Database(path, KEY).close()
    assert b"SQLite format 3" not in path.read_bytes()
    assert b"patient" not in path.read_bytes()
    with pytest.raises(WrongKey):
        Database(path, bytes(32))
    Database(path, KEY).close()


def test_a_plain_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE patient(id)")
    plain.close()
    with pytest.raises(CatalogError, match="not sealed"):
        Database(path, KEY)


def migrated(path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A new catalog that was made by the migrations alone."""
    with monkeypatch.context() as patch:
        patch.setattr(opening, "create", lambda _engine: False)
        return Database(path, KEY)


def test_migrations_make_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = migrated(tmp_path / "catalog.db", monkeypatch)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_a_new_catalog_is_as_the_migrations_would_have_made_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = Database(tmp_path / "new.db", KEY)
    old = migrated(tmp_path / "old.db", monkeypatch)
    with new.reading() as one, old.reading() as other:
        assert _told(one) == _told(other)
    new.close()
    old.close()


def test_the_statements_that_are_kept_are_those_of_the_schema() -> None:
    assert creation.KEPT.read_text(encoding="utf-8") == creation.text(), "run python -m fileroom.catalog.creation"


def test_statements_of_another_schema_are_left_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = tmp_path / "tables.sql"
    older.write_text("-- version 1 of the schema\nCREATE TABLE nothing(id)\n;\n", encoding="utf-8")
    monkeypatch.setattr(creation, "KEPT", older)
    one = Database(tmp_path / "one.db", KEY)
    monkeypatch.setattr(creation, "KEPT", tmp_path / "there is none")
    other = Database(tmp_path / "other.db", KEY)
    with one.reading() as some, other.reading() as others:
        assert _told(some) == _told(others)
        assert "patient" in _told(some)
    one.close()
    other.close()


def _told(cursor: Any) -> dict[str, Any]:
    """Version, tables with their columns, indexes and references, and the text of the full-text indexes."""
    tables = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        "version": cursor.execute(
            "SELECT user_version, version_num FROM pragma_user_version, alembic_version"
        ).fetchall()
    } | {
        name: {
            "words": sql if sql.startswith("CREATE VIRTUAL") else "",
            # of columns that came later the place is another
            "columns": sorted(row[1:] for row in cursor.execute(f"PRAGMA table_info({name})").fetchall()),
            "references": sorted(row[2:] for row in cursor.execute(f"PRAGMA foreign_key_list({name})").fetchall()),
            "indexes": sorted(
                (unique, origin, partial, [row[2] for row in cursor.execute(f"PRAGMA index_info({index})").fetchall()])
                for _, index, unique, origin, partial in cursor.execute(f"PRAGMA index_list({name})").fetchall()
            ),
        }
        for name, sql in tables
    }


def _ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return not (kind == "table" and name and "_words" in name)  # FTS5's own tables


def test_a_newer_catalog_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    database = Database(path, KEY)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 999")
    database.close()
    before = path.read_bytes()
    with pytest.raises(NewerCatalog):
        Database(path, KEY)
    assert path.read_bytes() == before


def test_many_open_a_new_catalog_at_once(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def open_it() -> None:
        try:
            Database(tmp_path / "catalog.db", KEY).close()
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_every_commit_makes_another_generation(tmp_path: Path) -> None:
    ours, theirs = Database(tmp_path / "catalog.db", KEY), Database(tmp_path / "catalog.db", KEY)
    seen = [ours.generation()]
    assert ours.generation() == seen[0]
    for database in (ours, theirs, ours):
        with database.transaction() as cursor:
            cursor.execute("INSERT INTO token(name, digest) VALUES (?, ?)", (str(len(seen)), bytes([len(seen)])))
        with ours.reading() as cursor:
            cursor.execute("SELECT * FROM token").fetchall()
        seen.append(ours.generation())
        assert ours.generation() == seen[-1]
    assert len(set(seen)) == len(seen)
    ours.close()
    theirs.close()


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.db", KEY)
    with contextlib.suppress(RuntimeError), database.transaction() as cursor:
        cursor.execute("INSERT INTO token(name, digest) VALUES ('a', x'00')")
        raise RuntimeError
    with database.reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM token").fetchone() == (0,)
    database.close()


def test_the_key_file_is_its_owners_alone_and_the_folder_too(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir(mode=0o755)
    catalog = Catalog(folder, use_keyring=False)
    assert catalog.key.source == "file"
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "archive.key").stat().st_mode) == 0o600
    catalog.close()
    again = Catalog(folder, use_keyring=False)
    assert again.key == catalog.key
    again.close()


def test_a_lost_key_is_said_and_nothing_is_overwritten(tmp_path: Path) -> None:
    Catalog(tmp_path, use_keyring=False).close()
    (tmp_path / "archive.key").unlink()
    before = (tmp_path / "catalog.db").read_bytes()
    with pytest.raises(WrongKey):
        Catalog(tmp_path, use_keyring=False)
    (tmp_path / "archive.json").unlink()
    with pytest.raises(WrongKey):
        Catalog(tmp_path, use_keyring=False)
    assert (tmp_path / "catalog.db").read_bytes() == before


def test_purposes_have_keys_of_their_own() -> None:
    key = keys.ArchiveKey("a", KEY, "file", "")
    assert len({key.derive("catalog"), key.derive("public ids"), key.secret}) == 3
    ids, others = keys.PublicIds(KEY), keys.PublicIds(bytes(32))
    assert len({ids.of("patient", "x"), ids.of("study", "x"), ids.of("patient", "y"), others.of("patient", "x")}) == 4
    assert ids.of("patient", "x") == hmac.digest(KEY, b"patient\x00x", "sha256")[:16]
    assert ids.beginning("series", "x\x1f")("y") == ids.of("series", "x\x1fy")
    assert ids.beginning("series", "x\x1f", b"ab")("y") == b"ab" + ids.of("series", "x\x1fy")[:14]


def test_the_ids_of_the_images_of_a_study_begin_as_its_own(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    study = catalog.public_id(Level.STUDY, "p", "1.2")
    images = {catalog.public_ids_in("p", "1.2", series)(uid) for series in ("1.2.3", "1.2.4") for uid in "ab"}
    assert len(images) == 4
    assert {image[:2] for image in images} == {study[:2]}
    assert {len(image) for image in images} == {16}
    assert catalog.public_id(Level.INSTANCE, "p", "1.2", "1.2.3", "a") in images
    catalog.close()


class _Backend:
    def __init__(self, module: str) -> None:
        self.__class__ = type("Keyring", (_Backend,), {"__module__": module})


@pytest.mark.parametrize(
    ("module", "real"),
    [
        ("keyring.backends.SecretService", True),
        ("keyring.backends.macOS", True),
        ("keyring.backends.fail", False),
        ("keyring.backends.null", False),
        ("keyrings.alt.file", False),  # writes passwords in the clear
    ],
)
def test_only_a_real_keyring_is_trusted(module: str, real: bool) -> None:
    assert keys._is_real(_Backend(module)) is real  # type: ignore[arg-type]  # a stand-in


def test_a_catalog_of_the_first_version_is_searched_by_field_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    first = Path(migrations.__file__).parent
    connection = connect(path, KEY)
    engine = create_engine("sqlite://", creator=lambda: connection, module=sqlcipher, poolclass=StaticPool)
    config = Config()
    config.set_main_option("script_location", str(first).replace("%", "%%"))
    with engine.begin() as opened:
        config.attributes["connection"] = opened
        alembic_upgrade(config, "0001")
    cursor = connection.cursor()
    cursor.execute("INSERT INTO drive(id, filesystem_id) VALUES (1, 'd')")
    cursor.execute("INSERT INTO patient(id, public_id, key, name_alphabetic) VALUES (1, x'01', 'k', 'ROSSI^Anna')")
    cursor.execute("INSERT INTO study(id, public_id, patient_ref, study_instance_uid) VALUES (1, x'02', 1, '1')")
    cursor.execute(
        "INSERT INTO series(id, public_id, study_ref, drive_id, series_instance_uid, modality) "
        "VALUES (1, x'03', 1, 1, '1', 'CT')"
    )
    cursor.execute("PRAGMA user_version = 1")
    connection.close()

    database = Database(path, KEY)
    with database.reading() as reading:
        found = "SELECT rowid FROM patient_words WHERE patient_words MATCH ?"
        assert reading.execute(found, ('{name}: "ros"* AND {modality}: "ct"*',)).fetchall() == [(1,)]
        assert reading.execute(found, ('{modality}: "ros"*',)).fetchall() == []
    database.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no numbers of users")
def test_a_keyring_is_asked_for_where_one_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)  # nobody's
    assert not keys._may_have_one({}, "linux")
    assert keys._may_have_one({}, "darwin")
    assert keys._may_have_one({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/bus"}, "linux")
    assert keys._may_have_one({"DISPLAY": ":0"}, "linux")
    assert not keys._may_have_one({"DISPLAY": ""}, "linux")
