"""multipart/related, written (RFC 2046 5.1, RFC 2387, PS3.18 8.6.1.2)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands before the bytes of one part: their type, where they can be had alone, and how many they are."""

    content_type: str
    location: str
    size: int | None  # None: it is not known before it is there


@dataclass(frozen=True, slots=True)
class Multipart:
    """A body of parts of one ``type``. The boundary is random: 128 bits do not turn up in pixels."""

    type: str
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def media_type(self) -> str:
        """The Content-Type of the whole body."""
        return f'multipart/related; type="{self.type}"; boundary={self.boundary}'

    @property
    def closing(self) -> bytes:
        """What ends the body."""
        return f"\r\n--{self.boundary}--\r\n".encode()

    def opening(self, part: Part) -> bytes:
        """What stands before the bytes of a part."""
        lines = [f"\r\n--{self.boundary}", f"Content-Type: {part.content_type}"]
        if part.size is not None:
            lines.append(f"Content-Length: {part.size}")
        return "\r\n".join((*lines, f"Content-Location: {part.location}", "\r\n")).encode()

    def length(self, parts: Iterable[Part]) -> int:
        """How long the body will be, for its Content-Length: a client sees when it was cut off."""
        return sum(len(self.opening(part)) + (part.size or 0) for part in parts) + len(self.closing)

    def around(self, part: Part, data: T) -> tuple[bytes, T, bytes]:
        """The pieces of a body of one part that is at hand."""
        return self.opening(part), data, self.closing

    def of_all(self, bodies: Iterable[bytes]) -> bytes:
        """A body of small parts that are at hand and can be had nowhere alone."""
        start = f"\r\n--{self.boundary}\r\nContent-Type: {self.type}\r\n\r\n".encode()
        return b"".join((*(start + one for one in bodies), self.closing))

    async def body(self, parts: AsyncIterable[tuple[Part, AsyncIterator[bytes]]]) -> AsyncIterator[bytes]:
        """The body as it comes. What stands before a part leaves by itself: joining it to an image copies the image."""
        async for part, chunks in parts:
            yield self.opening(part)
            async for chunk in chunks:
                yield chunk
        yield self.closing
