"""Reading multipart answers, by the rules and not by our own writer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from httpx2 import Response


def parts_of(answer: Response, kind: str) -> list[tuple[dict[str, str], bytes]]:
    """Headers and bytes of every part of a multipart/related answer of that type (RFC 2046 5.1.1)."""
    found = re.fullmatch(r'multipart/related; type="([^"]+)"; boundary=(\S+)', answer.headers["Content-Type"])
    assert found, answer.headers["Content-Type"]
    assert found[1] == kind
    pieces = (b"\r\n" + answer.content).split(b"\r\n--" + found[2].encode())
    assert pieces[0].strip() == b""
    assert pieces[-1].startswith(b"--")
    parts = []
    for piece in pieces[1:-1]:
        head, _, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode("ascii").split("\r\n"))
        parts.append((headers, body))
    return parts
