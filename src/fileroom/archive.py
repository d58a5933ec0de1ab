"""The house: everything a door may ask for. Doors call nothing else."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from fileroom.catalog import (
    anew,
    audit,
    charset_rules,
    notes,
    other_paths,
    peers,
    persons,
    places,
    queries,
    recent,
    roots,
    userdata,
)
from fileroom.catalog import measurements as measurements_kept
from fileroom.catalog.home import FolderHome, MemoryHome
from fileroom.catalog.locate import BY_UIDS, locate, locate_all, locate_each, states
from fileroom.catalog.schema import SCHEMA_VERSION
from fileroom.catalog.store import Catalog
from fileroom.deep import Files
from fileroom.errors import BadRequest, NotFound, Unavailable, Undecodable
from fileroom.measuring import as_table, checked
from fileroom.model.drives import REACHABLE
from fileroom.model.entries import Instance, Level, Series
from fileroom.model.plain import plain
from fileroom.model.queries import Condition, Match, Query
from fileroom.settings import Settings, from_environment
from fileroom.tabular import csv_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from fileroom.catalog.home import Home
    from fileroom.catalog.locate import Located
    from fileroom.dicom.composing import Bulk
    from fileroom.dicom.contents.document import DocumentBytes
    from fileroom.intake.inbox import Arrival as Arrival  # noqa: PLC0414 - doors name it by way of the archive
    from fileroom.intake.inbox import Inbox
    from fileroom.intake.medium import Medium, Source
    from fileroom.intake.receive import Receiver
    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.checks import CheckReport, Conflict, Finding, Trouble
    from fileroom.model.drives import Drive, Root, State
    from fileroom.model.entries import Attribute, Counts, Patient, Study
    from fileroom.model.headers import Header
    from fileroom.model.ledger import (
        Audited,
        ImportSummary,
        LedgerEntry,
        PurgeReport,
        ReasonCount,
        RelinkReport,
        Stored,
    )
    from fileroom.model.media import Carrying, Deidentify, MediaReport
    from fileroom.model.others import Conversion, Label, OtherImage, Others, RecentPaths
    from fileroom.model.outcomes import Outcome, Reason
    from fileroom.model.peers import Asked, Elsewhere, Exchanged, Peer, Token
    from fileroom.model.pictures import Look, Measurement, SurfaceReport
    from fileroom.model.queries import Found, LabelCount, Page, SavedSearch
    from fileroom.model.rules import CharsetRule, PatientRule, PossibleMatch, Verdict
    from fileroom.pixels.display import Display
    from fileroom.pixels.transcoding import Transcoded as Transcoded  # noqa: PLC0414 - as above
    from fileroom.volumes.volume import Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What archive this is. ``key_source`` is "keyring" or "file"; ``key_place`` says where, in words. ``revision`` is
    another word after every change of the catalog, whichever program made it."""

    version: str
    demo: bool  # it holds phantoms
    archive_id: str
    folder: str
    catalog: str
    catalog_bytes: int
    sealed: bool
    cipher: str
    key_source: str
    key_place: str
    schema_version: str
    header_reader: str
    outdated: bool  # files were read by a version that took less from them: a rebuild would fill in what is new
    patients: int
    max_patients: int | None
    studies: int
    series: int
    instances: int
    frames: int
    bytes: int
    files: int
    imports: int
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceFile:
    """A file of an instance that was there a moment ago. ``path`` is as the operating system takes it; ``changed`` when
    the file is not as it was when it was read."""

    id: str
    path: str
    size: int
    mtime_ns: int
    frames: int
    header: Header
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """An instance that was asked for: its SOP Instance UID, and what looks for its file (as :meth:`Archive.read`)."""

    sop_instance_uid: str
    file: Callable[[], InstanceFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameBytes:
    """One frame as it is handed out: one Part 5 encoded frame and the transfer syntax it is encoded in."""

    data: bytes
    transfer_syntax_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A small picture in a format a browser shows."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """An object that lies over the images of a series: a mask, outlines, a presentation state."""

    instance: str
    series: Series
    label: str


class Archive:
    """One archive, opened. Safe to use from several threads."""

    def __init__(self, settings: Settings, home: Home | None = None) -> None:
        self.settings = settings
        self.medium: Medium | None = None  # what an ephemeral one was opened over
        self.opened_others: Others | None = None  # what is said of the files of :meth:`others`
        self.on_close: Callable[[Archive], None] | None = None  # asked for a last time, before it forgets
        self._catalog = Catalog(home or FolderHome(settings.archive, use_keyring=settings.use_keyring))
        self._files = Files(self._catalog)
        self._lock = threading.Lock()
        self._received_by: Receiver | None = None

    @classmethod
    def open(cls, settings: Settings) -> Archive:
        """Open the archive of ``settings``; it is made (folder 0700, key, sealed catalog) when it is not there.

        CatalogError, WrongKey or NewerCatalog when it is there and cannot be used.
        """
        return cls(settings)

    @classmethod
    def ephemeral(cls, source: Source, *, label: str = "", settings: Settings | None = None) -> Archive:
        """An archive over something that is not to be kept; :meth:`look_in` finds what there is.

        ``source`` is a folder (a disc, a stick), the image of a disc, the device of a drive, or files that are in no
        filesystem: a mapping from their paths to their bytes. Nothing of it is written anywhere: it is gone when the
        archive is closed, or the process is. SourceError when it cannot be opened.
        """
        from fileroom.intake.medium import Medium

        home = MemoryHome()
        archive = cls(replace(settings or from_environment(), archive=home.folder, demo=False, max_patients=None), home)
        try:
            archive.medium = Medium(archive._catalog, archive.settings, source, label)
        except BaseException:
            archive.close()
            raise
        return archive

    @classmethod
    def others(
        cls,
        paths: Sequence[str] = (),
        handed_in: Mapping[str, bytes] | None = None,
        *,
        settings: Settings | None = None,
        cancel: CancelToken | None = None,
    ) -> Archive:
        """An ephemeral archive over files of any kind that is known: ``opened_others`` says what they are.

        ``paths`` lie on a disk, folders with all that is in them; ``handed_in`` are files by path that lie nowhere.
        Undecodable when none of them can be shown.
        """
        from fileroom.volumes.gathering import gather_all

        found, told = gather_all(paths, handed_in or {}, cancel)
        archive = cls.ephemeral(found, label=told.label, settings=settings)
        archive.opened_others = told
        return archive

    def label_map(self, series_id: str) -> tuple[Label, ...]:
        """The numbers in a series that is a map of such, with what its file says of them. Undecodable otherwise."""
        from fileroom.volumes.labels import labels_of

        named = {} if self.opened_others is None else self.opened_others.named
        return labels_of(self._volume(series_id), named.get(self._series(series_id).series_instance_uid, ()))

    def convert(
        self,
        series_id: str,
        path: str | os.PathLike[str],
        *,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> OtherImage:
        """Write a series as one volume to ``path``: ``.nii``, ``.nii.gz``, ``.nrrd``, or a folder of DICOM images.

        Undecodable, with the reason, when its images are no such thing; BadRequest when something is there already.
        """
        from fileroom.volumes.convert import to_path

        return to_path(self._volume(series_id), path, on_progress, cancel)

    def convert_to(
        self,
        series_id: str,
        form: str,
        *,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> tuple[Conversion, bytes]:
        """The same (``nii.gz`` or ``nrrd``) into memory: what it became, and the file itself."""
        from fileroom.volumes.convert import to_memory

        return to_memory(self._volume(series_id), form, on_progress, cancel)

    def _volume(self, series_id: str) -> Volume:
        from fileroom.volumes.series import series_volume

        series = self._series(series_id)
        found = self.search(Query(level=Level.INSTANCE, parent=series.id)).items
        return series_volume(
            series.description, ((file.path, file.header) for file in map(self.read, (i.id for i in found)))
        )

    def write_media(
        self,
        ids: Sequence[str],
        path: str | os.PathLike[str],
        *,
        password: str = "",
        deidentify: Deidentify | None = None,
        viewer: bool = False,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> MediaReport:
        """Write patients, studies, series or images as a File-set with a DICOMDIR: a new folder, ``.iso`` or ``.zip``.

        Files are copied byte for byte, unless they are to be de-identified, and read back; with ``viewer`` pages that
        show them in any browser are there, too. What cannot be written is listed. BadRequest when something is there
        already; Cancelled; nothing is left behind then.
        """
        from pathlib import Path

        from fileroom.media.deidentifying import Deidentifier
        from fileroom.media.writing import write_media

        cleaner = None if deidentify is None else Deidentifier(deidentify)
        return write_media(
            self._catalog,
            ids,
            Path(path),
            password=password,
            deidentifier=cleaner,
            viewer=viewer,
            on_progress=on_progress,
            cancel=cancel,
        )

    def look_in(self, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None) -> ImportSummary:
        """Find all images of the source of :meth:`ephemeral`. BadRequest for an archive that has none."""
        return self._medium().look(on_progress=on_progress, cancel=cancel)

    def medium_found(self) -> dict[str, Any]:
        """What is known of the source of :meth:`ephemeral`: what its directory lists, and what is really there."""
        medium = self._medium()
        return {"label": medium.label, "kind": medium.kind, "bytes": medium.bytes(), **plain(medium.found)}

    def copy_into_memory(self, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None) -> Carrying:
        """Read all images of the source once, so that it can be ejected. Asked for again, it reads what it could not.

        Busy before :meth:`look_in` has come to its end, BadRequest when there is not enough memory.
        """
        return self._medium().copy_into_memory(on_progress=on_progress, cancel=cancel)

    def keep(
        self,
        session: Archive,
        ids: Sequence[str],
        *,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportSummary:
        """Take entries of a ``session`` (of :meth:`ephemeral`) into this archive, by verified copies of their files.

        The ledger of this import says of each file whether it was copied; what could not be read can be tried again.
        NoRoom, before anything is copied.
        """
        with session._medium().held_files(ids, room_in=self._catalog.folder) as path:
            return self.bring_in([path], copy=True, who=who, on_progress=on_progress, cancel=cancel)

    def not_kept(self, import_id: int) -> tuple[LedgerEntry, ...]:
        """The files of such an import that are not in this archive, by their paths on the medium, each with the reason:
        only when there is none may the medium be ejected."""
        from fileroom.model.outcomes import Outcome
        from fileroom.sources.held import name_of

        return tuple(
            replace(line, path=name_of(line.path))
            for outcome in (Outcome.UNREADABLE, Outcome.REFUSED)
            for line in self.ledger(import_id, outcome=outcome).items
        )

    def medium_is_there(self) -> bool:
        """Whether the source of :meth:`ephemeral` still answers: False when it was torn out or ejected."""
        return self._medium().is_there()

    def audit_session(self, session: Archive, *, who: str = "") -> None:
        """Put down that a session was opened, by whom and when, and what kind of source it has: no more of it."""
        kind = session.medium.kind if session.medium else ""
        audit.record(self._catalog, audit.SESSION_OPENED, who=who or _user(), detail=kind)

    def audit_trail(self, *, limit: int = 200) -> tuple[Audited, ...]:
        """What was done that is to be known afterwards, the newest first."""
        return audit.trail(self._catalog, limit)

    def traces(self) -> tuple[bytes, ...]:
        """What would betray that these images were here, as bytes to look for on a disk."""
        from fileroom.intake.trace import traces

        return traces(self._catalog)

    def _medium(self) -> Medium:
        if self.medium is None:
            raise BadRequest("this archive has no source of its own: import a folder")
        return self.medium

    def close(self) -> None:
        """Close the catalog. An archive that was closed answers nothing more."""
        if self.on_close is not None:
            last, self.on_close = self.on_close, None
            last(self)
        if self.medium is not None:
            self.medium.close()
        self._catalog.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- find ------------------------------------------------------------------------------------------------------

    def search(self, query: Query) -> Found[Any]:
        """Entries of ``query.level`` (Patient, Study, Series or Instance) in a stable order.

        BadRequest for a field or key that is not known, NotFound for a parent that is not there.
        """
        return self._files.search(query) if query.in_files else queries.search(self._catalog, query)

    def get(self, entry_id: str) -> Patient | Study | Series | Instance:
        """The entry with this id, or with the one id that begins so (at least 6 characters). NotFound otherwise."""
        return queries.get(self._catalog, entry_id)

    def described(self, entry: Study | Series | Instance, bulk_data_uri: Callable[[str], str]) -> dict[str, Any] | None:
        """The data set of an entry's first file in the DICOM JSON model; None when no file of it can be read now."""
        return self._files.data_set(entry, bulk_data_uri)

    def request_attributes(self, series: Series) -> dict[str, Any] | None:
        """Request Attributes Sequence (0040,0275) of a series, an element of the DICOM JSON model, if it has one."""
        return self._files.request_attributes(series)

    def walk(self, query: Query) -> Iterator[Any]:
        """All entries of a query one after the other, without holding them all: for what :meth:`search` would give in
        pages. The catalog as it stood at the first one."""
        return queries.walk(self._catalog, query)

    def walk_texts(
        self, query: Query, wanted: Sequence[tuple[Level, str]]
    ) -> Iterator[tuple[State, Sequence[str]]] | None:
        """As :meth:`walk`, for long lists: of each entry its state and attributes (level and keyword) as a data set has
        them. None when the catalog's columns do not tell them all, as those of instances."""
        return queries.texts(self._catalog, query, wanted)

    def to_arrow(self, level: Level, query: Query | None = None) -> Any:
        """The entries of a level, or those of a query, as a ``pyarrow.Table``: the catalog as a data frame
        (``.to_pandas()``), without a file being opened. Its columns are those of :mod:`fileroom.tabular`.

        Unavailable without pyarrow (``pip install fileroom[arrow]``).
        """
        from fileroom import arrow

        return arrow.table(level, self.walk(replace(query or Query(level=level), level=level)))

    def export_csv(self, query: Query) -> Iterator[str]:
        """The entries of a query as lines of a table (CSV), the head first."""
        return csv_lines(query.level, self.walk(query))

    def export_parquet(self, path: Path, query: Query) -> int:
        """Write the entries of a query to a Parquet file; returns how many. Unavailable without pyarrow."""
        from fileroom import arrow

        return arrow.write_parquet(path, query.level, self.walk(query))

    def sort_fields(self, level: Level) -> tuple[str, ...]:
        """The fields that ``Query.order`` may name at a level."""
        return queries.sort_fields(level)

    def status(self) -> Status:
        """What archive this is, how it is sealed and how much it holds."""
        from fileroom import __version__
        from fileroom.dicom.reading import KIND

        catalog = self._catalog
        return Status(
            version=__version__,
            demo=self.settings.demo,
            archive_id=catalog.key.archive_id,
            folder=str(catalog.folder),
            catalog=str(catalog.path),
            catalog_bytes=catalog.home.size(),
            sealed=catalog.home.sealed(),
            cipher=catalog.database.cipher(),
            key_source=catalog.key.source,
            key_place=catalog.key.place,
            schema_version=str(SCHEMA_VERSION),
            header_reader=KIND,
            outdated=self.outdated(),
            max_patients=self.settings.max_patients,
            revision=catalog.revision(),
            **userdata.totals(catalog),
        )

    def outdated(self) -> bool:
        """Whether files were read by a version that took less from them: a rebuild would fill in what is new."""
        return anew.outdated(self._catalog)

    def set_note(self, entry_id: str, text: str) -> None:
        """Keep a note on a patient, study or series, or take it away (empty text). It is searched, sealed, and never
        written to files. BadRequest for an instance or more than 10 000 characters, NotFound for an unknown id."""
        notes.set_note(self._catalog, entry_id, text)

    def measurements(self, series_id: str) -> tuple[Measurement, ...]:
        """What the user measured on a series, in the order in which it was kept."""
        return checked(measurements_kept.kept(self._catalog, series_id))

    def set_measurements(self, series_id: str, items: Any) -> None:
        """Keep these measurements (as JSON has them) and no others. BadRequest when any of them is none."""
        measurements_kept.keep(self._catalog, series_id, checked(items))

    def export_measurements(self, series_id: str, form: str) -> bytes:
        """What was measured as a file: ``csv``, or ``sr`` (DICOM, TID 1500). NotFound when nothing was."""
        found = self.measurements(series_id)
        if not found:
            raise NotFound("nothing was measured on this series")
        if form == "csv":
            return "".join(as_table(found)).encode()
        from fileroom.dicom.measurement_report import measurement_report

        images = self.search(Query(level=Level.INSTANCE, parent=series_id)).items
        headers = {image.header.sop_instance_uid: image.header for image in images}
        return measurement_report(headers, found, datetime.now().astimezone())

    def set_labels(self, entry_id: str, labels: Sequence[str]) -> None:
        """Keep these labels, and no others, on a patient, study or series.

        BadRequest for an instance or what is no label, NotFound for an unknown id.
        """
        notes.set_labels(self._catalog, entry_id, labels)

    def labels(self) -> tuple[LabelCount, ...]:
        """All labels in use, most used first."""
        return notes.labels(self._catalog)

    def opened(self, entry_id: str) -> None:
        """Remember that a study or series was opened now. BadRequest for another level, NotFound for an unknown id."""
        recent.opened(self._catalog, entry_id)

    def recent(self, *, limit: int = 20) -> tuple[Study | Series, ...]:
        """What was opened last and is still shown, the newest first."""
        return recent.recent(self._catalog, limit)

    def forget_recent(self) -> None:
        """Forget what was opened."""
        recent.forget_recent(self._catalog)

    def recent_paths(self) -> RecentPaths:
        """The other files that were opened last, if the user wants that to be kept."""
        return other_paths.recent_paths(self._catalog)

    def keep_paths(self, *, keep: bool) -> None:
        """Keep the paths of other files from now on, or not; then those that were kept are forgotten."""
        other_paths.keep_paths(self._catalog, keep=keep)

    def note_paths(self, paths: Sequence[str]) -> None:
        """Remember that other files were opened, if that is wanted. Those of discs and sticks never are."""
        other_paths.note_paths(self._catalog, paths)

    def forget_paths(self) -> None:
        """Forget the other files that were opened."""
        other_paths.forget_paths(self._catalog)

    def save_search(self, search: SavedSearch) -> None:
        """Keep a search; one of the same name is replaced. BadRequest for a name or words that are too long."""
        recent.save_search(self._catalog, search)

    def saved_searches(self) -> tuple[SavedSearch, ...]:
        """The searches that are kept, by name."""
        return recent.saved_searches(self._catalog)

    def drop_search(self, name: str) -> None:
        """Forget a search. NotFound when there is none of this name."""
        recent.drop_search(self._catalog, name)

    # -- who is who ------------------------------------------------------------------------------------------------

    def possible_matches(self, *, limit: int = 200) -> tuple[PossibleMatch, ...]:
        """Patients that might be one person, as long as the user has not said whether they are.

        Nothing is merged unasked.
        """
        return persons.possible_matches(self._catalog, limit=limit)

    def decide(self, verdict: Verdict, ids: Sequence[str]) -> tuple[PatientRule, ...]:
        """Keep that patients are the same person, the first of them shown, or that they are not; files are not touched.

        BadRequest for fewer than two patients or entries of another level, NotFound for an unknown id.
        """
        return persons.decide(self._catalog, verdict, ids)

    def rules(self) -> tuple[PatientRule, ...]:
        """What the user said of patients, oldest first."""
        return persons.rules(self._catalog)

    def take_back(self, rule_id: int) -> None:
        """Forget a rule: all is as if it had never been said. NotFound when there is none of this number."""
        persons.take_back(self._catalog, rule_id)

    def charsets(self) -> tuple[CharsetRule, ...]:
        """The character sets that the user set, oldest first."""
        return charset_rules.rules(self._catalog)

    def set_charset(
        self,
        entry: int | str,
        charset: str,
        *,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportSummary:
        """Say what the files of a root (its number) or of a patient (an id) are written in, and read them again.

        ``charset`` is one of :data:`CHARSETS`; ``""`` takes it back. It holds for files that come later and outlives a
        rebuild; no file is changed. What cannot be reached now is read so when it can. Busy when an import is running;
        BadRequest for an unknown set, NotFound for an unknown entry.
        """
        from fileroom.intake.run import set_charset

        return set_charset(
            self._catalog,
            self.settings,
            lambda: charset_rules.whose(self._catalog, entry),
            charset,
            who=who or _user(),
            on_progress=on_progress,
            cancel=cancel,
        )

    def unset_charset(
        self, rule_id: int, *, who: str = "", on_progress: OnProgress | None = None, cancel: CancelToken | None = None
    ) -> ImportSummary:
        """Take one of :meth:`charsets` back, and read its files again. NotFound when there is none of this number."""
        from fileroom.intake.run import set_charset

        return set_charset(
            self._catalog,
            self.settings,
            lambda: charset_rules.concerned_by(self._catalog, rule_id),
            "",
            who=who or _user(),
            on_progress=on_progress,
            cancel=cancel,
        )

    # -- look ------------------------------------------------------------------------------------------------------

    def images(self, series_id: str) -> dict[str, Any]:
        """All a viewer needs to show a series, in display order; see docs/http-api.md for its fields.

        From the catalog alone, except for multi-frame images with functional groups, whose groups are in the file.
        """
        series = self._series(series_id)
        return {"series": plain(series), "instances": [self._image(item) for item in self._in_order(series)]}

    def _in_order(self, series: Series) -> list[Instance]:
        from fileroom.pixels.geometry import display_order

        found = self.search(Query(level=Level.INSTANCE, parent=series.id)).items
        found = tuple(self._as_read(item) for item in found)
        return [found[i] for i in display_order([item.header for item in found])]

    def _as_read(self, instance: Instance) -> Instance:
        """An image of a medium of which only the directory was read so far, with what its file says."""
        if self.medium is None or not instance.files:
            return instance
        header = self.medium.whole_header(instance.files[0].path, instance.header)
        return instance if header is instance.header else replace(instance, header=header)

    def _image(self, instance: Instance) -> dict[str, Any]:
        header = instance.header
        return {
            "id": instance.id,
            "frames": instance.frames,
            "frames_url": f"/api/instances/{instance.id}/frames",
            "state": instance.state.value,
            "per_frame": self._per_frame(instance),
            **{name: plain(getattr(header, name)) for name in _IMAGE_FIELDS},
        }

    def _per_frame(self, instance: Instance) -> dict[str, Any] | None:
        dose = instance.header.sop_class_uid == _RT_DOSE
        if instance.state not in REACHABLE or (instance.frames < 2 and not dose):  # noqa: PLR2004 - more than one
            return None
        if dose:
            from fileroom.pixels.dose import dose_planes as per_frame
        else:
            from fileroom.pixels.functional_groups import per_frame

        groups = per_frame(instance.files[0].path, instance.header)
        return None if groups is None else plain(groups)

    def surface(
        self,
        series_id: str,
        target: Path,
        *,
        level: float,
        downsample: int = 1,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> SurfaceReport:
        """Write the surface of a series at a value (Hounsfield units for CT) as binary STL, in patient coordinates.

        Undecodable, in words, when its images make no volume; Unavailable when a file cannot be reached; Cancelled.
        What is written is not sealed.
        """
        from fileroom.pixels.surface import write_surface

        images = [instance for instance in self._in_order(self._series(series_id)) if instance.header.has_pixels]
        files = [(self.read(image.id).path, image.header) for image in images]
        return write_surface(files, level, target, downsample=downsample, on_progress=on_progress, cancel=cancel)

    def display(self, instance_id: str) -> Display:
        """What some images need besides to be shown or measured: tables, overlays, padding, calibrations.

        Read from the file. Unavailable when it cannot be reached, Undecodable when it is damaged.
        """
        from fileroom.pixels.display import read_display

        file = self.read(instance_id)
        return read_display(file.path, file.header)

    def read(self, instance_id: str) -> InstanceFile:
        """The file to read an instance from. Unavailable when none of its files can be reached now."""
        return self._at(instance_id, locate(self._catalog, instance_id))

    def read_all(self, uids: Mapping[str, str]) -> list[InstanceFile | Unavailable]:
        """The same of all instances that StudyInstanceUID, SeriesInstanceUID and SOPInstanceUID name, in their order;
        of each that cannot be reached now, why."""
        found = locate_all(self._catalog, uids)
        return [one if isinstance(one, Unavailable) else self._at(entry_id, one) for entry_id, one in found]

    def named(self, query: Query) -> list[Named]:
        """The instances of a query; their files are looked for one by one, when each is wanted.

        One that names UIDs of study, series and instance, and nothing else, is answered soonest.
        """
        keys = {one.keyword: one.values for one in query.conditions if one.match in {Match.SINGLE, Match.LIST}}
        plain_query = Query(level=Level.INSTANCE, conditions=query.conditions, together=query.together)
        if keys and len(keys) == len(query.conditions) and keys.keys() <= BY_UIDS and query == plain_query:
            each = locate_each(self._catalog, keys)
            return [Named(uid, partial(self._found, entry_id, find)) for entry_id, uid, find in each]
        return [Named(one.header.sop_instance_uid, partial(self.read, one.id)) for one in self.walk(query)]

    def _found(self, instance_id: str, find: Callable[[], Located]) -> InstanceFile:
        return self._at(instance_id, find())

    def _at(self, instance_id: str, found: Located) -> InstanceFile:
        if self.medium is not None:
            found = replace(found, header=self.medium.whole_header(found.path, found.header))
        return InstanceFile(
            id=instance_id,
            path=found.path,
            size=found.size,
            mtime_ns=found.mtime_ns,
            frames=found.frames,
            header=found.header,
            changed=found.changed,
        )

    def frame(self, instance: str | InstanceFile, number: int, *, decoded: bool = False) -> FrameBytes:
        """Frame ``number`` (from 1): as stored, or decoded to Explicit VR Little Endian.

        ``instance`` is an id, or what :meth:`read` gave a moment ago, which saves looking again. BadRequest out of
        range, Undecodable when the file does not hold it, Unavailable when it cannot be reached.
        """
        from fileroom.pixels import frames

        file = self._file(instance)
        if decoded:
            data = frames.native_frame(file.path, file.header, number)
            return FrameBytes(data=data, transfer_syntax_uid=EXPLICIT_LITTLE_ENDIAN)
        stored = frames.stored_frame(file.path, file.header, number)
        return FrameBytes(data=stored.data, transfer_syntax_uid=stored.transfer_syntax_uid)

    def frame_as(self, instance: str | InstanceFile, number: int, transfer_syntax_uid: str) -> FrameBytes:
        """Frame ``number`` in that transfer syntax, encoded anew without loss. Undecodable when it cannot be had so."""
        from fileroom.pixels.transcoding import encoded_frame

        file = self._file(instance)
        data = encoded_frame(file.path, file.header, number, transfer_syntax_uid)
        return FrameBytes(data=data, transfer_syntax_uid=transfer_syntax_uid)

    def can_be(self, file: InstanceFile, transfer_syntax_uid: str) -> bool:
        """Whether an instance can be had in a transfer syntax, as far as its header tells."""
        from fileroom.pixels.transcoding import can_be

        return can_be(file.header, transfer_syntax_uid)

    def transcoded(self, file: InstanceFile, transfer_syntax_uid: str) -> Transcoded:
        """The whole instance in another transfer syntax, in pieces. Undecodable when it cannot be had so."""
        from fileroom.pixels.transcoding import transcoded

        return transcoded(file.path, file.header, transfer_syntax_uid)

    def render(self, instance: str | InstanceFile, frames: Sequence[int], look: Look) -> bytes:
        """A picture of a frame, or of several that move (GIF). Undecodable where there is nothing to show."""
        from fileroom.pixels.rendering import rendered

        file = self._file(instance)
        return rendered(file.path, file.header, frames, look)

    def metadata(self, instance: str | InstanceFile, bulk_data_uri: Callable[[str], str]) -> dict[str, Any]:
        """The instance's data set in the DICOM JSON model (PS3.18 F), read from its file, bulk data by URI.

        ``bulk_data_uri`` gets the attribute's path ("7FE00010", "00081140/0/00081155") and gives the URI.
        """
        from fileroom.dicom.metadata import dicom_json

        file = self._file(instance)
        return dicom_json(file.path, bulk_data_uri, *self.text_charsets([file]))

    def text_charsets(self, files: Sequence[InstanceFile]) -> tuple[str, ...]:
        """What the text of files is shown by, where its bytes do not say it themselves: as set by the user, else as
        guessed; ``""``: as declared."""
        charsets = charset_rules.in_force(self._catalog)
        return tuple(charsets.of(file.path, file.header) for file in files)

    def attributes(self, instance: str | InstanceFile) -> tuple[Attribute, ...]:
        """All attributes of an instance as lines, read from its file now. Unavailable when it cannot be reached."""
        from fileroom.dicom.listing import listing

        file = self._file(instance)
        return listing(file.path, *self.text_charsets([file]))

    def content(self, instance_id: str) -> dict[str, Any]:
        """What an object holds that is no image: a report, curves, a document; see docs/http-api.md.

        ``known`` says where objects that it refers to are in this archive, ``subjects`` which series here it lies
        over. Unavailable when its file cannot be
        reached, Undecodable when it is damaged or more than a page can show.
        """
        from fileroom.dicom.contents import content

        file = self._file(instance_id)
        found = content(file.path, *self.text_charsets([file]))
        known = self._whereabouts(instance_id, found.references)
        return {**plain(found), "known": known, "subjects": self._subjects(instance_id, found.about)}

    def _subjects(self, instance_id: str, about: Sequence[str]) -> list[str]:
        """The ids of these series of the same patient, those with most images first."""
        if not about:
            return []
        condition = Condition("SeriesInstanceUID", Match.LIST, tuple(about))
        patient = self._instance(instance_id).series.study.patient.id
        found = self.search(Query(level=Level.SERIES, parent=patient, conditions=(condition,))).items
        return [one.id for one in sorted(found, key=lambda one: -one.counts.frames)]

    def related(self, series_id: str) -> tuple[Related, ...]:
        """Masks, outlines and presentation states of the same patient that are about a series.

        Each is asked by its file; one that cannot be read now is left out.
        """
        from fileroom.dicom.contents.references import references

        series = self._series(series_id)
        over = Condition("Modality", Match.LIST, tuple(_OVER_IMAGES))
        query = Query(level=Level.INSTANCE, parent=series.study.patient.id, conditions=(over,), limit=_MOST_RELATED)
        charsets = charset_rules.in_force(self._catalog)
        found = []
        for one in self.search(query).items:
            if one.state not in REACHABLE:
                continue
            try:
                said = references(path := one.files[0].path, charsets.of(path, one.header))
            except (Unavailable, Undecodable):
                continue
            if said.concern(series.series_instance_uid, series.frame_of_reference_uid):
                label = said.label or one.series.description
                found.append(Related(instance=one.id, series=one.series, label=label))
        return tuple(found)

    def _whereabouts(self, near: str, sop_uids: Collection[str]) -> dict[str, dict[str, str]]:
        """By SOP Instance UID the ids of instance and series; of several with one UID that of the same patient."""
        wanted = tuple(sorted(sop_uids))[:_MOST_REFERENCES]
        if not wanted:
            return {}
        condition = Condition("SOPInstanceUID", Match.LIST, wanted)
        patient = self._instance(near).series.study.patient.id
        found = self.search(Query(level=Level.INSTANCE, conditions=(condition,), together=False)).items
        return {
            one.header.sop_instance_uid: {"instance": one.id, "series": one.series.id}
            for one in sorted(found, key=lambda one: one.series.study.patient.id == patient)
        }

    def document(self, instance_id: str) -> DocumentBytes:
        """The document that is put into an object. NotFound when there is none."""
        from fileroom.dicom.contents.document import document_bytes

        return document_bytes(self.read(instance_id).path)

    def bulk_data(self, instance: str | InstanceFile, path: str) -> bytes:
        """The value that a URI of :meth:`metadata` stands for. NotFound when the data set has no such attribute."""
        from fileroom.dicom.metadata import bulk_data

        return bulk_data(self._file(instance).path, path)

    def stored_bytes(self, instance: str | InstanceFile, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes of an instance's file, also of one in a container. Unavailable when it is gone."""
        from fileroom.sources.opened import opened

        try:
            with opened(self._file(instance).path) as file:
                return file.read_at(offset, length)
        except OSError as error:
            raise Unavailable("the file cannot be read now") from error

    def stored_stretches(self, file: InstanceFile, number: int) -> tuple[tuple[int, int], ...] | None:
        """Where :meth:`frame` finds frame ``number``, as stored, in the file itself: offset and length of each stretch.

        None when it lies nowhere as it is. The same errors.
        """
        from fileroom.pixels import frames

        return frames.stored_stretches(file.path, file.header, number)

    def generation(self) -> int | None:
        """Another number whenever the catalog has changed, whoever changed it; None when it cannot be told now."""
        return self._catalog.database.generation()

    def states(self, uids: Mapping[str, str]) -> dict[str, bytes]:
        """What the catalog says of the files of all instances that StudyInstanceUID, SeriesInstanceUID and
        SOPInstanceUID name, as a digest by SOP Instance UID: another one when it says something else."""
        return states(self._catalog, uids)

    def data_set(self, instance: str | InstanceFile, transfer_syntax: str = "") -> Iterator[bytes]:
        """The data set of an instance without its meta group, in pieces: as stored, or in a native transfer syntax.

        Undecodable when it cannot be had in that one, Unavailable when the file cannot be read.
        """
        from fileroom.dicom.data_set import pieces

        file = self._file(instance)
        return pieces(file.path, file.header.transfer_syntax_uid, transfer_syntax)

    def _file(self, instance: str | InstanceFile) -> InstanceFile:
        return self.read(instance) if isinstance(instance, str) else instance

    def header_json(self, instance: Instance) -> dict[str, Any]:
        """What the catalog knows of an instance, in the DICOM JSON model; no file is opened."""
        from fileroom.dicom.metadata import header_json

        return header_json(instance.header)

    def thumbnail(self, series_id: str) -> Picture | None:
        """A small picture of a series, made when first asked for and kept sealed; None when there is nothing to show.

        Unavailable when it has to be made and no file of the series can be reached.
        """
        series = self._series(series_id)
        row = self._catalog.row_of(series.id)
        kept = userdata.thumbnail(self._catalog, row)
        if kept is None:
            data = self._draw(series)
            kept = (_THUMBNAIL_TYPE, data)
            userdata.keep_thumbnail(self._catalog, row, *kept)
        return Picture(data=kept[1], media_type=kept[0]) if kept[1] else None

    def _draw(self, series: Series) -> bytes | None:
        """The picture of the image in the middle of a series; of its neighbours when that one is damaged."""
        from fileroom.errors import Undecodable
        from fileroom.pixels.geometry import display_order
        from fileroom.pixels.thumbnail import thumbnail

        found = self.search(Query(level=Level.INSTANCE, parent=series.id)).items
        ordered = [found[i] for i in display_order([item.header for item in found]) if found[i].frames]
        middle = len(ordered) // 2
        for instance in ordered[middle : middle + _TRIES] + ordered[max(0, middle - 1) : middle]:
            file = self.read(instance.id)
            try:
                return thumbnail(file.path, file.header)
            except Undecodable:
                continue
        return None

    def _series(self, series_id: str) -> Series:
        series = self.get(series_id)
        if not isinstance(series, Series):
            raise NotFound("there is no such series")
        return series

    # -- bring in --------------------------------------------------------------------------------------------------

    def bring_in(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        copy: bool = False,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportSummary:
        """Import files and folders in place; with ``copy`` by verified copies in the archive's own folder.

        Only what is new is copied; what is known where it lies stays there. The originals may go afterwards.
        Busy when another import is running in this archive; SourceError, before anything is done, when a path does
        not exist. A cancelled import returns its summary with state "cancelled"; what is done stays.
        """
        from fileroom.intake.run import bring_in

        texts = [os.fspath(paths)] if isinstance(paths, (str, os.PathLike)) else [os.fspath(path) for path in paths]
        return bring_in(
            self._catalog, self.settings, texts, copy=copy, who=who or _user(), on_progress=on_progress, cancel=cancel
        )

    def rebuild(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
        *,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportSummary:
        """Read all files of the archive that can be reached again, or those under ``paths``, and take their facts anew.

        All that the user said is kept, and what cannot be reached stays as it is. It is an import of its own kind, and
        what was removed stays removed. Interrupted, the next import goes on. Busy when an import is running;
        SourceError when a path does not exist, NotFound when nothing of the archive lies there.
        """
        from fileroom.intake.run import rebuild

        texts = [os.fspath(paths)] if isinstance(paths, (str, os.PathLike)) else [os.fspath(path) for path in paths]
        return rebuild(self._catalog, self.settings, texts, who=who or _user(), on_progress=on_progress, cancel=cancel)

    # -- receive ---------------------------------------------------------------------------------------------------

    def inbox(self) -> Inbox:
        """Where objects that are sent to the archive arrive: whole files, or data sets as C-STORE has them.

        What was kept there is durable; :meth:`take_in` or :meth:`receive`, of this process or another, take it in.
        """
        return self._receiver().inbox

    def take_in(self, names: Collection[str] = ()) -> dict[str, Stored]:
        """Take in what waits in the inbox; says what became of those of ``names``.

        Those that are not in the answer wait, safe on the disk, for an import that is running.
        """
        return self._receiver().take_in(names)

    def store(self, parts: Iterable[bytes | Iterable[bytes]], *, who: str = "program") -> list[Stored]:
        """Receive whole DICOM files (PS3.10), each as bytes or in pieces, into the archive's own folder.

        ``who`` (small letters) stands in the list of imports. NoRoom when the disk is full.
        """
        from fileroom.intake.receive import store

        return store(self._receiver(), parts, who)

    def compose(
        self,
        data_set: dict[str, Any],
        transfer_syntax_uid: str,
        bulk: Callable[[str], Bulk | None],
        write: Callable[[bytes], None],
    ) -> None:
        """Write the DICOM file that a data set of the DICOM JSON model and its bulk data make (PS3.18 10.5.2).

        ``bulk`` finds what a BulkDataURI names. BadRequest when that makes none.
        """
        from fileroom.dicom.composing import compose

        compose(data_set, transfer_syntax_uid, bulk, write)

    def receive(self, *, stop: CancelToken, left: float = 0.0) -> None:
        """Take in what arrives in the inbox, within about a second, until ``stop`` says so.

        ``left``: only what was left for so many seconds, for another process does it sooner.
        """
        self._receiver().run(stop, left=left)

    def _receiver(self) -> Receiver:
        from fileroom.intake.receive import Receiver

        if self.medium is not None:
            raise BadRequest("what is only looked at takes nothing in")
        with self._lock:  # one for all threads: what arrives together is taken in together
            if self._received_by is None:
                self._received_by = Receiver(self._catalog, self.settings)
            return self._received_by

    def relink(
        self,
        path: str | os.PathLike[str],
        *,
        dry_run: bool = False,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> RelinkReport:
        """Look under ``path`` for files that are missing or on a drive that is away, and record them where they are.

        With ``dry_run`` only say what would change. :meth:`undo_import` of the report's ``id`` takes it back.
        SourceError when the path is not there, Busy while an import is running, Cancelled (nothing is changed then).
        """
        from fileroom.intake.relink import relink

        return relink(
            self._catalog,
            self.settings,
            os.fspath(path),
            dry_run=dry_run,
            who=who or _user(),
            on_progress=on_progress,
            cancel=cancel,
        )

    def imports(self, *, limit: int | None = None, offset: int = 0) -> Page[ImportSummary]:
        """Past imports and the running one, newest first."""
        page = userdata.imports(self._catalog, limit=limit, offset=offset)
        return replace(page, items=tuple(self._as_it_is(summary) for summary in page.items))

    def import_summary(self, import_id: int) -> ImportSummary:
        """One import. NotFound when there is none of this number."""
        return self._as_it_is(userdata.import_summary(self._catalog, import_id))

    def _as_it_is(self, summary: ImportSummary) -> ImportSummary:
        """An import that says "running" while nobody holds the lock was interrupted."""
        from fileroom.intake.lock import is_held

        over = summary.state == "running" and not is_held(self._catalog.home)
        return replace(summary, state="interrupted") if over else summary

    def ledger(
        self,
        import_id: int,
        *,
        outcome: Outcome | None = None,
        reason: Reason | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Page[LedgerEntry]:
        """Every path of an import that was not unchanged, in order of path."""
        return userdata.ledger(self._catalog, import_id, outcome=outcome, reason=reason, limit=limit, offset=offset)

    def ledger_lines(
        self, import_id: int, *, outcome: Outcome | None = None, reason: Reason | None = None
    ) -> Iterator[LedgerEntry]:
        """The same, however many they are: in the order in which they were written, a few in memory at a time."""
        return userdata.ledger_lines(self._catalog, import_id, outcome=outcome, reason=reason)

    def ledger_csv(
        self, import_id: int, *, outcome: Outcome | None = None, reason: Reason | None = None
    ) -> Iterator[str]:
        """The same as a table for spreadsheets, line by line; nothing in it can be taken for a formula."""
        from fileroom.intake.ledger import csv_lines

        return csv_lines(self.ledger_lines(import_id, outcome=outcome, reason=reason))

    def reasons(self, import_id: int) -> tuple[ReasonCount, ...]:
        """How many paths of an import had which outcome for which reason, unchanged ones left out."""
        return userdata.reasons(self._catalog, import_id)

    def undo_import(self, import_id: int) -> Counts:
        """Remove exactly what an import brought in; the files stay. NotFound when there is no such import.

        A relink is taken back by recording its files where they were; the counts are then of these.
        """
        if self.import_summary(import_id).kind == "relink":
            from fileroom.catalog.relinking import take_back

            return take_back(self._catalog, import_id)
        return userdata.undo_import(self._catalog, import_id)

    def nameless_drive(self, path: str | os.PathLike[str]) -> str | None:
        """The mount point of the drive of ``path``, when it was plugged in, has no identity of its own, and is met for
        the first time: the user may be asked whether it may be marked. None otherwise."""
        from fileroom.catalog.marking import nameless

        return nameless(self._catalog, os.fspath(path))

    def mark_drive(self, path: str | os.PathLike[str]) -> Path | None:
        """Write a marker (``.fileroom-drive``) to the top of the drive of ``path``: only when the user agreed.

        It is then the same drive wherever it is mounted. None when it has an identity and needs no marker; SourceError
        when it is read-only or cannot be written to.
        """
        from fileroom.catalog.marking import mark

        return mark(self._catalog, os.fspath(path))

    def drives(self) -> tuple[Drive, ...]:
        """The drives on which something of the archive lies, and whether they are connected."""
        return places.drives(self._catalog)

    def roots(self) -> tuple[Root, ...]:
        """The folders that were brought in, by path, and whether they can be reached."""
        return places.roots(self._catalog)

    def root(self, root_id: int) -> Root:
        """One of them. NotFound when there is none of this number."""
        for root in self.roots():
            if root.id == root_id:
                return root
        raise NotFound("there is no such folder in the list")

    def root_at(self, path: str | os.PathLike[str], *, forgotten: bool = False) -> int:
        """The number of the root at ``path``, also while its drive is away. NotFound when it is not in the list.

        ``forgotten``: of one that was taken from the list.
        """
        return roots.root_at(self._catalog, os.fspath(path), forgotten=forgotten)

    def set_watched(self, root_id: int, *, watched: bool) -> Root:
        """Turn the switch of a root: what changes in a watched one comes in by itself, while :meth:`watch` runs."""
        roots.set_watched(self._catalog, root_id, watched=watched)
        return self.root(root_id)

    def forget_root(self, root_id: int) -> Counts:
        """Take a root from the list and remove what it brought in, but for what lies in another root as well.

        The files stay. Returns what was removed. Busy while an import runs, NotFound when there is no such root.
        """
        from fileroom.intake.lock import import_lock

        with import_lock(self._catalog.home):
            return roots.forget_root(self._catalog, root_id)

    def restore_root(self, root_id: int) -> Counts:
        """Take :meth:`forget_root` back; returns what is shown again."""
        return roots.restore_root(self._catalog, root_id)

    def import_root(
        self, root_id: int, *, who: str = "", on_progress: OnProgress | None = None, cancel: CancelToken | None = None
    ) -> ImportSummary:
        """Import a root again, wherever its drive is mounted now. Unavailable when it is not there."""
        return self.bring_in(self.root_path(root_id), who=who, on_progress=on_progress, cancel=cancel)

    def root_path(self, root_id: int) -> str:
        """Where a root is now, as the operating system takes it. NotFound; Unavailable when it is not there."""
        return roots.root_path(self._catalog, root_id)

    def watch(
        self,
        root_ids: Collection[int] | None = None,
        *,
        stop: CancelToken,
        on_progress: OnProgress | None = None,
        on_pass: Callable[[ImportSummary | None], None] | None = None,
    ) -> None:
        """Watch roots until ``stop`` says so: those of ``root_ids``, else those whose switch is on.

        A pass that found something is an import of its own; ``on_pass`` is told what it did (None: it came to nothing
        after all). Other imports are never kept waiting: passes give way to them.
        """
        from fileroom.intake.watch import Watcher

        Watcher(self._catalog, self.settings, only=root_ids, on_progress=on_progress, on_pass=on_pass).run(stop)

    def check(
        self,
        *,
        read_data: bool = False,
        sample: float = 1.0,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> CheckReport:
        """Compare the catalog with the files: presence, sizes, times; with ``read_data`` a ``sample`` of their bytes.
        Look for series with gaps and studies that one drive could take with it.

        No file is touched; digests of files that are read for the first time are recorded, and what was found is
        remembered: entries of which a file has changed say so. A cancelled check returns its report with state
        "cancelled".
        """
        from fileroom.intake.check import check

        return check(self._catalog, read_data=read_data, sample=sample, on_progress=on_progress, cancel=cancel)

    def checks(self, *, limit: int | None = None, offset: int = 0) -> Page[CheckReport]:
        """The last checks, newest first."""
        from fileroom.catalog import checks

        return checks.checks(self._catalog, limit=limit, offset=offset)

    def check_report(self, check_id: int) -> CheckReport:
        """One of them. NotFound when there is none of this number, or it is long forgotten."""
        from fileroom.catalog import checks

        return checks.check_report(self._catalog, check_id)

    def findings(
        self, check_id: int, *, trouble: Trouble | None = None, limit: int | None = None, offset: int = 0
    ) -> Page[Finding]:
        """What a check found, of one kind or all."""
        from fileroom.catalog import checks

        return checks.findings(self._catalog, check_id, trouble=trouble, limit=limit, offset=offset)

    # -- conflicts -------------------------------------------------------------------------------------------------

    def conflicts(self, *, series: str | None = None, limit: int | None = None, offset: int = 0) -> Page[Conflict]:
        """Images whose files have different content: every file, and in what it differs from the one that is shown."""
        from fileroom.intake.choose import list_conflicts

        return list_conflicts(self._catalog, series=series, limit=limit, offset=offset)

    def choose(self, file: int | str) -> Instance:
        """Of the files that claim to be one image, show this one (its number, or its path) from now on.

        The user's word goes by DICOM identifiers and content: it outlives later imports, moves and a rebuild. NotFound
        when the file is not known, Unavailable when it cannot be read now.
        """
        from fileroom.intake.choose import choose

        return self._instance(choose(self._catalog, file))

    def unchoose(self, file: int | str) -> Instance:
        """Take back what was chosen for the image of this file. BadRequest when nothing was."""
        from fileroom.intake.choose import unchoose

        return self._instance(unchoose(self._catalog, file))

    def _instance(self, instance_id: str) -> Instance:
        instance = self.get(instance_id)
        if not isinstance(instance, Instance):
            raise NotFound("there is no such instance")
        return instance

    # -- forget ----------------------------------------------------------------------------------------------------

    def forget(self, ids: Sequence[str]) -> Counts:
        """Remove entries (of any level) from the archive; the files stay. Returns what was removed."""
        if not ids:
            raise BadRequest("no entry was named")
        return userdata.forget(self._catalog, ids)

    def restore(self, ids: Sequence[str]) -> Counts:
        """Take back :meth:`forget`; returns what is shown again."""
        if not ids:
            raise BadRequest("no entry was named")
        return userdata.restore(self._catalog, ids)

    def purge(self, *, dry_run: bool = False, cancel: CancelToken | None = None) -> PurgeReport:
        """Delete the copies that the archive owns of what was removed from it; with ``dry_run`` only say which.

        No other file is ever deleted. What is purged cannot be restored. Busy while an import is running.
        """
        from fileroom.intake import purge

        return purge.preview(self._catalog) if dry_run else purge.purge(self._catalog, cancel=cancel)

    # -- other nodes -----------------------------------------------------------------------------------------------

    def peers(self) -> tuple[Peer, ...]:
        """The other DICOM nodes that the user named, by name."""
        return peers.peers(self._catalog)

    def peer(self, name: str) -> Peer:
        """One of them. NotFound when nobody has this name."""
        return peers.peer(self._catalog, name)

    def set_peer(self, peer: Peer, *, secret: str | None = None) -> None:
        """Keep a node under its name, in place of one that had it; ``secret`` None leaves the secret as it is.

        BadRequest for what is no name, AE title or address.
        """
        peers.set_peer(self._catalog, peer, secret)

    def remove_peer(self, name: str) -> None:
        """Forget a node and its secret. NotFound when nobody has this name."""
        peers.remove_peer(self._catalog, name)

    def echo_peer(self, name: str) -> None:
        """Ask a node whether it is there. PeerError when it does not answer, or says no."""
        from fileroom.intake import elsewhere

        elsewhere.echo(self._catalog, name, title=self.settings.title)

    def search_peer(self, name: str, keys: Mapping[str, str], *, limit: int = 100) -> tuple[Elsewhere, ...]:
        """Studies that a node has, by matching keys of PS3.4 (PatientName, PatientID, StudyDate, ModalitiesInStudy,
        AccessionNumber, StudyInstanceUID), with how many of their images are here. PeerError; BadRequest."""
        from fileroom.intake import elsewhere

        return elsewhere.find(self._catalog, name, keys, limit, title=self.settings.title)

    def ask_peer(self, name: str, words: str, *, limit: int = 200) -> Asked:
        """Studies that a node has, by words of the search box; of at most ``limit`` that it tells of. PeerError."""
        from fileroom.intake import elsewhere

        return elsewhere.ask(self._catalog, name, words, limit, title=self.settings.title)

    def series_at_peer(self, name: str, study: str) -> tuple[Elsewhere, ...]:
        """The series of a study that a node has, with how many of their images are here. PeerError."""
        from fileroom.intake import elsewhere

        return elsewhere.series_of(self._catalog, name, study, title=self.settings.title)

    def fetch_from_peer(
        self,
        name: str,
        study: str,
        series: Sequence[str] = (),
        *,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> Exchanged:
        """Fetch a study that a node has, or some of its series, into the archive's own folder: what is not here yet.

        PeerError when the node breaks off: what has come is kept, and fetching again goes on from there.
        """
        from fileroom.intake import elsewhere

        return elsewhere.fetch(
            self._catalog,
            self._receiver(),
            name,
            study,
            series,
            title=self.settings.title,
            on_progress=on_progress,
            cancel=cancel,
        )

    def send_to_peer(
        self,
        name: str,
        ids: Sequence[str],
        *,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> Exchanged:
        """Send entries of any level to a node, as their files are. PeerError, NotFound."""
        from fileroom.intake import elsewhere

        return elsewhere.send(
            self._catalog, name, ids, title=self.settings.title, on_progress=on_progress, cancel=cancel
        )

    # -- tokens of programs ----------------------------------------------------------------------------------------

    def new_token(self, name: str) -> str:
        """Make a long-lived token; the secret is returned once. BadRequest when the name is taken or empty."""
        return userdata.new_token(self._catalog, name)

    def tokens(self) -> tuple[Token, ...]:
        """All tokens by name, without their secrets."""
        return userdata.tokens(self._catalog)

    def revoke_token(self, name: str) -> None:
        """Make a token worthless. NotFound when there is none of this name."""
        userdata.revoke_token(self._catalog, name)

    def check_token(self, secret: str) -> bool:
        """Whether ``secret`` is a token of this archive."""
        return userdata.check_token(self._catalog, secret)


def convert_file(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> tuple[OtherImage, ...]:
    """Write every image of a file that is no DICOM to ``out`` (several get numbers). No archive is needed."""
    from fileroom.volumes.convert import file_to_path

    return file_to_path(os.fspath(path), out, on_progress, cancel)


EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_THUMBNAIL_TYPE = "image/jpeg"
_TRIES = 3
_RT_DOSE = "1.2.840.10008.5.1.4.1.1.481.2"
_MOST_REFERENCES = 500
_MOST_RELATED = 200
_OVER_IMAGES = ("SEG", "RTSTRUCT", "PR")
_IMAGE_FIELDS = (
    "sop_instance_uid sop_class_uid instance_number transfer_syntax_uid has_pixels rows columns samples_per_pixel "
    "photometric_interpretation planar_configuration bits_allocated bits_stored high_bit pixel_representation "
    "pixel_spacing imager_pixel_spacing slice_thickness spacing_between_slices image_position image_orientation "
    "slice_location window_center window_width rescale_slope rescale_intercept rescale_type frame_time cine_rate "
    "image_type acquisition_number content_date content_time frame_of_reference_uid patient_orientation "
    "image_laterality view_position pixel_aspect_ratio voi_lut_function presentation_lut_shape overlay_rows units "
    "echo_time diffusion_b_value temporal_position_identifier trigger_time recommended_display_frame_rate"
).split()


def _user() -> str:
    """Who runs this program, as far as the system knows."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in containers
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def open(path: str | os.PathLike[str] | None = None, settings: Settings | None = None) -> Archive:  # noqa: A001 - fileroom.open reads as it is meant
    """Open (or make) the archive in ``path``, by default the one of the environment or the platform."""
    from pathlib import Path

    if settings is None:
        settings = from_environment(Path(path) if path is not None else None)
    return Archive.open(settings)
