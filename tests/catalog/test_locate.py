"""Instances that are named by their UIDs, and where their files lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.errors import Unavailable
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


def UID(uid: str) -> Condition:  # noqa: N802 - as it stands in a query
    return Condition("SOPInstanceUID", Match.SINGLE, (uid,))


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


def test_what_a_replaced_file_holds_is_not_shown_as_the_old_image(house: Archive, tmp_path: Path) -> None:
    """An export into the same folder once more: the names are the same, the people are not."""
    [one, two] = (house.named(named(UID(world.sop_uid(1, 1, n))), 9)[0].file() for n in (1, 2))
    before = house.frame(one.id, 1).data
    other = world.instance(patient_id="77", patient_name="OTHER^Somebody", study=9, number=1, pixels=b"\7" * 32)
    (tmp_path / "in" / "1").write_bytes(other)
    with pytest.raises(Unavailable, match="replaced"):
        house.frame(one.id, 1)
    with pytest.raises(Unavailable, match="replaced"):
        house.read(one.id)
    (tmp_path / "in" / "2").write_bytes(b"no image")
    with pytest.raises(Unavailable, match="replaced"):
        house.read(two.id)
    house.bring_in(tmp_path / "in")
    people = {str(person.name.alphabetic) for person in house.search(Query(level=Level.PATIENT)).items}
    assert people == {"OTHER^Somebody", "ROSSI^Mario"}
    (tmp_path / "in" / "1").write_bytes(world.instance(number=1))
    house.bring_in(tmp_path / "in")
    assert house.frame(one.id, 1).data == before


def test_the_same_image_in_another_form_is_read_as_it_is_now(house: Archive, tmp_path: Path) -> None:
    """Something was written into the file: the image is the same, and its pixels lie elsewhere."""
    [one] = [named_one.file() for named_one in house.named(named(UID(world.sop_uid(1, 1, 1))), 9)]
    path = tmp_path / "in" / "1"
    before = house.frame(one.id, 1).data
    path.write_bytes(world.instance(number=1, ImageComments="seen" * 50))
    now = house.read(one.id)
    assert now.changed
    assert now.header.pixel_offset != one.header.pixel_offset
    assert house.frame(one.id, 1).data == before
    copy = world.plant(tmp_path / "in", {"copy": world.instance(number=1)})
    house.bring_in(copy / "copy")
    assert house.read(one.id).path == str(copy / "copy")  # one that is as it was is better
