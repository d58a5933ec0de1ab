"""Reading multiparts: the same whatever the pieces in which they come."""

from __future__ import annotations

import pytest

from fileroom.errors import BadRequest
from fileroom.web.reading_multipart import Begin, Piece, Reader, content_type

BODY = (
    b"--b\r\nContent-Type: application/dicom\r\nX-Long: a\r\n b\r\n\r\none\r\n--bx\r\nstill one\r\n"
    b"--b\r\n\r\n\r\n--b\r\nA: 1\r\n\r\n\r\n--b--\r\nnobody reads this"
)


def parts(body: bytes, step: int, boundary: str = "b") -> list[tuple[dict[str, str], bytes]]:
    reader, found = Reader(boundary), list[tuple[dict[str, str], bytes]]()
    for at in range(0, len(body), step):
        for event in reader.feed(body[at : at + step]):
            if isinstance(event, Begin):
                found.append((event.headers, b""))
            elif isinstance(event, Piece):
                found[-1] = (found[-1][0], found[-1][1] + event.data)
    reader.finish()
    return found


@pytest.mark.parametrize("step", [1, 2, 3, 7, 50, 1000])
def test_pieces_make_no_difference(step: int) -> None:
    assert parts(BODY, step) == [
        ({"content-type": "application/dicom", "x-long": "a b"}, b"one\r\n--bx\r\nstill one"),
        ({}, b""),
        ({"a": "1"}, b""),
    ]


def test_what_stands_before_the_first_boundary_is_passed_over() -> None:
    assert parts(b"preamble\r\n--b \t\r\n\r\nx\r\n--b--", 4) == [({}, b"x")]


@pytest.mark.parametrize(
    ("body", "boundary"),
    [
        (b"", "b"),
        (b"--b\r\n\r\nx", "b"),
        (b"--b\r\n\r\nx\r\n--b\r\n", "b"),
        (b"--b\r\n\r\nx\r\n--b--", "other"),
        (b"x" * 100_000, "b"),
        (b"--b\r\n" + b"h: x\r\n" * 10_000, "b"),
        (b"--b--", ""),
        (b"--b--", "b" * 201),
        (b"--b--", "b\u00e9"),
        (b"--b--", "b\r\n"),
    ],
)
def test_what_is_malformed_is_refused(body: bytes, boundary: str) -> None:
    with pytest.raises(BadRequest):
        parts(body, 1000, boundary)


def test_little_is_held() -> None:
    reader = Reader("b")
    list(reader.feed(b"--b\r\n\r\n"))
    for _ in range(100):
        assert sum(len(event.data) for event in reader.feed(b"x" * 1000) if isinstance(event, Piece)) >= 990


def test_parameters_of_a_content_type() -> None:
    assert content_type('Multipart/Related; TYPE="application/dicom"; boundary="a;b"') == (
        "multipart/related",
        {"type": "application/dicom", "boundary": "a;b"},
    )
    assert content_type("")[0] == ""
