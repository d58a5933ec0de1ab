"""Whom a PatientName may mean: what is looked up first never loses anybody whom the pattern matches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from fileroom.catalog.named import beginnings
from fileroom.catalog.words import tokens
from fileroom.model.entries import Level
from fileroom.model.queries import Condition, Match, Query
from tests.intake.test_import import archive as archive  # noqa: PLC0414 - a fixture
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    import fileroom

NAMES = (
    "ROSSI^Mario",
    "Rossi-Bianchi^Anna Maria",
    "O'Neil^Sean",
    "Müller^Jörg",
    "Ros_a^B%c",
    "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "Anonymous",
)
_letters = st.text(st.sampled_from("abAB^ -'=.,_?*éüßǅﬀK\u0301\u3099かﾊﾟ山Жdž0"), min_size=1, max_size=12)


@given(_letters, st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.sampled_from("*?")), max_size=3))
def test_who_matches_has_words_that_begin_so(name: str, cuts: list[tuple[int, int, str]]) -> None:
    name = re.sub(r"[*?]", "", name)
    pattern = list(name)
    for start, length, wild in cuts:  # a pattern that matches the name by how it is made
        pattern[start : start + (length if wild == "*" else 1)] = [wild] if wild == "*" or start < len(pattern) else []
    for begins in beginnings("".join(pattern)):
        assert any(word.startswith(begins) for word in tokens(name)), (name, "".join(pattern), begins)


def found(archive: fileroom.Archive, level: Level, name: str) -> list[str]:
    match = Match.WILDCARD if re.search(r"[*?]", name) else Match.SINGLE
    query = Query(level=level, conditions=(Condition("PatientName", match, (name,)),), together=False)
    return [one.id for one in archive.search(query).items]


def test_each_level_finds_the_same(archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, bytes | None] = {
        str(n): instance(patient_name=name, patient_id=f"X{n}", study=n, SpecificCharacterSet="ISO_IR 192")
        for n, name in enumerate(NAMES, 1)
    }
    archive.bring_in(plant(tmp_path / "scans", files))
    asked = {
        "ros*": 3, "ROSSI*": 2, "*^mario": 1, "o'n*": 1, "m?ller^*": 1, "Mül*": 1, "山*": 1, "や*": 1, "anon*": 1,
        "Ros_a^B%c": 1, "r?ssi?b*": 1, "*_a^*": 1, "Rossi^Mario": 1, "nobody*": 0, "?*": 7, "rossi": 0,
    }  # fmt: skip
    quick = {(level, name): found(archive, level, name) for level in Level for name in asked}
    assert {name: len(quick[Level.STUDY, name]) for name in asked} == asked
    monkeypatch.setattr("fileroom.catalog.named.few", lambda *_: None)
    assert {(level, name): found(archive, level, name) for level in Level for name in asked} == quick
