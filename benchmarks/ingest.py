"""``ingest``: a whole import of ours against pydicom with and without our writes, and against the floor.

* **fileroom** opens a new archive, walks, reads headers, writes the sealed catalog with its ledger, and closes.
* **pydicom, same writes** is the same import with pydicom in the place of our reader.
* **pydicom** walks and calls ``dcmread(stop_before_pixels=True)`` on every file, and keeps nothing.
* **floor** is ``walk.c`` in its reading way: stat, open, one read of 16 KiB, close; in Python where no C compiler is.

All from a warm cache. The time is taken inside each process, after its imports, and CPU time beside it. pydicom gets a
tenth of the files, and its seconds count tenfold.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.corpus import make_corpus
from benchmarks.floors import compiled, said
from benchmarks.harness import Comparison, alternate, in_child

if TYPE_CHECKING:
    from collections.abc import Callable

_FEWER = 10  # of that many files pydicom gets one

_IMPORT = """
import json, sys, time
from dataclasses import replace
from pathlib import Path
from fileroom.archive import Archive
from fileroom.intake import run
from fileroom.settings import from_environment
settings = from_environment(Path(sys.argv[2]))
{before}
start, cpu = time.perf_counter(), time.process_time()
with Archive.open(settings) as archive:
    summary = archive.bring_in([sys.argv[1]])
print(json.dumps({{"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                   "files": summary.files, "instances": summary.instances}}))
"""
FILEROOM = _IMPORT.format(before="")
# One thread: there is nothing to be won from several that all want the interpreter.
SAME_WRITES = _IMPORT.format(
    before="""
import pydicom
from fileroom.dicom.reading import read_header_by_pydicom
run.read_header = read_header_by_pydicom
settings = replace(settings, readers=1, aside=False)
"""
)

PYDICOM = """
import json, os, sys, time, warnings
import pydicom
warnings.simplefilter("ignore")
start, cpu = time.perf_counter(), time.process_time()
files = instances = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        files += 1
        try:
            pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True)
            instances += 1
        except Exception:
            pass
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                  "files": files, "instances": instances}))
"""

FLOOR = """
import json, os, sys, time
read = getattr(os, "pread", lambda fd, n, at: os.read(fd, n))
start, cpu = time.perf_counter(), time.process_time()
files = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        files += 1
        path = os.path.join(folder, name)
        os.stat(path)
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        read(fd, 16384, 0)
        os.close(fd)
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                  "files": files, "instances": 0}))
"""


@dataclass
class _Runs:
    """Runs the kinds, and keeps what each says besides its seconds."""

    place: Path
    corpus: Path
    few: Path
    told: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    archives: int = 0

    def program(self, kind: str, program: str, corpus: Path) -> Callable[[], float]:
        """A kind that is a Python program."""

        def run() -> float:
            self.archives += 1
            archive = self.place / f"archive-{self.archives}"
            try:
                return self.keep(kind, in_child(program, str(corpus), str(archive)))
            finally:
                shutil.rmtree(archive, ignore_errors=True)

        return run

    def floor(self) -> Callable[[], float]:
        """The C program, compiled for the occasion, or what comes nearest."""
        if shutil.which("cc") is None:
            return self.program("floor", FLOOR, self.corpus)
        walk = compiled("walk", self.place)
        return lambda: self.keep("floor", {"instances": 0, **said(walk, "read", str(self.corpus))})

    def keep(self, kind: str, told: dict[str, Any]) -> float:
        """Note what a run said; its seconds, as if it had read all files."""
        self.told.setdefault(kind, []).append(told)
        return float(told["seconds"]) * (_FEWER if kind.startswith("pydicom") else 1)

    def counted(self, kind: str) -> set[tuple[int, int]]:
        """Files and instances of every run of a kind."""
        return {(told["files"], told["instances"]) for told in self.told[kind]}

    def cpu(self, kind: str) -> float:
        """The median of CPU microseconds a file, the first run left out."""
        return float(statistics.median(told["cpu"] / told["files"] * 1e6 for told in self.told[kind][1:]))


def measure(instances: int = 20_000, runs: int = 7) -> Comparison:
    """Make a corpus (with one file in twenty that is not DICOM) and import it over and over, each time afresh."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        runner = _Runs(Path(place), Path(place) / "corpus", Path(place) / "few")
        for corpus, count in ((runner.corpus, instances), (runner.few, instances // _FEWER)):
            corpus.mkdir()
            make_corpus(corpus, count, count // 20)
        seconds = alternate(
            {
                "fileroom": runner.program("fileroom", FILEROOM, runner.corpus),
                "floor": runner.floor(),
                "pydicom, same writes": runner.program("pydicom, same writes", SAME_WRITES, runner.few),
                "pydicom": runner.program("pydicom", PYDICOM, runner.few),
            },
            runs,
        )
    files = _agreed(runner, instances)
    cpu = {kind: runner.cpu(kind) for kind in seconds}
    return Comparison(
        name=f"ingest of {files:,} files",
        ours="fileroom",
        unit="files",
        amount=files,
        seconds=seconds,
        notes=(
            f"every run of fileroom added {instances:,} instances to a new archive",
            f"pydicom alone could read {max(runner.counted('pydicom'))[1]:,} of {instances // _FEWER:,}, unforced",
            "CPU time, us a file: " + ", ".join(f"{kind} {one:.1f}" for kind, one in cpu.items()),
            f"CPU time: fileroom takes {cpu['fileroom'] / cpu['floor']:.2f} x that of the floor",
            f"CPU time: pydicom, same writes {cpu['pydicom, same writes'] / cpu['fileroom']:.1f} x that of fileroom",
        ),
        extra={"instances": instances, "cpu_us_per_file": cpu},
    )


def _agreed(runner: _Runs, instances: int) -> int:
    """The number of files, when every run met the same ones and ours added all instances; else nothing is compared."""
    whole = runner.counted("fileroom") | {(files, instances) for files, _ in runner.counted("floor")}
    few = runner.counted("pydicom, same writes") | {(n, instances // _FEWER) for n, _ in runner.counted("pydicom")}
    if len(whole) != 1 or len(few) != 1 or max(whole)[1] != instances or max(few)[1] != instances // _FEWER:
        raise RuntimeError(f"the runs did not read the same: {runner.told}")
    return max(whole)[0]
