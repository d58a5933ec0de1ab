"""Names as hospitals write them, in sets they do not declare: which are read right, which are left alone, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileroom.dicom.charsets import codecs_of, decode
from fileroom.dicom.guessing import CHARSETS, UNDECLARED, UNFIT, UNLIKELY, Read, codec_named, read_text
from fileroom.dicom.reading import read_header, read_header_by_pydicom
from fileroom.model import rules
from tests import world

if TYPE_CHECKING:
    from pathlib import Path

# (text, what it is written in, what is declared, what is guessed, why)
GUESSED = [
    # Cyrillic: windows-1251 is what Windows writes; ISO_IR 144 is what the standard has
    ("Иванов^Иван^Иванович", "cp1251", "", "windows-1251", UNDECLARED),
    ("ИВАНОВ^ИВАН", "cp1251", "", "windows-1251", UNDECLARED),
    ("Шевченко^Тарас^Григорович", "cp1251", "", "windows-1251", UNDECLARED),
    ("Петрова^Мария", "cp1251", "ISO_IR 100", "windows-1251", UNLIKELY),
    ("ПЕТРОВА^МАРИЯ^СЕРГЕЕВНА", "cp1251", "ISO_IR 144", "windows-1251", UNLIKELY),
    ("Городская больница №5", "cp1251", "", "windows-1251", UNDECLARED),
    # Chinese
    ("王小东", "gb18030", "", "gb18030", UNDECLARED),
    ("王^小东", "gb18030", "ISO_IR 100", "gb18030", UNLIKELY),
    ("Zhang^Wei=张^伟", "gb18030", "ISO_IR 100", "gb18030", UNLIKELY),
    ("刘德华", "gb18030", "ISO_IR 100", "gb18030", UNLIKELY),
    ("陈^静", "gb18030", "\\ISO 2022 IR 58", "gb18030", UNDECLARED),  # without the escapes that it wants
    ("胸部增强扫描", "gb18030", "", "gb18030", UNDECLARED),
    # Korean, with the escapes left out
    ("홍^길동", "euc_kr", "", "euc-kr", UNDECLARED),
    ("김철수", "euc_kr", "", "euc-kr", UNDECLARED),
    ("이영희", "euc_kr", "ISO_IR 100", "euc-kr", UNLIKELY),
    ("박^지성", "euc_kr", "\\ISO 2022 IR 149", "euc-kr", UNDECLARED),
    ("서울대학교병원", "euc_kr", "", "euc-kr", UNDECLARED),
    # Japanese
    ("山田^太郎", "shift_jis", "", "shift_jis", UNDECLARED),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "shift_jis", "", "shift_jis", UNDECLARED),
    ("鈴木^一郎", "shift_jis", "\\ISO 2022 IR 87", "shift_jis", UNDECLARED),
    ("ヤマダ^タロウ", "shift_jis", "ISO_IR 100", "shift_jis", UNLIKELY),
    # UTF-8, from gateways and from whoever writes XML as well
    ("Müller^Jürgen", "utf-8", "", "utf-8", UNDECLARED),
    ("Müller^Jürgen", "utf-8", "ISO_IR 100", "utf-8", UNLIKELY),
    ("王小东", "utf-8", "GB18030", "utf-8", UNFIT),
    ("Иванов^Иван", "utf-8", "ISO_IR 144", "utf-8", UNLIKELY),
    ("山田^太郎", "utf-8", "\\ISO 2022 IR 87", "utf-8", UNDECLARED),
    # Latin
    ("Müller^Jürgen", "latin-1", "", "iso-8859-1", UNDECLARED),
    ("D'Amicò^Niccolò", "latin-1", "", "iso-8859-1", UNDECLARED),
    ("Università di Pisa", "latin-1", "", "iso-8859-1", UNDECLARED),
    ("Žižek^Slavoj", "cp1252", "", "windows-1252", UNDECLARED),
    ("Müller^Jürgen", "latin-1", "ISO_IR 192", "iso-8859-1", UNFIT),
    ("Šťastný^Jiří", "cp1250", "ISO_IR 101", "windows-1250", UNLIKELY),
]


@pytest.mark.parametrize(("text", "codec", "declared", "charset", "why"), GUESSED)
def test_names_under_a_wrong_set_or_none(text: str, codec: str, declared: str, charset: str, why: str) -> None:
    read = read_text(text.encode(codec), declared.encode())
    assert read.text == text
    assert read.guess is not None
    assert (read.guess.charset, read.guess.why) == (charset, why)


AS_DECLARED = [
    ("ISO_IR 100", "Müller^Jürgen"), ("ISO_IR 100", "Åse^Öberg"), ("ISO_IR 100", "Größe^Élodie"),
    ("ISO_IR 100", "ÀÉÈ"), ("ISO_IR 100", "à"), ("ISO_IR 100", "Città di Castello, 5 µm²"),
    ("ISO_IR 100", "ÀÉÈÌ"), ("ISO_IR 101", "Żółć^Anna"), ("ISO_IR 148", "İĞÜŞ"),  # words all of accents
    ("ISO_IR 101", "Wałęsa^Lech"), ("ISO_IR 126", "Διονυσιος"), ("ISO_IR 127", "قباني^لنزار"),
    ("ISO_IR 138", "שרון^דבורה"), ("ISO_IR 144", "Люкceмбypг"), ("ISO_IR 144", "ИВАНОВ^ИВАН"),
    ("ISO_IR 148", "Çavuşoğlu^Ayşe"), ("ISO_IR 148", "ÖZÜ^ÇAĞ"), ("ISO_IR 166", "นามสกุล"),
    ("ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ"), ("ISO_IR 192", "Łódź"), ("ISO_IR 192", "王^小东"), ("ISO_IR 192", "ЁЁЁ"),
    ("GB18030", "王^小东"), ("GB18030", "歐陽鋒"), ("GBK", "欧阳^修"),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "text"), AS_DECLARED)
def test_what_fits_is_left_alone(declared: str, text: str) -> None:
    raw = text.encode(codecs_of(declared.encode())[0])
    assert read_text(raw, declared.encode()) == Read(text)


def test_weak_evidence_is_none() -> None:
    """A rare name of three characters may as well be a code of signs and accents: what is declared stays."""
    raw = "欧阳^修".encode("gb18030")
    assert read_text(raw, b"ISO_IR 100") == Read(raw.decode("latin-1"))


def test_a_text_that_is_cut_in_a_character_is_not_another_set() -> None:
    assert read_text("山田^太郎".encode()[:-1], b"ISO_IR 192").guess is None
    read = read_text("Городская клиническая больница".encode()[:-1], b"")
    assert read.guess is not None
    assert read.guess.charset == "utf-8"
    assert read.text == "Городская клиническая больниц\ufffd"


def test_text_with_escapes_says_itself_what_it_is() -> None:
    raw = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7"
    assert read_text(raw, b"\\ISO 2022 IR 149") == Read("Hong^Gildong=洪^吉洞")
    assert read_text(raw, b"\\ISO 2022 IR 149", "windows-1251") == Read("Hong^Gildong=洪^吉洞")


def test_a_set_that_is_asked_for() -> None:
    greek = "Διονυσιος".encode("iso8859-7")
    assert read_text(greek, b"", "iso-8859-7") == Read("Διονυσιος")
    assert read_text(greek, b"ISO_IR 100", "iso-8859-7") == Read("Διονυσιος")
    assert read_text("Ωμέγα".encode(), b"ISO_IR 192", "iso-8859-7") == Read("Ωμέγα")  # that cannot be by chance
    with pytest.raises(ValueError, match="no character set is called 'latin'"):
        read_text(greek, b"", "latin")


def test_every_set_can_be_asked_for() -> None:
    for charset in CHARSETS:
        assert read_text(b"Plain^Text", b"", charset) == Read("Plain^Text")
        assert b"Plain".decode(codec_named(charset)) == "Plain"


@given(
    raw=st.binary(max_size=80),
    declared=st.sampled_from(["", "ISO_IR 100", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 87"]),
)
def test_any_bytes(raw: bytes, declared: str) -> None:
    """Nothing breaks it; ASCII and text with escapes are never guessed at; no answer depends on the one before."""
    read = read_text(raw, declared.encode())
    assert read == read_text(raw, declared.encode())
    if raw.isascii() or b"\x1b" in raw:
        assert read == Read(decode(raw, codecs_of(declared.encode()) if declared else codecs_of(b"")))


def test_no_more_is_looked_at_than_is_enough() -> None:
    name = "Иванов Иван ".encode("cp1251")
    read = read_text(name * 22 + b"\x98\xd0" * 30_000, b"")
    assert read.guess is not None
    assert read.guess.charset == "windows-1251"
    assert read.text.startswith("Иванов Иван Иванов")


# -- in files ----------------------------------------------------------------------------------------------------


Written = dict[str, Any]


def both(folder: Path, charset: str = "", **values: Any) -> tuple[str, str, str]:
    """Name, description and the guess, in which both readers agree."""
    file = folder / "IM1"
    file.write_bytes(world.instance(**values))
    fast, slow = read_header(str(file), charset), read_header_by_pydicom(str(file), charset)
    assert fast == slow
    assert fast.header is not None
    header = fast.header
    return header.patient_name, header.study_description, header.guessed_charset


IVANOV = "Иванов^Иван".encode("cp1251")
CHEST = "Грудная клетка".encode("cp1251")
SYNTAXES = [world.IMPLICIT_LE, world.EXPLICIT_LE, world.EXPLICIT_BE, world.DEFLATED_LE]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_header_tells_that_its_text_is_guessed(tmp_path: Path, syntax: str) -> None:
    written: Written = {"transfer_syntax": syntax, "PatientName": IVANOV, "StudyDescription": CHEST}
    assert both(tmp_path, **written) == ("Иванов^Иван", "Грудная клетка", "windows-1251")
    assert both(tmp_path, "koi8-r", **written)[2] == ""
    plain: Written = {"transfer_syntax": syntax, "PatientName": "ROSSI^Mario", "StudyDescription": "Torace"}
    assert both(tmp_path, **plain) == ("ROSSI^Mario", "Torace", "")
    assert both(tmp_path, "gb18030", **plain) == ("ROSSI^Mario", "Torace", "")


def test_what_the_declared_set_has_is_not_guessed(tmp_path: Path) -> None:
    name, description = "Çavuşoğlu^Ayşe".encode("iso8859-9"), b"Toraks"
    written: Written = {"SpecificCharacterSet": "ISO_IR 148", "PatientName": name, "StudyDescription": description}
    assert both(tmp_path, **written) == ("Çavuşoğlu^Ayşe", "Toraks", "")


def test_the_set_that_a_user_names_goes_before_the_declared(tmp_path: Path) -> None:
    written: Written = {
        "SpecificCharacterSet": "ISO_IR 100",
        "PatientName": "Διονυσιος".encode("cp1253"),
        "StudyDescription": "x",
    }
    assert both(tmp_path, "windows-1253", **written) == ("Διονυσιος", "x", "")
    for read in (read_header, read_header_by_pydicom):
        with pytest.raises(ValueError, match="no character set"):
            read(str(tmp_path / "IM1"), "klingon")


def test_the_patient_is_read_alike_whatever_else_a_file_says(tmp_path: Path) -> None:
    """Files of one patient from two devices; one of them writes Chinese descriptions, the other German ones."""
    for description in ("胸部增强扫描".encode("gb18030"), b"Sch\xe4del"):
        name, _, guessed = both(tmp_path, PatientName=IVANOV, StudyDescription=description)
        assert (name, guessed) == ("Иванов^Иван", "windows-1251")


def test_attributes_with_another_vr_follow(tmp_path: Path) -> None:
    written: Written = {"PatientName": IVANOV, "StudyDescription": None, "x00081030": ("ST", CHEST)}
    assert both(tmp_path, **written) == ("Иванов^Иван", "Грудная клетка", "windows-1251")


def test_the_bytes_that_stay_are_the_files(tmp_path: Path) -> None:
    data = world.instance(PatientName=IVANOV)
    file = tmp_path / "IM1"
    file.write_bytes(data)
    digest = read_header(str(file)).digest
    assert read_header(str(file), "koi8-r").digest == digest
    assert file.read_bytes() == data


def test_the_names_that_a_user_may_give_are_all_known() -> None:
    assert tuple(CHARSETS) == rules.CHARSETS
