"""The house itself: its fences stand, it starts quickly, and nothing of a workplace is left in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Spelled so that this file does not hold what it looks for.
LEFT_BEHIND = re.compile(
    r"npm[j]s\.org|py[p]i\.org|pythonhoste[d]|debia[n]\.org|/wor[k]/(main|steering|shared|\.library)|/tm[p]/bash_jobs"
)
HEAVY = ("alembic", "fileroom.archive", "numpy", "pydicom", "sqlalchemy", "sqlcipher3", "starlette", "uvicorn")
STARTS_WITHOUT_THEM = [["--help"], ["--version"], ["import", "--help"], ["serve", "--help"], ["list", "--nonsense"]]


def tracked_files() -> list[Path]:
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("no git checkout: there is no list of what belongs to the project")
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_a_room_imports_only_from_rooms_above_it() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_registry_and_no_path_of_a_machine_is_named() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked_files()
        if path.suffix not in {".png", ".dcm"}
        for match in LEFT_BEHIND.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("arguments", STARTS_WITHOUT_THEM, ids=" ".join)
def test_help_comes_up_without_the_heavy_parts(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from fileroom.cli.app import run\n"
        f"run({arguments!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_an_archive_opens_and_lists_without_a_decoder(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "import fileroom\n"
        "from fileroom.model.entries import Level\n"
        "from fileroom.model.queries import Query\n"
        f"with fileroom.open({str(tmp_path)!r}) as archive:\n"
        "    archive.search(Query(level=Level.PATIENT))\n"
        "print([name for name in ('numpy', 'pydicom', 'PIL', 'imagecodecs', 'starlette') if name in sys.modules])"
    )
    environment = {**os.environ, "FILEROOM_KEYRING": "off"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "[]\n"


def test_every_direct_dependency_has_a_bounded_range_and_an_exact_pin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    pins = {name.lower().replace("_", "-") for name in pinned}
    for line in wanted:
        name = re.split(r"[<>=;\s]", line)[0].lower()
        assert ">=" in line, line
        assert "<" in line, line
        assert name in pins, f"{name} has no exact version in constraints.txt"
    assert not any("@" in line for line in (ROOT / "constraints.txt").read_text().splitlines())
