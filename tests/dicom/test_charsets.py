"""Names from the examples of the standard (PS3.5 Annexes H to K), and agreement with pydicom on everything else."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileroom.dicom.charsets import codecs_of, decode
from fileroom.dicom.quiet import quiet_pydicom
from fileroom.dicom.reading import header_from_pydicom, read_header
from tests import world

if TYPE_CHECKING:
    from pathlib import Path

# (Specific Character Set, bytes of Patient's Name, text)
NAMES = [
    ("", b"Adams^John", "Adams^John"),
    ("", b"M\xfcller^J\xfcrgen", "Müller^Jürgen"),  # not declared: taken as Latin-1
    ("ISO_IR 6", b"Adams^John", "Adams^John"),
    ("ISO_IR 100", b"Buc^J\xe9r\xf4me", "Buc^Jérôme"),
    ("ISO_IR 101", b"Wa\xb3\xeasa^Lech", "Wałęsa^Lech"),
    ("ISO_IR 109", b"\xa1al^Pieter", "Ħal^Pieter"),
    ("ISO_IR 110", b"B\xe7rzi\xf1\xb9^J\xe2nis", "Bįrziņš^Jânis"),
    ("ISO_IR 126", b"\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"),
    ("ISO_IR 127", b"\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار"),
    ("ISO_IR 138", b"\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה"),
    ("ISO_IR 144", b"\xbb\xee\xda\x63\x65\xdc\xd1\x79\x70\xd3", "Люкceмбypг"),
    ("ISO_IR 148", b"\xc7avu\xfeo\xf0lu^Ay\xfee", "Çavuşoğlu^Ayşe"),
    ("ISO_IR 166", b"\xb9\xd2\xc1\xca\xa1\xd8\xc5", "นามสกุล"),
    ("ISO_IR 203", b"\xbcuvr\xe9^\xb4an \xa4", "Œuvré^Žan €"),
    ("ISO_IR 13", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
    ("ISO_IR 192", "Wang^XiaoDong=王^小东=".encode(), "Wang^XiaoDong=王^小东"),
    ("GB18030", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东"),
    ("GBK", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东"),
    (
        "\\ISO 2022 IR 87",  # H.3.1
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
    ),
    (
        "ISO 2022 IR 13\\ISO 2022 IR 87",  # H.3.2
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    ),
    (
        "\\ISO 2022 IR 149",  # I.2
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        "Hong^Gildong=洪^吉洞=홍^길동",
    ),
    (
        "\\ISO 2022 IR 58",  # K.2; pydicom 3.0 leaves the escapes standing
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
        "Zhang^XiaoDong=张^小东",
    ),
    ("\\ISO 2022 IR 159", b"Y^T=\x1b$(D\x30\x21\x1b(B", "Y^T=丂"),
    (
        "ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126",
        b"J\xe9r\xf4me=\x1b-L\xbb\xee\xda^\x1b-F\xc4\xe9\xef",
        "Jérôme=Люк^Διο",
    ),
    # what is misspelt, unknown or does not go together is read as pydicom reads it
    ("ISO-IR 144", b"\xbb\xee\xda", "Люк"),
    ("ISO 2022-IR 144", b"\xbb\xee\xda", "Люк"),
    ("utf-8", "Łódź".encode(), "Łódź"),
    ("NO SUCH SET", b"M\xfcller", "Müller"),
    ("ISO_IR 192\\ISO 2022 IR 87", "Łódź".encode(), "Łódź"),
    ("hex", b"Adams", "Adams"),
    ("utf-16", b"M\xfcller", "Müller"),
    ("ISO_IR 192", b"M\xfcller", "Müller"),  # not UTF-8: guessed, see test_guessing
    ("\\ISO 2022 IR 87", b"A=\x1b$B;3E", "A=\x1b$B;3E"),
]


@pytest.mark.parametrize(("charset", "raw", "expected"), NAMES)
def test_names_in_every_character_set(tmp_path: Path, charset: str, raw: bytes, expected: str) -> None:
    file = tmp_path / "IM1"
    data = world.instance(SpecificCharacterSet=charset.encode(), PatientName=raw, StudyDescription=raw)
    file.write_bytes(data)
    header = read_header(str(file)).header
    assert header is not None
    assert header.patient_name == expected
    assert header.study_description.rstrip("=") == expected
    assert header.specific_character_set == (tuple(charset.split("\\")) if charset else ())
    if charset not in {"ISO_IR 203", "\\ISO 2022 IR 58", "hex", "utf-16"}:  # where pydicom 3.0 is wrong, or raises
        assert header == header_from_pydicom(str(file))


def test_a_byte_of_a_character_is_no_separator(tmp_path: Path) -> None:
    """The second byte of a character of GB18030 may be 5CH, a backslash: values are separated after decoding."""
    character = next(c for c in map(chr, range(0x4E00, 0x9FFF)) if c.encode("gb18030")[-1:] == b"\\")
    file = tmp_path / "IM1"
    file.write_bytes(
        world.instance(
            SpecificCharacterSet="GB18030",
            StudyDescription=f"{character} \\second ".encode("gb18030"),
            ImageComments=f"{character}\\ same".encode("gb18030"),
        )
    )
    header = read_header(str(file)).header
    assert header is not None
    assert header.study_description == f"{character}\\second"
    assert header.image_comments == f"{character}\\ same"


TERMS = ["", "ISO 2022 IR 6", "ISO 2022 IR 100", "ISO 2022 IR 87", "ISO 2022 IR 13", "ISO 2022 IR 149", "GB18030",
         "ISO 2022 IR 144", "ISO 2022 IR 159", "ISO_IR 192", "ISO_IR 13", "ISO IR 100", "junk"]  # fmt: skip
PIECES = [b"\x1b$B", b"\x1b(B", b"\x1b(J", b"\x1b)I", b"\x1b-L", b"\x1b$)C", b"\x1b$(D", b"\x1b", b"\x1b%/", b"^", b"=",
          b"\r\n", b"\t", b"\\", b"abc ", b"\xc4\xe9", b"\x81", b";3ED", b"\xff", b"\0", "é".encode()]  # fmt: skip


@given(
    terms=st.lists(st.sampled_from(TERMS), min_size=1, max_size=3),
    value=st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join),
)
def test_any_bytes_are_decoded_as_pydicom_does(terms: list[str], value: bytes) -> None:
    from pydicom.charset import convert_encodings, decode_bytes
    from pydicom.valuerep import TEXT_VR_DELIMS

    with quiet_pydicom():
        expected = decode_bytes(value, convert_encodings(list(terms)), TEXT_VR_DELIMS)
    assert decode(value, codecs_of("\\".join(terms).encode())) == expected


def test_ascii_is_ascii_in_every_set() -> None:
    """The common case costs one plain decoding: no set changes what ASCII means, escapes and 5CH aside."""
    plain = bytes(byte for byte in range(128) if byte != 0x1B)
    for first, second in itertools.product(TERMS, ["", "ISO 2022 IR 87"]):
        assert decode(plain, codecs_of(f"{first}\\{second}".encode())) == plain.decode("ascii")
