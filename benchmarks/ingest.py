"""``ingest``: a whole import of ours against a loop of pydicom that only reads, and against the floor.

* **fileroom** opens a new archive, walks, reads headers, writes the sealed catalog with its ledger, and closes.
* **pydicom** walks and calls ``dcmread(stop_before_pixels=True)`` on every file, and keeps nothing.
* **floor** walks, and opens, reads 8 KiB of and closes every file: less than that no reader can do.

All read the same files from a warm cache. The time is taken inside each process, after its imports.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.corpus import make_corpus
from benchmarks.harness import Comparison, alternate, in_child

if TYPE_CHECKING:
    from collections.abc import Callable

FILEROOM = """
import json, sys, time
from pathlib import Path
from fileroom.archive import Archive
from fileroom.settings import from_environment
start = time.perf_counter()
with Archive.open(from_environment(Path(sys.argv[2]))) as archive:
    summary = archive.bring_in([sys.argv[1]])
print(json.dumps({"seconds": time.perf_counter() - start, "files": summary.files, "instances": summary.instances}))
"""

PYDICOM = """
import json, os, sys, time, warnings
import pydicom
warnings.simplefilter("ignore")
start = time.perf_counter()
files = instances = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        files += 1
        try:
            pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True)
            instances += 1
        except Exception:
            pass
print(json.dumps({"seconds": time.perf_counter() - start, "files": files, "instances": instances}))
"""

FLOOR = """
import json, os, sys, time
read = getattr(os, "pread", lambda fd, n, at: os.read(fd, n))
start = time.perf_counter()
files = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        files += 1
        fd = os.open(os.path.join(folder, name), os.O_RDONLY | getattr(os, "O_BINARY", 0))
        read(fd, 8192, 0)
        os.close(fd)
print(json.dumps({"seconds": time.perf_counter() - start, "files": files, "instances": 0}))
"""


def measure(instances: int = 20_000, runs: int = 5) -> Comparison:
    """Make a corpus (with one file in twenty that is not DICOM) and import it over and over, each time afresh."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        make_corpus(corpus, instances, instances // 20)
        archives = _fresh_folders(Path(place))
        counted: dict[str, set[tuple[int, int]]] = {}

        def run(kind: str, program: str, *more: Callable[[], str]) -> float:
            said = in_child(program, str(corpus), *(argument() for argument in more))
            counted.setdefault(kind, set()).add((said["files"], said["instances"]))
            return float(said["seconds"])

        seconds = alternate(
            {
                "fileroom": lambda: run("fileroom", FILEROOM, archives),
                "pydicom": lambda: run("pydicom", PYDICOM),
                "floor": lambda: run("floor", FLOOR),
            },
            runs,
        )
    files = _agreed(counted, instances)
    return Comparison(
        name=f"ingest of {files:,} files",
        ours="fileroom",
        unit="files",
        amount=files,
        seconds=seconds,
        notes=(
            f"every run of fileroom added {instances:,} instances to a new archive",
            f"pydicom could read {max(counted['pydicom'])[1]:,} (it is not asked to force what has no preamble)",
        ),
        extra={"instances": instances},
    )


def _fresh_folders(place: Path) -> Callable[[], str]:
    made = iter(range(1, 1_000_000))
    return lambda: str(place / f"archive-{next(made)}")


def _agreed(counted: dict[str, set[tuple[int, int]]], instances: int) -> int:
    """The number of files, when every run met the same ones and ours added all instances; else nothing is compared."""
    files = {said[0] for runs in counted.values() for said in runs}
    if len(files) != 1 or {said[1] for said in counted["fileroom"]} != {instances}:
        raise RuntimeError(f"the runs did not read the same: {counted}")
    return files.pop()
