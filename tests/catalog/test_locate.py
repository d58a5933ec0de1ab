"""Instances that are named by their UIDs, and where their files lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.model.entries import Level
from fileroom.model.queries import Condition, Match, Query
from fileroom.settings import Settings
from tests import world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(world.plant(tmp_path / "in", {str(n): world.instance(number=n) for n in range(1, 6)}))
        yield archive


def named(*conditions: Condition) -> Query:
    return Query(level=Level.INSTANCE, conditions=conditions, together=False)


STUDY = Condition("StudyInstanceUID", Match.SINGLE, (world.study_uid(1),))
# in more steps, for it is no UID
PATIENT = Condition("PatientID", Match.SINGLE, ("42",))


@pytest.mark.parametrize("query", [named(STUDY), named(PATIENT)])
def test_no_more_are_named_than_are_wanted(house: Archive, query: Query) -> None:
    every = [world.sop_uid(1, 1, n) for n in range(1, 6)]
    assert [one.sop_instance_uid for one in house.named(query, 9)] == every
    some = house.named(query, 3)
    assert [one.sop_instance_uid for one in some] == every[:3]
    assert [one.file().header.sop_instance_uid for one in some] == every[:3]


def test_a_list_may_name_as_many_as_an_identifier_holds(house: Archive) -> None:
    uids = (*(f"2.999.9.{n}" for n in range(60_000)), world.sop_uid(1, 1, 2))
    [one] = house.named(named(Condition("SOPInstanceUID", Match.LIST, uids)), 9)
    assert one.sop_instance_uid == world.sop_uid(1, 1, 2)
