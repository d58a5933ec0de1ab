"""Containers from literals: ``pack(path, {"DICOM/IM0001": instance()})`` writes what the path's name says."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

from pycdlib import PyCdlib

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KINDS = ("stored.zip", "deflated.zip", "plain.tar", "packed.tar.gz", "packed.tar.bz2", "packed.tar.xz", "disc.iso")
_MODES = {".gz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz", ".tgz": "w:gz", ".tar": "w:"}
DAY = 1_700_000_000


def pack(path: Path, tree: Mapping[str, bytes]) -> Path:
    """Write a container at ``path``; its name says which kind, and ``stored.zip`` that nothing is deflated."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".zip":
        method = zipfile.ZIP_STORED if path.name.startswith("stored") else zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, data in tree.items():
                archive.writestr(zipfile.ZipInfo(name, (2024, 1, 31, 10, 15, 0)), data, method)
    elif path.suffix == ".iso":
        _image(path, tree)
    else:
        with tarfile.open(path, _MODES[path.suffix.lower()]) as archive:  # type: ignore[call-overload]  # one of its modes
            for name, data in tree.items():
                info = tarfile.TarInfo(name)
                info.size, info.mtime = len(data), DAY
                archive.addfile(info, io.BytesIO(data))
    return path


def _image(path: Path, tree: Mapping[str, bytes]) -> None:
    """ISO 9660 with Joliet; the plain names are made up."""
    image = PyCdlib()
    image.new(joliet=3)
    made: dict[str, str] = {"": ""}

    def folder(name: str) -> str:
        if name not in made:
            above = name.rpartition("/")[0]
            plain = f"{folder(above)}/D{len(made)}"
            image.add_directory(plain, joliet_path=f"/{name}")
            made[name] = plain
        return made[name]

    for number, (name, data) in enumerate(tree.items()):
        above = name.rpartition("/")[0]
        image.add_fp(io.BytesIO(data), len(data), f"{folder(above)}/F{number}.;1", joliet_path=f"/{name}")
    image.write(str(path))
    image.close()
