"""A file that has its name only when all of it is there."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fileroom.errors import FileroomError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO


@contextmanager
def new_file(out: Path) -> Iterator[IO[bytes]]:
    """What is written until the end of the block becomes ``out``; nothing stays of it otherwise."""
    temporary = out.with_name(f".{out.name}.part")
    try:
        with temporary.open("wb") as file:
            yield file
        os.replace(temporary, out)  # noqa: PTH105 - the same
    except OSError as error:
        raise FileroomError(f"{out} cannot be written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
