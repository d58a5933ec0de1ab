"""The house: everything a door may ask for. Doors call nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType

    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model import (
        Counts,
        Header,
        ImportSummary,
        Instance,
        LedgerEntry,
        Outcome,
        Page,
        Patient,
        Query,
        Series,
        Study,
        Token,
    )
    from fileroom.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What archive this is. ``key_source`` is "keyring" or "file"; ``key_place`` says where, in words."""

    version: str
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
    patients: int
    studies: int
    series: int
    instances: int
    frames: int
    bytes: int
    files: int
    imports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceFile:
    """A file of an instance that was there a moment ago. ``path`` is as the operating system takes it."""

    path: str
    size: int
    header: Header


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


class Archive:
    """One archive, opened. Safe to use from several threads."""

    @classmethod
    def open(cls, settings: Settings) -> Archive:
        """Open the archive of ``settings``; it is made (folder 0700, key, sealed catalog) when it is not there."""

    def close(self) -> None: ...
    def __enter__(self) -> Archive: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    # -- find ------------------------------------------------------------------------------------------------
    def search(self, query: Query) -> Page[Any]:
        """Entries of ``query.level`` (Patient, Study, Series or Instance) in a stable order."""

    def get(self, entry_id: str) -> Patient | Study | Series | Instance:
        """The entry with this id, or with the one id that begins so (≥ 6 characters). NotFound otherwise."""

    def status(self) -> Status: ...

    # -- look ------------------------------------------------------------------------------------------------
    def images(self, series_id: str) -> dict[str, Any]:
        """All a viewer needs to show a series, from the catalog alone; see docs/http-api.md for its fields."""

    def read(self, instance_id: str) -> InstanceFile:
        """The file to read an instance from. Unavailable when it cannot be reached now."""

    def frame(self, instance_id: str, number: int, *, decoded: bool = False) -> FrameBytes:
        """Frame ``number`` (from 1): as stored, or decoded to Explicit VR Little Endian. BadRequest out of range."""

    def metadata(self, instance_id: str, bulk_data_uri: Callable[[str], str]) -> dict[str, Any]:
        """The instance's data set in the DICOM JSON model (PS3.18 F), read from its file, bulk data by URI.
        ``bulk_data_uri`` gets the attribute's path ("7FE00010", "00081140/0/00081155") and gives the URI."""

    def thumbnail(self, series_id: str) -> Picture | None:
        """A small picture of a series, made when first asked for and kept sealed; None when there is nothing to show."""

    # -- bring in --------------------------------------------------------------------------------------------
    def bring_in(self, paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], *,
                 on_progress: OnProgress | None = None, cancel: CancelToken | None = None) -> ImportSummary:
        """Import files and folders in place. Busy when another import is running in this archive; SourceError when
        a path does not exist. A cancelled import returns its summary with state "cancelled"; what is done stays."""

    def imports(self, *, limit: int | None = None, offset: int = 0) -> Page[ImportSummary]:
        """Past imports and the running one, newest first."""

    def import_summary(self, import_id: int) -> ImportSummary: ...
    def ledger(self, import_id: int, *, outcome: Outcome | None = None, limit: int | None = None,
               offset: int = 0) -> Page[LedgerEntry]:
        """Every path of an import that was not unchanged, in order of path."""

    # -- forget ----------------------------------------------------------------------------------------------
    def forget(self, ids: Sequence[str]) -> Counts:
        """Remove entries (of any level) from the archive; the files stay. Returns what was removed."""

    def restore(self, ids: Sequence[str]) -> Counts:
        """Take back :meth:`forget`."""

    # -- tokens of programs ----------------------------------------------------------------------------------
    def new_token(self, name: str) -> str:
        """Make a long-lived token; the secret is returned once. BadRequest when the name is taken or empty."""

    def tokens(self) -> tuple[Token, ...]: ...
    def revoke_token(self, name: str) -> None: ...
    def check_token(self, secret: str) -> bool: ...


def open(path: str | os.PathLike[str] | None = None, settings: Settings | None = None) -> Archive:
    """Open (or make) the archive in ``path``, by default the one of the environment or the platform."""
