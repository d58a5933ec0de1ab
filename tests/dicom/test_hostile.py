"""The files made to hurt: what each is expected to become, in how much time and memory, for either reader."""

from __future__ import annotations

import csv
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from fileroom.dicom.reading import Reading, read_header, read_header_by_pydicom
from fileroom.model.outcomes import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEMORY = 64 << 20  # over the size of the file

# Where either reader does something else than the manifest expects of a whole program, and why.
DEVIATIONS = {
    "dd6/DICOMDIR": "a DICOMDIR is never an instance; that it contradicts its files is for who reads the directory",
}
# Where pydicom alone does, while the fast reader does as expected.
DEVIATIONS_OF_PYDICOM = {
    "027_vr_garbage.dcm": "takes the VR for half of a length and swallows the rest of the header",
    "028_vr_null.dcm": "takes the VR for half of a length and swallows the rest of the header",
    "035_item_len_lies.dcm": "does not look into sequences of defined length that nobody asks for",
}
READERS = {"fast": read_header, "pydicom": read_header_by_pydicom}


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "hostile" / "MANIFEST.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("reader", READERS)
def test_each_becomes_what_is_expected(shared_data: Path, reader: str) -> None:
    deviations = DEVIATIONS | (DEVIATIONS_OF_PYDICOM if reader == "pydicom" else {})
    wrong = {}
    for row in rows(shared_data):
        reading = READERS[reader](str(shared_data / "hostile" / row["file"]))
        expected = {"ok": True, "warn": True, "reject": False}.get(row["expected"])  # safe: either
        if expected not in (None, reading.header is not None):
            wrong[row["file"]] = f"{row['what_is_wrong']}: {reading.outcome} {reading.reason} {reading.detail}"
    assert wrong.keys() == deviations.keys(), wrong


@pytest.mark.parametrize("reader", READERS)
def test_none_takes_much_time_or_memory(shared_data: Path, reader: str) -> None:
    """The bounds are the manifest's own; what is measured is CPU time and allocated bytes, not the machine's mood."""
    read: Callable[[str], Reading] = READERS[reader]
    read(str(shared_data / "hostile" / "000_good.dcm"))  # pays for the import of pydicom
    for row in rows(shared_data):
        path = str(shared_data / "hostile" / row["file"])
        start = time.process_time()
        read(path)
        assert time.process_time() - start < float(row["max_seconds"]), row["file"]
    tracemalloc.start()
    try:
        for row in rows(shared_data):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            read(str(shared_data / "hostile" / row["file"]))
            assert tracemalloc.get_traced_memory()[1] - before < MEMORY + int(row["bytes"]), row["file"]
    finally:
        tracemalloc.stop()


def test_what_is_wrong_is_told_without_values_of_the_file(shared_data: Path) -> None:
    reasons = {}
    for row in rows(shared_data):
        reading = read_header(str(shared_data / "hostile" / row["file"]))
        assert "HOSTILE" not in reading.detail
        assert len(reading.detail) < 60
        reasons[row["file"]] = (reading.outcome, reading.reason)
    assert reasons["001_empty.dcm"] == (Outcome.NOT_DICOM, Reason.EMPTY_FILE)
    assert reasons["004_text.dcm"] == (Outcome.NOT_DICOM, Reason.NO_DICOM)
    assert reasons["010_trunc_header.dcm"] == (Outcome.UNREADABLE, Reason.TRUNCATED)
    assert reasons["015_no_sop.dcm"] == (Outcome.NO_IDENTITY, Reason.NO_SOP_INSTANCE_UID)
    assert reasons["030_deep_sq_undefined.dcm"] == (Outcome.UNREADABLE, Reason.DAMAGED)
    assert reasons["080_deflate_bomb_256m.dcm"] == (Outcome.UNREADABLE, Reason.DAMAGED)
    assert reasons["093_sop_traversal.dcm"] == (Outcome.NO_IDENTITY, Reason.NO_SOP_INSTANCE_UID)
    assert reasons["dd1/DICOMDIR"] == (Outcome.NO_IDENTITY, Reason.DICOMDIR)
