"""An archive in memory for the door: it holds what it was given, and remembers what it was asked."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from fileroom.archive import Archive, FrameBytes, InstanceFile, Picture, Status
from fileroom.errors import BadRequest, Busy, NotFound, Unavailable
from fileroom.jobs import Progress
from fileroom.model.checks import CheckReport, Trouble
from fileroom.model.drives import State
from fileroom.model.entries import Counts, FileLocation, Instance, Level, Patient, PersonName, Series, Study
from fileroom.model.headers import Header
from fileroom.model.ledger import ImportSummary, LedgerEntry, Purged, PurgeReport, Relinked, RelinkReport
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.pictures import Plane
from fileroom.model.queries import Condition, Match, Page, Query
from tests import world

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from fileroom.jobs import CancelToken, OnProgress


def patient(name: str = "ROSSI^Mario", patient_id: str = "42") -> Patient:
    return Patient(
        id=f"p-{patient_id}",
        name=PersonName(name),
        patient_id=patient_id,
        issuer_of_patient_id="",
        birth_date="19700102",
        sex="M",
        anonymous=False,
        reason="",
        counts=Counts(studies=1, series=1, instances=1, frames=1, bytes=1000),
        modalities=("CT",),
        last_study_date="20240131",
        state=State.ONLINE,
    )


def study(number: int = 1, of: Patient | None = None) -> Study:
    return Study(
        id=f"st-{number}",
        patient=of or patient(),
        study_instance_uid=world.study_uid(number),
        study_id="S1",
        date="20240131",
        time="101500",
        description="Chest",
        accession_number="A1",
        institution_name="Clinic",
        referring_physician_name=PersonName("BIANCHI^Anna"),
        performing_physician_name=PersonName(),
        manufacturer="Maker",
        manufacturer_model_name="Model",
        station_name="",
        patient_age="054Y",
        modalities=("CT", "SC"),
        counts=Counts(studies=1, series=2, instances=5, frames=7, bytes=5000),
        state=State.ONLINE,
    )


def series(number: int = 1, of: Study | None = None) -> Series:
    above = of or study()
    return Series(
        id=f"se-{number}",
        study=above,
        series_instance_uid=f"{above.study_instance_uid}.{number}",
        modality="CT",
        number=number,
        description="Thin",
        date="20240131",
        time="101600",
        protocol_name="",
        body_part_examined="CHEST",
        laterality="",
        patient_position="HFS",
        performing_physician_name=PersonName(),
        performed_procedure_step_start_date="20240131",
        performed_procedure_step_start_time="101500",
        manufacturer="Maker",
        manufacturer_model_name="Model",
        station_name="",
        frame_of_reference_uid="",
        rows=4,
        columns=4,
        pixel_spacing=(1.0, 1.0),
        slice_thickness=1.0,
        spacing_between_slices=None,
        plane=Plane.AXIAL,
        image_type=("ORIGINAL", "PRIMARY"),
        original=True,
        reformatted=False,
        sop_class_uid=world.SOP_CLASSES["CT"],
        transfer_syntax_uid=world.EXPLICIT_LE,
        counts=Counts(studies=1, series=1, instances=3, frames=3, bytes=3000),
        state=State.ONLINE,
    )


def instance(
    number: int = 1, *, of: Series | None = None, syntax: str = world.EXPLICIT_LE, frames: int | None = None
) -> Instance:
    above = of or series()
    header = Header(
        transfer_syntax_uid=syntax,
        sop_class_uid=world.SOP_CLASSES["CT"],
        sop_instance_uid=f"{above.series_instance_uid}.{number}",
        study_instance_uid=above.study.study_instance_uid,
        series_instance_uid=above.series_instance_uid,
        instance_number=number,
        number_of_frames=frames,
        rows=4,
        columns=4,
        bits_allocated=16,
        has_pixels=True,
    )
    uid = header.sop_instance_uid
    return Instance(id=f"in-{uid}", series=above, header=header, frames=frames or 1, files=(), state=State.ONLINE)


def relinked(number: int | None) -> RelinkReport:
    move = Relinked(old="/old", new="/new", files=2)
    return RelinkReport(
        id=number, state="done", files=2, images=2, series=1, bytes=9, moves=(move,), left=0, still=(), seconds=0.1
    )


PURGED = PurgeReport(
    done=False,
    files=1,
    bytes=7,
    entries=(Purged(patient=PersonName("ROSSI^Mario"), date="20240131", description="Thorax", files=1, bytes=7),),
    left=(),
)


@dataclass
class FakeArchive:
    """Every noun is found by its id; a search for UIDs is obeyed, any other one answers all of its level."""

    entries: list[Any] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    pictures: dict[str, Picture | None] = field(default_factory=dict)
    past: list[ImportSummary] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    offline: set[str] = field(default_factory=set)
    asked: list[Query] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    frame_reads: list[tuple[str, int, bool]] = field(default_factory=list)
    importing: Callable[[FakeArchive, Sequence[str], OnProgress, CancelToken], ImportSummary] | None = None
    watching: Callable[[OnProgress, Callable[[ImportSummary | None], None]], None] | None = None
    failure: Exception | None = None
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def as_archive(self) -> Archive:
        """What the door takes it for."""
        return cast("Archive", self)

    def add(self, one: Instance, data: bytes, folder: Path) -> Instance:
        """Hold an instance with its file, and all that is above it."""
        path = folder / f"{one.id}.dcm"
        path.write_bytes(data)
        self.files[one.id] = path
        location = FileLocation(
            path=str(path),
            size=len(data),
            mtime_ns=path.stat().st_mtime_ns,
            outcome=Outcome.ADDED,
            reason=Reason.NEW_INSTANCE,
            detail="",
            state=State.ONLINE,
        )
        one = replace(one, files=(location,))
        for entry in (one.series.study.patient, one.series.study, one.series, one):
            if entry not in self.entries:
                self.entries.append(entry)
        return one

    def _raise(self) -> None:
        if self.failure is not None:
            raise self.failure

    def note_paths(self, paths: Sequence[str]) -> None:
        """As one whose user did not ask that they be kept."""

    def status(self) -> Status:
        self._raise()
        return Status(
            max_patients=None,
            revision="1",
            demo=False,
            version="1",
            archive_id="x",
            folder="/archive",
            catalog="/archive/catalog",
            catalog_bytes=1,
            sealed=True,
            cipher="c",
            key_source="file",
            key_place="beside it",
            schema_version="1",
            header_reader="fast",
            outdated=False,
            patients=1,
            studies=1,
            series=1,
            instances=1,
            frames=1,
            bytes=1,
            files=1,
            imports=1,
        )

    def search(self, query: Query) -> Page[Any]:
        self._raise()
        self.asked.append(query)
        kind = {Level.PATIENT: Patient, Level.STUDY: Study, Level.SERIES: Series, Level.INSTANCE: Instance}[query.level]
        found = [one for one in self.entries if isinstance(one, kind) and _fits(one, query.conditions)]
        end = None if query.limit is None else query.offset + query.limit
        return Page(tuple(found[query.offset : end]), len(found), query.offset)

    def get(self, entry_id: str) -> Any:
        self._raise()
        for one in self.entries:
            if one.id == entry_id:
                return one
        raise NotFound("There is no such entry.")

    def images(self, series_id: str) -> dict[str, Any]:
        return {"series": self.get(series_id), "instances": []}

    def read(self, instance_id: str) -> InstanceFile:
        one = self.get(instance_id)
        if not isinstance(one, Instance):
            raise NotFound("There is no such instance.")
        if instance_id in self.offline:
            raise Unavailable("The drive is not connected.")
        path = self.files[instance_id]
        facts = path.stat()
        return InstanceFile(
            id=instance_id,
            path=str(path),
            size=facts.st_size,
            mtime_ns=facts.st_mtime_ns,
            frames=one.frames,
            header=one.header,
        )

    def read_all(self, uids: Mapping[str, str]) -> list[InstanceFile | Unavailable]:
        conditions = tuple(Condition(keyword, Match.SINGLE, (uid,)) for keyword, uid in uids.items())
        found: list[InstanceFile | Unavailable] = []
        for one in self.search(Query(level=Level.INSTANCE, conditions=conditions)).items:
            try:
                found.append(self.read(one.id))
            except Unavailable as error:
                found.append(error)
        return found

    def generation(self) -> None:
        """Never the same: nothing of what it says is kept."""

    def frame(self, instance: str | InstanceFile, number: int, *, decoded: bool = False) -> FrameBytes:
        one = instance if isinstance(instance, InstanceFile) else self.read(instance)
        self.frame_reads.append((one.id, number, decoded))
        if decoded:
            return FrameBytes(data=b"decoded %d" % number, transfer_syntax_uid=world.EXPLICIT_LE)
        return FrameBytes(data=b"stored %d" % number, transfer_syntax_uid=one.header.transfer_syntax_uid)

    def can_be(self, _: InstanceFile, __: str) -> bool:
        return False

    def described(self, entry: Any, bulk_data_uri: Callable[[str], str]) -> dict[str, Any] | None:
        return self.metadata(entry.id, bulk_data_uri) if isinstance(entry, Instance) else None

    def request_attributes(self, _: Series) -> dict[str, Any] | None:
        return None

    def text_charsets(self, files: Sequence[InstanceFile]) -> tuple[str, ...]:
        return ("",) * len(files)

    def metadata(self, instance: str | InstanceFile, bulk_data_uri: Callable[[str], str]) -> dict[str, Any]:
        one = instance if isinstance(instance, InstanceFile) else self.read(instance)
        self._raise()
        uid = one.header.sop_instance_uid
        return {
            "00080018": {"vr": "UI", "Value": [uid]},
            "7FE00010": {"vr": "OW", "BulkDataURI": bulk_data_uri("7FE00010")},
        }

    def bulk_data(self, instance: str | InstanceFile, path: str) -> bytes:  # noqa: ARG002 - the archive's signature
        if path not in {"7FE00010", "00081140/0/00091001"}:
            raise NotFound("There is no such attribute.")
        return f"bulk {path}".encode()

    def stored_bytes(self, instance: str | InstanceFile, offset: int, length: int) -> bytes:
        file = self.read(instance) if isinstance(instance, str) else instance
        return self.files[file.id].read_bytes()[offset : offset + length]

    def thumbnail(self, series_id: str) -> Picture | None:
        self.get(series_id)
        return self.pictures.get(series_id)

    def bring_in(
        self,
        paths: Sequence[str],
        *,
        copy: bool = False,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportSummary:
        assert who == "page"
        self.calls.append(("copy" if copy else "bring_in", list(paths)))
        assert self.importing is not None
        assert on_progress is not None
        assert cancel is not None
        return self.importing(self, paths, on_progress, cancel)

    def receive(self, *, stop: CancelToken, left: float = 0.0) -> None:
        """Nothing is ever sent here."""

    def watch(
        self,
        root_ids: Collection[int] | None = None,  # noqa: ARG002 - the archive's signature
        *,
        stop: CancelToken,
        on_progress: OnProgress | None = None,
        on_pass: Callable[[ImportSummary | None], None] | None = None,
    ) -> None:
        """Nothing ever happens in these folders, unless a test says so."""
        if self.watching is not None and on_progress is not None and on_pass is not None:
            self.watching(on_progress, on_pass)
        while not stop.cancelled:
            time.sleep(0.005)

    def imports(self, *, limit: int | None = None, offset: int = 0) -> Page[ImportSummary]:
        end = None if limit is None else offset + limit
        return Page(tuple(self.past[offset:end]), len(self.past), offset)

    def import_summary(self, import_id: int) -> ImportSummary:
        for one in self.past:
            if one.id == import_id:
                return one
        raise NotFound("There is no such import.")

    def ledger(
        self,
        import_id: int,
        *,
        outcome: Outcome | None = None,
        reason: Reason | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Page[LedgerEntry]:
        self.calls.append(("ledger", (import_id, outcome, reason, limit, offset)))
        line = LedgerEntry(path="/a\udcff", outcome=Outcome.ADDED, reason=Reason.NEW_INSTANCE, detail="", size=1)
        return Page((line,), 1, offset)

    def check(
        self,
        *,
        read_data: bool = False,
        sample: float = 1.0,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> CheckReport:
        self.calls.append(("check", (read_data, sample)))
        assert on_progress is not None
        assert cancel is not None
        on_progress(Progress(phase="reading", seen=1, done=1, total=3))
        while not (self.gate.wait(0.005) or cancel.cancelled):
            pass
        return report("cancelled" if cancel.cancelled else "done")

    def rebuild(
        self, paths: list[str], *, who: str, on_progress: OnProgress | None, cancel: CancelToken | None
    ) -> ImportSummary:
        assert who == "page"
        assert on_progress is not None
        assert cancel is not None
        self.calls.append(("rebuild", paths))
        return replace(summary(7), kind="rebuild")

    def relink(
        self, path: str, *, dry_run: bool, who: str, on_progress: OnProgress | None, cancel: CancelToken | None
    ) -> RelinkReport:
        assert who == "page"
        assert on_progress is not None
        assert cancel is not None
        self.calls.append(("relink", (path, dry_run)))
        return relinked(None if dry_run else 7)

    def purge(self, *, dry_run: bool = False) -> PurgeReport:
        self.calls.append(("purge", dry_run))
        return PURGED

    def forget(self, ids: Sequence[str]) -> Counts:
        self.calls.append(("forget", list(ids)))
        return Counts(studies=1)

    def restore(self, ids: Sequence[str]) -> Counts:
        self.calls.append(("restore", list(ids)))
        return Counts(studies=1)

    def audit_session(self, session: Archive) -> None:
        kind = session.medium.kind if session.medium else ""
        self.calls.append(("audit_session", kind))

    def check_token(self, secret: str) -> bool:
        self.calls.append(("check_token", secret))
        return secret in self.tokens


def _fits(one: Any, conditions: Sequence[Condition]) -> bool:
    return all(_uid(one, condition.keyword) in {None, *condition.values} for condition in conditions)


def _uid(one: Any, keyword: str) -> str | None:
    """The UID of that keyword, of the entry or of one above it; None for all other keywords."""
    if isinstance(one, Instance):
        return one.header.sop_instance_uid if keyword == "SOPInstanceUID" else _uid(one.series, keyword)
    if isinstance(one, Series):
        return one.series_instance_uid if keyword == "SeriesInstanceUID" else _uid(one.study, keyword)
    if isinstance(one, Study):
        return one.study_instance_uid if keyword == "StudyInstanceUID" else None
    return None


def summary(number: int = 1, state: str = "done") -> ImportSummary:
    return ImportSummary(id=number, roots=("/scans",), started="2024-01-31T10:15:00Z", state=state, files=3)


def report(state: str = "done") -> CheckReport:
    return CheckReport(
        id=1, state=state, started="2024-01-31T10:15:00+00:00", read_data=False, sample=1.0, files=3, offline=0, read=0,
        first_read=0, bytes=0, seconds=0.1, counts={Trouble.MISSING: 1},
    )  # fmt: skip


def until_released(
    archive: FakeArchive, _: Sequence[str], on_progress: OnProgress, cancel: CancelToken
) -> ImportSummary:
    """An import that reports, waits until the test lets it go or cancels it, and ends."""
    on_progress(Progress(phase="reading", seen=1, done=1, total=3))
    while not archive.gate.wait(0.005):
        if cancel.cancelled:
            return summary(state="cancelled")
    on_progress(Progress(phase="finishing", seen=3, done=3, total=3))
    return summary()


def refused(_: FakeArchive, __: Sequence[str], ___: OnProgress, ____: CancelToken) -> ImportSummary:
    """An import that another process keeps from beginning."""
    raise Busy("Another program imports into this archive.")


def broken(_: FakeArchive, __: Sequence[str], on_progress: OnProgress, ____: CancelToken) -> ImportSummary:
    """An import that falls over something unforeseen."""
    on_progress(Progress(phase="walking"))
    raise RuntimeError("/home/mario/secret")


def wrong(_: FakeArchive, __: Sequence[str], on_progress: OnProgress, ____: CancelToken) -> ImportSummary:
    """An import that ends with one of our own errors after it began."""
    on_progress(Progress(phase="walking"))
    raise BadRequest("no")
