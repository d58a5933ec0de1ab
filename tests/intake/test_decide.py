"""What becomes of a file that was read, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fileroom.catalog.known import InstanceFile, KnownFile, KnownInstance
from fileroom.intake.decide import Act, Presence, decide
from fileroom.model.outcomes import Outcome, Reason

SERIES, OTHER_SERIES = 7, 8
ONE = InstanceFile(1, 100, 5, b"one", conflict=False, filesystem_id="d", path="/a")
KNOWN = KnownInstance(70, SERIES, hidden=False, files=(ONE,), shown=1)
TWICE = replace(KNOWN, files=(ONE, replace(ONE, id=2, path="/b")))
ROW = KnownFile(1, 100, 5, Outcome.ADDED, Reason.NEW_INSTANCE, 70, gone=False, hidden=False)


class Told:
    """A disk that answers as it was told; one that was told nothing must not be asked."""

    def __init__(self, presence: Presence | None, *, same: bool = True) -> None:
        self._presence = presence
        self._same = same

    def look(self, _file: InstanceFile) -> Presence:
        assert self._presence is not None
        return self._presence

    def same_bytes(self, _file: InstanceFile) -> bool:
        assert self._presence is Presence.SAME
        return self._same


@pytest.mark.parametrize(
    ("size", "digest", "row", "candidates", "there", "outcome", "reason", "act"),
    [
        # nothing is known
        (100, b"one", None, [], Presence.SAME, Outcome.ADDED, Reason.NEW_INSTANCE, Act.NEW),
        # a path that held something else that was not DICOM
        (100, b"one", replace(ROW, instance_id=None), [], Presence.SAME, Outcome.ADDED, Reason.NEW_INSTANCE, Act.NEW),
        # a path that held another instance
        (100, b"one", replace(ROW, instance_id=99), [], Presence.SAME, Outcome.CHANGED, Reason.CONTENT_CHANGED,
         Act.NEW),
        # the same file, read again, has changed
        (101, b"two", ROW, [KNOWN], Presence.SAME, Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE),
        # it was being written when it was read last, and is as it was
        (100, b"one", replace(ROW, mtime_ns=0), [KNOWN], Presence.SAME, Outcome.UNCHANGED, Reason.SAME_AS_BEFORE,
         Act.KEEP),
        # another path with the same content, the first still there
        (100, b"one", None, [KNOWN], Presence.SAME, Outcome.DUPLICATE, Reason.SAME_INSTANCE, Act.ATTACH),
        # … and the first no longer there
        (100, b"one", None, [KNOWN], Presence.ABSENT, Outcome.MOVED, Reason.MOVED_FROM, Act.FOLLOW),
        # the same UID with other content
        (102, b"two", None, [KNOWN], Presence.SAME, Outcome.CONFLICT, Reason.OTHER_CONTENT, Act.ATTACH),
        # … and the first no longer there: the only file counts
        (102, b"two", None, [KNOWN], Presence.ABSENT, Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE),
        # … and another file's word was taken in the meantime
        (100, b"one", None, [replace(KNOWN, shown=5)], Presence.ABSENT, Outcome.MOVED, Reason.MOVED_FROM,
         Act.FOLLOW_AND_REPLACE),
        # … but this path is known already, and has a row of its own
        (100, b"one", replace(ROW, id=9, instance_id=99), [KNOWN], Presence.ABSENT, Outcome.CHANGED,
         Reason.CONTENT_CHANGED, Act.REPLACE),
        # … or written over: its row will be read in its turn and must not be taken away
        (100, b"one", None, [KNOWN], Presence.OTHER, Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE),
        # one of two files changed: the other is the first now, and stays the one that is shown
        (101, b"two", ROW, [TWICE], Presence.SAME, Outcome.CONFLICT, Reason.OTHER_CONTENT, Act.ATTACH),
        # both changed, this one is read first
        (101, b"two", ROW, [TWICE], Presence.OTHER, Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE),
        # the same UID in another patient, study or series
        (100, b"one", None, [replace(KNOWN, series_id=OTHER_SERIES)], Presence.SAME, Outcome.CONFLICT,
         Reason.OTHER_PATIENT, Act.NEW),
    ],
)  # fmt: skip
def test_decisions(
    size: int,
    digest: bytes,
    row: KnownFile | None,
    candidates: list[KnownInstance],
    there: Presence,
    outcome: Outcome,
    reason: Reason,
    act: Act,
) -> None:
    decision = decide(SERIES, size, digest, row, candidates, Told(there))
    assert (decision.outcome, decision.reason, decision.act) == (outcome, reason, act)


def test_the_disk_is_only_asked_about_other_files_of_the_instance() -> None:
    never = Told(None)
    decide(SERIES, 1, b"x", None, [], never)
    decide(SERIES, 1, b"x", None, [replace(KNOWN, series_id=OTHER_SERIES)], never)


def test_what_is_read_again_for_its_time_alone_and_is_as_recorded_has_not_changed() -> None:
    """As a file whose time lies in the future is, at each import."""
    again = decide(SERIES, 100, b"one", ROW, [KNOWN], Told(Presence.SAME), ROW.mtime_ns)
    assert (again.outcome, again.act) == (Outcome.UNCHANGED, Act.KEEP)
    later = decide(SERIES, 100, b"one", ROW, [KNOWN], Told(Presence.SAME), ROW.mtime_ns + 1)
    assert (later.outcome, later.act) == (Outcome.CHANGED, Act.REPLACE)


def test_the_same_header_over_other_pixels_is_a_conflict() -> None:
    decision = decide(SERIES, 100, b"one", None, [KNOWN], Told(Presence.SAME, same=False))
    assert (decision.outcome, decision.reason) == (Outcome.CONFLICT, Reason.OTHER_CONTENT)
