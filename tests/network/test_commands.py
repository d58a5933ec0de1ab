"""Command sets as others write them."""

from __future__ import annotations

import pytest

from fileroom.network.commands import Field, decode, encode
from fileroom.network.wire import Violation


def test_what_follows_the_command_group_is_not_read() -> None:
    """Orthanc appends what failed to the command set of its answer, as it would to a data set."""
    answer = encode({"CommandField": Field.GET | 0x8000, "Status": 0xC000})
    appended = bytes.fromhex("08005800 08000000") + b"1.2.3.4\0"
    assert decode(answer + appended) == decode(answer)
    with pytest.raises(Violation):
        decode(appended + answer)


def test_comments_are_ascii_of_64_characters_at_most() -> None:
    said = decode(encode({"CommandField": Field.FIND, "ErrorComment": "“StudyDate” isn’t " + "x" * 80}))["ErrorComment"]
    assert said == '"StudyDate" isn\'t ' + "x" * 46
