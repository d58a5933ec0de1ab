"""Sequences in sequences in sequences: deeper than any real file's, and not gone down into."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from pydicom.filereader import read_dataset

from fileroom.dicom.data_set import re_encoded
from fileroom.dicom.depth import DEEPEST, check_depth
from fileroom.errors import BadRequest, Undecodable
from fileroom.network import identifiers
from tests.world import EXPLICIT_LE, IMPLICIT_LE

LEVEL = struct.pack("<HH2sH", 8, 0x52, b"CS", 6) + b"SERIES"


def nested(depth: int, *, implicit: bool = False) -> bytes:
    """Request Attributes Sequences in each other, each of its true length."""
    data = b""
    for _ in range(depth):
        item = struct.pack("<HHI", 0xFFFE, 0xE000, len(data)) + data
        vr = struct.pack("<I", len(item)) if implicit else struct.pack("<2sHI", b"SQ", 0, len(item))
        data = struct.pack("<HH", 0x0040, 0x0275) + vr + item
    return data


@pytest.mark.parametrize("implicit", [False, True])
def test_as_deep_as_real_files_is_read_and_deeper_is_not(*, implicit: bool) -> None:
    for depth in (1, DEEPEST - 1):
        check_depth(read_dataset(BytesIO(nested(depth, implicit=implicit)), implicit, True))  # noqa: FBT003 - pydicom's order
    for depth in (DEEPEST, 2000):
        with pytest.raises(Undecodable):
            check_depth(read_dataset(BytesIO(nested(depth, implicit=implicit)), implicit, True))  # noqa: FBT003 - as above


def test_it_is_not_written_anew() -> None:
    assert len(re_encoded(nested(20), EXPLICIT_LE, IMPLICIT_LE)) == len(nested(20, implicit=True))
    with pytest.raises(Undecodable):
        re_encoded(nested(2000), EXPLICIT_LE, IMPLICIT_LE)


def test_an_identifier_like_that_is_no_question() -> None:
    assert identifiers.read(LEVEL + nested(20), EXPLICIT_LE).value(0x00080052) == "SERIES"
    for syntax, implicit in ((EXPLICIT_LE, False), (IMPLICIT_LE, True)):
        with pytest.raises(BadRequest):
            identifiers.read(nested(2000, implicit=implicit), syntax)
