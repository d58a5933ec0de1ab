"""Files that lie, as the command line meets them: the reason in words, no traceback, and bounded memory."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pyzipper

from tests.volumes.making import nifti, patched
from tests.volumes.test_refused import DIM, SROW, dims, png

if TYPE_CHECKING:
    from tests.cli.conftest import Fileroom

WORDS = {
    "lying.nii": "ends before its image does",
    "nan.nii": "is no transform",
    "bomb.nii.gz": "far more than its header says",
    "huge.png": "more pixels than are opened here",
}
WHAT_IT_IS = {
    "empty.nii": "the file is empty",
    "DICOMDIR": "the list of a disc",
    "out.zip": "lead out of it",
    "locked.zip": "locked with a password",
}
MOST_MEGABYTES = 700  # the bomb claims 2 600, the picture 10 000; Python with its libraries takes about 150
PROGRAM = """
import json, sys
from fileroom.cli.app import run
codes = []
for path in json.loads(sys.argv[1]):
    try:
        codes.append(run(["convert", path, path + ".out.nrrd"]))
    except SystemExit as end:
        codes.append(end.code)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([codes, int(peak.split()[1]) // 1024]))
"""


def hostile(folder: Path) -> list[str]:
    patched(nifti(folder / "lying.nii"), DIM, dims(500, 400, 300))
    patched(nifti(folder / "nan.nii"), SROW, struct.pack("<4f", *[float("nan")] * 4))
    header = patched(nifti(folder / "a.nii"), DIM, dims(8192, 8192, 20)).read_bytes()[:352]
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(header), *(packer.compress(bytes(1 << 20)) for _ in range(400)), packer.flush()]
    (folder / "bomb.nii.gz").write_bytes(b"".join(parts))
    (folder / "huge.png").write_bytes(png(100_000, 100_000))
    return [str(folder / name) for name in WORDS]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is asked of Linux")
def test_each_is_refused_in_words_and_in_bounded_memory(tmp_path: Path) -> None:
    paths = hostile(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(paths)], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    codes, peak = json.loads(done.stdout.splitlines()[-1])
    assert all(codes)
    said = " ".join(done.stderr.split())
    assert [words for words in WORDS.values() if words not in said] == []
    assert "Traceback" not in done.stderr
    assert peak < MOST_MEGABYTES
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []


def test_open_says_why_and_ends(fileroom: Fileroom, tmp_path: Path) -> None:
    for path, words in zip(hostile(tmp_path), WORDS.values(), strict=True):
        answer = fileroom("open", path, "--no-open")
        assert (answer.code, words in " ".join(answer.err.split())) == (1, True), answer.err


def test_what_is_no_image_at_all_says_what_it_is(fileroom: Fileroom, tmp_path: Path) -> None:
    (tmp_path / "empty.nii").touch()
    (tmp_path / "DICOMDIR").write_bytes(bytes(128) + b"DICM" + bytes(64))
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as packed:
        packed.writestr("../../etc/a.nii", nifti(tmp_path / "a.nii").read_bytes())
    with pyzipper.AESZipFile(tmp_path / "locked.zip", "w", encryption=pyzipper.WZ_AES) as locked:
        locked.setpassword(b"x")
        locked.writestr("a.nii", b"x" * 400)
    for name, words in WHAT_IT_IS.items():
        said = fileroom("open", tmp_path / name, "--no-open", "--json")
        assert (name, said.code, words in said.error["message"]) == (name, 1, True), said.error
    said = fileroom("open", tmp_path / "nowhere.nii", "--no-open", "--json")
    assert (said.code, said.error["message"]) == (1, "nowhere.nii: there is no such file")
