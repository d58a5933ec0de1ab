"""An import that is killed at any moment: the catalog opens, nothing is invented, and the next import makes it whole.

``FILEROOM_KILLS`` says how many times (30 unless told; ``make soak`` runs 500).
"""

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
from fileroom.model.plain import plain
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("FILEROOM_KILLS", "30"))
IMPORT = (
    "import sys, fileroom; from fileroom.settings import Settings; from pathlib import Path\n"
    "from fileroom.intake import run; run._MANY = run._FEW = int(sys.argv[3])\n"
    "a = fileroom.Archive.open(Settings(archive=Path(sys.argv[1]), use_keyring=False, batch=40))\n"
    "print('go', flush=True)\n"
    "a.bring_in(sys.argv[2])\n"
)


def world(folder: Path) -> Path:
    tree = {
        f"{p}/{s}/{n}": instance(patient_id=str(p), patient_name=f"P^{p}", study=p, series=s, number=n)
        for p in range(1, 11)
        for s in range(1, 5)
        for n in range(1, 21)
    }
    return plant(folder, tree | {f"{p}/notes.txt": b"no image" for p in range(1, 11)})


def settings(folder: Path) -> Settings:
    return Settings(archive=folder, use_keyring=False)


def shown(archive: fileroom.Archive) -> dict[str, dict[str, object]]:
    """All entries without their ids, which are another in each archive, by what the files call them."""
    told = {}
    for item in archive.search(Query(level=Level.INSTANCE)).items:
        facts = plain(item)
        del facts["id"], facts["series"]["id"], facts["series"]["study"]["id"]
        del facts["series"]["study"]["patient"]["id"]
        told[item.header.sop_instance_uid] = facts
    return told


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world(tmp_path_factory.mktemp("scans"))


@pytest.fixture(scope="module")
def whole(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    with fileroom.Archive.open(settings(tmp_path_factory.mktemp("whole") / "archive")) as archive:
        archive.bring_in(root)
        return shown(archive)


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed(kill: int, root: Path, whole: dict[str, dict[str, object]], tmp_path: Path) -> None:
    chance = random.Random(kill)  # noqa: S311 - moments, not secrets
    for turn in range(chance.choice([1, 1, 2])):
        # Every other one reads in a process of its own, which is to end by itself.
        few = 0 if (kill + turn) % 2 else 1_000_000
        _import_and_kill(tmp_path, root, few, after=chance.uniform(0.0, 0.5))
    with fileroom.Archive.open(settings(tmp_path)) as archive:
        before = shown(archive)
        imports = archive.imports().items
        assert before.keys() <= whole.keys(), "an instance was invented"
        assert sum(summary.instances for summary in imports) == len(before)
        assert sum(archive.ledger(summary.id).total for summary in imports) >= len(before)
        archive.bring_in(root)
        assert shown(archive) == whole
        assert archive.check().well


def _import_and_kill(folder: Path, root: Path, few: int, *, after: float) -> None:
    command = [sys.executable, "-c", IMPORT, str(folder), str(root), str(few)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(after)
        child.kill()
