"""MP4: known by its boxes, and nothing else is taken for one."""

from __future__ import annotations

import struct

import pytest

from fileroom.model.others import Refusal
from fileroom.volumes import videos
from fileroom.volumes.files import InMemory
from fileroom.volumes.gathering import gather_all
from fileroom.volumes.refusing import Refused


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def long_box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", 1) + kind + struct.pack(">Q", len(body) + 16) + body


HEAD = box(b"ftyp", b"isom\0\0\2\0isomavc1")
VIDEO = HEAD + box(b"free") + long_box(b"mdat", bytes(100)) + box(b"moov", bytes(20))


def test_a_video_is_told_and_played_as_it_is() -> None:
    files, told = gather_all([], {"clip.mp4": VIDEO})
    assert (files, [(one.name, one.format, one.video) for one in told.images]) == ({}, [("clip.mp4", "MP4", 0)])
    assert told.videos[0].read_at(0, len(VIDEO)) == VIDEO


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\0\0\x20", bytes(200), box(b"ftyp", b"heic\0\0\0\0mif1"), box(b"moov", bytes(20)), b"RIFF\0\0\0\0AVI "],
)
def test_what_is_none_is_left_to_others(data: bytes) -> None:
    assert not videos.is_one(InMemory("clip.mp4", data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (VIDEO[:-10], Refusal.ENDS_EARLY),
        (HEAD + box(b"mdat", bytes(100)), Refusal.ENDS_EARLY),
        (HEAD + struct.pack(">I", 3) + b"moov", Refusal.DAMAGED),
        (HEAD + struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", 1 << 62), Refusal.ENDS_EARLY),
    ],
)
def test_one_that_is_cut_or_lies_is_refused(data: bytes, reason: Refusal) -> None:
    with pytest.raises(Refused) as caught:
        videos.is_one(InMemory("clip.mp4", data))
    assert caught.value.reason is reason
