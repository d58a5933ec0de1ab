from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.cli.app import run

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The last line of stdout."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def error(self) -> dict[str, str]:
        """The error on stderr, for programs."""
        said: dict[str, str] = json.loads(self.err.splitlines()[-1])["error"]
        return said


class Fileroom:
    """The program, with an archive of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Said:
        return self.alone("--archive", self.folder, *arguments)

    def alone(self, *arguments: str | Path) -> Said:
        """Run it without choosing an archive."""
        self._capsys.readouterr()
        code = run([*map(str, arguments)])
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)


@pytest.fixture
def fileroom(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Fileroom:
    """Run a command line: ``fileroom("list", "studies")``."""
    monkeypatch.setenv("FILEROOM_KEYRING", "off")
    monkeypatch.setenv("COLUMNS", "200")
    return Fileroom(tmp_path / "archive", capsys)
