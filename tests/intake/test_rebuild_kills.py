"""A rebuild killed at any moment: nothing is lost of what was said or read, and the next import makes it whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.intake.test_kills import world
from tests.intake.test_rebuild import LIES, all_of_it, marked, sql

if TYPE_CHECKING:
    from pathlib import Path

KILLS = max(int(os.environ.get("FILEROOM_KILLS", "30")) // 4, 1)
REBUILD = (
    "import sys, fileroom; from fileroom.settings import Settings; from pathlib import Path\n"
    "from fileroom.intake import run; run._MANY = run._FEW = int(sys.argv[2])\n"
    "a = fileroom.Archive.open(Settings(archive=Path(sys.argv[1]), use_keyring=False, batch=40))\n"
    "print('go', flush=True)\n"
    "a.rebuild()\n"
)


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed(kill: int, tmp_path: Path) -> None:
    root, settings = world(tmp_path / "scans"), Settings(archive=tmp_path / "archive", use_keyring=False)
    with fileroom.Archive.open(settings) as archive:
        archive.bring_in(root)
        patient = archive.search(Query(level=Level.PATIENT)).items[0].id
        archive.set_note(patient, "calls on Mondays")
        before = all_of_it(archive)
        sql(archive, *LIES)
    chance = random.Random(kill)  # noqa: S311 - moments, not secrets
    _rebuild_and_kill(settings.archive, few=0 if kill % 2 else 1_000_000, after=chance.uniform(0.0, 0.25))
    with fileroom.Archive.open(settings) as archive:
        assert len(all_of_it(archive)) == len(before), "an entry came or went"
        archive.rebuild() if not marked(archive) else archive.bring_in(root)
        assert (marked(archive), all_of_it(archive) == before) == (0, True)
        assert archive.check().well


def _rebuild_and_kill(folder: Path, *, few: int, after: float) -> None:
    with subprocess.Popen([sys.executable, "-c", REBUILD, str(folder), str(few)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(after)
        child.kill()
