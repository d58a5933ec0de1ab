"""Real files of many makers: every one has an outcome, and what the catalog says is what pydicom decodes."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.dicom.reading import read_header_by_pydicom
from fileroom.model.entries import Instance, Level
from fileroom.model.headers import Header
from fileroom.model.outcomes import Outcome
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.dicom.explained import EXPLAINED, ONE_SIDED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAKEN_IN = {Outcome.ADDED, Outcome.DUPLICATE, Outcome.CONFLICT}


@pytest.fixture(scope="module")
def imported(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[fileroom.Archive, dict[str, Outcome]]]:
    settings = Settings(archive=tmp_path_factory.mktemp("corpus") / "archive", use_keyring=False)
    with fileroom.open(settings=settings) as archive:
        summary = archive.bring_in(shared_data)
        yield archive, {entry.path: entry.outcome for entry in archive.ledger(summary.id).items}


def test_every_file_has_one_outcome(imported: tuple[fileroom.Archive, dict[str, Outcome]], shared_data: Path) -> None:
    archive, outcomes = imported
    on_disk = {os.path.join(folder, name) for folder, _, names in os.walk(shared_data.resolve()) for name in names}  # noqa: PTH118
    of_containers = {path for path in outcomes if not os.path.lexists(path)}
    assert len(outcomes) - len(of_containers) == len(on_disk)
    assert len(outcomes) == archive.import_summary(1).files
    assert all(any(path.startswith(f"{whole}/") for whole in on_disk) for path in of_containers)


def test_what_pydicom_reads_is_taken_in_and_says_the_same(
    imported: tuple[fileroom.Archive, dict[str, Outcome]], capsys: pytest.CaptureFixture[str]
) -> None:
    archive, outcomes = imported
    shown = {item.files[0].path: item for item in archive.search(Query(level=Level.INSTANCE)).items}
    told: Counter[str] = Counter()
    differences: list[str] = []
    for path, outcome in outcomes.items():
        if not os.path.lexists(path):
            told["in a container"] += 1
            continue
        header = read_header_by_pydicom(path).header
        told["readable" if header else "not readable"] += 1
        if os.path.basename(path) in ONE_SIDED:  # noqa: PTH119
            continue
        if (header is not None) != (outcome in TAKEN_IN):
            differences.append(f"{path}: {outcome}")
        if header is not None and path in shown:
            told["compared"] += 1
            differences += _differences(path, header, shown[path])
    with capsys.disabled():
        print(f"\ncorpus: {len(outcomes)} files, {dict(told)}, {len(differences)} differences; {_told(outcomes)}")  # noqa: T201 - figures for the reader
    assert differences == []
    plain = {path for path in shown if os.path.lexists(path)}
    assert told["compared"] == len({path for path in plain if os.path.basename(path) not in ONE_SIDED})  # noqa: PTH119


def _differences(path: str, header: Header, item: Instance) -> list[str]:
    rows = []
    for field in fields(Header):
        said, kept = getattr(header, field.name), getattr(item.header, field.name)
        if said != kept and (os.path.basename(path), field.name) not in EXPLAINED:  # noqa: PTH119
            rows.append(f"{path}: {field.name}: {said!r} in the file, {kept!r} in the catalog")
    series, study, patient = item.series, item.series.study, item.series.study.patient
    rows += [
        f"{path}: {name}: {said!r} in the file, {kept!r} shown above it"
        for name, said, kept in (
            ("StudyInstanceUID", header.study_instance_uid, study.study_instance_uid),
            ("SeriesInstanceUID", header.series_instance_uid, series.series_instance_uid),
            ("PatientID", header.patient_id.strip(), patient.patient_id.strip()),
            ("PatientBirthDate", header.patient_birth_date.strip(), patient.birth_date.strip()),
        )
        if said != kept and patient.reason != "no_patient_id"
    ]
    return rows


def _told(outcomes: dict[str, Outcome]) -> dict[str, int]:
    return {outcome.value: n for outcome, n in Counter(outcomes.values()).most_common()}
