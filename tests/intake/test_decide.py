"""What becomes of a file that was read, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fileroom.catalog.known import InstanceFile, KnownFile, KnownInstance
from fileroom.intake.decide import Act, decide
from fileroom.model import Outcome, Reason

SERIES, OTHER_SERIES = 7, 8
ONE = InstanceFile(1, 100, b"one", gone=False, conflict=False, filesystem_id="d", path="/a")
KNOWN = KnownInstance(70, SERIES, hidden=False, files=(ONE,))
ROW = KnownFile(1, 100, 5, Outcome.ADDED, Reason.NEW_INSTANCE, 70, gone=False, hidden=False)


@pytest.mark.parametrize(
    ("size", "digest", "row", "candidates", "there", "outcome", "reason", "act"),
    [
        # nothing is known
        (100, b"one", None, [], True, Outcome.ADDED, Reason.NEW_INSTANCE, Act.NEW),
        # a path that held something else that was not DICOM
        (100, b"one", replace(ROW, instance_id=None), [], True, Outcome.ADDED, Reason.NEW_INSTANCE, Act.NEW),
        # a path that held another instance
        (100, b"one", replace(ROW, instance_id=99), [], True, Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.NEW),
        # the same file, read again, has changed
        (101, b"two", ROW, [KNOWN], True, Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE),
        # it was being written when it was read last, and is as it was
        (100, b"one", replace(ROW, mtime_ns=0), [KNOWN], True, Outcome.UNCHANGED, Reason.SAME_AS_BEFORE, Act.KEEP),
        # another path with the same content, the first still there
        (100, b"one", None, [KNOWN], True, Outcome.DUPLICATE, Reason.SAME_INSTANCE, Act.ATTACH),
        # … and the first no longer there
        (100, b"one", None, [KNOWN], False, Outcome.MOVED, Reason.MOVED_FROM, Act.FOLLOW),
        # the same UID with other content
        (102, b"two", None, [KNOWN], True, Outcome.CONFLICT, Reason.OTHER_CONTENT, Act.ATTACH),
        # … and the first no longer there: the only file counts
        (102, b"two", None, [KNOWN], False, Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE),
        # the same UID in another patient, study or series
        (100, b"one", None, [replace(KNOWN, series_id=OTHER_SERIES)], True, Outcome.CONFLICT, Reason.OTHER_PATIENT,
         Act.NEW),
    ],
)  # fmt: skip
def test_decisions(
    size: int,
    digest: bytes,
    row: KnownFile | None,
    candidates: list[KnownInstance],
    there: bool,
    outcome: Outcome,
    reason: Reason,
    act: Act,
) -> None:
    decision = decide(SERIES, size, digest, row, candidates, lambda _file: there)
    assert (decision.outcome, decision.reason, decision.act) == (outcome, reason, act)


def test_the_disk_is_only_asked_about_other_files_of_the_instance() -> None:
    def never(_file: InstanceFile) -> bool:
        raise AssertionError("asked")

    decide(SERIES, 1, b"x", None, [], never)
    decide(SERIES, 101, b"two", ROW, [KNOWN], never)
