"""Entries as tables: CSV, JSON, Arrow and Parquet say what the catalog says."""

from __future__ import annotations

import csv
import doctest
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

import fileroom
from fileroom import tabular
from fileroom.model.entries import Level
from fileroom.model.plain import plain
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.tabular import COLUMNS, row
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORLD = {
    "ct/1": instance(number=1, StudyDescription="=cmd|' /C calc'!A0", ImageType=["ORIGINAL", "PRIMARY"]),
    "ct/2": instance(number=2, SeriesDescription=""),
    "mr/1": instance(
        patient_name="Müller^Jörg", patient_id="7", study=2, modality="MR", SpecificCharacterSet="ISO_IR 192"
    ),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fileroom.Archive]:
    root = plant(tmp_path_factory.mktemp("world"), WORLD)
    with fileroom.Archive.open(Settings(archive=tmp_path_factory.mktemp("archive"), use_keyring=False)) as opened:
        opened.bring_in([root])
        yield opened


def test_the_examples_in_the_text() -> None:
    assert doctest.testmod(tabular).failed == 0


@pytest.mark.parametrize("level", list(Level))
def test_csv_has_a_line_for_each_entry(archive: fileroom.Archive, level: Level) -> None:
    entries = archive.search(Query(level=level)).items
    lines = list(csv.DictReader(io.StringIO("".join(archive.export_csv(Query(level=level))))))
    assert len(lines) == len(entries)
    assert all(set(line) == {column.name for column in COLUMNS[level]} for line in lines)
    own = level.value
    assert [line[own] for line in lines] == [entry.id for entry in entries]


def test_no_cell_is_a_formula(archive: fileroom.Archive) -> None:
    lines = csv.DictReader(io.StringIO("".join(archive.export_csv(Query(level=Level.STUDY, words="cmd")))))
    assert [line["study_description"] for line in lines] == ["'=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("level", list(Level))
def test_an_arrow_table_says_what_the_catalog_says(archive: fileroom.Archive, level: Level) -> None:
    pytest.importorskip("pyarrow")
    table = archive.to_arrow(level)
    expected = [row(level, entry) for entry in archive.search(Query(level=level)).items]
    assert table.to_pylist() == expected
    assert table.column_names == [column.name for column in COLUMNS[level]]


def test_arrow_of_a_search_and_of_nothing(archive: fileroom.Archive, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow.parquet import read_table

    found = archive.to_arrow(Level.INSTANCE, Query(level=Level.INSTANCE, words="muller"))
    assert found.column("modality").to_pylist() == ["MR"]
    assert archive.to_arrow(Level.SERIES, Query(level=Level.SERIES, words="nobody")).num_rows == 0
    assert archive.export_parquet(tmp_path / "all.parquet", Query(level=Level.INSTANCE)) == 3
    kept: Any = read_table(tmp_path / "all.parquet")
    assert kept.to_pylist() == archive.to_arrow(Level.INSTANCE).to_pylist()


def test_rows_are_json(archive: fileroom.Archive) -> None:
    for level in Level:
        for entry in archive.walk(Query(level=level)):
            assert json.loads(json.dumps(row(level, entry))) == plain(row(level, entry))
