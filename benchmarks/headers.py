"""``headers``: what reading one header costs, against pydicom and against the floor.

* **fileroom** calls :func:`fileroom.dicom.reading.read_header`: every field, the digest, both looks at the file.
* **pydicom** calls ``dcmread(stop_before_pixels=True)`` and asks for the values of the same attributes.
* **floor** opens, reads 16 KiB of and closes each file, in Python.

CPU seconds of one process over the same files, from a warm cache.
"""

from __future__ import annotations

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
from fileroom.dicom.reading import read_header
start = time.process_time()
found = sum(read_header(path).header is not None for path in paths)
"""
    + DONE
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
        data_set = pydicom.dcmread(path, stop_before_pixels=True, force=True)
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
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    read(fd, 16384, 0)
    os.close(fd)
found = 0
"""
    + DONE
)


def measure(instances: int = 10_000, runs: int = 5, folder: Path | None = None) -> Comparison:
    """Read a corpus that is made for it, or the files below ``folder``, over and over."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        corpus = folder or Path(place)
        if folder is None:
            make_corpus(corpus, instances)
        counted: dict[str, set[int]] = {}

        def run(kind: str, program: str, every: int = 1) -> float:
            said = in_child(program, str(corpus), str(every))
            counted.setdefault(kind, set()).add(said["instances"])
            return float(said["seconds"])

        seconds = alternate(
            {
                "fileroom": lambda: run("fileroom", FILEROOM),
                # the slowest by far reads every fifth file, and its time counts five times
                "pydicom": lambda: run("pydicom", PYDICOM, 5),
                "floor": lambda: run("floor", FLOOR),
            },
            runs,
        )
        files = sum(path.is_file() for path in corpus.rglob("*"))
    times_floor = _median(seconds["fileroom"]) / _median(seconds["floor"])
    return Comparison(
        name=f"headers of {files:,} files (CPU)",
        ours="fileroom",
        unit="files",
        amount=files,
        seconds=seconds,
        notes=(
            f"fileroom found {max(counted['fileroom']):,} instances and takes {times_floor:.1f} x the floor",
            f"{1e6 * _median(seconds['fileroom']) / files:.0f} microseconds of CPU a file",
        ),
        extra={"instances": max(counted["fileroom"]), "times_floor": times_floor},
    )


def _median(runs: list[float]) -> float:
    return sorted(runs)[len(runs) // 2]
