"""pydicom is imported late, by whichever thread needs it first; a process of its own shows what that does."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

# Each way into pydicom begins at another of its modules; all are gone at once, by threads that change places often.
CODE = """
import sys, threading
from fileroom.dicom.charsets import _by_pydicom
from fileroom.dicom.metadata import dicom_json
from fileroom.dicom.reading import read_header, read_header_by_pydicom
from fileroom.pixels.functional_groups import per_frame

path = sys.argv[1]
header = read_header(path).header
assert "pydicom" not in sys.modules
ways = [
    lambda: _by_pydicom(["no such term"]),
    lambda: dicom_json(path, str),
    lambda: read_header_by_pydicom(path).header.patient_name,
    lambda: per_frame(path, header),
] * 3
start = threading.Barrier(len(ways))
sys.setswitchinterval(1e-6)
told = []

def go(way):
    start.wait()
    try:
        told.append(bool(way()) or way is ways[3])
    except Exception as error:
        told.append(repr(error))

threads = [threading.Thread(target=go, args=(way,)) for way in ways]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print([each for each in told if each is not True])
"""


def test_many_threads_need_pydicom_at_once(tmp_path: Path) -> None:
    path = plant(tmp_path, {"1": instance(NumberOfFrames=2, SharedFunctionalGroupsSequence=[{}])}) / "1"
    for _ in range(3):
        ran = subprocess.run([sys.executable, "-c", CODE, str(path)], capture_output=True, text=True, check=False)
        assert (ran.stdout, ran.stderr) == ("[]\n", "")
