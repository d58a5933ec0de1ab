"""One Query, two ways to answer it: the catalog's SQL and the matcher in memory agree on random queries."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fileroom
from fileroom.catalog.language import parse
from fileroom.catalog.matcher import Entry, holds
from fileroom.catalog.matching import KEYWORDS
from fileroom.catalog.store import id_text
from fileroom.model.entries import Level
from fileroom.model.queries import Condition, Match, Query
from fileroom.settings import Settings
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = [
    ("ROSSI^Mario", "42", "19700312"),
    ("Rossi^Anna Maria", "43", "1970.03.12"),
    ("Müller^Jörg", "A-7", "19820101"),
    ("MUELLER^Hans", "A_8", ""),
    ("O'Brien^Pat", "9*", "19491231"),
    ("Иванов^Иван", "10", "19991231"),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "11", "00000000"),
    ("", "", "19700312"),
]
STUDIES = [
    ("20240105", "TC torace basale", "Ospedale Maggiore", "CT"),
    ("20231231", "Head", "St. Mary's", "MR"),
    ("", "Rx-torace", "", "CR"),
    ("2024.02.29", "PET/CT", "Ospedale Maggiore", "PT"),
]
PHYSICIANS = ["House^Gregory", r'Rossi^Luca=罗西\Dr. "A^B=山田', r"\ROSSI^Mario", ""]  # several names in some
SERIES = [("Axial T2", "HEAD"), ("scout", ""), ("50%_off [x]", "CHEST")]

LEVELS = [Level.PATIENT, Level.STUDY, Level.SERIES, Level.INSTANCE]
PARENT = {Level.STUDY: "patient_ref", Level.SERIES: "study_ref", Level.INSTANCE: "series_ref"}


def _world() -> dict[str, bytes]:
    choose = random.Random(7)  # noqa: S311 - a world, not a secret
    files = {}
    for number in range(60):
        name, patient_id, born = choose.choice(PEOPLE)
        date, description, hospital, modality = choose.choice(STUDIES)
        series, part = choose.choice(SERIES)
        files[f"{number}"] = instance(
            patient_name=name, patient_id=patient_id, PatientBirthDate=born, modality=modality,
            study=number // 3, series=number, number=number % 3, rows=0, StudyDate=date, StudyDescription=description,
            InstitutionName=hospital, SeriesDescription=series, BodyPartExamined=part, PatientSex=choose.choice("MF"),
            SpecificCharacterSet="ISO_IR 192", AccessionNumber=f"ACC{number // 3}",
            PerformingPhysicianName=choose.choice(PHYSICIANS),
            ReferringPhysicianName=choose.choice(["House^Gregory", "Rossi^Luca=罗西=ロッシ", "=山田", ""]),
        )  # fmt: skip
    return files


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fileroom.Archive]:
    root = plant(tmp_path_factory.mktemp("world"), _world())
    with fileroom.Archive.open(Settings(archive=tmp_path_factory.mktemp("archive"), use_keyring=False)) as opened:
        opened.bring_in([root])
        yield opened


@pytest.fixture(scope="module")
def entries(archive: fileroom.Archive) -> dict[str, Entry]:
    """Every entry of the catalog in memory, by its public id."""
    found: dict[tuple[Level, int], Entry] = {}
    named: dict[str, Entry] = {}
    with archive._catalog.database.reading() as cursor:
        for level in LEVELS:
            cursor.execute(f"SELECT * FROM {level.value}")  # noqa: S608 - our own names
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                values = dict(zip(names, row, strict=True))
                texts = {name: str(value) for name, value in values.items() if isinstance(value, str | int)}
                entry = found[level, values["id"]] = Entry(level, texts)
                if level in PARENT:
                    entry.above = found[LEVELS[LEVELS.index(level) - 1], values[PARENT[level]]]
                    entry.above.below.append(entry)
                named[id_text(level, values["public_id"])] = entry
    return named


WORDS = st.sampled_from(
    "ros rossi mario müller mueller muller anna o'brien obrien иванов ivanov yamada 山田 やま ct mr torace tor tc head "
    "t2 axial scout 1970 12/03/1970 20240105 2024 ospedale house 42 a-7 a7 acc1 acc zzz 50% [x] m 00000000 "
    "rx-torace".split()
)
FIELDS = st.sampled_from(
    ["", "", "", "name:", "id:", "born:", "sex:", "date:", "desc:", "inst:", "phys:", "mod:", "part:", "acc:"]
)
STRETCHES = st.sampled_from(
    ["date:2024..", "born:..1970", "date:2023..2024", "1970..1982", "-date:2024..", "born:1970-03"]
)
TERM = st.one_of(st.builds("{}{}{}".format, st.sampled_from(["", "", "", "-"]), FIELDS, WORDS), STRETCHES)
ONE_STUDY = st.builds("{} {}".format, st.sampled_from(["mod:ct", "mod:mr", "desc:head", "inst:osp"]), STRETCHES)
TYPED = st.one_of(st.lists(TERM, max_size=3).map(" ".join), ONE_STUDY)
VALUES = st.sampled_from(
    "rossi^mario|ROSSI*|*^Anna*|?ossi*|*|42|A_8|9*|4?|19700312|1970*|20240105|CT|M|*torace*|50%_off [x]|50%*|*[x]|3|"
    "ACC1|Müller^Jörg|MÜLLER*|Head|head||*=*|rossi^mario=*|*=山田*|Yamada*=山田^太郎|=山田^太郎=|*=rossi*|"
    r'House*|Dr. "A^B|*"A^B=山田|Rossi^Luca|Rossi^Luca=*|Rossi^Luca=罗西'.split("|")
)
KEYS = st.one_of(st.sampled_from(sorted(KEYWORDS)), st.sampled_from(["PatientName", "PatientID", "SeriesDescription"]))
CONDITIONS = st.lists(
    st.one_of(
        st.builds(Condition, KEYS, st.just(Match.WILDCARD), st.tuples(VALUES)),
        st.builds(Condition, KEYS, st.just(Match.LIST), st.tuples(VALUES, VALUES)),
        st.builds(
            Condition,
            st.sampled_from(["StudyDate", "PatientBirthDate"]),
            st.just(Match.RANGE),
            st.tuples(st.sampled_from(["", "1970", "20231231"]), st.sampled_from(["", "1970", "20240105"])),
        ),
    ),
    max_size=1,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(LEVELS), TYPED, CONDITIONS)
def test_the_catalog_and_the_matcher_agree(
    archive: fileroom.Archive, entries: dict[str, Entry], level: Level, typed: str, conditions: list[Condition]
) -> None:
    own = LEVELS.index(level)
    asked = [c for c in conditions if LEVELS.index(KEYWORDS[c.keyword][0]) <= own]
    page: Any = archive.search(Query(level=level, words=typed, conditions=tuple(asked)))
    terms = parse(typed)
    expected = {
        name
        for name, entry in entries.items()
        if entry.level is level and holds(entry, terms, asked) and (terms or not typed)
    }
    if page.instead:
        assert not expected  # forgiven: nothing matched as it was typed
    else:
        assert {item.id for item in page.items} == expected
        assert page.total == len(expected)
        positive = [t for t in terms if not t.negated]
        assert all(page.hits) if positive and page.items else not any(page.hits)
