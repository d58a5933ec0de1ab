"""``cold``: a whole import when nothing of the files is in memory, against a serial read of them in C.

* **fileroom** opens a new archive, walks, reads headers with its readers, writes the sealed catalog, and closes.
* **floor** is ``walk.c`` in its reading way: readdir, fstatat, open, one read of 16 KiB, close, file after file.

Before every run the kernel is asked to forget the contents of the files (posix_fadvise), and, where this runs as root,
all it has of folders and inodes, too (drop_caches). What lies in the cache of the disk itself, or of the host of a
virtual machine, stays there: the slower the disk, the better for whoever reads ahead.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.corpus import make_corpus
from benchmarks.floors import compiled, said
from benchmarks.harness import Comparison, alternate, in_child
from benchmarks.peers import IMPORT

_DROP = Path("/proc/sys/vm/drop_caches")


def measure(instances: int = 20_000, runs: int = 5) -> Comparison:
    """Make a corpus (with one file in twenty that is not DICOM), and read it over and over, each time from the disk."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        corpus = Path(place, "corpus")
        corpus.mkdir()
        make_corpus(corpus, instances, instances // 20)
        os.sync()
        floor = compiled("walk", Path(place))
        paths = [str(path) for path in corpus.rglob("*") if path.is_file()]
        made = iter(range(1, 1_000_000))
        metadata: set[bool] = set()

        def ours() -> float:
            metadata.add(forget(paths))
            told = in_child(IMPORT, str(corpus), f"{place}/archive-{next(made)}")
            if told["instances"] != instances:
                raise RuntimeError(f"{told['instances']} instances of {instances} were found")
            return float(told["seconds"])

        def floors() -> float:
            metadata.add(forget(paths))
            told = said(floor, "read", str(corpus))
            if told["files"] != len(paths):
                raise RuntimeError(f"{told['files']} files of {len(paths)} were met")
            return float(told["seconds"])

        seconds = alternate({"fileroom": ours, "floor": floors}, runs)
        each = [ours / floor for ours, floor in zip(*seconds.values(), strict=True)]
    forgotten = "contents, folders and inodes" if metadata == {True} else "contents only (the rest takes root)"
    return Comparison(
        name=f"cold import of {len(paths):,} files",
        ours="fileroom",
        unit="files",
        amount=len(paths),
        seconds=seconds,
        notes=(
            f"forgotten before every run: {forgotten}",
            f"fileroom / floor, turn by turn: {', '.join(f'{one:.2f}' for one in sorted(each))}",
        ),
        extra={"forgotten": forgotten, "ratios": each},
    )


def forget(paths: list[str]) -> bool:
    """Have the kernel forget what it has of these files; whether it forgot folders and inodes as well."""
    if not hasattr(os, "posix_fadvise"):
        raise SystemExit("cold: this system cannot be asked to forget what it has read")
    for path in paths:
        fd = os.open(path, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)
    try:
        _DROP.write_text("3\n")
    except OSError:
        return False
    return True
