"""DIMSE by the standard, clause by clause, asked of a running node by pynetdicom."""

from __future__ import annotations

import os
import socket
import threading
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from pydicom import dcmread
from pydicom.filereader import read_dataset
from pydicom.uid import JPEGBaseline8Bit, RLELossless
from pynetdicom import AE, evt
from pynetdicom.sop_class import CTImageStorage, Verification  # type: ignore[attr-defined]  # made at run time

from fileroom.network import uids
from tests import world
from tests.dimse.node import (
    CALLER,
    MOVE,
    PATIENT_ROOT,
    STUDY_ROOT,
    UTF_8,
    Fetched,
    data_set_of,
    identifier,
    pixels_of,
    raw_store,
    rle,
    started,
)
from tests.dimse.rows import covers
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.dimse.node import Node

# Rows that the checklist does not have.
BEYOND = {
    ("C.2.2.2.1", "ideographic group"),
    ("C.2.2.2.2", "list of 10 000 UIDs"),
    ("C.2.2.2", "percent matches nothing else"),
    ("C.2.2.2", "underscore is a literal"),
    ("C.4.1.2.1", "IMAGE query without the series UID is refused"),
    ("C.2.2.2.4", "wildcards in a UID"),
    ("C.2.2.2.5", "a date that is none"),
    ("PS3.7 9.3.3.3", "C-CANCEL of a C-GET: FE00, and what was done and what remains is counted"),
    ("PS3.7 9.3.4.3", "C-CANCEL of a C-MOVE: FE00, and what was done and what remains is counted"),
}
SC = world.SECONDARY_CAPTURE
ROSSI_1 = {"StudyInstanceUID": world.study_uid(1)}
CT = {CTImageStorage: [world.EXPLICIT_LE, world.IMPLICIT_LE]}


# -- PS3.7 and PS3.8 -----------------------------------------------------------------------------------------------


@covers("PS3.7 9.3.5", "C-ECHO status 0")
def test_ps3_7_9_3_5_c_echo_is_answered_with_0(asked: Node) -> None:
    with asked.associated({Verification: None}) as association:
        assert association.send_c_echo().Status == 0


@covers("PS3.8 9.3", "unknown abstract syntax is refused per context, not by abort")
def test_ps3_8_9_3_an_unknown_abstract_syntax_is_refused_by_itself(asked: Node) -> None:
    with asked.associated({Verification: None, "1.2.3.4.5": None}) as association:
        assert [context.abstract_syntax for context in association.rejected_contexts] == ["1.2.3.4.5"]
        assert association.rejected_contexts[0].result == 3
        assert association.send_c_echo().Status == 0


@covers("PS3.8", "5 associations open at once all answer C-ECHO")
def test_ps3_8_five_associations_at_once(asked: Node) -> None:
    entity = AE(CALLER)
    entity.add_requested_context(Verification)
    five = [entity.associate("127.0.0.1", asked.port, ae_title="FILEROOM") for _ in range(5)]
    assert [one.send_c_echo().Status for one in five] == [0] * 5
    for one in five:
        one.release()


@covers("PS3.8 9.2", "junk bytes on the port: abort/close, and the server still answers")
def test_ps3_8_9_2_junk_is_cut_off_and_the_server_answers_on(asked: Node) -> None:
    for junk in (b"GET / HTTP/1.0\r\n\r\n", b"\x01\0\xff\xff\xff\xff" + bytes(100), b"\x04\0\0\0\0\4abcd", bytes(64)):
        with socket.create_connection(("127.0.0.1", asked.port), timeout=5) as stranger:
            stranger.sendall(junk)
            assert stranger.recv(1024)[:1] == b"\x07"  # A-ABORT
            assert stranger.recv(1) == b""
    with asked.associated({Verification: None}) as association:
        assert association.send_c_echo().Status == 0


# -- PS3.4 B: storage ----------------------------------------------------------------------------------------------


def store(node: Node, *files: bytes) -> list[int]:
    """Send files; gives the statuses."""
    statuses = []
    for one in (dcmread(BytesIO(file)) for file in files):
        with node.associated({one.SOPClassUID: [one.file_meta.TransferSyntaxUID]}) as association:
            statuses.append(int(association.send_c_store(one).Status))
    return statuses


@covers(
    "PS3.4 B",
    "C-STORE of 10 instances (explicit, implicit, RLE) all status 0",
    "C-STORE of the same instance again is 0 (or a warning)",
)
def test_ps3_4_b_ten_instances_in_three_encodings_and_again(sent_to: Node) -> None:
    files = [
        *(world.instance(number=n) for n in range(1, 5)),
        *(world.instance(series=2, number=n, transfer_syntax=world.IMPLICIT_LE) for n in range(1, 4)),
        *(rle(n) for n in range(1, 4)),
    ]
    assert store(sent_to, *files) == [0] * 10
    with sent_to.archive() as archive:
        until(lambda: archive.status().instances == 10)
    assert store(sent_to, files[0]) == [0]  # the same again
    time.sleep(0.5)
    with sent_to.archive() as archive:
        assert archive.status().instances == 10


@covers("PS3.4 B.2.3", "C-STORE whose command UID differs from the data set is not plain success (A900/B007)")
@pytest.mark.parametrize(
    "said", [{"AffectedSOPInstanceUID": "1.2.3"}, {"AffectedSOPClassUID": world.SECONDARY_CAPTURE}]
)
def test_ps3_4_b_2_3_a_command_that_names_something_else(sent_to: Node, said: dict[str, str]) -> None:
    with sent_to.asking({CTImageStorage: [world.EXPLICIT_LE]}) as association:
        status = raw_store(association, data_set_of(world.instance(number=77)), **said)
        assert status == 0xA900


def test_ps3_4_b_2_3_bytes_that_are_no_data_set(sent_to: Node) -> None:
    with sent_to.asking({CTImageStorage: [world.EXPLICIT_LE]}) as association:
        assert raw_store(association, b"no data set at all, and odd") == 0xC000


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, RLELossless])
def test_ps3_5_a_4_native_pixels_where_they_were_agreed_to_be_compressed(sent_to: Node, syntax: str) -> None:
    """What is of a length of its own is not encapsulated: nobody could tell what it is."""
    with sent_to.asking({CTImageStorage: [syntax]}) as association:
        assert (
            raw_store(
                association,
                data_set_of(world.instance(study=9, number=77)),
                AffectedSOPInstanceUID=world.sop_uid(9, 1, 77),
            )
            == 0xC000
        )
    assert sent_to.find("STUDY", {"StudyInstanceUID": world.study_uid(9)}).pending == []


# -- PS3.4 C.6: the information models -----------------------------------------------------------------------------


@covers(
    "C.6", "C-FIND patient root STUDY level lists the 6 studies", "C-FIND study root STUDY level lists the 6 studies"
)
@pytest.mark.parametrize("model", [PATIENT_ROOT, STUDY_ROOT], ids=["C.6.1 patient root", "C.6.2 study root"])
def test_the_study_level_lists_all_six_studies(asked: Node, model: str) -> None:
    answers = asked.find("STUDY", {"StudyInstanceUID": ""}, model)
    assert answers.values("StudyInstanceUID") == [world.study_uid(n) for n in range(1, 7)]
    assert answers.status == 0


@covers("C.6.1.1", "C-FIND PATIENT level lists 5 patients")
def test_c_6_1_1_the_patient_level_lists_five_patients(asked: Node) -> None:
    assert asked.find("PATIENT", {"PatientID": ""}, PATIENT_ROOT).values("PatientID") == [
        "42",
        "7",
        "ABC",
        "X%1",
        "abc",
    ]


@covers("C.6.2.1", "SERIES level")
def test_c_6_2_1_series_level(asked: Node) -> None:
    answers = asked.find("SERIES", {**ROSSI_1, "SeriesInstanceUID": "", "NumberOfSeriesRelatedInstances": ""})
    told = {one.SeriesInstanceUID: one.NumberOfSeriesRelatedInstances for one in answers.pending}
    assert told == {world.series_uid(1, 1): 3, world.series_uid(1, 2): 2}


@covers("C.6.2.1", "IMAGE level")
def test_c_6_2_1_image_level(asked: Node) -> None:
    above = {**ROSSI_1, "SeriesInstanceUID": world.series_uid(1, 1)}
    answers = asked.find("IMAGE", {**above, "SOPInstanceUID": "", "InstanceNumber": ""})
    told = {one.SOPInstanceUID: one.InstanceNumber for one in answers.pending}
    assert told == {world.sop_uid(1, 1, n): n for n in (1, 2, 3)}


MATCHING: list[tuple[str, str, dict[str, Any], list[int]]] = [
    ("C.2.2.2.1", "single value PatientID", {"PatientID": "42"}, [1, 2]),
    ("C.2.2.2.1", "single value is whole-value", {"PatientID": "4"}, []),
    ("C.2.2.2.1", "PatientID is case-sensitive", {"PatientID": "ABC"}, [5]),
    ("C.2.2.2.1", "non-ASCII PN with SpecificCharacterSet ISO_IR 192", {**UTF_8, "PatientName": "MÜLLER^Jörg"}, [3]),
    ("C.2.2.2.1", "ideographic group", {**UTF_8, "PatientName": "=山田^太郎"}, [4]),
    ("C.2.2.2.4", "wildcard *", {"PatientName": "ROSSI*"}, [1, 2]),
    ("C.2.2.2.4", "wildcard ?", {"PatientName": "R?SSI^Mario"}, [1, 2]),
    ("C.2.2.2.4", "wildcards * in the middle", {"PatientName": "R*I^M*o"}, [1, 2]),
    ("C.2.2.2.4", "a lone * matches zero-length values too", {"StudyID": "*"}, [1, 2, 3, 4, 5, 6]),
    ("C.2.2.2.3", "universal (zero length) returns also empty values", {"StudyDate": ""}, [1, 2, 3, 4, 5, 6]),
    ("C.2.2.2.5", "date range a-b", {"StudyDate": "20200101-20231231"}, [2, 4, 5]),
    ("C.2.2.2.5", "date range a-", {"StudyDate": "20230505-"}, [1, 2]),
    ("C.2.2.2.5", "date range -b (empty dates do not match)", {"StudyDate": "-20200229"}, [5, 6]),
    ("C.2.2.2.5", "time range", {"StudyTime": "101500-110000"}, [1, 2, 6]),
    ("C.2.2.2.5", "time with fraction inside a range", {"StudyTime": "103000.2-103000.3"}, [2]),
    ("C.2.2.2.5", "hour-only time range 10-11", {"StudyTime": "10-11"}, [1, 2, 6]),
    ("C.2.2.2.2", "list of UID", {"StudyInstanceUID": [world.study_uid(1), world.study_uid(4)]}, [1, 4]),
    (
        "C.2.2.2.2",
        "list of 40 UIDs (over 1 KB)",
        {"StudyInstanceUID": [f"2.999.{n}.{10**20}" for n in range(39)] + ["2.999.6"]},
        [6],
    ),
    ("C.2.2.2.2", "list of 10 000 UIDs", {"StudyInstanceUID": [f"2.999.{n}" for n in range(5, 10_005)]}, [5, 6]),
    ("C.3.4", "ModalitiesInStudy=SC", {"ModalitiesInStudy": "SC"}, [3]),
    ("C.3.4", "ModalitiesInStudy=US\\MR", {"ModalitiesInStudy": ["US", "MR"]}, [2, 4]),
    ("C.6.2.1", "AccessionNumber", {"AccessionNumber": "A1"}, [1]),
    ("C.6.2.1", "StudyID", {"StudyID": "S1"}, [1]),
    ("C.2.2.2", "two keys ANDed", {"PatientID": "42", "StudyDate": "20230505"}, [2]),
    ("C.2.2.2", "no match: no pending, final 0", {"PatientID": "nobody"}, []),
    ("C.2.2.2", "SQL % and _ are literals", {"PatientID": "X%*"}, [4]),
    ("C.2.2.2", "percent matches nothing else", {"PatientID": "%"}, []),
    ("C.2.2.2", "underscore is a literal", {"StudyID": "S_*"}, [5]),
    ("C.2.2.2", "[ ] are literals", {"PatientName": "[BRACKET]*"}, [6]),
    ("C.2.2.2", "quote is a literal", {"PatientName": "O'BRIEN*"}, [5]),
]


@pytest.mark.parametrize(
    ("keys", "studies"), [row[2:] for row in MATCHING], ids=[f"{row[0]} {row[1]}" for row in MATCHING]
)
def test_matching(asked: Node, keys: dict[str, Any], studies: list[int]) -> None:
    answers = asked.find("STUDY", {"StudyInstanceUID": "", **keys})
    assert answers.values("StudyInstanceUID") == [world.study_uid(n) for n in studies]
    assert answers.status == 0


@covers("C.4.1.1.3", "return keys filled (incl. counts and ModalitiesInStudy)")
def test_c_4_1_1_3_return_keys_are_filled(asked: Node) -> None:
    wanted = {
        **ROSSI_1,
        "PatientName": "",
        "PatientBirthDate": "",
        "StudyDescription": "",
        "NumberOfStudyRelatedSeries": "",
        "NumberOfStudyRelatedInstances": "",
        "ModalitiesInStudy": "",
        "NumberOfPatientRelatedStudies": "",
    }
    (one,) = asked.find("STUDY", wanted).pending
    assert str(one.PatientName) == "ROSSI^Mario"
    assert (one.PatientBirthDate, one.StudyDescription, one.ModalitiesInStudy) == ("19700102", "THORAX", "CT")
    assert (one.NumberOfStudyRelatedSeries, one.NumberOfStudyRelatedInstances) == (2, 5)
    assert one.NumberOfPatientRelatedStudies == 2


@covers("C.4.1.1.3", "unsupported optional key is ignored or returned empty, not an error")
def test_c_4_1_1_3_an_optional_key_that_is_not_supported_is_empty(asked: Node) -> None:
    answers = asked.find(
        "STUDY", {**ROSSI_1, "NameOfPhysiciansReadingStudy": "HOUSE^G", "RequestAttributesSequence": []}
    )
    assert answers.statuses == [0xFF01, 0]  # PS3.4 Table C.4-1: it was given a value, and did not narrow
    assert answers.pending[0].NameOfPhysiciansReadingStudy == ""


@covers("C.4.1.1.3", "response carries RetrieveAETitle or storage media id")
def test_c_4_1_1_3_a_response_says_where_to_retrieve_from(asked: Node) -> None:
    (one,) = asked.find("STUDY", ROSSI_1).pending
    assert (one.RetrieveAETitle, one.QueryRetrieveLevel, one.InstanceAvailability) == ("FILEROOM", "STUDY", "ONLINE")


@covers("C.2.2.2", "response has SpecificCharacterSet when non-ASCII, name decodes")
@pytest.mark.parametrize(
    ("said", "study", "answered", "name"),
    [
        ({}, 1, None, "ROSSI^Mario"),
        ({}, 3, "ISO_IR 100", "MÜLLER^Jörg"),
        (UTF_8, 3, "ISO_IR 192", "MÜLLER^Jörg"),
        ({"SpecificCharacterSet": "ISO_IR 100"}, 3, "ISO_IR 100", "MÜLLER^Jörg"),
        ({"SpecificCharacterSet": "ISO_IR 100"}, 4, "ISO_IR 192", "YAMADA^Tarou=山田^太郎"),
        ({"SpecificCharacterSet": "GB18030"}, 4, "GB18030", "YAMADA^Tarou=山田^太郎"),
    ],
)
def test_c_2_2_2_the_character_set_of_a_response(
    asked: Node, said: dict[str, str], study: int, answered: str | None, name: str
) -> None:
    (one,) = asked.find("STUDY", {**said, "StudyInstanceUID": world.study_uid(study), "PatientName": ""}).pending
    assert (one.get("SpecificCharacterSet"), str(one.PatientName)) == (answered, name)


REFUSED: list[tuple[str, str, str, str | None, dict[str, Any]]] = [
    (
        "C.4.1.2.1",
        "SERIES query without the study UID is refused (A900/C0xx) unless relational",
        STUDY_ROOT,
        "SERIES",
        {"Modality": "CT"},
    ),
    ("C.4.1.2.1", "IMAGE query without the series UID is refused", STUDY_ROOT, "IMAGE", ROSSI_1),
    ("C.4.1.1.4", "bad QueryRetrieveLevel is a failure status, no crash", STUDY_ROOT, "FOLDER", {"PatientID": ""}),
    ("C.4.1.1.4", "missing QueryRetrieveLevel is a failure status", STUDY_ROOT, None, {"PatientID": ""}),
    ("C.6.2", "PATIENT level in study root is a failure status", STUDY_ROOT, "PATIENT", {"PatientID": ""}),
    ("C.2.2.2.4", "wildcards in a UID", STUDY_ROOT, "STUDY", {"StudyInstanceUID": "2.999.*"}),
    ("C.2.2.2.5", "a date that is none", STUDY_ROOT, "STUDY", {"StudyDate": "20239999-2024-2025"}),
]


@pytest.mark.filterwarnings("ignore:Invalid value|A value of type:UserWarning")  # pydicom, of what we ask on purpose
@pytest.mark.parametrize(
    ("model", "level", "keys"), [row[2:] for row in REFUSED], ids=[f"{row[0]} {row[1]}" for row in REFUSED]
)
def test_what_the_standard_forbids_is_a900(asked: Node, model: str, level: str | None, keys: dict[str, Any]) -> None:
    answers = asked.find(level, keys, model)
    assert answers.statuses == [0xA900]
    assert answers.last.ErrorComment


# -- PS3.4 C.4.3: C-GET --------------------------------------------------------------------------------------------


def counts(answers: Fetched) -> tuple[int, int, int, int]:
    last = answers.last
    return (
        answers.status,
        last.NumberOfCompletedSuboperations,
        last.NumberOfFailedSuboperations,
        last.NumberOfWarningSuboperations,
    )


@covers("C.4.3", "C-GET study: 5 instances, final 0, counters right")
def test_c_4_3_get_a_study(asked: Node) -> None:
    fetched = asked.get("STUDY", ROSSI_1, CT)
    assert counts(fetched) == (0, 5, 0, 0)
    assert len(fetched.instances) == 5


@covers("C.4.3", "C-GET series: 3")
def test_c_4_3_get_a_series(asked: Node) -> None:
    assert counts(asked.get("SERIES", {**ROSSI_1, "SeriesInstanceUID": world.series_uid(1, 1)}, CT)) == (0, 3, 0, 0)


@covers("C.4.3", "C-GET image: 1, pixel data equal")
def test_c_4_3_get_an_image_byte_for_byte(asked: Node) -> None:
    image = {"SeriesInstanceUID": world.series_uid(1, 1), "SOPInstanceUID": world.sop_uid(1, 1, 2)}
    fetched = asked.get("IMAGE", {**ROSSI_1, **image}, CT)
    assert counts(fetched) == (0, 1, 0, 0)
    file = world.instance(
        series=1, number=2, patient_name="ROSSI^Mario", patient_id="42", AccessionNumber="A1", StudyID="S1",
        StudyDescription="THORAX",
    )  # fmt: skip
    assert fetched.instances == {world.sop_uid(1, 1, 2): (world.EXPLICIT_LE, data_set_of(file))}


@covers("C.4.3", "C-GET of RLE instance when only native accepted: decompressed or counted as failed")
def test_c_4_3_a_compressed_image_is_decompressed_for_who_takes_only_native_ones(asked: Node) -> None:
    study, image = {"StudyInstanceUID": world.study_uid(5)}, world.sop_uid(5, 1, 1)
    for syntaxes in ([world.EXPLICIT_LE], [world.IMPLICIT_LE], [RLELossless, world.IMPLICIT_LE]):
        fetched = asked.get("STUDY", study, {CTImageStorage: syntaxes})
        assert counts(fetched) == (0, 1, 0, 0)
        syntax, data = fetched.instances[image]
        assert syntax == syntaxes[-1]
        found = read_dataset(BytesIO(data), is_implicit_VR=syntax == world.IMPLICIT_LE, is_little_endian=True)
        assert (found.PixelData, found.PatientName) == (b"\x07\x00" * 16, "O'BRIEN^Pat_rick")
    fetched = asked.get("STUDY", study, {CTImageStorage: [RLELossless]})
    assert (counts(fetched), fetched.instances[image]) == ((0, 1, 0, 0), (RLELossless, data_set_of(rle(1))))


@covers("C.4.3", "C-GET of unknown study: 0 sub-operations, no crash")
def test_c_4_3_an_unknown_study_is_no_suboperation(asked: Node) -> None:
    assert counts(asked.get("STUDY", {"StudyInstanceUID": "2.999.404"}, CT)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "syntaxes", [*([one] for one in uids.LOSSLESS), [JPEGBaseline8Bit, uids.LOSSLESS[0]], list(uids.LOSSLESS[::-1])]
)
def test_c_4_3_a_native_image_is_compressed_for_who_takes_only_compressed_ones(
    asked: Node, syntaxes: list[str]
) -> None:
    fetched = asked.get("SERIES", {**ROSSI_1, "SeriesInstanceUID": world.series_uid(1, 1)}, {CTImageStorage: syntaxes})
    assert counts(fetched) == (0, 3, 0, 0)
    ramp = b"".join(n.to_bytes(2, "little") for n in range(16))
    for syntax, data in fetched.instances.values():
        assert syntax == next(one for one in uids.LOSSLESS if one in syntaxes)
        assert pixels_of(syntax, data) == ramp


# -- PS3.4 C.4.2: C-MOVE -------------------------------------------------------------------------------------------


@pytest.fixture
def destination(asked: Node) -> Iterator[Fetched]:
    """A storage SCP that the node knows as SINK."""
    fetched = Fetched()
    entity = AE("SINK")
    entity.add_supported_context(CTImageStorage, [world.EXPLICIT_LE, world.IMPLICIT_LE, RLELossless])
    entity.add_supported_context(world.SOP_CLASSES["MR"], [world.EXPLICIT_LE])
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, fetched.stored)])
    assert server is not None
    asked.allow("SINK", server.server_address[1], calls=False)
    yield fetched
    server.shutdown()


def move(node: Node, to: str, level: str, keys: dict[str, Any]) -> Fetched:
    answers = Fetched()
    with node.associated({MOVE: None}) as association:
        for status, found in association.send_c_move(identifier(level, keys), to, MOVE, msg_id=9):
            answers.add(status, found)
    return answers


@covers("C.4.2", "C-MOVE study to a known AE: 5 arrive, final 0")
@covers("C.4.2.1", "C-MOVE sub-operations carry originator AE and message id")
def test_c_4_2_move_a_study_and_c_4_2_1_its_originator(asked: Node, destination: Fetched) -> None:
    assert counts(move(asked, "SINK", "STUDY", ROSSI_1)) == (0, 5, 0, 0)
    assert len(destination.instances) == 5
    assert set(destination.originators) == {(CALLER, 9)}
    implicit = [syntax for syntax, _ in destination.instances.values() if syntax == world.IMPLICIT_LE]
    assert len(implicit) == 2  # as their files are: nothing was re-encoded


@pytest.mark.parametrize("native", [world.EXPLICIT_LE, world.IMPLICIT_LE])
def test_c_4_2_compressed_images_are_decompressed_for_a_destination_that_takes_only_native_ones(
    tmp_path: Path, native: str
) -> None:
    """One frame is damaged: that is one sub-operation that failed, over an association that goes on."""
    damaged = world.instance(study=5, series=1, number=2, transfer_syntax=world.RLE, pixels=[b"\xff" * 64])
    node = started(tmp_path, {"1": rle(1), "2": damaged, "3": rle(3)})
    fetched, ended = Fetched(), threading.Event()
    entity = AE("NATIVE")
    entity.add_supported_context(CTImageStorage, [native])
    handlers: list[Any] = [(evt.EVT_C_STORE, fetched.stored), (evt.EVT_RELEASED, lambda _: ended.set())]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    assert server is not None
    node.allow("NATIVE", server.server_address[1], calls=False)
    try:
        answers = move(node, "NATIVE", "STUDY", {"StudyInstanceUID": world.study_uid(5)})
        assert ended.wait(10)
    finally:
        server.shutdown()
        node.running.stop()
    assert counts(answers) == (0xB000, 2, 1, 0)
    assert set(fetched.instances) == {world.sop_uid(5, 1, n) for n in (1, 3)}
    for syntax, data in fetched.instances.values():
        found = read_dataset(BytesIO(data), is_implicit_VR=native == world.IMPLICIT_LE, is_little_endian=True)
        assert (syntax, found.PixelData, found.PatientName) == (native, b"\x07\x00" * 16, "O'BRIEN^Pat_rick")


@pytest.mark.parametrize("syntax", uids.LOSSLESS)
def test_c_4_2_native_images_are_compressed_for_a_destination_that_takes_only_such(tmp_path: Path, syntax: str) -> None:
    """What is stored so comes as it is; what cannot be compressed here is a sub-operation that failed."""
    noise = bytes(range(128))
    files = {
        "1": world.instance(number=1, rows=8, columns=8, pixels=noise),
        "2": world.instance(number=2, rows=8, columns=8, pixels=noise, transfer_syntax=world.IMPLICIT_LE),
        "3": world.instance(number=3, BitsAllocated=32, BitsStored=32, HighBit=31, pixels=bytes(64)),
        "4": world.instance(number=4, rows=8, columns=8, pixels=noise[:126]),
    }
    node = started(tmp_path, files)
    fetched = Fetched()
    entity = AE("SMALL")
    entity.add_supported_context(CTImageStorage, [syntax])
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, fetched.stored)])
    assert server is not None
    node.allow("SMALL", server.server_address[1], calls=False)
    try:
        answers = move(node, "SMALL", "STUDY", ROSSI_1)
    finally:
        server.shutdown()
        node.running.stop()
    assert counts(answers) == (0xB000, 2, 2, 0)
    assert set(fetched.instances) == {world.sop_uid(1, 1, n) for n in (1, 2)}
    for found, data in fetched.instances.values():
        assert (found, pixels_of(found, data)) == (syntax, noise)


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_c_4_2_what_breaks_off_in_the_middle_keeps_back_no_other(tmp_path: Path, broken: int) -> None:
    """Its file becomes shorter when its message has begun: its association is aborted, the others follow over a new
    one."""
    large: dict[str, Any] = {"rows": 4096, "columns": 4096, "pixels": bytes(32 << 20)}
    files = {str(n): world.instance(number=n, **(large if n == broken else {})) for n in (1, 2, 3)}
    node = started(tmp_path, files)
    fetched, ends, begun = Fetched(), list[str](), world.sop_uid(1, 1, broken).encode()

    def shrink(event: evt.Event) -> None:
        if begun in event.data[:1024]:
            os.truncate(tmp_path / "files" / str(broken), 16 << 20)

    entity = AE("SINK")
    entity.add_supported_context(CTImageStorage, [world.EXPLICIT_LE])
    handlers: list[Any] = [(evt.EVT_C_STORE, fetched.stored), (evt.EVT_DATA_RECV, shrink)]
    handlers += [(kind, lambda event: ends.append(event.event.name)) for kind in (evt.EVT_ABORTED, evt.EVT_RELEASED)]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    assert server is not None
    node.allow("SINK", server.server_address[1], calls=False)
    ended = ["EVT_ABORTED"] if broken == 3 else ["EVT_ABORTED", "EVT_RELEASED"]
    try:
        answers = move(node, "SINK", "STUDY", ROSSI_1)
        until(lambda: len(ends) == len(ended))
    finally:
        server.shutdown()
        node.running.stop()
    assert counts(answers) == (0xB000, 2, 1, 0)
    good = {world.sop_uid(1, 1, n): (world.EXPLICIT_LE, data_set_of(files[str(n)])) for n in {1, 2, 3} - {broken}}
    assert fetched.instances == good
    assert ends == ended


@covers("C.4.2", "C-MOVE with a UID list of two studies")
def test_c_4_2_move_a_list_of_studies(asked: Node, destination: Fetched) -> None:
    keys = {"StudyInstanceUID": [world.study_uid(1), world.study_uid(2)]}
    assert counts(move(asked, "SINK", "STUDY", keys)) == (0, 6, 0, 0)
    assert len(destination.instances) == 6


@covers("C.4.2.1.5", "C-MOVE to an unknown AE answers A801")
def test_c_4_2_1_5_an_unknown_destination_is_a801(asked: Node) -> None:
    assert move(asked, "NOWHERE", "STUDY", ROSSI_1).statuses == [0xA801]


def test_c_4_2_a_destination_that_is_not_there(asked: Node) -> None:
    asked.allow("GONE", 1)
    assert counts(move(asked, "GONE", "STUDY", ROSSI_1)) == (0xA702, 0, 5, 0)


def test_c_4_2_what_the_destination_does_not_take_is_told(asked: Node, destination: Fetched) -> None:
    answers = move(asked, "SINK", "STUDY", {"StudyInstanceUID": [world.study_uid(1), world.study_uid(6)]})
    assert counts(answers) == (0xB000, 5, 1, 0)


def test_get_and_move_are_of_unique_keys(asked: Node) -> None:
    assert asked.get("STUDY", {"PatientID": "42"}, CT).statuses == [0xA900]
