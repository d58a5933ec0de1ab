"""C-FIND answers from the columns of the catalog: byte for byte what the entries themselves say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fileroom.archive import Archive
from fileroom.attributes import BY_LEVEL
from fileroom.dimse import find, query
from fileroom.dimse.door import Door
from fileroom.model.entries import Level
from fileroom.network import identifiers, uids
from fileroom.network.identifiers import Identifier, Key, Writer
from fileroom.network.negotiation import Offer
from fileroom.network.uids import NAMES
from fileroom.settings import Settings
from tests import world
from tests.dimse.node import five_patients

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY: dict[str, Any] = {"patient_name": "NÉMO^Ñ=ニモ", "patient_id": "Z-1", "SpecificCharacterSet": "ISO_IR 192"}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("responses")
    more = {
        "8": world.instance(study=8, ReferringPhysicianName="HOUSE^Greg=x=", StudyDescription="TÊTE", **NOBODY),
        "9": world.instance(study=9, PerformingPhysicianName="A^B", SeriesNumber=None, StudyTime="1" * 5, **NOBODY),
    }
    world.plant(folder / "files", {**five_patients(), **more})
    with Archive.open(Settings(archive=folder / "archive", use_keyring=False)) as archive:
        archive.bring_in(folder / "files")
        (folder / "files" / "8").unlink()  # one that is missing, one that has changed
        (folder / "files" / "9").write_bytes((folder / "files" / "9").read_bytes() + b"\0\0")
        archive.check()
        yield Door(archive=archive, title="FILEROOM", offer=Offer(services=frozenset()))


def every_key(level: Level, *more: Key) -> Identifier:
    above = {Level.PATIENT: (), Level.STUDY: (Level.PATIENT,), Level.SERIES: (Level.PATIENT, Level.STUDY)}
    rows = {row.tag: row.vr for own in (*above[level], level) for row in BY_LEVEL[own]}
    keys = [Key(int(tag, 16), vr, "") for tag, vr in rows.items()]
    keys += [Key(query.QUERY_RETRIEVE_LEVEL, "CS", NAMES[level]), Key(0x00091001, "LO", "private"), *more]
    return Identifier(tuple(keys), "")


@pytest.mark.parametrize("level", [Level.PATIENT, Level.STUDY, Level.SERIES])
@pytest.mark.parametrize("syntax", [uids.EXPLICIT, uids.IMPLICIT])
@pytest.mark.parametrize("charset", ["", "ISO_IR 192", "ISO_IR 101"])
@pytest.mark.parametrize("more", [(), (Key(0x00100010, "PN", "*o*"),), (Key(0x00100020, "LO", "42"),)])
def test_both_ways_say_the_same(door: Door, level: Level, syntax: str, charset: str, more: tuple[Key, ...]) -> None:
    asked = query.find(every_key(level, *more), uids.PATIENT_FIND, relational=True)
    writer = Writer(syntax, charset)
    wanted = [(at, row.keyword) for _, _, row, at in asked.answered if row]
    assert door.archive.walk_texts(asked.query, wanted) is not None  # it is the quick way that is looked at
    response = find.answers(asked, door.title)
    slow = [writer.write(response(entry)) for entry in door.archive.walk(asked.query)]
    assert (list(find.responses(door, asked, writer)), len(slow) > 0) == (slow, True)


def test_instances_go_the_other_way(door: Door) -> None:
    key = Key(query.QUERY_RETRIEVE_LEVEL, "CS", "IMAGE")
    asked = query.find(Identifier((key, Key(0x00280010, "US", "")), ""), uids.PATIENT_FIND, relational=True)
    assert len(list(find.responses(door, asked, Writer(uids.EXPLICIT, "")))) == 12


@pytest.mark.parametrize("syntax", [uids.EXPLICIT, uids.IMPLICIT])
@pytest.mark.parametrize("values", [("", "", ""), ("A", "1.2", "x" * 70_001), ("AB", "1.23", "ü")])
def test_a_form_writes_what_a_writer_writes(syntax: str, values: tuple[str, ...]) -> None:
    slots = [(0x00200010, "SH"), (0x0020000D, "UI"), (0x00080119, "UC")]
    writer = identifiers.Writer(syntax, "")
    rows = [(tag, vr, value) for (tag, vr), value in zip(slots, values, strict=True)]
    assert writer.form(slots)(values) == writer.write(rows)


@pytest.mark.parametrize(
    ("charset", "text", "said"),
    [
        ("\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞", "\\ISO 2022 IR 149"),
        ("ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎", "ISO 2022 IR 13\\ISO 2022 IR 87"),
        ("\\ISO 2022 IR 100", "Müller^Jörg", "\\ISO 2022 IR 100"),
        ("\\ISO 2022 IR 87", "Müller^Jörg", "ISO_IR 192"),  # it has no ü
        ("\\ISO 2022 IR 999", "Müller^Jörg", "ISO_IR 192"),
        ("ISO_IR 166", "สมชาย", "ISO_IR 166"),
    ],
)
def test_code_extensions_where_they_have_all_letters(charset: str, text: str, said: str) -> None:
    data = Writer(uids.EXPLICIT, charset).write([(0x00100010, "PN", text)])
    found = identifiers.read(data, uids.EXPLICIT)
    assert (found.charset, found.value(0x00100010)) == (said, text)
