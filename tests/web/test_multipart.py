from __future__ import annotations

import email
from typing import TYPE_CHECKING

import anyio

from fileroom.web.multipart import Multipart, Part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def chunks(*data: bytes) -> AsyncIterator[bytes]:
    for one in data:
        yield one


async def collected(body: Multipart, given: list[tuple[Part, tuple[bytes, ...]]]) -> list[bytes]:
    async def parts() -> AsyncIterator[tuple[Part, AsyncIterator[bytes]]]:
        for part, data in given:
            yield part, chunks(*data)

    return [chunk async for chunk in body.body(parts())]


def test_a_reader_of_mail_finds_every_part_as_it_was() -> None:
    body = Multipart("application/dicom")
    given = [
        (Part("application/dicom", "/a", 7), (b"--\r\n\r\n-",)),
        (Part("application/dicom", "/b", 4), (b"in", b"to")),
        (Part("application/dicom", "/c", 0), ()),
    ]
    written = anyio.run(collected, body, given)
    assert len(written) == 7  # each chunk as it came, what stands before each part, and the end
    whole = b"".join(written)
    assert len(whole) == body.length(part for part, _ in given)
    message = email.message_from_bytes(b"Content-Type: " + body.media_type.encode() + b"\r\n\r\n" + whole)
    parts = list(message.walk())[1:]
    assert [part["Content-Location"] for part in parts] == ["/a", "/b", "/c"]
    assert [int(part["Content-Length"]) for part in parts] == [7, 4, 0]
    assert message.get_param("type") == "application/dicom"
    pieces = whole.split(b"\r\n--" + body.boundary.encode())
    assert [piece.partition(b"\r\n\r\n")[2] for piece in pieces[1:-1]] == [b"--\r\n\r\n-", b"into", b""]
    assert pieces[-1] == b"--\r\n"


def test_one_part_at_hand_is_the_same_body() -> None:
    body = Multipart("application/octet-stream")
    part = Part("application/octet-stream", "/a", 4)
    given: list[tuple[Part, tuple[bytes, ...]]] = [(part, (b"data",))]
    assert b"".join(body.around(part, b"data")) == b"".join(anyio.run(collected, body, given))
