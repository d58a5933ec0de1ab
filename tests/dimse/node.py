"""A DIMSE node over a small archive, and pynetdicom as whoever talks to it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import imagecodecs
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.filereader import read_dataset
from pydicom.uid import JPEGLSLossless, RLELossless
from pynetdicom import AE, build_role, evt
from pynetdicom.sop_class import (  # type: ignore[attr-defined]  # made at run time
    PatientRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
)

from fileroom.archive import Archive
from fileroom.dimse.process import Running, Station
from fileroom.model.peers import Peer, PeerKind
from fileroom.network.commands import Field
from fileroom.network.negotiation import Callee, Proposal, request
from fileroom.settings import Settings
from fileroom.web.serve import Ready, serve
from tests import world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pynetdicom.association import Association

    from fileroom.network.association import Association as Ours

TITLE = "FILEROOM"
CALLER = "TESTER"
PATIENT_ROOT = PatientRootQueryRetrieveInformationModelFind
STUDY_ROOT = StudyRootQueryRetrieveInformationModelFind
GET, MOVE = StudyRootQueryRetrieveInformationModelGet, StudyRootQueryRetrieveInformationModelMove
UTF_8 = {"SpecificCharacterSet": "ISO_IR 192"}


def rle(number: int) -> bytes:
    """One RLE instance of 4 × 4 pixels of 16 bits: two segments, each a run of one byte (PS3.5 G)."""
    segments = (b"\xf1\x00", b"\xf1\x07")
    header = b"".join(n.to_bytes(4, "little") for n in (2, 64, 66, *[0] * 13))
    return world.instance(
        study=5, series=1, number=number, patient_id="ABC", patient_name="O'BRIEN^Pat_rick", StudyID="S_5%",
        transfer_syntax=world.RLE, pixels=[header + b"".join(segments)], StudyDate="20200229", StudyTime="235959",
    )  # fmt: skip


def five_patients() -> dict[str, bytes]:
    """Six studies of five patients."""
    rossi: dict[str, Any] = {"patient_name": "ROSSI^Mario", "patient_id": "42"}
    muller: dict[str, Any] = {"patient_name": "MÜLLER^Jörg", "patient_id": "abc", **UTF_8}
    yamada: dict[str, Any] = {"patient_name": "YAMADA^Tarou=山田^太郎", "patient_id": "X%1", **UTF_8}
    odd: dict[str, Any] = {"patient_name": "[BRACKET]^A", "patient_id": "7"}
    first: dict[str, Any] = {"AccessionNumber": "A1", "StudyID": "S1", "StudyDescription": "THORAX"}
    return {
        **{f"1/1{n}": world.instance(series=1, number=n, **rossi, **first) for n in (1, 2, 3)},
        **{
            f"1/2{n}": world.instance(series=2, number=n, transfer_syntax=world.IMPLICIT_LE, **rossi, **first)
            for n in (1, 2)
        },
        "2/1": world.instance(study=2, modality="MR", StudyDate="20230505", StudyTime="103000.25", **rossi),
        "3/1": world.instance(study=3, modality="SC", StudyDate="", StudyTime="", **muller),
        "4/1": world.instance(study=4, modality="US", StudyDate="20211224", StudyTime="235000", **yamada),
        "5/1": rle(1),
        "6/1": world.instance(study=6, modality="CR", StudyDate="20190101", StudyTime="110000", **odd),
    }  # fmt: skip


@dataclass
class Node:
    """The node: how to reach it, and its archive."""

    settings: Settings
    running: Running

    @property
    def port(self) -> int:
        return self.running.port

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        with Archive.open(self.settings) as archive:
            yield archive

    @contextmanager
    def dicomweb(self) -> Iterator[tuple[str, str]]:
        """The same archive over HTTP meanwhile: the root of its DICOMweb, and a token."""
        ready, up = list[Ready](), threading.Event()

        def announce(said: Ready) -> None:
            ready.append(said)
            up.set()

        with self.archive() as archive:
            secret = archive.new_token("test")
            thread = threading.Thread(target=lambda: serve(archive, port=0, on_ready=announce))
            thread.start()
            assert up.wait(30)
            yield ready[0].dicomweb, secret
            ready[0].stop()
            thread.join()

    def allow(self, title: str, port: int = 104, **more: Any) -> None:
        with self.archive() as archive:
            peer = {"calls": True, "host": "127.0.0.1", **more}
            archive.set_peer(Peer(name=title, kind=PeerKind.DIMSE, title=title, port=port, **peer))

    @contextmanager
    def associated(self, contexts: Mapping[str, Any], title: str = CALLER, **more: Any) -> Iterator[Association]:
        entity = AE(title)
        for sop_class, syntaxes in contexts.items():
            entity.add_requested_context(sop_class, syntaxes)
        association = entity.associate("127.0.0.1", self.port, ae_title=TITLE, **more)
        try:
            yield association
        finally:
            if association.is_established:
                association.release()

    @contextmanager
    def asking(self, contexts: Mapping[str, Any]) -> Iterator[Ours]:
        """An association by our own client, which says what it is told to."""
        callee = Callee(host="127.0.0.1", port=self.port, title=TITLE, calling=CALLER)
        association = request(callee, Proposal(contexts=list(contexts.items())), seconds=10, idle=10)
        yield association
        association.release()

    def find(self, level: str | None, keys: Mapping[str, Any], model: str = STUDY_ROOT, **more: Any) -> Answers:
        """A C-FIND; keys are keywords."""
        asked = identifier(level, keys)
        with self.associated({model: None}, **more) as association:
            assert association.is_established
            answers = Answers()
            for status, found in association.send_c_find(asked, model):
                answers.add(status, found)
            return answers

    def get(self, level: str, keys: Mapping[str, Any], storage: Mapping[str, Any]) -> Fetched:
        """A C-GET, into memory."""
        fetched = Fetched()
        entity = AE(CALLER)
        entity.add_requested_context(GET)
        for sop_class, syntaxes in storage.items():
            entity.add_requested_context(sop_class, syntaxes)
        roles = [build_role(sop_class, scp_role=True) for sop_class in storage]
        association = entity.associate(
            "127.0.0.1",
            self.port,
            ae_title=TITLE,
            ext_neg=roles,  # type: ignore[arg-type]  # a list of roles is one of what it takes
            evt_handlers=[(evt.EVT_C_STORE, fetched.stored)],
        )
        assert association.is_established
        for status, found in association.send_c_get(identifier(level, keys), GET):
            fetched.add(status, found)
        association.release()
        return fetched


def identifier(level: str | None, keys: Mapping[str, Any]) -> Dataset:
    asked = Dataset()
    if level is not None:
        asked.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(asked, keyword, value)
    return asked


@dataclass
class Answers:
    """The responses to a request."""

    pending: list[Dataset] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    last: Dataset = field(default_factory=Dataset)

    def add(self, status: Dataset, found: Dataset | None) -> None:
        self.statuses.append(status.Status)
        self.last = status
        if status.Status in (0xFF00, 0xFF01) and found is not None:
            self.pending.append(found)

    @property
    def status(self) -> int:
        return self.statuses[-1]

    def values(self, keyword: str) -> list[str]:
        return sorted(str(one.get(keyword, "")) for one in self.pending)


@dataclass
class Fetched(Answers):
    """The same, with the instances that came: transfer syntax and data set as sent."""

    instances: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    originators: list[tuple[str, int]] = field(default_factory=list)

    def stored(self, event: evt.Event) -> int:
        request: Any = event.request
        self.instances[request.AffectedSOPInstanceUID] = (event.context.transfer_syntax, request.DataSet.getvalue())
        if request.MoveOriginatorApplicationEntityTitle:
            self.originators.append((request.MoveOriginatorApplicationEntityTitle, request.MoveOriginatorMessageID))
        return 0x0000


def raw_store(association: Ours, data: bytes, **said: Any) -> int:
    """A C-STORE of any bytes, with any command; gives the status."""
    context = next(iter(association.terms.contexts.values()))
    command = {
        "AffectedSOPClassUID": context.abstract_syntax,
        "AffectedSOPInstanceUID": world.sop_uid(1, 1, 77),
        "CommandField": Field.STORE,
        "MessageID": association.next_id(),
        "Priority": 0,
    }
    association.send(context, {**command, **said}, data)
    answer = association.receive()
    assert answer is not None
    return int(answer.command["Status"])


def data_set_of(file: bytes) -> bytes:
    """What follows the meta group of a file."""
    stream = BytesIO(file)
    meta = dcmread(stream, stop_before_pixels=True, specific_tags=[]).file_meta
    return file[144 + meta.FileMetaInformationGroupLength :]


def pixels_of(transfer_syntax: str, data: bytes) -> bytes:
    """The pixels of a compressed data set of one frame that was sent: RLE decoded by pydicom, others by imagecodecs."""
    found = read_dataset(BytesIO(data), is_implicit_VR=False, is_little_endian=True)
    if transfer_syntax == RLELossless:
        found.file_meta = FileMetaDataset()
        found.file_meta.TransferSyntaxUID = RLELossless
        return bytes(found.pixel_array.tobytes())
    (frame,) = generate_frames(found.PixelData, number_of_frames=1)
    decode = imagecodecs.jpegls_decode if transfer_syntax == JPEGLSLossless else imagecodecs.jpeg2k_decode
    return bytes(decode(frame).tobytes())


def started(folder: Path, files: Mapping[str, bytes], **station: Any) -> Node:
    """A node over these files, which knows one caller."""
    settings = Settings(archive=folder / "archive", use_keyring=False)
    world.plant(folder / "files", files)
    with Archive.open(settings) as archive:
        if files:
            archive.bring_in(folder / "files")
    node = Node(settings, Running(settings, Station(port=0, **station)))
    node.allow(CALLER)
    return node
