"""``growth``: whether an import slows down, or takes more memory, the more files an archive holds.

* **first** imports 20 000 files into a new archive; **last** imports as many into one that holds all the others. Each
  is a folder of its own and an import of its own, in a process of its own.
* Memory is what all processes of an import hold at once (PSS, from /proc, looked at ten times a second): of the import
  of the many files between first and last, of a second import of all, and of both with all files in one flat folder.

What is made up: the files. They are small (some 3 KiB: a CT header of 80 elements without private blocks, 512 bytes of
pixel data), 20 to a series and a folder, with UIDs, names and numbers of their own. They are real files, really read.
By default there are 100 000; ``--full`` takes 1 000 000, 8 GB of disk and some minutes. In the flat folder there are
200 000 of them at most.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from tests.world import part10

from benchmarks.corpus import COMMON, PER_SERIES, SERIES_PER_STUDY, STUDIES_PER_PATIENT, with_identity, with_number
from benchmarks.harness import Comparison, environment

IMPORT = """
import json, sys, time
from pathlib import Path
import fileroom.dicom.fallback, fileroom.intake.run
from fileroom.archive import Archive
from fileroom.settings import from_environment
cpu, start = time.process_time(), time.perf_counter()
with Archive.open(from_environment(Path(sys.argv[2]))) as archive:
    summary = archive.bring_in([sys.argv[1]])
outcomes = {outcome: n for outcome, n in summary.outcomes.items() if n}
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "outcomes": outcomes}))
"""
_LOOK_SECONDS = 0.1
_PIECE = 20_000  # files that one process makes at a time


def measure(files: int = 100_000, step: int = 20_000, runs: int = 3, most_flat: int = 200_000) -> Comparison:
    """Make ``files`` files and import them: the first and the last ``step`` on the clock, the whole on the scales."""
    step = min(step, files // (runs + 2) // PER_SERIES * PER_SERIES)
    many = files - (runs + 1) * step
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as home:
        place = Path(home)
        tree = place / "tree"
        parts = {"first": step, "many": many, **{f"last-{number}": step for number in range(runs)}}
        _make_parts(tree, parts)
        first = [_import(tree / "first", place / f"archive-{number}", added=step) for number in range(runs)]
        archive = place / f"archive-{runs - 1}"
        memory = {"import": _import(tree / "many", archive, added=many)}
        last = [_import(tree / f"last-{number}", archive, added=step) for number in range(runs)]
        memory["second import"] = _import(tree, archive, unchanged=files)
        flat, in_flat = place / "flat", min(files, most_flat)
        flatten(tree, flat, in_flat)
        memory["flat folder"] = _import(flat, place / "archive-flat", added=in_flat)
        memory["flat folder again"] = _import(flat, place / "archive-flat", unchanged=in_flat)
    growth = {
        what: statistics.median(run[what] for run in last) / statistics.median(run[what] for run in first)
        for what in ("seconds", "cpu")
    }
    peaks = {name: run["peak"] / 1e6 for name, run in memory.items()}
    held = {"import": many, "second import": files}
    return Comparison(
        name=f"growth: {step:,} files into an archive of {files - step:,} and into a new one",
        ours="last",
        unit="files",
        amount=step,
        seconds={kind: [run["seconds"] for run in each] for kind, each in (("last", last), ("first", first))},
        notes=(
            f"last / first: {growth['seconds']:.2f} by the clock, {growth['cpu']:.2f} in CPU time",
            *(f"most memory, {name} ({held.get(name, in_flat):,} files): {mb:.0f} MB" for name, mb in peaks.items()),
        ),
        extra={"files": files, "growth": growth, "peak_mb": peaks, "runs": {"first": first, "last": last, **memory}},
    )


def _make_parts(tree: Path, parts: dict[str, int]) -> None:
    """Folders of so many files each, made by as many processes as there are cores."""
    pieces: list[tuple[Path, int, int]] = []
    done = 0
    for name, count in parts.items():
        pieces += [(tree / name, done + start, min(_PIECE, count - start)) for start in range(0, count, _PIECE)]
        done += count
    with ProcessPoolExecutor(os.cpu_count()) as makers:
        for _ in makers.map(make_files, *zip(*pieces, strict=True)):
            pass


def make_files(folder: Path, start: int, count: int) -> None:
    """``count`` instances, the ``start``-th first, 20 to a series and a folder."""
    template = part10(COMMON)
    for series in range(start // PER_SERIES, -(-(start + count) // PER_SERIES)):
        study = series // SERIES_PER_STUDY
        patient = study // STUDIES_PER_PATIENT
        own = with_identity(template, study, series, patient)
        place = folder / f"{series // 1000:04}" / f"{series:06}"
        place.mkdir(parents=True)
        for number in range(PER_SERIES):
            (place / f"IM{number:04}").write_bytes(with_number(own, series * PER_SERIES + number, number))


def flatten(tree: Path, flat: Path, most: int | None = None) -> None:
    """Of the files of ``tree`` so many once more, as links, in one folder."""
    flat.mkdir()
    for number, path in enumerate(islice((path for path in tree.rglob("*") if path.is_file()), most)):
        (flat / f"IM{number:07}").hardlink_to(path)


def _import(folder: Path, archive: Path, **expected: int) -> dict[str, Any]:
    """Import ``folder`` in a process of its own; what it said, and the most memory that was seen."""
    command = [sys.executable, "-c", IMPORT, str(folder), str(archive)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        scales = Scales(process.pid)
        scales.start()
        out, _ = process.communicate()
        scales.stop()
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    if told["outcomes"] != expected:
        raise RuntimeError(f"{folder.name}: expected {expected}, got {told['outcomes']}")
    return {**told, "peak": scales.peak}


class Scales(threading.Thread):
    """Weighs a process with all its children, over and over."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.peak = 0

    def run(self) -> None:
        """Look ten times a second."""
        while not self._over.wait(_LOOK_SECONDS):
            self.peak = max(self.peak, sum(map(_weight, _family(self._pid))))

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += map(int, _text(task).split())
    return found


def _weight(pid: int) -> int:
    """The proportional set size of a process in bytes; 0 when it has gone, or where there is no /proc."""
    line = next((line for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines() if line.startswith("Pss:")), "")
    return int(line.split()[1]) * 1024 if line else 0


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
