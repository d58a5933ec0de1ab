"""What is out of the ordinary: agreed matching, stopping in the middle, images that are not there,
transfer syntaxes that nobody knows, and senders that take their time."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pynetdicom import AE, build_role, evt
from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation
from pynetdicom.sop_class import CTImageStorage  # type: ignore[attr-defined]  # made at run time

from fileroom.archive import Archive
from fileroom.dimse import find
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.network import association as ours
from fileroom.network import uids
from fileroom.network.commands import Field, encode
from fileroom.network.identifiers import Writer
from fileroom.network.wire import Aborted, p_data
from fileroom.settings import Settings
from fileroom.web import qido
from tests import world
from tests.dimse.node import CALLER, GET, MOVE, STUDY_ROOT, TITLE, Answers, Fetched, data_set_of, identifier, started
from tests.dimse.rows import covers
from tests.dimse.test_checklist import counts
from tests.dimse.test_fence import CT, associate, door, echo
from tests.patience import until

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from fileroom.model.queries import Condition
    from tests.dimse.node import Node

MANY = 24


def find_with(node: Node, agreed: bytes, level: str, keys: dict[str, Any]) -> Answers:
    """A C-FIND after extended negotiation (PS3.4 C.5.1.1)."""
    item = SOPClassExtendedNegotiation()
    item.sop_class_uid = STUDY_ROOT
    item.service_class_application_information = agreed
    return node.find(level, keys, ext_neg=[item])


@pytest.mark.parametrize(("name", "found"), [("muller", 1), ("jorg mul", 1), ("Ross*", 2), ("*", 6), ("nobody", 0)])
def test_ps3_4_c_5_1_1_fuzzy_matching_of_names_where_it_is_agreed_on(asked: Node, name: str, found: int) -> None:
    assert len(find_with(asked, b"\0\0\1\0\0", "STUDY", {"PatientName": name}).pending) == found


def test_ps3_4_c_5_1_1_and_not_where_it_is_not(asked: Node) -> None:
    assert find_with(asked, b"\0\0\0\0\0", "STUDY", {"PatientName": "muller"}).pending == []
    assert asked.find("STUDY", {"PatientName": "muller"}).pending == []


def test_ps3_4_c_5_1_1_a_date_and_its_time_are_one_where_it_is_agreed_on(asked: Node) -> None:
    """From an evening in December 2021 to a morning in May 2023: 23:50 lies in it, 10:30 does not."""
    keys = {"StudyDate": "20211224-20230505", "StudyTime": "230000-080000"}
    together = find_with(asked, b"\0\1\0\0\0", "STUDY", keys)
    assert together.values("StudyInstanceUID") == [world.study_uid(4)]


@pytest.fixture
def two_kinds(tmp_path: Path) -> Iterator[Node]:
    """A study of CT and PT, one of CT alone, one of PT alone."""
    kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("1", "CT", {"PerformingPhysicianName": ["A^B", "C^D"]}),
        ("1", "PT", {}),
        ("2", "CT", {}),
        ("3", "PT", {}),
    )
    files = {
        f"{study}/{modality}": world.instance(study=int(study), series=at, modality=modality, **more)
        for at, (study, modality, more) in enumerate(kinds)
    }
    node = started(tmp_path, files)
    yield node
    node.running.stop()


@pytest.mark.parametrize(
    ("agreed", "modalities", "found"),
    [
        (b"\0\0\0\0\0\0\1", ["CT", "PT"], {1}),
        (b"\0\0\0\0\0\0\1", ["PT", "CT"], {1}),
        (b"\0\0\0\0\0\0\1", ["CT", "MR"], set()),
        (b"\0\0\0\0\0\0\1", ["CT"], {1, 2}),
        (b"\0\0\0\0\0\0\0", ["CT", "PT"], {1, 2, 3}),  # which the standard leaves open: any of them
        (b"\0", ["CT", "PT"], {1, 2, 3}),
    ],
)
def test_c_2_2_2_8_several_values_where_it_is_agreed_on(
    two_kinds: Node, agreed: bytes, modalities: list[str], found: set[int]
) -> None:
    answers = find_with(two_kinds, agreed, "STUDY", {"ModalitiesInStudy": modalities, "StudyInstanceUID": ""})
    assert answers.values("StudyInstanceUID") == sorted(world.study_uid(n) for n in found)


@pytest.mark.filterwarnings("ignore:Invalid value:UserWarning")
def test_c_2_2_2_8_names_and_what_is_refused(two_kinds: Node) -> None:
    agreed, study = b"\0\0\0\0\0\0\1", {"StudyInstanceUID": world.study_uid(1)}
    for names, found in ((["C^D", "a^b"], 1), (["A^B"], 1), (["C^D", "E^F"], 0)):
        keys = {**study, "PerformingPhysicianName": names}
        assert len(find_with(two_kinds, agreed, "SERIES", keys).pending) == found
    assert find_with(two_kinds, agreed, "STUDY", {"ModalitiesInStudy": ["C*", "PT"]}).statuses == [0xA900]


@pytest.mark.filterwarnings("ignore:Invalid value:UserWarning")
def test_c_2_2_2_7_what_is_empty_whether_it_is_agreed_on_or_not(asked: Node) -> None:
    """In numbers as well, which two quotes are none of; and of names that are matched fuzzily."""
    for agreed in (b"\0\0\0\0\0\1", b"\0\0\1\0\0\1", b"\0"):
        dates = find_with(asked, agreed, "STUDY", {"StudyDate": '""', "StudyInstanceUID": ""})
        assert dates.values("StudyInstanceUID") == [world.study_uid(3)]
        assert find_with(asked, agreed, "STUDY", {"PatientName": '""'}).statuses == [0]
    number = Dataset()
    number.QueryRetrieveLevel = "SERIES"
    number.StudyInstanceUID = world.study_uid(1)
    number.add(DataElement(0x00200011, "LO", '""'))  # IS refuses to be made of it; in Implicit VR it is the same bytes
    with asked.associated({STUDY_ROOT: [world.IMPLICIT_LE]}) as association:
        statuses = [status.Status for status, _ in association.send_c_find(number, STUDY_ROOT)]
    assert statuses == [0]


# -- names in several scripts, character sets, sequences ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("YAMADA^Tarou=山田^太郎", 1),
        ("*=山田*", 1),
        ("=山田^太郎", 1),
        ("YAMADA*=", 1),
        ("YAMADA^Tarou=鈴木^太郎", 0),  # each group that is given has to match, not the first alone
        ("*=YAMADA*", 0),
        ("*=*", 6),
    ],
)
def test_c_2_2_2_1_a_name_in_several_component_groups(asked: Node, name: str, found: int) -> None:
    keys = {"SpecificCharacterSet": "ISO_IR 192", "PatientName": name}
    assert len(asked.find("STUDY", keys).pending) == found
    with asked.archive() as archive:
        conditions = web_conditions(name)
        assert archive.search(Query(level=Level.STUDY, conditions=conditions)).total == found


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [
        ("HOUSE^Greg=豪斯", True),
        ("HOUSE^Greg", True),  # one group, whichever it is
        ("house*", True),
        ("=豪斯", True),
        ("豪斯", True),
        ("*=豪?", True),
        ("HOUSE^Greg=", True),
        ("HOUSE", False),
        ("豪斯=HOUSE^Greg", False),
        ("HOUSE^Greg=罗西", False),
    ],
)
def test_c_2_2_2_1_physicians_have_component_groups_too(tmp_path: Path, asked_for: str, found: bool) -> None:
    utf_8: dict[str, Any] = {"SpecificCharacterSet": "ISO_IR 192"}
    files = {
        "1": world.instance(
            ReferringPhysicianName="HOUSE^Greg=豪斯", PerformingPhysicianName="HOUSE^Greg=豪斯", **utf_8
        ),
        "2": world.instance(study=2, ReferringPhysicianName="ROSSI=罗西", PerformingPhysicianName="=罗西", **utf_8),
    }
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(world.plant(tmp_path / "files", files))
        for level, keyword in ((Level.STUDY, "ReferringPhysicianName"), (Level.SERIES, "PerformingPhysicianName")):
            conditions = qido.read(level, [], [(keyword, asked_for)]).query.conditions
            uids = [
                one.study_instance_uid if level is Level.STUDY else one.study.study_instance_uid
                for one in archive.search(Query(level=level, conditions=conditions)).items
            ]
            assert uids == [world.study_uid(1)] * found


def web_conditions(name: str) -> tuple[Condition, ...]:
    """What QIDO-RS makes of the same name."""
    return qido.read(Level.STUDY, [], [("PatientName", name)]).query.conditions


@pytest.mark.parametrize(
    ("asked_in", "answered_in"),
    [
        (["", "ISO 2022 IR 87"], ["", "ISO 2022 IR 87"]),
        (["ISO 2022 IR 13", "ISO 2022 IR 87"], ["ISO 2022 IR 13", "ISO 2022 IR 87"]),
        (["", "ISO 2022 IR 100"], "ISO_IR 192"),  # it does not have these letters
        ("GB18030", "GB18030"),
    ],
)
def test_c_4_1_1_3_answers_come_in_the_character_set_of_the_question(
    asked: Node, asked_in: Any, answered_in: Any
) -> None:
    (one,) = asked.find("STUDY", {"SpecificCharacterSet": asked_in, "PatientName": "YAMADA*"}).pending
    assert one.SpecificCharacterSet == answered_in
    assert str(one.PatientName) == "YAMADA^Tarou=山田^太郎"


def test_c_4_1_1_3_what_is_asked_for_in_a_sequence_is_told_to_be_ignored(asked: Node) -> None:
    """PS3.4 C.4.1.1.4: FF01, for the request of a series is not matched by."""
    item, empty = Dataset(), Dataset()
    item.ScheduledProcedureStepID, empty.ScheduledProcedureStepID = "S1", ""
    for one, status in ((item, 0xFF01), (empty, 0xFF00)):
        keys = {"StudyInstanceUID": world.study_uid(1), "RequestAttributesSequence": [one]}
        assert set(asked.find("SERIES", keys).statuses) == {status, 0}


@pytest.mark.filterwarnings("ignore:Invalid value:UserWarning")  # pydicom, of what we ask on purpose
def test_annex_c_what_is_wrong_is_said_in_ascii(asked: Node) -> None:
    """PS3.7 6.3.1: a command set has no character set; PS3.5 6.2: an LO has 64 characters at most."""
    said = asked.find("STUDY", {"StudyDate": "-"}).last.ErrorComment
    assert said.isascii()
    assert "StudyDate" in said
    assert "?" not in said


# -- what is not to be sent --------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Invalid value:UserWarning")
@pytest.mark.parametrize("uid", ["*", "**", "\\", "\\\\", "1.2\\*", ""])
def test_c_4_3_2_1_nothing_is_sent_when_everything_is_asked_for(asked: Node, uid: str) -> None:
    """Unique keys of a retrieval are single values or lists of UIDs: a wildcard must not send the whole archive."""
    for level, above in (("STUDY", {}), ("SERIES", {"StudyInstanceUID": world.study_uid(1)})):
        key = {"STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID"}[level]
        got = asked.get(level, above | {key: uid}, {CTImageStorage: [world.EXPLICIT_LE, world.IMPLICIT_LE]})
        assert (got.status, got.instances) == (0xA900, {})


def test_c_4_3_an_instance_whose_uid_is_none_does_not_break_the_others(tmp_path: Path) -> None:
    """PS3.5 9.1: at most 64 characters; programs break off the association at longer ones."""
    odd = "1." + "2" * 80
    files = {
        "1": world.instance(number=1),
        "2": world.instance(number=2, SOPInstanceUID=odd),
        "3": world.instance(number=3),
    }
    node = started(tmp_path, files)
    got = node.get("STUDY", {"StudyInstanceUID": world.study_uid(1)}, {CTImageStorage: [world.EXPLICIT_LE]})
    node.running.stop()
    assert sorted(got.instances) == [world.sop_uid(1, 1, 1), world.sop_uid(1, 1, 3)]
    assert counts(got) == (0xB000, 2, 1, 0)


# -- stopping, and drives that are not there ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    files = {f"{n:02}": world.instance(number=n) for n in range(1, MANY + 1)}
    node = started(tmp_path_factory.mktemp("many"), files)
    yield node
    node.running.stop()


FIRST = 64  # responses after which a C-FIND looks for a cancel again


@covers("PS3.7 9.3.2", "C-CANCEL-FIND ends with FE00 (or 0 if finished)")
def test_ps3_7_9_3_2_3_c_cancel_of_a_c_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle, whatever the machine: the door finds no more until the cancel is on its way."""
    found, halted, sent, told = find.responses, threading.Event(), threading.Event(), list[int]()

    def halting(*asked: Any) -> Iterator[bytes]:
        for number, one in enumerate(found(*asked), 1):
            yield one
            if number == FIRST:
                halted.set()
                assert sent.wait(20)

    monkeypatch.setattr(find, "responses", halting)
    with door(tmp_path) as (here, port):
        world.plant(tmp_path / "files", {f"{n}": world.instance(study=n) for n in range(1, 3 * FIRST)})
        here.archive.bring_in(tmp_path / "files")
        association = associate(port, more=[(uids.STUDY_FIND, [world.EXPLICIT_LE])])
        context = association.terms.sending(uids.STUDY_FIND)
        assert context is not None
        asked = Writer(world.EXPLICIT_LE, "").write([(0x00080052, "CS", "STUDY"), (0x0020000D, "UI", "")])
        said = {"AffectedSOPClassUID": uids.STUDY_FIND, "CommandField": Field.FIND, "MessageID": 7, "Priority": 0}
        association.send(context, said, asked)
        assert halted.wait(20)
        for number in (8, 7):  # the first is of no message that there is, and ends nothing
            association.send(context, {"CommandField": Field.CANCEL, "MessageIDBeingRespondedTo": number})
        sent.set()
        while not told or told[-1] == 0xFF00:
            answer = association.receive()
            assert answer is not None
            told.append(int(answer.command["Status"]))
            assert answer.command["MessageIDBeingRespondedTo"] == 7
        assert echo(association) == 0  # it goes on
        association.release()
    assert told == [0xFF00] * FIRST + [0xFE00]


@covers("PS3.7 9.3.3.3", "C-CANCEL of a C-GET: FE00, and what was done and what remains is counted")
def test_ps3_7_9_3_3_3_c_cancel_of_a_c_get(many: Node) -> None:
    entity, came, held = AE(CALLER), Fetched(), dict[str, Any]()

    def stored(event: evt.Event) -> int:
        if len(came.instances) == 2:
            held["association"].send_c_cancel(5, query_model=GET)
        return came.stored(event)

    entity.add_requested_context(GET)
    entity.add_requested_context(CTImageStorage, [world.EXPLICIT_LE])
    association = held["association"] = entity.associate(
        "127.0.0.1", many.port, ae_title=TITLE, ext_neg=[build_role(CTImageStorage, scp_role=True)],
        evt_handlers=[(evt.EVT_C_STORE, stored)],
    )  # fmt: skip
    for status, found in association.send_c_get(
        identifier("STUDY", {"StudyInstanceUID": world.study_uid()}), GET, msg_id=5
    ):
        came.add(status, found)
    association.release()
    assert 3 <= len(came.instances) < MANY
    assert counts(came) == (0xFE00, len(came.instances), 0, 0)
    assert came.last.NumberOfRemainingSuboperations == MANY - len(came.instances)


@covers("PS3.7 9.3.4.3", "C-CANCEL of a C-MOVE: FE00, and what was done and what remains is counted")
def test_ps3_7_9_3_4_3_c_cancel_of_a_c_move(many: Node) -> None:
    came, told = Fetched(), Fetched()
    with many.associated({MOVE: None}) as association:

        def stored(event: evt.Event) -> int:
            if len(came.instances) == 2:
                association.send_c_cancel(6, query_model=MOVE)
            return came.stored(event)

        entity = AE("SINK")
        entity.add_supported_context(CTImageStorage, [world.EXPLICIT_LE])
        server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, stored)])
        assert server is not None
        many.allow("SINK", server.server_address[1], calls=False)
        asked = identifier("STUDY", {"StudyInstanceUID": world.study_uid()})
        for status, found in association.send_c_move(asked, "SINK", MOVE, msg_id=6):
            told.add(status, found)
        server.shutdown()
    assert 3 <= len(came.instances) < MANY  # the cancel travels another association than the images: one more may pass
    assert counts(told) == (0xFE00, len(came.instances), 0, 0)
    assert told.last.NumberOfRemainingSuboperations == MANY - len(came.instances)


def test_c_4_2_and_c_4_3_images_that_cannot_be_reached_are_counted_and_named(tmp_path: Path) -> None:
    node = started(tmp_path, {f"{n}": world.instance(number=n) for n in (1, 2, 3)})
    try:
        (tmp_path / "files" / "2").unlink()
        got = node.get("STUDY", {"StudyInstanceUID": world.study_uid()}, {CTImageStorage: [world.EXPLICIT_LE]})
        assert (got.status, got.last.NumberOfFailedSuboperations, len(got.instances)) == (0xB000, 1, 2)
        entity = AE("SINK")
        entity.add_supported_context(CTImageStorage, [world.EXPLICIT_LE])
        came = Fetched()
        server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, came.stored)])
        assert server is not None
        node.allow("SINK", server.server_address[1], calls=False)
        moved = Answers()
        with node.associated({MOVE: None}) as association:
            for status, found in association.send_c_move(
                identifier("STUDY", {"StudyInstanceUID": world.study_uid()}), "SINK", MOVE
            ):
                moved.add(status, found)
        server.shutdown()
        assert (moved.status, moved.last.NumberOfFailedSuboperations, len(came.instances)) == (0xB000, 1, 2)
        shutil.rmtree(tmp_path / "files")
        none = node.get("STUDY", {"StudyInstanceUID": world.study_uid()}, {CTImageStorage: [world.EXPLICIT_LE]})
        assert (none.status, none.last.NumberOfFailedSuboperations) == (0xA702, 3)
    finally:
        node.running.stop()


# -- what nobody knows, and who is slow --------------------------------------------------------------------------------


def test_ps3_8_9_3_3_2_a_transfer_syntax_that_nobody_knows_is_refused_by_itself(asked: Node) -> None:
    entity = AE(CALLER)
    entity.add_requested_context(CTImageStorage, "1.2.3.4.5.6")
    entity.add_requested_context(STUDY_ROOT)
    association = entity.associate("127.0.0.1", asked.port, ae_title=TITLE)
    assert [context.result for context in association.rejected_contexts] == [4]
    assert association.is_established
    association.release()


def test_a_sender_that_is_too_slow_is_let_go_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "_MINUTE", 0.2)
    monkeypatch.setattr(ours, "_SLOWEST", 1 << 20)
    with door(tmp_path) as (_, port):
        association = associate(port)
        context = association.terms.sending(CT)
        assert context is not None
        said = {
            "AffectedSOPClassUID": CT, "AffectedSOPInstanceUID": "1.2.3", "CommandField": Field.STORE,
            "MessageID": 1, "Priority": 0, "CommandDataSetType": 1,
        }  # fmt: skip
        data = data_set_of(world.instance())
        connection: socket.socket = association._wire._sock
        connection.sendall(p_data(context.id, encode(said), is_command=True, is_last=True))

        def let_go() -> bool:
            try:
                connection.sendall(p_data(context.id, data[:20], is_command=False, is_last=False))
            except OSError:
                return True
            return False

        until(let_go)
        inbox = tmp_path / "archive" / "files" / ".inbox"
        until(lambda: not list(inbox.iterdir()))
        with pytest.raises(Aborted):
            association.receive()
