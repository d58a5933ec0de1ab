from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Archive]:
    """An archive with what is in ``WORLD`` of the file that asks."""
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in([str(plant(tmp_path / "in", request.module.WORLD))])
        yield archive


def everybody(house: Archive) -> list[str]:
    return [one.id for one in house.search(Query(level=Level.PATIENT)).items]
