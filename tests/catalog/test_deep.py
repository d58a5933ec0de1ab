"""A page deep down in a list holds what counting to it gives, in every order, from both ends, also after a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.catalog import deep, queries
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from tests.intake.test_import import archive as archive  # noqa: PLC0414 - a fixture
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    import fileroom

PEOPLE = 40


def listed(archive: fileroom.Archive, level: Level, order: str, size: int) -> list[str]:
    """The whole list, a page at a time, the last pages first."""
    starts = reversed(range(0, PEOPLE + size, size))
    pages = [archive.search(Query(level=level, order=(order,), offset=start, limit=size)).items for start in starts]
    return [item.id for page in reversed(pages) for item in page]


def test_every_page_is_where_it_belongs(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, bytes | None] = {
        str(n): instance(
            patient_name=f"N{n * 7 % 10}^A",
            patient_id=f"P{n % 11}x{n}",
            study=n,
            PatientBirthDate="" if n % 3 else f"19{10 + n}0101",
            StudyDate=f"20240{1 + n % 5}01",
        )
        for n in range(PEOPLE)
    }
    archive.bring_in(plant(tmp_path / "scans", files))
    fields = [(Level.PATIENT, name) for name in archive.sort_fields(Level.PATIENT)] + [(Level.STUDY, "date")]
    expected = {
        (level, way + name): [item.id for item in archive.search(Query(level=level, order=(way + name,))).items]
        for level, name in fields
        for way in ("", "-")
    }
    monkeypatch.setattr(deep, "LEAP", 3)
    went: list[int] = []
    rows = deep.Way.rows

    def noting(*asked: Any) -> Any:
        went.append(1)
        return rows(*asked)

    monkeypatch.setattr(deep.Way, "rows", noting)
    for (level, order), ids in expected.items():
        assert listed(archive, level, order, 7) == ids, (level, order)
    assert went
    archive.forget([expected[Level.PATIENT, "name"][4]])
    left = [one for one in expected[Level.PATIENT, "name"] if one != expected[Level.PATIENT, "name"][4]]
    assert listed(archive, Level.PATIENT, "name", 7) == left
    assert archive.search(Query(level=Level.PATIENT, offset=1000, limit=7)).items == ()
    assert queries.sort_fields(Level.PATIENT)[0] == "name"
