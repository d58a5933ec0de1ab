"""The plan, on literal folders."""

from __future__ import annotations

from dataclasses import replace

from fileroom.catalog.known import KnownFile
from fileroom.intake.plan import FolderPlan, plan_folder, stands_as_recorded
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.folder import FileEntry, Listing, Obstacle

NOW = 1_000


def listing(*files: tuple[str, int, int], complete: bool = True, obstacles: tuple[Obstacle, ...] = ()) -> Listing:
    return Listing("/root", tuple(FileEntry(*file) for file in files), obstacles, complete)


def known(
    row: int, size: int, mtime: int, outcome: Outcome = Outcome.ADDED, *, gone: bool = False, hidden: bool = False
) -> KnownFile:
    return KnownFile(row, size, mtime, outcome, Reason.NEW_INSTANCE, row, gone, hidden)


def told(plan: FolderPlan) -> dict[str, object]:
    facts = {
        "read": [entry.name for entry, _ in plan.read],
        "unchanged": plan.unchanged,
        "back": list(plan.back),
        "brought_back": [entry.name for entry, _ in plan.brought_back],
        "cleared": list(plan.cleared),
        "gone": list(plan.gone),
    }
    return {key: value for key, value in facts.items() if value}


def test_new_files_are_read() -> None:
    assert told(plan_folder(listing(("a", 5, 10)), {}, NOW)) == {"read": ["a"]}


def test_size_and_time_as_recorded_is_unchanged() -> None:
    assert told(plan_folder(listing(("a", 5, 10)), {"a": known(1, 5, 10)}, NOW)) == {"unchanged": 1}


def test_so_are_files_that_are_not_dicom() -> None:
    row = known(1, 5, 10, Outcome.NOT_DICOM)
    assert told(plan_folder(listing(("a", 5, 10)), {"a": row}, NOW)) == {"unchanged": 1}


def test_another_size_or_time_is_read_again() -> None:
    rows = {"a": known(1, 5, 10), "b": known(2, 5, 10)}
    assert told(plan_folder(listing(("a", 6, 10), ("b", 5, 11)), rows, NOW)) == {"read": ["a", "b"]}


def test_a_time_in_the_future_proves_nothing() -> None:
    assert told(plan_folder(listing(("a", 5, NOW + 1)), {"a": known(1, 5, NOW + 1)}, NOW)) == {"read": ["a"]}


def test_what_could_not_be_read_or_was_refused_is_tried_again() -> None:
    rows = {"a": known(1, 5, 10, Outcome.UNREADABLE), "b": known(2, 5, 10, Outcome.REFUSED)}
    assert told(plan_folder(listing(("a", 5, 10), ("b", 5, 10)), rows, NOW)) == {"read": ["a", "b"]}


def test_a_file_that_is_no_longer_listed_is_gone() -> None:
    assert told(plan_folder(listing(), {"a": known(1, 5, 10)}, NOW)) == {"gone": [1]}


def test_but_not_when_the_listing_is_not_whole() -> None:
    assert told(plan_folder(listing(complete=False), {"a": known(1, 5, 10)}, NOW)) == {}


def test_nor_when_the_file_could_not_be_looked_at() -> None:
    obstacle = Obstacle("a", Outcome.UNREADABLE, Reason.IO_ERROR)
    assert told(plan_folder(listing(obstacles=(obstacle,)), {"a": known(1, 5, 10)}, NOW)) == {}


def test_a_file_that_was_gone_and_is_back() -> None:
    row = known(1, 5, 10, gone=True)
    assert told(plan_folder(listing(("a", 5, 10)), {"a": row}, NOW)) == {"back": [1]}
    assert told(plan_folder(listing(), {"a": row}, NOW)) == {}


def test_a_file_that_seemed_changed_and_stands_as_recorded() -> None:
    row = replace(known(1, 5, 10), changed=True)
    assert told(plan_folder(listing(("a", 5, 10)), {"a": row}, NOW)) == {"unchanged": 1, "cleared": [1]}


def test_a_file_of_a_removed_entry_that_was_gone_is_told_once() -> None:
    row = known(1, 5, 10, gone=True, hidden=True)
    assert told(plan_folder(listing(("a", 5, 10)), {"a": row}, NOW)) == {"brought_back": ["a"], "cleared": [1]}
    assert told(plan_folder(listing(("a", 5, 10)), {"a": row}, NOW, automatic=True)) == {"back": [1]}


def test_a_file_of_a_removed_entry_is_brought_back() -> None:
    row = known(1, 5, 10, hidden=True)
    assert told(plan_folder(listing(("a", 5, 10)), {"a": row}, NOW)) == {"brought_back": ["a"]}


def test_one_glance_is_enough_for_a_folder_that_stands_as_recorded() -> None:
    assert stands_as_recorded(listing(("a", 5, 10), ("b", 6, 11)), [("a", 5, 10), ("b", 6, 11)])
    assert stands_as_recorded(listing(), [])


def test_but_not_for_one_with_a_file_more_or_less_or_other() -> None:
    recorded = [("a", 5, 10), ("b", 6, 11)]
    assert not stands_as_recorded(listing(("a", 5, 10)), recorded)
    assert not stands_as_recorded(listing(("a", 5, 10), ("b", 6, 11), ("c", 7, 12)), recorded)
    assert not stands_as_recorded(listing(("a", 5, 10), ("b", 6, 12)), recorded)
    assert not stands_as_recorded(listing(("a", 5, 10), ("b", 6, 11), complete=False), recorded)
    obstacle = Obstacle("c", Outcome.UNREADABLE, Reason.IO_ERROR)
    assert not stands_as_recorded(listing(("a", 5, 10), ("b", 6, 11), obstacles=(obstacle,)), recorded)
