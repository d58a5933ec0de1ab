"""Every file there is: the fast reader, the fallback and plain pydicom agree on every attribute.

"Every file" is the shared real data and what pydicom brings for its own tests.
"""

from __future__ import annotations

import warnings
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydicom
import pytest

from fileroom.dicom.attributes import ATTRIBUTES, CODES, DECIMAL, DECIMALS, FLOATING, INTEGER, INTEGER_TEXT
from fileroom.dicom.quiet import quiet_pydicom
from fileroom.dicom.reading import Reading, read_header, read_header_by_pydicom
from fileroom.model.headers import Header
from fileroom.model.outcomes import Reason
from tests.dicom.explained import EXPLAINED, ONE_SIDED
from tests.world import shared_data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

PYDICOM_DATA = Path(pydicom.__file__).parent / "data"


def every_file() -> Iterator[Path]:
    for folder in (PYDICOM_DATA, shared_data_folder()):
        if folder is not None:
            yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture(scope="module")
def readings() -> list[tuple[Path, Reading, Reading]]:
    return [(path, read_header(str(path)), read_header_by_pydicom(str(path))) for path in every_file()]


def test_the_fast_reader_and_the_fallback_find_the_same(readings: list[tuple[Path, Reading, Reading]]) -> None:
    differences: set[tuple[str, str]] = set()
    one_sided: set[str] = set()
    for path, fast, slow in readings:
        if fast.header is None or slow.header is None:
            if (fast.header is None) != (slow.header is None):
                one_sided.add(path.name)
            continue
        assert fast.digest == slow.digest, path
        for field in fields(Header):
            if getattr(fast.header, field.name) != getattr(slow.header, field.name):
                differences.add((path.name, field.name))
    assert differences <= EXPLAINED.keys()
    assert one_sided <= ONE_SIDED
    assert sum(fast.header is not None for _, fast, _ in readings) > 100


def test_they_agree_on_why_there_is_none(readings: list[tuple[Path, Reading, Reading]]) -> None:
    """But for files that end inside their header: pydicom does not notice, and misses what stood behind the end."""
    for path, fast, slow in readings:
        if fast.header is None and slow.header is None and fast.reason is not Reason.TRUNCATED:
            assert (fast.outcome, fast.reason) == (slow.outcome, slow.reason), path


def test_plain_pydicom_says_the_same(readings: list[tuple[Path, Reading, Reading]]) -> None:
    """Read as anybody would, compared attribute by attribute with what stands at the top of the data set."""
    compared, differences, missed = 0, set(), set()
    for path, reading, _ in readings:
        try:
            with quiet_pydicom():
                data_set = pydicom.dcmread(path, stop_before_pixels=True)
        except Exception:  # noqa: BLE001, S112 - pydicom raises many things for files that are none
            continue
        header = reading.header
        if header is None:
            with quiet_pydicom():
                uids = [data_set.get(name) for name in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")]
            if all(uids) and "hostile" not in path.parts:
                missed.add(path.name)
            continue
        with quiet_pydicom():
            for row in ATTRIBUTES:
                if row.tag in data_set and not data_set[row.tag].is_empty:
                    compared += 1
                    if getattr(header, row.field) != as_anybody_would(row.kind, data_set[row.tag].value):
                        differences.add((path.name, row.field))
        assert header.transfer_syntax_uid == data_set.file_meta.get("TransferSyntaxUID", header.transfer_syntax_uid)
    differences = {(name, field) for name, field in differences if name not in ONE_SIDED}
    assert differences <= EXPLAINED.keys()
    assert missed <= {"23-uid-with-letters.dcm"}  # its Series Instance UID climbs folders: 1.2.abc/../..//x
    assert compared > 5_000


def as_anybody_would(kind: int, value: Any) -> Any:
    """The value of an element of pydicom as the documentation of Header describes it; written without our code."""
    several = value if isinstance(value, (list, pydicom.multival.MultiValue)) else [value]
    if kind in (DECIMAL, DECIMALS, FLOATING, INTEGER, INTEGER_TEXT):
        return numbers(kind, several)
    if kind == CODES:
        return tuple(str(item) for item in several)
    return "\\".join(str(item) for item in several).rstrip("\0 ")


def numbers(kind: int, several: Any) -> Any:
    try:
        parsed = [float(item) for item in (several if kind == DECIMALS else several[:1])]
    except (TypeError, ValueError):
        return () if kind == DECIMALS else None
    return tuple(parsed) if kind == DECIMALS else parsed[0]


def test_nothing_of_pydicom_is_heard(recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        for path in sorted((PYDICOM_DATA / "charset_files").iterdir()):
            read_header(str(path))
            read_header_by_pydicom(str(path))
    assert not recwarn.list
    assert not caplog.records
