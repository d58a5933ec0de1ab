"""What a medium is put into: a folder as it is, an ISO 9660 image (pycdlib), a ZIP (with a password: pyzipper, AES)."""

from __future__ import annotations

import os
import zipfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from fileroom.errors import BadRequest
from fileroom.sources.opened import opened
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fileroom.jobs import CancelToken

FORMS: Final = {".iso": "iso", ".zip": "zip"}
_PIECE: Final = 1 << 20
_DEFLATE: Final = zipfile.ZIP_DEFLATED


def form_of(target: Path, password: str) -> str:
    """What a name asks for. BadRequest when something is there, or a password is given for what takes none."""
    form = FORMS.get(target.suffix.lower(), "folder")
    if os.path.lexists(target):
        raise BadRequest(f"{display(str(target))} is there already; nothing is ever written over")
    if password and form != "zip":
        raise BadRequest("only a .zip takes a password")
    return form


def put(folder: Path, room: Path, form: str, password: str, cancel: CancelToken) -> Path:
    """What ``folder`` becomes, somewhere in ``room``."""
    if form == "folder":
        return folder
    made = room / f"made.{form}"
    if form == "iso":
        _image(folder, made, cancel)
    else:
        with _zip(made, "w", password) as archive:
            for path, inside in _files(folder):
                cancel.check()
                archive.write(path, inside)
    return made


def _files(folder: Path) -> list[tuple[Path, str]]:
    """All files, the lists first: they are at the beginning of a disc, where they are read soonest."""
    found = [(path, path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()]
    return sorted(found, key=lambda one: ("/" in one[1], one[1]))


def _image(folder: Path, made: Path, cancel: CancelToken) -> None:
    """Interchange level 1 and no extensions (PS3.12 F, ECMA-119 10.1): names are of eight and three characters."""
    from pycdlib import PyCdlib
    from pycdlib.pycdlibexception import PyCdlibException

    def look(_done: int, _total: int, _own: object) -> None:
        cancel.check()

    image = PyCdlib()
    image.new(interchange_level=1, vol_ident="FILEROOM", sys_ident="", app_ident_str="FILEROOM")
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_dir()):
            image.add_directory("/" + path.relative_to(folder).as_posix())
        for path, inside in _files(folder):
            name = inside if "." in inside else inside + "."  # the dot belongs to it (ECMA-119 7.5.1)
            image.add_file(str(path), iso_path=f"/{name};1")
        image.write(str(made), progress_cb=look)
    except PyCdlibException as error:  # a file of more than 4 GiB (level 1 has one extent for each), and the like
        raise BadRequest(f"it does not fit into an image of a disc: {error}") from error
    finally:
        image.close()


def _zip(path: Path, mode: str, password: str) -> Any:
    """A ZIP archive, with AES-256 (WinZip AE-2) where there is a password; the names of members stay readable."""
    if not password:
        return zipfile.ZipFile(path, mode, _DEFLATE)  # type: ignore[call-overload]  # "r" or "w"
    import pyzipper

    archive = pyzipper.AESZipFile(path, mode, compression=_DEFLATE, encryption=pyzipper.WZ_AES)
    archive.setpassword(password.encode())
    return archive


@contextmanager
def reader(made: Path, form: str, password: str) -> Iterator[Callable[[str], Iterator[bytes]]]:
    """What reads a file of a medium, piece by piece."""
    if form == "zip":
        with _zip(made, "r", password) as archive:

            def member(path: str) -> Iterator[bytes]:
                with archive.open(path) as file:
                    yield from _all(file)

            yield member
        return

    def plain(path: str) -> Iterator[bytes]:
        with opened(f"{made}/{path}") as file:
            for at in range(0, file.size, _PIECE):
                yield file.read_at(at, min(_PIECE, file.size - at))

    yield plain


def _all(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
