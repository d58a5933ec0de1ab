"""``rescan``: a second import of a tree in which nothing has changed, against the floor.

* **fileroom** brings in a folder that its archive, which is open already, knows: walks, compares every file's size and
  time with the catalog, keeps a ledger, and finds all of them unchanged.
* **floor** is ``walk.c``: readdir and fstatat of every file, in C, and nothing else.

Seconds by the clock, from a warm cache; the CPU seconds of both stand beside them. Two shapes: the corpus as a clinic's
disk has it (some 20 files a folder), and one flat folder.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks.corpus import make_corpus
from benchmarks.floors import compiled, said
from benchmarks.growth import flatten
from benchmarks.harness import Comparison, alternate, in_child

IMPORT = """
import json, sys, time
from pathlib import Path
import fileroom.intake.run
from fileroom.archive import Archive
from fileroom.settings import from_environment
with Archive.open(from_environment(Path(sys.argv[2]))) as archive:
    cpu, start = time.process_time(), time.perf_counter()
    summary = archive.bring_in([sys.argv[1]])
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
unchanged = next(n for outcome, n in summary.outcomes.items() if outcome == "unchanged")
print(json.dumps({"seconds": seconds, "cpu": cpu, "files": summary.files, "unchanged": unchanged}))
"""


def measure(instances: int = 20_000, runs: int = 7) -> Comparison:
    """Import a corpus and a flat folder of as many files once, then again and again."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        tree, flat = Path(place, "tree"), Path(place, "flat")
        tree.mkdir()
        make_corpus(tree, instances)
        flatten(tree, flat)
        floor = compiled("walk", Path(place))
        cpu: dict[str, list[float]] = {}
        counted: set[int] = set()

        def ours(kind: str, folder: Path) -> float:
            told = in_child(IMPORT, str(folder), f"{place}/archive-{folder.name}")
            if cpu.setdefault(kind, []):  # all but the first, which fills the archive
                counted.update((told["files"], told["unchanged"]))
            cpu[kind].append(told["cpu"])
            return float(told["seconds"])

        def floors(kind: str, folder: Path) -> float:
            told = said(floor, "stat", str(folder))
            counted.add(told["files"])
            cpu.setdefault(kind, []).append(told["cpu"])
            return float(told["seconds"])

        seconds = alternate(
            {
                "fileroom": lambda: ours("fileroom", tree),
                "floor": lambda: floors("floor", tree),
                "fileroom, flat": lambda: ours("fileroom, flat", flat),
                "floor, flat": lambda: floors("floor, flat", flat),
            },
            runs,
        )
    if len(counted) != 1:
        raise RuntimeError(f"not all saw the same files, or found them unchanged: {sorted(counted)}")
    files = counted.pop()
    wall = {kind: statistics.median(each) for kind, each in seconds.items()}
    used = {kind: statistics.median(each[1:]) for kind, each in cpu.items()}
    times = {
        "tree": wall["fileroom"] / wall["floor"],
        "flat": wall["fileroom, flat"] / wall["floor, flat"],
        "tree, CPU": used["fileroom"] / used["floor"],
        "flat, CPU": used["fileroom, flat"] / used["floor, flat"],
    }
    return Comparison(
        name=f"rescan of {files:,} files that have not changed",
        ours="fileroom",
        unit="files",
        amount=files,
        seconds=seconds,
        notes=tuple(f"{shape}: {ratio:.2f} x the floor in C" for shape, ratio in times.items()),
        extra={"times_floor": times, "cpu": cpu},
    )
