"""Files made to hurt: each gives a frame or Undecodable, in its own process, within 300 MB."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

resource = pytest.importorskip("resource", reason="memory can be limited only where there is setrlimit")

# numpy with its threads takes address space that it never uses, so what is limited is what the files make it take.
PROGRAM = """
import resource, sys
sys.path[:0] = {path!r}
import numpy, imagecodecs, pydicom, PIL.Image
from fileroom.dicom.reading import read_header
from fileroom.errors import Undecodable
from fileroom.pixels import codecs, functional_groups, thumbnail
from fileroom.pixels.frames import decoded_frame, native_frame, stored_frame
page = resource.getpagesize()
taken = int(open("/proc/self/statm").read().split()[0]) * page
resource.setrlimit(resource.RLIMIT_AS, (taken + (300 << 20),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
for path in sys.argv[1:]:
    header = read_header(path).header
    if header is None:
        continue
    last = max(1, header.number_of_frames or 1)
    getters = (stored_frame, decoded_frame, native_frame)
    calls = [lambda f=f, n=n: f(path, header, n) for f in getters for n in (1, last)]
    calls += [lambda: thumbnail.thumbnail(path, header), lambda: functional_groups.per_frame(path, header)]
    for call in calls:
        try:
            call()
        except Undecodable:
            pass
    print(path, flush=True)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("folder", ["hostile", "derived/broken"])
def test_hostile_files_neither_crash_nor_fill_the_memory(shared_data: Path, folder: str) -> None:
    files = [str(path) for path in sorted((shared_data / folder).iterdir()) if path.is_file()]
    program = PROGRAM.format(path=sys.path)
    answer = subprocess.run([sys.executable, "-c", program, *files], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, (answer.stdout.splitlines()[-1:], answer.stderr[-2000:])
    assert len(answer.stdout.splitlines()) > 20
