"""Rows are written with what they hold: it is what counting would say, wherever the batches of an import end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import fileroom
from fileroom.catalog.counts import recount
from fileroom.catalog.store import Catalog
from fileroom.settings import Settings
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

TREE = {
    f"{patient}/{study}/{series}/{number}": instance(
        patient_id=str(patient),
        patient_name=f"P^{patient}",
        study=10 * patient + study,
        series=series,
        number=number,
        modality=("CT", "MR", "US")[series % 3],
        StudyDate=f"2024010{study}",
        NumberOfFrames=3 if number == 1 else None,
    )
    for patient in (1, 2)
    for study in (1, 2)
    for series in (1, 2, 3)
    for number in (1, 2)
}
COUNTS = {
    "patient": "id, n_studies, n_series, n_instances, n_frames, n_bytes, modalities, last_study_date",
    "study": "id, n_series, n_instances, n_frames, n_bytes, modalities",
    "series": "id, n_instances, n_frames, n_bytes",
}


@pytest.mark.parametrize("batch", [1, 3, 5, 1000])
def test_counts_are_right_from_the_start(tmp_path: Path, batch: int) -> None:
    first = {path: data for path, data in TREE.items() if not path.startswith("2/2") and not path.endswith("3/2")}
    scans = plant(tmp_path / "scans", first)
    settings = Settings(archive=tmp_path / "archive", use_keyring=False, batch=batch)
    with fileroom.Archive.open(settings) as archive:
        archive.bring_in(scans)
        plant(scans, TREE)  # more of known series and studies, and of known patients
        archive.bring_in(scans)
    catalog = Catalog(tmp_path / "archive", use_keyring=False)
    with catalog.database.transaction() as cursor:
        before = _counts(cursor)
        recount(cursor, [row[0] for row in before["series"]])
        assert _counts(cursor) == before
    catalog.close()
    assert [row[1:4] for row in before["patient"]] == [(2, 6, 12)] * 2
    assert before["patient"][0][6:] == ("CT\\MR\\US", "20240102")


def _counts(cursor: Any) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id").fetchall()  # noqa: S608 - our own names
        for table, columns in COUNTS.items()
    }
