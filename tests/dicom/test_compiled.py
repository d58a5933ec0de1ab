"""The compiled reader and the interpreted one are the same sources, and say the same of any file."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from dataclasses import FrozenInstanceError, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import fileroom.dicom
from fileroom.dicom import compiled, reading
from fileroom.dicom.drafts import Comparer, Maker
from fileroom.dicom.reading import KIND, fetch_heads, read_header
from fileroom.model.headers import Header
from tests import world
from tests.dicom.test_oracle import every_file
from tests.world import DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, JPEG_BASELINE, Open

if TYPE_CHECKING:
    from collections.abc import Iterable

SOURCES = Path(compiled.__file__).parent
READ_ALL = """
import sys
from dataclasses import astuple
from fileroom.dicom.reading import KIND, read_header
print(KIND)
for line in sys.stdin:
    path = line.rstrip("\\n")
    print(path, ascii(astuple(read_header(path))))
"""


def readings(paths: Iterable[Path], *, interpreted: bool) -> list[str]:
    """Which reader it was, and what it says of each file; in a process of its own, which must not crash."""
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL],
        input="".join(f"{path}\n" for path in paths), capture_output=True, text=True, check=True,
        env={**os.environ, "FILEROOM_INTERPRETED": str(int(interpreted)), "PYTHONPATH": str(SOURCES.parents[1])},
    )  # fmt: skip
    return done.stdout.splitlines()


def compare(paths: list[Path]) -> None:
    interpreted = readings(paths, interpreted=True)
    other = readings(paths, interpreted=False)
    if other[0] == "interpreted":
        pytest.skip("the reader is not compiled here: python compile_reader.py")
    assert interpreted[0] == "interpreted"
    assert other[1:] == interpreted[1:]
    assert len(other) == len(paths) + 1


def test_both_say_the_same_of_every_file() -> None:
    compare([path for path in every_file() if "\n" not in str(path)])


def test_both_say_the_same_of_damaged_files(tmp_path: Path) -> None:
    for number, data in enumerate(damaged(3000)):
        (tmp_path / f"{number:04}").write_bytes(data)
    compare(sorted(tmp_path.iterdir()))


def damaged(count: int) -> Iterable[bytes]:
    """Files of every encoding with bytes changed, put in, taken out, doubled and cut off; the same every time."""
    values: dict[str, Any] = {
        "SpecificCharacterSet": ["", "ISO 2022 IR 87"], "PatientName": b"Y^T=\x1b$B;3ED\x1b(B", "PatientID": "1",
        "ReferencedStudySequence": Open([{"PatientName": "X"}]), "RequestAttributesSequence": [{"PatientID": "Y"}],
        "x00291010": ("OB", bytes(40)), "SliceThickness": 2.5, "ImageType": ["ORIGINAL", "PRIMARY"],
        "SharedFunctionalGroupsSequence": Open([{"PixelMeasuresSequence": [{"SliceThickness": "3"}]}]),
        "PerFrameFunctionalGroupsSequence": Open(
            [{"PlanePositionSequence": Open([{"ImagePositionPatient": ["1", "2", f"{z}"]}])} for z in range(3)]
        ),
    }  # fmt: skip
    syntaxes = (IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, JPEG_BASELINE)
    whole = [world.instance(transfer_syntax=syntax, **values) for syntax in syntaxes]
    long = world.instance(x00291010=("OB", bytes(30_000)), x00291020=("UN", bytes(20_000)))
    words = [
        b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\x7f", b"\0\0\0\x80", b"SQ", b"UN", b"OB", b"UT\0\0",
        b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0", b"\xe0\x7f\x10\0", b"\x28\0\x10\0US",
    ]  # fmt: skip
    chance = random.Random(8)  # noqa: S311 - the same files every time are what is wanted
    for _ in range(count):
        data = bytearray(chance.choice([*whole, long]))
        for _ in range(chance.choice((1, 1, 2, 3, 9))):
            at = chance.randrange(min(len(data), 4000))
            word = chance.choice([*words, chance.randbytes(1)])
            match chance.randrange(4):
                case 0:
                    data[at : at + len(word)] = word
                case 1:
                    data[at:at] = word
                case 2:
                    del data[at : at + chance.choice((1, 2, 4, 8, 50))]
                case _:
                    data[at : at + 20] = data[at // 2 : at // 2 + chance.choice((8, 20, 100))]
        yield bytes(data[: chance.randrange(1, len(data))] if chance.random() < 0.15 else data)


def test_the_kind_is_what_runs() -> None:
    assert readings([], interpreted=True) == ["interpreted"]
    asked_for = os.environ.get("FILEROOM_INTERPRETED", "") not in {"", "0"}
    in_place = str(SOURCES / compiled.FOLDER) in fileroom.dicom.__path__
    assert (KIND == "compiled") == in_place == (not str(reading.__file__).endswith(".py"))
    assert not (asked_for and in_place)


def test_one_made_from_other_sources_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FILEROOM_INTERPRETED", raising=False)
    for source in (path for ending in ("py", "pxd", "h") for path in SOURCES.glob(f"*.{ending}")):
        shutil.copy(source, tmp_path)
    made = tmp_path / compiled.FOLDER

    def search_path() -> list[str]:
        path = [str(tmp_path)]
        compiled.prefer(path)
        return path

    assert search_path() == [str(tmp_path)]
    made.mkdir()
    assert search_path() == [str(tmp_path)]
    (made / compiled.BUILT_FROM).write_text(compiled.fingerprint(tmp_path) + "\n")
    assert search_path() == [str(made), str(tmp_path)]
    (tmp_path / "walker.py").write_text("# another one\n")
    assert search_path() == [str(tmp_path)]


def test_what_is_made_fast_is_the_real_thing(tmp_path: Path) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(world.instance())
    header = read_header(str(file)).header
    assert header is not None
    again = Header(**{field.name: getattr(header, field.name) for field in fields(Header)})
    assert type(header) is Header
    assert (header, hash(header), repr(header)) == (again, hash(again), repr(again))
    with pytest.raises(FrozenInstanceError):
        header.rows = 5  # type: ignore[misc]


def test_as_many_values_as_fields() -> None:
    @dataclass(frozen=True, slots=True)
    class Pair:
        one: int
        two: str = ""

    assert Maker(Pair).make([1, "b"]) == Pair(1, "b")
    for values in ([], [1], [1, "b", None]):
        with pytest.raises((TypeError, ValueError)):
            Maker(Pair).make(values)


def test_only_what_differs_is_told() -> None:
    comparer = Comparer(Header, ["rows", "image_position", "slice_location"], ["r", "p", "s"])
    one = Header(transfer_syntax_uid="1", rows=3, image_position=(1.0, 2.0, 3.0))
    other = Header(transfer_syntax_uid="2", rows=4, image_position=(1.0, 2.0, 1.0 + 2.0), slice_location=0.5)
    assert comparer.differing(one, one) == {}
    assert comparer.differing(other, one) == {"r": 4, "s": 0.5}
    assert comparer.differing(one, other) == {"r": 3, "s": None}
    with pytest.raises(TypeError):
        comparer.differing(one, "no header")


def test_what_is_fetched_ahead_reads_as_ever(tmp_path: Path) -> None:
    (tmp_path / "IM1").write_bytes(world.instance())
    (tmp_path / "IM2").write_bytes(b"")
    before = [read_header(str(tmp_path / name)) for name in ("IM1", "IM2")]
    # What is not there, or no file, is for whoever reads it to find out.
    assert fetch_heads(str(tmp_path), ["IM1", "IM2", "gone", "."]) >= 0
    assert fetch_heads(str(tmp_path / "nowhere"), ["IM1"]) == 0
    assert [read_header(str(tmp_path / name)) for name in ("IM1", "IM2")] == before
