"""DICOM images into a folder or a ZIP: those that are made of a volume, or the files of a series as they are.

An image is an iterable of pieces of its file, so that none has to fit into memory.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fileroom.errors import BadRequest, FileroomError, Unavailable
from fileroom.sources.opened import opened
from fileroom.volumes.as_dicom import Slices, new_uid
from fileroom.volumes.new_file import new_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import IO

    from fileroom.sources.opened import Opened
    from fileroom.volumes.volume import Volume

    Image = Iterable[bytes]
    OnImage = Callable[[int], None]  # told after each image how many there are; what it raises ends the writing

CHANGED: Final = "a file of this series has changed since it was read: open or import it again"
_PIECE: Final = 1 << 20
LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)  # the same images make the same ZIP


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file that is DICOM already, as it was a moment ago; ``changed`` when that is not how it was read."""

    path: str = field(repr=False)
    size: int
    mtime_ns: int
    changed: bool


def made_of(volume: Volume) -> Iterator[Image]:
    """Secondary Captures. Floating point is rounded to 16 bits with a scale: what is no Parametric Map may not have it
    (PS3.3 A.8.1)."""
    return ((one.read_at(0, one.size),) for one in Slices(volume, new_uid(), new_uid(), rounded=True))


def stored(files: Iterable[Stored]) -> Iterator[Image]:
    """Files that are DICOM already, byte for byte. Unavailable for one that is not what was read: it may be of somebody
    else."""
    return (_pieces(file) for file in files)


def _pieces(known: Stored) -> Iterator[bytes]:
    try:
        with opened(known.path) as file:
            _check(file, known)
            for at in range(0, file.size, _PIECE):
                piece = file.read_at(at, _PIECE)
                if len(piece) < min(_PIECE, file.size - at):
                    raise Unavailable("a file of this series ends before it should")
                yield piece
            if not file.stands():
                raise Unavailable(CHANGED)
    except OSError as error:
        raise Unavailable("a file of this series cannot be read now") from error


def check(files: Iterable[Stored]) -> None:
    """Unavailable when one of them is not what it was."""
    for known in files:
        try:
            with opened(known.path) as file:
                _check(file, known)
        except OSError as error:
            raise Unavailable("a file of this series cannot be read now") from error


def _check(file: Opened, known: Stored) -> None:
    other_time = file.alone and file.mtime_ns != known.mtime_ns
    if known.changed or file.size != known.size or other_time:
        raise Unavailable(CHANGED)


def into_folder(images: Iterable[Image], count: int, out: Path, on_image: OnImage) -> None:
    """Into ``out``, which is made. BadRequest when something is there already; half a series does not stay."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadRequest(f"{out} is there already, and is no empty folder")
    mine = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileroomError(f"{out} cannot be made: {error.strerror}") from error
    written: list[Path] = []
    try:
        for number, image in enumerate(images, 1):
            written.append(out / _name(number, count))
            with new_file(written[-1]) as file:
                file.writelines(image)
            on_image(number)
    except BaseException:  # half a series is worse than none
        for path in written:
            path.unlink(missing_ok=True)
        if mine:
            out.rmdir()
        raise


def into_zip(images: Iterable[Image], count: int, out: IO[bytes], folder: str, on_image: OnImage) -> None:
    """Into a ZIP in ``out``, below ``folder`` in it."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for number, image in enumerate(images, 1):
            member = zipfile.ZipInfo(f"{folder}/{_name(number, count)}", LONG_AGO)
            member.compress_type = zipfile.ZIP_DEFLATED
            with packed.open(member, "w", force_zip64=True) as file:
                for piece in image:
                    file.write(piece)
            on_image(number)


def _name(number: int, count: int) -> str:
    return f"{number:0{len(str(count))}}.dcm"
