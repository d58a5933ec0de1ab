"""``headers``: what reading one header costs, against pydicom and against the floor.

* **fileroom** calls :func:`fileroom.dicom.reading.read_header`: every field, the digest, both looks at the file;
  **interpreted** is the same where the reader is compiled as well.
* **pydicom** calls ``dcmread(stop_before_pixels=True)`` and asks for the values of the same attributes; files without
  a preamble and what is no DICOM it refuses at once, which is in its favour.
* **floor** is ``floor.c``: stat, open, one read of 16 KiB, close; in Python where there is no C compiler.

CPU seconds of one process over the same files, from a warm cache.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.corpus import make_corpus
from benchmarks.harness import Comparison, alternate, in_child

PATHS = """
import json, os, sys, time
paths = sorted(os.path.join(folder, name) for folder, _, names in os.walk(sys.argv[1]) for name in names)
every = int(sys.argv[2])
paths = paths[::every]
"""
DONE = """
print(json.dumps({"seconds": (time.process_time() - start) * every, "instances": found * every}))
"""

FILEROOM = (
    PATHS
    + """
from fileroom.dicom.reading import KIND, read_header
start = time.process_time()
found = sum(read_header(path).header is not None for path in paths)
"""
    + DONE.replace("}", ', "kind": KIND}')
)

INTERPRETED = (
    """
import os
os.environ["FILEROOM_INTERPRETED"] = "1"
"""
    + FILEROOM
)

PYDICOM = (
    PATHS
    + """
import warnings
import pydicom
from fileroom.dicom.attributes import ATTRIBUTES
warnings.simplefilter("ignore")
tags = [row.tag for row in ATTRIBUTES]
start = time.process_time()
found = 0
for path in paths:
    try:
        data_set = pydicom.dcmread(path, stop_before_pixels=True)
        values = [data_set[tag].value for tag in tags if tag in data_set]
        found += "SOPInstanceUID" in data_set
    except Exception:
        pass
"""
    + DONE
)

FLOOR = (
    PATHS
    + """
read = getattr(os, "pread", lambda fd, n, at: os.read(fd, n))
start = time.process_time()
for path in paths:
    os.stat(path)
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    read(fd, 16384, 0)
    os.close(fd)
found = 0
"""
    + DONE
)


class _Floor:
    """The C program, compiled for the occasion, or what comes nearest."""

    def __init__(self, place: Path, corpus: Path) -> None:
        self.corpus = corpus
        self.program = place / "floor"
        compiler = shutil.which("cc")
        self.in_c = compiler is not None
        if compiler:
            source = Path(__file__).with_name("floor.c")
            subprocess.run([compiler, "-O2", "-o", str(self.program), str(source)], check=True)
        self.paths = "".join(f"{path}\n" for path in sorted(corpus.rglob("*")) if path.is_file())

    def run(self) -> float:
        """CPU seconds of one run."""
        if not self.in_c:
            return float(in_child(FLOOR, str(self.corpus), "1")["seconds"])
        done = subprocess.run([str(self.program)], input=self.paths, capture_output=True, text=True, check=True)
        return float(json.loads(done.stdout)["seconds"])


def measure(instances: int = 20_000, runs: int = 5, folder: Path | None = None) -> Comparison:
    """Read a corpus that is made for it, or the files below ``folder``, over and over."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        corpus = folder or Path(place, "corpus")
        if folder is None:
            corpus.mkdir()
            make_corpus(corpus, instances)
        floor = _Floor(Path(place), corpus)
        counted: dict[str, int] = {}
        readers: dict[str, str] = {}

        def run(kind: str, program: str, every: int = 1) -> float:
            said = in_child(program, str(corpus), str(every))
            counted[kind] = said["instances"]
            readers[kind] = said.get("kind", "")
            return float(said["seconds"])

        seconds = alternate(
            {
                "fileroom": lambda: run("fileroom", FILEROOM),
                "interpreted": lambda: run("interpreted", INTERPRETED),
                # the slowest by far reads every fifth file, and its time counts five times
                "pydicom": lambda: run("pydicom", PYDICOM, 5),
                "floor": floor.run,
            },
            runs,
        )
        files = floor.paths.count("\n")
    if counted["fileroom"] != counted["interpreted"]:
        raise SystemExit(f"the readers found {counted['fileroom']} and {counted['interpreted']} instances")
    middle = {kind: _median(each) for kind, each in seconds.items()}
    floors = {kind: middle[kind] / middle["floor"] for kind in ("fileroom", "interpreted")}
    pydicoms = {kind: middle["pydicom"] / middle[kind] for kind in ("fileroom", "interpreted")}
    return Comparison(
        name=f"headers of {files:,} files (CPU)",
        ours="fileroom",
        unit="files",
        amount=files,
        seconds=seconds,
        notes=(
            (
                f"fileroom ({readers['fileroom']}) found {counted['fileroom']:,} instances: "
                f"{floors['fileroom']:.2f} x the floor{' in C' if floor.in_c else ''}, "
                f"{1e6 * middle['fileroom'] / files:.1f} microseconds of CPU a file"
            ),
            f"interpreted: {floors['interpreted']:.1f} x the floor, {pydicoms['interpreted']:.1f} x as fast as pydicom",
        ),
        extra={
            "instances": counted["fileroom"],
            "reader": readers["fileroom"],
            "floor_in_c": floor.in_c,
            "times_floor": floors,
            "times_pydicom": pydicoms,
        },
    )


def _median(runs: list[float]) -> float:
    return sorted(runs)[len(runs) // 2]
