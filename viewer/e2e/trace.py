"""Search what a session left behind: ``trace.py DISC NOBODY FOLDER…`` tells what was looked for and where it was found.

Looked for is all that the disc's files say, pieces of their pixels, and the path of the disc. What stands in the
folders of NOBODY as well, who saw another disc, is everybody's: words such as "Chest" are in any browser. So is what
stands in our own pages, which a browser keeps as it likes: "Anonymous" is a word of a script, and of a disc.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import fileroom

_END = b"\0\xff between files \xff\0"


def main(disc: str, nobody: str, *folders: str) -> None:
    """Search all files below ``folders``."""
    with fileroom.Archive.ephemeral(disc) as archive:
        archive.look_in()
        wanted = set(archive.traces())
    wanted |= {disc.encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be")}
    pages = Path(fileroom.__file__).parent / "web/static"
    usual = _END.join(path.read_bytes() for path in _files([nobody, str(pages)]))
    wanted = {trace for trace in wanted if trace not in usual}
    found, files = [], 0
    for path in _files(folders):
        data = path.read_bytes()
        files += 1
        found += [{"path": str(path), "trace": repr(trace)} for trace in wanted if trace in data]
    json.dump({"looked_for": len(wanted), "files": files, "found": found}, sys.stdout)


def _files(folders: list[str] | tuple[str, ...]) -> list[Path]:
    every = (path for folder in folders for path in Path(folder).rglob("*"))
    return [path for path in every if path.is_file() and not path.is_symlink()]


if __name__ == "__main__":
    main(*sys.argv[1:])
