"""What is to be sent is read before its message begins, for there is no way back from the middle of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.dimse.suboperations import Ahead, BrokeOff, store
from fileroom.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1 << 20


class Drive:
    """An archive with one file, whose drive fails after so many MiB."""

    def __init__(self, fails_after: int) -> None:
        self._fails_after = fails_after

    def data_set(self, _file: object, _syntax: str) -> Iterator[bytes]:
        for _ in range(self._fails_after):
            yield bytes(MIB)
        raise Unavailable("the drive is gone")

    def syntaxes(self, _file: object) -> tuple[str, ...]:
        return ("1.2.840.10008.1.2",)

    compressed_syntaxes = syntaxes


class Told:
    """An association, as far as it is sent to."""

    def __init__(self) -> None:
        self.terms = SimpleNamespace(sending=lambda _kind, syntax: SimpleNamespace(transfer_syntax=syntax))
        self.bytes = -1

    def next_id(self) -> int:
        return 1

    def send(self, _context: object, _command: object, pieces: Iterator[bytes]) -> None:
        self.bytes = 0
        for piece in pieces:
            self.bytes += len(piece)


@pytest.mark.parametrize(("mib", "error", "sent"), [(0, Unavailable, -1), (12, Unavailable, -1), (20, BrokeOff, 20)])
def test_a_drive_that_fails(mib: int, error: type[Exception], sent: int) -> None:
    archive: Any = Drive(mib)
    told = Told()
    association: Any = told
    file = SimpleNamespace(header=SimpleNamespace(sop_class_uid="1.2", sop_instance_uid="1.3"))
    found: Any = [SimpleNamespace(sop_instance_uid="1.3", file=lambda: file)]
    with pytest.raises(error):
        next(store(Ahead(archive, association, found), association))
    assert told.bytes == (sent * MIB if sent > 0 else -1)
