"""The proof that nothing was left behind: what was written to, and what of it holds anything of the medium."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fileroom.archive import Archive

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LARGEST = 1 << 30  # a file that is longer is searched so far
_PIECE = 16 << 20
_SLACK = 2.0  # seconds by which the clocks of filesystems are coarse


@dataclass
class Proof:
    """Watches what this process opens to write, from when it is made; see :meth:`report`."""

    archive: Path
    started: float = field(default_factory=time.time)
    written: set[str] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    _traces: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            mode, flags = arguments[1], arguments[2]
            if flags & _WRITING or (isinstance(mode, str) and set(mode) & set("wax+")):
                self.written.add(os.fsdecode(arguments[0]))
        elif event == "subprocess.Popen":
            self.programs.add(str(arguments[0]))

    def remember(self, session: Archive) -> None:
        """Take note of what to look for, before ``session`` forgets it."""
        self._traces.update(session.traces())

    def report(self) -> dict[str, Any]:
        """What was written, and where anything of the medium was found: nowhere, if all is well."""
        written = sorted(
            self.written
        )  # before we ask for the temporary folder: Python tries whether it can be written to
        folders = [Path.home(), Path(tempfile.gettempdir()), self.archive]
        changed = sorted(set(changed_since(self.started - _SLACK, folders)))
        return {
            "opened_to_write": written,
            "programs": sorted(self.programs),
            "folders": [str(folder) for folder in folders],
            "files_changed": len(changed),
            "looked_for": len(self._traces),
            "found_in": [str(path) for path in changed if holds(path, self._traces)],
        }


def changed_since(moment: float, folders: Iterable[Path]) -> Iterator[Path]:
    """Every file below some folders that was changed, or came, since then."""
    for top in folders:
        for folder, _, names in os.walk(top):
            for name in names:
                path = Path(folder, name)
                try:
                    facts = path.lstat()
                except OSError:
                    continue
                if path.is_file() and not path.is_symlink() and max(facts.st_mtime, facts.st_ctime) >= moment:
                    yield path


def holds(path: Path, traces: Iterable[bytes]) -> bool:
    """Whether a file holds any of some bytes. What cannot be read holds none that we could know of."""
    wanted = tuple(traces)
    overlap = max(map(len, wanted), default=1) - 1
    try:
        with path.open("rb") as file:
            before = b""
            while (data := file.read(_PIECE)) and file.tell() <= _LARGEST:
                piece = before + data
                if any(trace in piece for trace in wanted):
                    return True
                before = piece[len(piece) - overlap :] if overlap else b""
    except OSError:
        return False
    return False


def lines(report: dict[str, Any]) -> Sequence[str]:
    """The report for a person."""
    found = report["found_in"]
    return (
        f"Opened to write by fileroom: {len(report['opened_to_write'])} files",
        *(f"  {path}" for path in report["opened_to_write"]),
        f"Changed since the start in {', '.join(report['folders'])}: {report['files_changed']} files",
        f"Searched for {report['looked_for']} names, numbers, dates, UIDs, descriptions, paths and pieces of pixels",
        *(f"  FOUND in {path}" for path in found),
        "Something of the medium was left behind." if found else "Nothing of the medium was left behind.",
    )
